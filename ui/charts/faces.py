"""One face's probabilities → bars; all of a session's answers → one ribbon a face."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from fer_core.labels import COLORS, DISPLAY_NAMES, UNSURE
from fer_core.types import Probabilities
from fer_core.video.record import ANSWERS, SessionRows
from fer_core.video.spans import Run, by_face, frame_times, runs
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


def answer_strips(rows: SessionRows) -> go.Figure:
    """One ribbon a face: which answer was shown when, over the session.

    Args:
        rows: Of the session. Of more than `MOST_STRIPS` faces, those are drawn that were in view
            the longest. Each of 300 steps has the answer that stood in it for the longest.
    """
    times = frame_times(rows)
    start, end = (float(times[0]), float(times[-1])) if len(times) else (0.0, 0.0)
    span = max(np.ceil(end) - start, 1.0)
    longest = sorted(by_face(rows), key=lambda face: -face.seconds)[:MOST_STRIPS]
    faces = sorted(longest, key=lambda face: face.number)
    drawn = [(f"Face {face.number}", run) for face in faces for run in runs(face, span / _STEPS)]
    figure = go.Figure()
    for answer in ANSWERS:
        if own := [(name, run) for name, run in drawn if run.answer == answer]:
            figure.add_bar(**_bars(answer, own))
    names = [f"Face {face.number}" for face in faces]
    figure.update_yaxes(categoryorder="array", categoryarray=names, autorange="reversed")
    figure.update_yaxes(ticksuffix=" ", showgrid=False)
    marks = _marks(start, start + span)
    figure.update_xaxes(range=[start, start + span], tickvals=marks, ticktext=_clocks(marks))
    figure.update_xaxes(showgrid=False, zeroline=False, ticklabelstandoff=6)
    height = 110 + 34 * max(len(names), 1)
    return styled(figure, height, barmode="overlay", bargap=0.3, showlegend=True, legend=LEGEND)


def _bars(answer: str, own: list[tuple[str, Run]]) -> dict[str, Any]:
    return {
        "orientation": "h",
        "name": DISPLAY_NAMES[answer],
        "y": [name for name, _ in own],
        "base": [run.start for _, run in own],
        "x": [run.end - run.start for _, run in own],
        "marker": _marker(answer),
        "customdata": [_words(name, run) for name, run in own],
        "hovertemplate": "%{customdata}<extra></extra>",
    }


def _marker(answer: str) -> dict[str, Any]:
    color = COLORS[answer]
    if answer != UNSURE:
        return {"color": color, "line": {"width": 0}}
    pattern = {"shape": "/", "fgcolor": color, "bgcolor": "rgba(0, 0, 0, 0)", "size": 6}
    return {"color": color, "pattern": pattern, "line": {"width": 1, "color": color}}


def _words(name: str, run: Run) -> str:
    when = f"{clock(run.start)} to {clock(run.end)}"
    return f"{name}: {run.answer}<br>{when} ({duration(run.end - run.start)})"


def _marks(start: float, end: float) -> list[float]:
    """Round moments, at most six: they also fit a telephone."""
    step = next((s for s in _TICKS if (end - start) / s < _MOST_TICKS), _TICKS[-1])
    return [float(mark) for mark in np.arange(np.ceil(start / step) * step, end + 1e-6, step)]


def _clocks(marks: list[float]) -> list[str]:
    return [clock(mark) for mark in marks]
