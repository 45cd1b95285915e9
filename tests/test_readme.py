"""README and record tell the reports' figures, and what they name exists.

A table's row is written here as the documents write it, from the committed reports: with a new
network, the rows that are out of date fail by name.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fer_core.evaluation.ablation_report import (
    ABLATION_FILE,
    AblationReport,
    Cell,
    CellResult,
    Claim,
    load_ablation,
)
from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.report import EvaluationReport, load_report
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import EMOTIONS
from fer_core.store.model_files import (
    DEFAULT_MODEL,
    MODELS,
    REPORT_SUFFIX,
    list_reports,
    load_card,
    model_file,
)

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
RECORD = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
}
STEMS = list_reports(MODELS)
HALVES = ("public", "private", "private_deduplicated")
MINUS = "\N{MINUS SIGN}"


def percent(figure: Estimate | None, digits: int = 1) -> str:
    assert figure is not None
    return f"{100 * figure.value:.{digits}f}"


def interval(figure: Estimate | None) -> str:
    assert figure is not None and figure.interval is not None
    low, high = figure.interval
    return f"{percent(figure)} ({100 * low:.1f}–{100 * high:.1f})"


def bias(split: SplitReport) -> str:
    assert split.neutral_bias_index is not None
    return f"{split.neutral_bias_index.value:.2f}"


def calibration(split: SplitReport) -> str:
    return f"{split.expected_calibration_error:.3f}"


def report(stem: str) -> EvaluationReport:
    return load_report(model_file(stem, REPORT_SUFFIX))


def row(*cells: object) -> str:
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def says(document: str, text: str) -> bool:
    """Whether a document has this text, wherever its lines break."""
    return " ".join(text.split()) in " ".join(document.split())


@pytest.mark.parametrize("stem", STEMS)
def test_the_readmes_table(stem: str) -> None:
    splits = report(stem).splits
    private = splits["private"]
    expected = row(
        f"{load_card(stem).title} (`models/{stem}.*`)",
        *(
            interval(splits[name].accuracy)
            for name in ("public", "private", "private_deduplicated")
        ),
        percent(private.balanced_accuracy),
        percent(private.per_class["fear"].recall, 0),
        bias(private),
        calibration(private),
    )
    assert expected in README


@pytest.mark.parametrize("stem", STEMS)
def test_the_records_tables_of_networks(stem: str) -> None:
    splits, card = report(stem).splits, load_card(stem)
    private = splits["private"]
    accuracies = row(
        f"{card.title} (`models/{stem}.*`)",
        f"{100 * card.validation['accuracy']:.1f}",
        *(
            interval(splits[name].accuracy)
            for name in ("public", "private", "private_deduplicated")
        ),
    )
    others = row(
        card.title,
        percent(private.balanced_accuracy),
        percent(private.macro_f1),
        bias(private),
        calibration(private),
        *(percent(private.per_class[name].recall, 0) for name in ("disgust", "fear")),
    )
    assert accuracies in RECORD
    assert others in RECORD


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_the_default_network_by_expression(emotion: str) -> None:
    scores = report(DEFAULT_MODEL).splits["private"].per_class[emotion]
    recall, precision = interval(scores.recall), interval(scores.precision)
    expected = row(emotion.capitalize(), scores.support, recall, precision, percent(scores.f1))
    assert expected in RECORD


def test_what_unsure_and_mirror_images_bring() -> None:
    found, card = report(DEFAULT_MODEL), load_card(DEFAULT_MODEL)
    selective = found.splits["private"].selective
    assert selective is not None
    coverage, right = f"{100 * selective.coverage:.0f} %", percent(selective.accuracy)
    assert says(README, f'{right} of 100 if it does not say "unsure" ({coverage} of the faces)')
    assert says(RECORD, f"Below its threshold of {selective.unsure_below:.2f}")
    assert says(RECORD, f"it answers {coverage} of the faces and is right for {right} % of those")
    averaged = {name: interval(figure) for name, figure in found.mirrored_accuracy.items()}
    assert says(RECORD, f"reaches {averaged['private']} on PrivateTest")
    assert says(
        RECORD,
        f"{averaged['private_deduplicated']} without copies: photos and films are looked at twice",
    )
    assert says(RECORD, f"Neutral's logit is lowered ({card.neutral_lowered:.2f})")


@pytest.mark.parametrize("suffix", load_card(DEFAULT_MODEL).runtimes)
def test_the_runtimes(suffix: str) -> None:
    found = load_card(DEFAULT_MODEL).runtimes[suffix]
    others = f"{100 * (1 - found['same_answer']):.1f} %"
    size = f"{found['bytes'] / 1e6:.1f} MB"
    assert row(found["runtime"], f"{100 * found['accuracy']:.2f}", others, size) in RECORD
    assert f"On all {found['faces']:,} test faces" in RECORD


def _ablation() -> AblationReport:
    return load_ablation(MODELS / ABLATION_FILE)


def _named(cell: Cell) -> str:
    return "plain, from scratch" if cell.network.startswith("plain") else "MobileNetV2"


@pytest.mark.parametrize("result", _ablation().cells, ids=lambda result: str(result.cell))
def test_the_ablations_table(result: CellResult) -> None:
    cell, figures = result.cell, result.figures
    expected = row(
        _named(cell),
        cell.size,
        cell.label_smoothing or "none",
        "full" if cell.class_weights == "balanced" else "none",
        *(percent(figures[name]) for name in ("accuracy", "balanced_accuracy")),
        f"{figures['neutral_bias_index'].value:.2f}",
        percent(figures["false_neutral_rate"]),
        percent(figures["disgust_recall"], 0),
    )
    assert expected in RECORD


@pytest.mark.parametrize("claim", _ablation().claims, ids=lambda claim: claim.name)
def test_the_claims(claim: Claim) -> None:
    (line,) = [
        line
        for line in RECORD.splitlines()
        if line.startswith(f"| {claim.statement.split()[0]}")
        and line.endswith(f"{claim.verdict} |")
    ]
    assert claim.test is not None
    difference = claim.test.difference
    ends = [difference.low, difference.high]
    if difference.value < 0:  # the table says "fewer" and turns the interval round
        ends = [-difference.high, -difference.low]
    low, high = (f"{100 * end:.1f}".replace("-", MINUS) for end in ends)
    assert f"{100 * abs(difference.value):.1f} " in line
    assert f"{low} to {high})" in line


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_a_document_names_exists(name: str) -> None:
    text, folder = DOCUMENTS[name], (ROOT / name).parent
    links = re.findall(r"\]\(([^)#]+)\)", text)
    inner = [link for link in links if "://" not in link]
    assert all((folder / link).exists() for link in inner), inner
    if name == "CHANGELOG.md":  # tells of files that are gone
        return
    files = re.findall(r"\b(?:scripts|configs|fer_core|tests)/[\w/]+\.(?:py|toml)\b", text)
    assert [file for file in files if not (ROOT / file).is_file()] == []
    commands = re.findall(r"python -m (scripts\.\w+)", text)
    assert all((ROOT / c.replace(".", "/") / "__main__.py").is_file() for c in commands)


def test_the_readme_stays_short_and_begins_with_what_matters() -> None:
    lines = README.splitlines()
    assert len(lines) <= 180
    first_screen = "\n".join(lines[:25])
    for needed in ("docs/photos.png", "make app", "make test", "Recognizer.load()"):
        assert needed in first_screen
