"""An evaluation as one HTML file: sentences, tables and interactive charts, without a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from fer_core.evaluation.audits.robustness import RobustnessReport
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import DISPLAY_NAMES, EMOTIONS
from fer_core.store.model_files import ModelCard
from fer_core.store.names import printable
from ui.charts import readings
from ui.charts.evaluation import confusion_heatmap, per_class_bars, reliability_diagram
from ui.charts.style import with_text_color
from ui.charts.trust import figures, sentences
from ui.charts.words import interval, percent

_CONFIG: Final = {"displaylogo": False, "responsive": True, "scrollZoom": False}
_INK: Final = "#1F2430"
_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1F2430; background: #fff; margin: 2rem auto;
  max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid #d5d8de; }
figure { margin: 0 0 1.5rem; break-inside: avoid; } figcaption, small { color: #4a5160; }
.scroll { overflow-x: auto; } section { break-before: auto; }
@media print { body { margin: 0; max-width: none; } h2 { break-after: avoid; } }
"""
_TITLES: Final = {
    "private": "FER-2013's PrivateTest",
    "private_deduplicated": "FER-2013's PrivateTest without copies",
    "public": "FER-2013's PublicTest",
    "test": "the whole test part",
    "own": "the own pictures",
}


def as_html(
    report: EvaluationReport,
    title: str,
    card: ModelCard | None = None,
    robustness: RobustnessReport | None = None,
) -> str:
    """The whole evaluation as a page of its own.

    Args:
        title: Of the model; plain text, as all words here are taken to be.
        card: Of the model, if there is one.
        robustness: What harms it, if that was measured.
    """
    parts = [
        f"<h1>Evaluation: {escape(printable(title))}</h1>",
        *_about(report, card),
        *(part for name in _in_order(report) for part in _split(name, report.splits[name])),
    ]
    if robustness is not None and robustness.clean is not None:
        parts += ["<h2>What harms it</h2>"]
        reports = {title: robustness}
        parts.append(
            _figure(
                figures.harm_curves(reports, calibration=False), sentences.read_harm(robustness)
            )
        )
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Evaluation: {escape(printable(title))}</title><style>{_STYLE}</style>"
        f"<script>{get_plotlyjs()}</script></head><body>\n{body}\n</body></html>\n"
    )


def _about(report: EvaluationReport, card: ModelCard | None) -> Iterator[str]:
    """What was evaluated, when and on what."""
    if card is not None:
        yield f"<p>{escape(printable(card.summary))}</p>"
    facts = {
        "Evaluated": report.created,
        "Network (SHA-256)": report.model_sha256,
        "Data (SHA-256)": report.data_sha256,
    }
    rows = [(name, value) for name, value in facts.items() if value]
    yield _table(("", ""), rows)
    if report.left_out:
        items = "".join(f"<li>{escape(each.in_words())}</li>" for each in report.left_out)
        yield f"<h2>Left out of the figures</h2><ul>{items}</ul>"
    yield (
        "<p><small>All this is about the apparent expression of a face in one picture, never about "
        "what a person feels. Intervals are 95 % intervals.</small></p>"
    )


def _in_order(report: EvaluationReport) -> list[str]:
    """The parts, what nothing was chosen on first."""
    known = [name for name in _TITLES if name in report.splits]
    return [*known, *(name for name in report.splits if name not in _TITLES)]


def _split(name: str, split: SplitReport) -> Iterator[str]:
    where = _TITLES.get(name, name)
    yield f"<h2>{escape(where[:1].upper() + where[1:])}</h2>"
    verdict = sentences.read_verdict(split, where)
    yield f"<p>{_bold(verdict)}</p>"
    if coverage := sentences.read_coverage(split):
        yield f"<p>{escape(coverage)}</p>"
    if not split.n:
        return
    headline = {
        "Accuracy": split.accuracy,
        "Balanced accuracy": split.balanced_accuracy,
        "Macro F1": split.macro_f1,
        "Label among the two likeliest": split.top2_accuracy,
    }
    rows = [
        (what, f"{percent(e.value, 1)}{interval(e)}")
        for what, e in headline.items()
        if e is not None
    ]
    if (bias := split.neutral_bias_index) is not None:
        rows.append(("Neutral-bias index", f"{bias.value:.2f}{interval(bias, share=False)}"))
    if split.expected_calibration_error is not None:
        rows.append(("Calibration error", f"{split.expected_calibration_error:.3f}"))
    yield _table(("Figure", "Value"), rows)
    yield _figure(confusion_heatmap(split), readings.read_confusion(split))
    yield _figure(per_class_bars(split), readings.read_per_class(split))
    yield _table(("Expression", "Faces", "Recall", "Precision"), _class_rows(split))
    yield _figure(reliability_diagram(split), readings.read_calibration(split))
    if split.thresholds:
        at = split.selective.unsure_below if split.selective else 0.0
        yield _figure(figures.risk_coverage(split, at), sentences.read_risk(split, at))
    if split.agreement:
        yield _figure(
            figures.agreement_dots(split.agreement), sentences.read_agreement(split.agreement)
        )
    if split.slices:
        yield _figure(figures.slice_dots(split.slices), sentences.read_slices(split.slices))


def _class_rows(split: SplitReport) -> list[tuple[str, ...]]:
    rows = []
    for name in EMOTIONS:
        scores = split.per_class[name]
        found = (scores.recall, scores.precision)
        words = ["–" if e is None else f"{percent(e.value, 1)}{interval(e)}" for e in found]
        rows.append((DISPLAY_NAMES[name], f"{scores.support:,}", *words))
    return rows


def _figure(figure: go.Figure, reading: str) -> str:
    with_text_color(figure, _INK)
    chart = figure.to_html(full_html=False, include_plotlyjs=False, config=_CONFIG)
    return f"<figure>{chart}<figcaption>{_bold(reading)}</figcaption></figure>"


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(cell)}</th>" for cell in header) if any(header) else ""
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(printable(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _bold(text: str) -> str:
    """The sentence's **figures** set bold; everything else as it is."""
    parts = escape(text).split("**")
    return "".join(f"<b>{part}</b>" if i % 2 else part for i, part in enumerate(parts))
