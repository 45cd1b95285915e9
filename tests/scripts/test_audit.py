"""An audit of nothing finds nothing, and must not look like a clean one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import audit

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = {"name": "pillow", "version": "13.0.0", "vulns": []}
BAD = {"name": "old", "version": "1.0", "vulns": [{"id": "CVE-2026-1"}]}
SKIPPED = {"name": "lost", "skip_reason": "not found"}
LOCK = "pillow==13.0.0 \\\n    --hash=sha256:00\n    # via x\n"
PRINTS = "import sys\nprint({!r})\nprint('no data', file=sys.stderr)\nsys.exit({})"
LOOKS_UP = """import json, re, sys
text = open(sys.argv[-1]).read()
assert text.count("--hash") == text.count("==")
pins = [p for p in re.findall(r"^(\\S+)==(\\S+) (?!;)", text, re.MULTILINE) if p[0] != "gone"]
assert len(dict(pins)) == len(pins), "named twice"
vulns = {"2.0": [{"id": "CVE-2026-2"}]}
print(json.dumps({"dependencies": [
    {"name": n.lower(), "version": v, "vulns": vulns.get(v, [])} for n, v in pins]}))
"""
"""A pip-audit that, like the true one, passes over markers and takes no name twice."""


def _audit(folder: Path, output: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """The script with a pip-audit that prints this."""
    return _run(folder, PRINTS.format(output, status), LOCK)


def _run(folder: Path, module: str, lock: str | None) -> subprocess.CompletedProcess[str]:
    (folder / "pip_audit.py").write_text(module)
    if lock is not None:
        (folder / "some.lock").write_text(lock)
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts/audit.py"), str(folder / "some.lock")],
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("output", "status", "expected", "words"),
    [
        (json.dumps({"dependencies": [PACKAGE]}), 0, 0, "1 packages looked up"),
        (json.dumps({"dependencies": [PACKAGE, BAD]}), 1, 1, "old 1.0: CVE-2026-1"),
        (json.dumps({"dependencies": []}), 0, 2, "NOT AUDITED"),
        (json.dumps({"dependencies": [PACKAGE, SKIPPED]}), 0, 2, "lost: not found"),
        (json.dumps({"dependencies": [SKIPPED]}), 0, 2, "NOT AUDITED"),
        ("", 0, 2, "NOT AUDITED"),
        ("[]", 0, 2, "NOT AUDITED"),
        ('{"dependencies": null}', 0, 2, "NOT AUDITED"),
        ('{"dependencies": [3]}', 0, 2, "NOT AUDITED"),
        (json.dumps({"dependencies": [{**BAD, "vulns": [{}]}]}), 1, 2, "NOT AUDITED"),
        (json.dumps({"dependencies": [{**PACKAGE, "vulns": None}]}), 0, 2, "NOT AUDITED"),
        (json.dumps({"dependencies": [{**PACKAGE, "version": 13}]}), 0, 2, "pillow 13.0.0"),
        (json.dumps({"dependencies": [{**PACKAGE, "version": "12"}]}), 0, 2, "pillow 13.0.0"),
        ("", 1, 2, "no data"),
    ],
)
def test_only_a_whole_audit_is_clean(tmp_path, output, status, expected, words):
    run = _audit(tmp_path, output, status)
    assert run.returncode == expected
    assert words in run.stdout + run.stderr
    assert "Traceback" not in run.stderr


def test_pins_of_other_platforms_and_pythons_are_looked_up(tmp_path):
    pins = ["One_A==1.0", "tw.o==1.0 ; python_version < '3'", "tw.o==2.0 ; python_version >= '3'"]
    pins += ["mac==3.0 ; sys_platform == 'darwin'"]
    lock = "".join(f"{pin} \\\n    --hash=sha256:00\n    # via x\n" for pin in pins)
    run = _run(tmp_path, LOOKS_UP, lock)
    assert run.returncode == 1
    assert "4 packages looked up, 1 vulnerable" in run.stderr
    assert "tw-o 2.0: CVE-2026-2" in run.stderr and "left out" not in run.stderr


def test_what_pip_audit_passes_over_is_left_out(tmp_path):
    run = _run(tmp_path, LOOKS_UP, LOCK + LOCK.replace("pillow", "gone"))
    assert run.returncode == 2
    assert "left out: gone 13.0.0" in run.stderr and "pillow" not in run.stderr


def test_a_pipe_in_the_place_of_a_lock_file_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "some.lock")
    run = _run(tmp_path, LOOKS_UP, None)
    assert run.returncode == 2
    assert "NOT AUDITED. It cannot be read: Neither a file" in run.stderr


def test_a_pip_audit_that_does_not_end_is_ended(tmp_path, monkeypatch):
    (tmp_path / "pip_audit.py").write_text("import time\ntime.sleep(60)")
    (tmp_path / "some.lock").write_text(LOCK)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(audit, "PATIENCE", 0.5)
    assert "within 0.5 seconds" in audit.audit(tmp_path / "some.lock").failure


def test_a_missing_pip_audit_is_no_clean_audit():
    run = subprocess.run(
        [sys.executable, str(ROOT / "scripts/audit.py"), str(ROOT / "requirements.lock")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "NOT AUDITED" in run.stderr
