"""What scripts/evaluate.py prints: figures of a report and of photographs as text."""

from __future__ import annotations

from collections.abc import Sequence

from fer_core.data.findings import Finding
from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.report import EvaluationReport
from fer_core.evaluation.split_report import SplitReport
from fer_core.labels import EMOTIONS
from fer_core.recognition.photos import PhotoResult, counted
from fer_core.store.names import printable

COLUMNS = (
    f"{'split':<22}{'n':>7}  {'accuracy (95 %)':<20}{'balanced':>10}{'neutral bias':>14}{'ECE':>7}"
)


def as_table(report: EvaluationReport) -> str:
    """One line a split; a dash stands for a figure that does not exist."""
    lines = [COLUMNS, *(_line(name, split) for name, split in report.splits.items())]
    if report.mirrored_accuracy:
        averaged = (f"{k} {_figure(v, 3)}" for k, v in report.mirrored_accuracy.items())
        lines.append(f"Averaged over each face and its mirror image: {', '.join(averaged)}.")
    for name, splits in report.ways.items():
        lines += [
            f"Asked in another way, {name.replace('_', ' ')}:",
            *(_line(split_name, split) for split_name, split in splits.items()),
        ]
    if "private" in report.splits:
        times = "once" if report.private_reads == 1 else f"{report.private_reads} times"
        lines.append(f"PrivateTest was read {times} for this network's figures.")
    lines += _coverage(next(iter(report.splits.values())), report.left_out)
    return "\n".join(lines)


def _coverage(split: SplitReport, left_out: Sequence[Finding]) -> list[str]:
    """What the figures do not cover: expressions without images, and what could not be used."""
    there = len(EMOTIONS) - len(split.absent)
    lines = [f"Evaluated over {there} of 7 expressions: none is {' or '.join(split.absent)}."]
    return [*lines[: bool(split.absent)], *(f"Left out: {each.in_words()}" for each in left_out)]


def photos_as_table(
    results: Sequence[PhotoResult], report: SplitReport, detector: str, left_out: Sequence[Finding]
) -> str:
    """A row for each expression that has photographs, the figures of all, and what was not read."""
    lines = [f"{'expression':<12}{'photos':>7}{'no face':>9}  {'recall (95 %)':<22}{'unsure':>7}"]
    for emotion in EMOTIONS:
        own = [result for result in results if result.label == emotion]
        if own:
            recall = _share(report.per_class[emotion].recall)
            faceless = sum(not result.faces and not result.problem for result in own)
            unsure = sum(face.is_unsure for result in own for face in result.faces)
            lines.append(f"{emotion:<12}{len(own):>7}{faceless:>9}  {recall:<22}{unsure:>7}")
    lines.append(
        f"Right for {_share(report.accuracy)} of {counted(report.n, 'face')}, found by {detector}."
    )
    selective = report.selective
    if selective and selective.unsure_below:
        lines.append(
            f'Without those below {selective.unsure_below:.2f}, which are "unsure": right for '
            f"{_share(selective.accuracy)} of {selective.coverage:.0%} of them."
        )
    bad = (result for result in results if result.problem)
    lines += _coverage(report, left_out)
    lines += [f"Not read: {printable(result.name)}: {result.problem}" for result in bad]
    return "\n".join(lines)


def _share(estimate: Estimate | None) -> str:
    if estimate is None or estimate.interval is None:
        return "–"
    low, high = estimate.interval
    return f"{estimate.value:.1%} ({low:.1%}–{high:.1%})"


def _line(name: str, split: SplitReport) -> str:
    interval = split.accuracy.interval if split.accuracy else None
    ends = f" ({interval[0]:.3f}-{interval[1]:.3f})" if interval else ""
    accuracy = f"{_figure(split.accuracy, 3)}{ends}"
    error = split.expected_calibration_error
    return (
        f"{name:<22}{split.n:>7,}  {accuracy:<20}"
        f"{_figure(split.balanced_accuracy, 3):>10}{_figure(split.neutral_bias_index, 2):>14}"
        f"{'–' if error is None else f'{error:.3f}':>7}"
    )


def _figure(estimate: Estimate | None, digits: int) -> str:
    return "–" if estimate is None else f"{estimate.value:.{digits}f}"
