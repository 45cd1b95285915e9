"""A split's figures → confusion matrix, bars by class, reliability diagram."""

from __future__ import annotations

from itertools import chain
from typing import Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.evaluation.estimates import Estimate, wilson
from fer_core.evaluation.split_report import ReliabilityBin, SplitReport
from fer_core.labels import COLORS, DISPLAY_NAMES, EMOTIONS
from ui.charts.style import (
    ACCENT,
    FAINT,
    NAMES,
    SCALE,
    SHARE_AXIS,
    add_intervals,
    blue,
    ink_on,
    styled,
)
from ui.charts.words import (
    ADJECTIVES,
    Metric,
    adjective,
    called,
    faces,
    interval,
    no_faces,
    none_called,
    part_of,
    percent,
    score_of,
)

Normalize = Literal["count", "row", "column"]


def confusion_heatmap(split: SplitReport, normalize: Normalize = "row") -> go.Figure:
    """The confusion matrix, true labels as rows, each cell with its number and share.

    Args:
        split: The figures.
        normalize: What a cell's colour and bold figure say: the number of images ("count"), its
            share of the images with that label ("row", so that the diagonal is recall), or its
            share of those answers ("column": precision).
    """
    counts = split.counts
    shares = _shares(counts, 0 if normalize == "column" else 1)
    # Counts are measured by the largest class, not the largest cell: two models on the same
    # images then share one scale.
    depth = counts / max(1, counts.sum(axis=1).max()) if normalize == "count" else shares
    depth = np.nan_to_num(depth)
    figure = go.Figure()
    figure.add_heatmap(
        x=NAMES,
        y=NAMES,
        z=depth,
        zmin=0,
        zmax=1,
        colorscale=SCALE,
        showscale=False,  # the numbers stand in the cells
        xgap=2,
        ygap=2,
        hoverinfo="skip",
    )
    places = [(i, j) for i in range(len(NAMES)) for j in range(len(NAMES))]
    # Clicks on a heat map reach nobody in Streamlit; those on markers over it do.
    figure.add_scatter(
        x=[NAMES[j] for _, j in places],
        y=[NAMES[i] for i, _ in places],
        mode="markers",
        marker={"size": 40, "symbol": "square", "color": "rgba(0, 0, 0, 0)"},
        customdata=places,
        hovertext=list(chain.from_iterable(_cell_sentences(counts, normalize))),
        hoverinfo="text",
    )
    # No trace: a chosen marker would fade the text of all others.
    texts = _cell_texts(counts, shares, bold_count=normalize == "count")
    figure.update_layout(
        annotations=[
            {
                "x": NAMES[j], "y": NAMES[i], "text": text, "showarrow": False,
                "font": {"size": 11, "color": ink_on(blue(share))},
            }
            for (i, j), text, share in zip(places, texts, depth.flat, strict=True)
        ]
    )  # fmt: skip
    # Plotly would leave room for the markers around the matrix: half its width on a telephone.
    first, last = -0.5, len(NAMES) - 0.5
    plain = {"showgrid": False, "ticks": ""}
    figure.update_xaxes(
        title="The network's answer", range=[first, last], autotickangles=[0, -45, -90], **plain
    )
    figure.update_yaxes(title="True label", range=[last, first], **plain)
    return styled(figure, 480, margin={"l": 0, "r": 0, "t": 8, "b": 8})


def per_class_bars(split: SplitReport, metric: Metric = "recall") -> go.Figure:
    """One bar an expression with its 95 % interval, hardest first; absent ones last, without."""
    scores = {name: score_of(split, name, metric) for name in EMOTIONS}
    order = sorted(EMOTIONS, key=lambda name: _rank(scores[name]))
    found = [scores[name] for name in order]
    labels = [_label(name, scores[name]) for name in order]
    figure = go.Figure()
    figure.add_bar(
        orientation="h",
        x=[0 if score is None else score.value for score in found],
        y=labels,
        marker={"color": [COLORS[name] for name in order]},
        hovertext=[_bar_sentence(split, name, metric) for name in order],
        hoverinfo="text",
    )
    # Black with a white rim, so that they read on the bars and on both themes.
    add_intervals(figure, "x", labels, found, thickness=4, color="#FFFFFF")
    add_intervals(figure, "x", labels, found, thickness=1.5, color="#000000")
    figure.update_xaxes(range=[0, 1.02], **SHARE_AXIS)
    figure.update_yaxes(autorange="reversed", ticksuffix=" ")
    return styled(figure, 320, bargap=0.35)


def reliability_diagram(split: SplitReport) -> go.Figure:
    """How often answers of each confidence are right, above the number of such answers."""
    bins = [part for part in split.reliability if part.count]
    rights = [wilson(round(part.count * (part.accuracy or 0)), part.count) for part in bins]
    sure = [part.confidence for part in bins]
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": "#808080", "dash": "dash", "width": 1.5},
        hoverinfo="skip",
    )  # fmt: skip
    add_intervals(figure, "y", sure, rights, thickness=1.5, color=ACCENT)
    figure.add_scatter(
        x=sure,
        y=[part.accuracy for part in bins],
        mode="lines+markers",
        line={"color": ACCENT},
        marker={"size": 8},
        hovertext=[_bin_sentence(part) for part in bins],
        hoverinfo="text",
    )
    _add_bin_counts(figure, bins)
    for text, x, y, side in (
        ("more often right<br>than it says", 0.02, 0.98, "left"),
        ("less often right<br>than it says", 0.98, 0.04, "right"),
    ):
        figure.add_annotation(
            text=text, x=x, y=y, showarrow=False, align=side, xanchor=side,
            yanchor="top" if side == "left" else "bottom",
        )  # fmt: skip
    figure.update_xaxes(title="Confidence", range=[0, 1.02], anchor="y2", **SHARE_AXIS)
    return styled(
        figure,
        460,
        yaxis={"title": "Share right", "range": [0, 1.02], "domain": [0.32, 1], **SHARE_AXIS},
    )


def _shares(counts: NDArray[np.int64], axis: int) -> NDArray[np.float64]:
    """Shares along an axis, NaN if there is nothing to share."""
    totals = counts.sum(axis=axis, keepdims=True)
    return counts / np.where(totals == 0, np.nan, totals)


def _cell_texts(
    counts: NDArray[np.int64], shares: NDArray[np.float64], *, bold_count: bool
) -> list[str]:
    texts = []
    for count, share in zip(counts.flat, shares.flat, strict=True):
        figures = [f"{count:,}", "–" if np.isnan(share) else percent(share)]
        first, second = figures if bold_count else reversed(figures)
        texts.append(f"<b>{first}</b><br>{second}")
    return texts


def _cell_sentences(counts: NDArray[np.int64], normalize: Normalize) -> list[list[str]]:
    say = _answer_sentence if normalize == "column" else called
    places = range(len(EMOTIONS))
    return [[say(counts, row, column) for column in places] for row in places]


def _answer_sentence(counts: NDArray[np.int64], row: int, column: int) -> str:
    total, count = int(counts[:, column].sum()), int(counts[row, column])
    if total == 0:
        return none_called(ADJECTIVES[column])
    whole = f"{faces(total)} called {ADJECTIVES[column]}"
    share = percent(count / total)
    return f"{part_of(count, whole)}<br>{ADJECTIVES[row]} by label ({share})"


def _rank(score: Estimate | None) -> float:
    return 2.0 if score is None else score.value


def _label(name: str, score: Estimate | None) -> str:
    return f"{DISPLAY_NAMES[name]} {'–' if score is None else percent(score.value)}"


def _bar_sentence(split: SplitReport, name: str, metric: Metric) -> str:
    scores, word = split.per_class[name], adjective(name)
    score = score_of(split, name, metric)
    if score is None:
        return none_called(word) if metric == "precision" else no_faces(word)
    what = {
        "recall": f"of {faces(scores.support, word)} recognised",
        "precision": f"of the faces called {word} are {word} by label",
        "f1": f"F1 on {faces(scores.support, word)}",
    }[metric]
    # In two lines: Plotly cuts off what is wider than a telephone.
    return f"{percent(score.value)} {what}{interval(score).replace(' (', '<br>(', 1)}"


def _add_bin_counts(figure: go.Figure, bins: list[ReliabilityBin]) -> None:
    figure.add_bar(
        x=[(part.low + part.high) / 2 for part in bins],
        y=[part.count for part in bins],
        width=[0.9 * (part.high - part.low) for part in bins],
        text=[f"{part.count:,}" for part in bins],
        textposition="outside",
        textangle=-90,
        textfont={"size": 10},
        marker={"color": ACCENT},
        hovertext=[_bin_sentence(part) for part in bins],
        hoverinfo="text",
        yaxis="y2",
    )
    highest = max((part.count for part in bins), default=1)
    figure.update_layout(
        yaxis2={
            "title": "Answers",
            "domain": [0, 0.24],
            "range": [0, 1.6 * highest],  # room for the numbers above the bars
            "showticklabels": False,
            "showgrid": False,
            "zerolinecolor": FAINT,
        }
    )


def _bin_sentence(part: ReliabilityBin) -> str:
    return (
        f"{faces(part.count)} answered with a confidence of "
        f"{100 * part.low:.0f}–{percent(part.high)}:<br>{percent(part.confidence or 0)} sure "
        f"on average, right for {percent(part.accuracy or 0)}"
    )
