"""Asks pip-audit for known vulnerabilities of the packages that lock files name.

    python scripts/audit.py requirements.lock [...]

Exit status: 0 if every package was looked up and none is vulnerable, 1 if one is, 2 if packages
were left out or nothing was looked up at all: an audit of nothing finds nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fer_core.store.files import MOST_TEXT, read_regular
from scripts import cli

COMMAND: Final = [
    *(sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes"),
    *("--format", "json"),
]
PATIENCE: Final = 900
"""Seconds for one run: pip-audit asks for each package by itself."""
_PIN: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*==\s*([^\s;\\]+)", re.MULTILINE)

CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Audit:
    """What became of one lock file.

    Attributes:
        audited: Packages that were looked up.
        vulnerable: "name version: ids" of each with a known vulnerability.
        left_out: "name: reason" of each that the file pins and that was not looked up.
        failure: Why there is no result; "" if there is one.
    """

    audited: int = 0
    vulnerable: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    failure: str = ""

    @property
    def status(self) -> int:
        if self.failure or self.left_out or not self.audited:
            return NOT_AUDITED
        return VULNERABLE if self.vulnerable else CLEAN


@cli.command()
def main(argv: Sequence[str] | None = None) -> int:
    parser = cli.parser(__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=cli.path, help="lock files with hashes")
    worst = CLEAN
    for file in parser.parse_args(argv).files:
        found = audit(file)
        cli.say(describe(file, found), file=sys.stderr if found.status else sys.stdout)
        worst = max(worst, found.status)
    return worst


def audit(file: Path) -> Audit:
    """Runs pip-audit on a lock file, once for each version that it pins of one package."""
    try:
        text = read_regular(file, MOST_TEXT).decode()
    except (OSError, ValueError) as error:
        return Audit(failure=f"It cannot be read: {getattr(error, 'strerror', None) or error}.")
    try:
        packages = [package for part in _parts(text) for package in _ask(part)]
        return _judge(packages, _PIN.findall(text))
    except subprocess.TimeoutExpired:
        return Audit(failure=f"pip-audit did not end within {PATIENCE} seconds. Try again later.")
    except (KeyError, TypeError, AttributeError) as error:
        return Audit(failure=f"pip-audit's answer has another form than its version 2's ({error}).")
    except ValueError as error:
        return Audit(failure=str(error))


def _parts(text: str) -> list[str]:
    """The lock file without its markers, in parts that name no package twice.

    pip-audit passes over what a marker leaves to another platform or Python, and refuses a package
    that is named twice.
    """
    parts, seen = [""], Counter[str]()
    for entry in re.split(r"^(?=[^\s#])", text, flags=re.MULTILINE):
        pin = _PIN.match(entry)
        name = _alike(pin[1]) if pin else ""
        number = seen[name] if pin else 0
        seen[name] += 1
        parts += [""] * (number + 1 - len(parts))
        parts[number] += re.sub(r"\s*;[^\\\n]*", " ", entry, count=1) if pin else entry
    return parts


def _ask(requirements: str) -> list[dict[str, Any]]:
    """pip-audit's list of packages; ValueError with its own words if it gave none."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "requirements.txt"
        file.write_text(requirements, "utf-8")
        run = subprocess.run(
            [*COMMAND, "--requirement", str(file)],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=PATIENCE,
        )
    try:
        packages: list[dict[str, Any]] = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError, RecursionError):
        said = (run.stderr or run.stdout).strip() or f"exit status {run.returncode}"
        raise ValueError(said) from None
    return packages


def _judge(packages: list[dict[str, Any]], pins: list[tuple[str, str]]) -> Audit:
    """Raises KeyError, TypeError or AttributeError for packages of another form."""
    skipped = [p for p in packages if "skip_reason" in p]
    told = {_alike(p["name"]) for p in skipped}
    looked_up = {
        (_alike(p["name"]), p["version"]): [v["id"] for v in p["vulns"]]
        for p in packages
        if p not in skipped
    }
    return Audit(
        audited=len(looked_up),
        vulnerable=tuple(
            f"{name} {version}: {', '.join(ids)}"
            for (name, version), ids in looked_up.items()
            if ids
        ),
        left_out=(
            *(f"{p['name']}: {p['skip_reason']}" for p in skipped),
            *(
                f"{name} {version}: pip-audit passed it over"
                for name, version in pins
                if (_alike(name), version) not in looked_up and _alike(name) not in told
            ),
        ),
    )


def _alike(name: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def describe(file: Path, found: Audit) -> str:
    """A line for each file, and one for each package that is a reason to worry."""
    if found.failure:
        return f"{file}: NOT AUDITED. {found.failure}"
    if not found.audited:
        return f"{file}: NOT AUDITED. pip-audit looked no package up."
    lines = [f"{file}: {found.audited} packages looked up, {len(found.vulnerable)} vulnerable."]
    lines += [f"  {line}" for line in found.vulnerable]
    lines += [f"  left out: {line}" for line in found.left_out]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
