"""`ablation.json` on disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from fer_core.errors import ReportError
from fer_core.evaluation.ablation_report import AblationReport
from fer_core.evaluation.report import no_constant
from fer_core.store.files import replace_text

ABLATION_FILE: Final = "ablation.json"
_REMEDY: Final = "Write it again with scripts/ablation --report-only."


def load_ablation(path: Path | str) -> AblationReport:
    """Reads an ablation's report.

    Raises:
        ReportError: The file is missing, not JSON, or not such a report; the message names file
            and fault.
    """
    path = Path(path)
    try:
        data = json.loads(path.read_text(encoding="utf-8"), parse_constant=no_constant)
        return AblationReport.from_dict(data)
    except OSError as fault:
        reason = "there is no such file" if not path.exists() else fault.strerror
        raise ReportError(f"{path.name} cannot be read: {reason}. {_REMEDY}") from fault
    except KeyError as fault:
        reason = f"the key {fault} is missing"
        raise ReportError(f"{path.name} is damaged: {reason}. {_REMEDY}") from fault
    except (TypeError, ValueError, IndexError, AttributeError, RecursionError) as fault:
        raise ReportError(f"{path.name} is damaged: {fault}. {_REMEDY}") from fault


def save_ablation(report: AblationReport, path: Path | str) -> None:
    """Writes the report as JSON, complete or not at all."""
    replace_text(Path(path), json.dumps(report.to_dict(), indent=1, allow_nan=False) + "\n")
