"""The door to the charts: reports, histories, probabilities and sessions → Plotly figures.

The sentences that go with them are in `chart_readings` and `session_words`.
"""

from __future__ import annotations

from ui.charts.ablation import ablation_dots
from ui.charts.calibration import reliability_diagram
from ui.charts.evaluation import confusion_heatmap, per_class_bars
from ui.charts.faces import answer_strips
from ui.charts.history import history_curves
from ui.charts.live import probability_bars
from ui.charts.style import with_text_color

__all__ = [
    "ablation_dots",
    "answer_strips",
    "confusion_heatmap",
    "history_curves",
    "per_class_bars",
    "probability_bars",
    "reliability_diagram",
    "with_text_color",
]
