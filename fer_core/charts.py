"""The door to the charts: reports, histories, probabilities and sessions → Plotly figures.

The sentences that go with them are in `chart_readings` and `session_words`.
"""

from __future__ import annotations

from fer_core.chart_style import with_text_color
from fer_core.charts_ablation import ablation_dots
from fer_core.charts_calibration import reliability_diagram
from fer_core.charts_evaluation import confusion_heatmap, per_class_bars
from fer_core.charts_history import history_curves
from fer_core.charts_live import probability_bars
from fer_core.charts_strips import answer_strips

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
