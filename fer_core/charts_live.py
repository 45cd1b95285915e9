"""One face's probabilities → bars, and their course over time → stacked areas."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from fer_core.chart_style import FILLS, LEGEND, NAMES, SHARE_AXIS, styled
from fer_core.chart_words import percent
from fer_core.types import Probabilities


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


def probability_timeline(
    times: Sequence[float] | NDArray[np.floating],
    probabilities: Sequence[Probabilities] | Probabilities,
    *,
    window: float = 60.0,
    now: float | None = None,
) -> go.Figure:
    """The last seconds as stacked areas, one colour an expression.

    Args:
        times: (n,) ascending, in seconds of any clock; n may be 0.
        probabilities: (n, 7) in [0, 1] in the order of `EMOTIONS`; rows of NaN where there was no
            face, drawn as empty.
        window: Length of the time axis, in seconds. What is older is left out.
        now: The right end of the axis on the same clock; the last of `times` where None.
    """
    ago, values = _last_seconds(times, probabilities, window, now)
    figure = go.Figure()
    for i, name in enumerate(NAMES):
        figure.add_scatter(
            x=ago,
            y=values[:, i],
            name=name,
            mode="lines",
            stackgroup="all",
            line={"width": 0.5, "color": FILLS[i]},
            fillcolor=FILLS[i],
            hovertemplate="%{y:.0%}",
        )
    marks = np.linspace(-window, 0, 5)
    labels = [f"{window:.0f} s ago", *(f"{-mark:.0f}" for mark in marks[1:-1]), "now"]
    figure.update_xaxes(range=[-window, 0], tickvals=marks, ticktext=labels, showgrid=False)
    # Standing off, because the first label would touch the 0 of the other axis.
    figure.update_xaxes(hoverformat=".1f", zeroline=False, ticklabelstandoff=6)
    figure.update_yaxes(range=[0, 1], **SHARE_AXIS)
    return styled(figure, 300, showlegend=True, legend=LEGEND, hovermode="x unified")


def _last_seconds(
    times: Sequence[float] | NDArray[np.floating],
    probabilities: Sequence[Probabilities] | Probabilities,
    window: float,
    now: float | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(n,) seconds up to 0, and (n, 7) shares with 0 for NaN; n is at least 1."""
    clock = np.asarray(times, dtype=np.float64)
    values = np.asarray(probabilities, dtype=np.float64).reshape(len(clock), len(NAMES))
    latest = now if now is not None else clock[-1] if len(clock) else 0.0
    shown = (clock >= latest - window) & (clock <= latest)
    if not shown.any():
        # Plotly draws no legend where there is nothing: the chart would jump at the first sample.
        return np.zeros(1), np.zeros((1, len(NAMES)))
    return clock[shown] - latest, np.nan_to_num(values[shown])
