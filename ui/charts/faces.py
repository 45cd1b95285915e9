"""One face's probabilities → bars; a session's answers → one ribbon a face."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from fer_core.labels import COLORS, DISPLAY_NAMES, UNSURE
from fer_core.types import Probabilities
from fer_core.video.record import ANSWERS, Rows
from fer_core.video.spans import AnswerSpan, answer_spans, by_face, frame_times
from ui.charts.session_words import clock, duration
from ui.charts.style import FILLS, LEGEND, NAMES, SHARE_AXIS, styled
from ui.charts.words import percent

MOST_STRIPS: Final = 8
_STEPS: Final = 300  # over the whole width: about a pixel each on a telephone
_TICKS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)  # seconds
_MOST_TICKS: Final = 6


def probability_bars(probabilities: Probabilities | None) -> go.Figure:
    """Seven bars that keep their order and place; only lengths and figures change.

    Args:
        probabilities: (7,) in [0, 1] in the order of `EMOTIONS`; None before there is a face,
            drawn as empty places.
    """
    values = [0.0] * len(NAMES) if probabilities is None else probabilities.tolist()
    texts = [percent(value) for value in values]
    if probabilities is None:
        texts = ["–"] * len(NAMES)
    else:
        best = int(np.argmax(probabilities))
        texts[best] = f"<b>{texts[best]}</b>"
    figure = go.Figure()
    figure.add_bar(
        orientation="h",
        x=values,
        y=NAMES,
        marker={"color": FILLS},
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )
    # The figures stand in a column of their own: beside the bars' ends they would dance.
    figure.add_scatter(
        x=[1.16] * len(NAMES),
        y=NAMES,
        mode="text",
        text=texts,
        textposition="middle left",
        hoverinfo="skip",
    )
    figure.update_xaxes(range=[0, 1.16], **SHARE_AXIS)
    figure.update_yaxes(autorange="reversed", ticksuffix=" ")
    return styled(figure, 250, bargap=0.35)


def answer_strips(rows: Rows) -> go.Figure:
    """One ribbon a face: which answer was shown when.

    Args:
        rows: Of a session or film. Of more than `MOST_STRIPS` faces, those in view the longest are
            drawn. Each of 300 steps has the answer that was shown for the longest in it.
    """
    times = frame_times(rows)
    start, end = (float(times[0]), float(times[-1])) if len(times) else (0.0, 0.0)
    length = max(np.ceil(end) - start, 1.0)
    longest = sorted(by_face(rows), key=lambda face: -face.seconds)[:MOST_STRIPS]
    faces = sorted(longest, key=lambda face: face.number)
    step = length / _STEPS
    drawn = [(f"Face {face.number}", s) for face in faces for s in answer_spans(face, step)]
    figure = go.Figure()
    for answer in ANSWERS:
        if own := [(name, span) for name, span in drawn if span.answer == answer]:
            figure.add_bar(**_bars(answer, own))
    names = [f"Face {face.number}" for face in faces]
    figure.update_yaxes(categoryorder="array", categoryarray=names, autorange="reversed")
    figure.update_yaxes(ticksuffix=" ", showgrid=False)
    marks = _marks(start, start + length)
    figure.update_xaxes(range=[start, start + length], tickvals=marks, ticktext=_clocks(marks))
    figure.update_xaxes(showgrid=False, zeroline=False, ticklabelstandoff=6)
    height = 110 + 34 * max(len(names), 1)
    return styled(figure, height, barmode="overlay", bargap=0.3, showlegend=True, legend=LEGEND)


def _bars(answer: str, own: list[tuple[str, AnswerSpan]]) -> dict[str, Any]:
    return {
        "orientation": "h",
        "name": DISPLAY_NAMES[answer],
        "y": [name for name, _ in own],
        "base": [span.start for _, span in own],
        "x": [span.end - span.start for _, span in own],
        "marker": _marker(answer),
        "customdata": [_words(name, span) for name, span in own],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _marker(answer: str) -> dict[str, Any]:
    color = COLORS[answer]
    if answer != UNSURE:
        return {"color": color, "line": {"width": 0}}
    pattern = {"shape": "/", "fgcolor": color, "bgcolor": "rgba(0, 0, 0, 0)", "size": 6}
    return {"color": color, "pattern": pattern, "line": {"width": 1, "color": color}}


def _words(name: str, span: AnswerSpan) -> str:
    when = f"{clock(span.start)} to {clock(span.end)}"
    return f"{name}: {span.answer}<br>{when} ({duration(span.end - span.start)})"


def _marks(start: float, end: float) -> list[float]:
    """Round moments, at most six: they also fit a telephone."""
    step = next((s for s in _TICKS if (end - start) / s < _MOST_TICKS), _TICKS[-1])
    return [float(mark) for mark in np.arange(np.ceil(start / step) * step, end + 1e-6, step)]


def _clocks(marks: list[float]) -> list[str]:
    return [clock(mark) for mark in marks]
