"""One face's probabilities → bars."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from fer_core.types import Probabilities
from ui.charts.style import FILLS, NAMES, SHARE_AXIS, styled
from ui.charts.words import percent


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
