"""An audit of nothing finds nothing, and must not look like a clean one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = {"name": "pillow", "version": "13.0.0", "vulns": []}
BAD = {"name": "old", "version": "1.0", "vulns": [{"id": "CVE-2026-1"}]}
SKIPPED = {"name": "lost", "skip_reason": "not found"}


def _audit(folder: Path, output: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """The script with a pip-audit that prints this."""
    module = f"import sys\nprint({output!r})\nprint('no data', file=sys.stderr)\nsys.exit({status})"
    (folder / "pip_audit.py").write_text(module)
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts/audit.py"), "some.lock"],
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
        ("", 1, 2, "no data"),
    ],
)
def test_only_a_whole_audit_is_clean(tmp_path, output, status, expected, words):
    run = _audit(tmp_path, output, status)
    assert run.returncode == expected
    assert words in run.stdout + run.stderr


def test_a_missing_pip_audit_is_no_clean_audit():
    run = subprocess.run(
        [sys.executable, str(ROOT / "scripts/audit.py"), "some.lock"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "NOT AUDITED" in run.stderr
