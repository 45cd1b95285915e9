"""The door to the charts: reports, histories and probabilities → Plotly figures.

The sentences that go with them are in `chart_readings`.
"""

from __future__ import annotations

from fer_core.chart_style import with_text_color
from fer_core.charts_calibration import reliability_diagram
from fer_core.charts_evaluation import confusion_heatmap, per_class_bars
from fer_core.charts_history import history_curves
from fer_core.charts_live import probability_bars, probability_timeline

__all__ = [
    "confusion_heatmap",
    "history_curves",
    "per_class_bars",
    "probability_bars",
    "probability_timeline",
    "reliability_diagram",
    "with_text_color",
]
