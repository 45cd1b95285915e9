"""ablate.py: what stops it is one line, and its report is made of what is finished."""

import runpy
from pathlib import Path

import pytest
from ablation_tools import filled_work

from fer_core.evaluation.ablation_report import load_ablation
from scripts.ablation.design import CELLS

SCRIPT = Path(__file__).resolve().parents[3] / "scripts" / "ablation"


@pytest.fixture(scope="module")
def main():
    return runpy.run_path(str(SCRIPT))["main"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--report-only"], "There is no ablation in"),
        (["--data", "{work}/nowhere"], "nowhere"),
    ],
    ids=["nothing finished", "no data"],
)
def test_what_stops_it_is_one_line(main, tmp_path, capsys, arguments, message):
    given = [argument.format(work=tmp_path) for argument in arguments]
    out = tmp_path / "ablation.json"
    assert main([*given, "--out", str(out), "--work", str(tmp_path / "work")]) == 2
    said = capsys.readouterr().err.strip().splitlines()[-1]
    assert said.startswith("Stopped: ")
    assert message in said
    assert not out.exists()


@pytest.mark.parametrize("leave", [0, 2])
def test_the_report_says_what_is_finished(main, tmp_path, capsys, leave):
    filled_work(tmp_path / "work", each=60, leave=leave)
    out = tmp_path / "ablation.json"
    arguments = ["--report-only", "--out", str(out), "--work", str(tmp_path / "work")]
    assert main(arguments) == 0
    report = load_ablation(out)
    assert sum(len(cell.runs) for cell in report.cells) == 2 * len(CELLS) - leave
    said = capsys.readouterr().err
    assert ("runs are not finished yet" in said) == bool(leave)
    for claim in report.claims:
        assert claim.verdict.capitalize() in said


def test_data_must_be_named(main, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("FER_DATA", raising=False)
    with pytest.raises(SystemExit):
        main(["--out", "x.json", "--work", str(tmp_path)])
    assert "--data PATH is missing" in capsys.readouterr().err
