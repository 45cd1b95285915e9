"""Asks pip-audit for known vulnerabilities of the packages that lock files name.

    python scripts/audit.py requirements.lock [...]

Exit status: 0 if every package was looked up and none is vulnerable, 1 if one is, 2 if packages
were left out or nothing was looked up at all: an audit of nothing finds nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts import cli

CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Audit:
    """What became of one lock file.

    Attributes:
        audited: Packages that were looked up.
        vulnerable: "name version: ids" of each with a known vulnerability.
        left_out: "name: reason" of each that could not be looked up.
        failure: pip-audit's own words if it ended without a result; "" otherwise.
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
    """Runs pip-audit on a lock file."""
    command = [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes"]
    run = subprocess.run(
        [*command, "--format", "json", "--requirement", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Audit(failure=(run.stderr or run.stdout).strip() or f"exit status {run.returncode}")
    return Audit(
        audited=sum("skip_reason" not in package for package in packages),
        vulnerable=tuple(
            f"{p['name']} {p['version']}: {', '.join(v['id'] for v in p['vulns'])}"
            for p in packages
            if p.get("vulns")
        ),
        left_out=tuple(
            f"{p['name']}: {p['skip_reason']}" for p in packages if p.get("skip_reason")
        ),
    )


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
