"""Two models on the same faces: differences with paired intervals, and a plain verdict."""

from __future__ import annotations

import streamlit as st

from fer_core.errors import ReportError
from fer_core.evaluation.audits.comparison import Comparison, Difference, common, compare
from ui import problems
from ui.charts.trust import figures, sentences
from ui.evaluation.behind import gallery
from ui.evaluation.subjects import Subject
from ui.evaluation.view import Row, chart
from ui.widgets import figure, plain


def show(first: Subject, second: Subject) -> None:
    """The verdict, the differences, and the faces that one gets and the other misses."""
    try:
        mine, theirs = first.predictions(), second.predictions()
        labels, one, other, paths = common(mine, theirs)
    except ReportError as error:
        problems.show(error, "info")
        return
    found = compare(labels, one, other)
    titles = plain(first.title), plain(second.title)
    st.markdown(sentences.read_comparison(found, *titles))
    _headline(found)
    rows: list[Row] = [
        {
            "expression": name,
            "difference, points": round(100 * each.value, 1),
            "95 % interval": f"{100 * each.low:.1f} to {100 * each.high:.1f}",
        }
        for name, each in found.recall.items()
    ]
    reading = (
        "Recall of the first minus the second. Of seven such intervals one or more leaves out 0 by "
        "chance in three cases of ten."
    )
    chart(figures.difference_dots(found), reading, rows, "comparison")
    _only(first, second, labels == one, labels == other, paths)


def _headline(found: Comparison) -> None:
    figures_found: dict[str, tuple[Difference | None, bool]] = {
        "Accuracy": (found.accuracy, True),
        "Balanced accuracy": (found.balanced_accuracy, True),
        "Neutral-bias index": (found.neutral_bias, False),
    }
    for column, (name, (each, share)) in zip(
        st.columns(3, gap="large"), figures_found.items(), strict=True
    ):
        with column:
            value = "not defined" if each is None else _signed(each, share)
            st.html(figure(f"{name}, difference", value))
            if each is not None:
                st.caption(_ends(each, share))


def _signed(each: Difference, share: bool) -> str:
    text = f"{100 * each.value:+.1f} points" if share else f"{each.value:+.2f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _ends(each: Difference, share: bool) -> str:
    factor, digits = (100, 1) if share else (1, 2)
    low, high = (f"{factor * end:.{digits}f}" for end in (each.low, each.high))
    blank = "\N{NO-BREAK SPACE}"
    text = f"95{blank}% interval {low}{blank}to{blank}{high}"
    return text.replace("-", "\N{MINUS SIGN}")


def _only(first: Subject, second: Subject, one, other, paths: list[str]) -> None:  # type: ignore[no-untyped-def]
    sides = {
        f"Right by {first.title} alone": one & ~other,
        f"Right by {second.title} alone": other & ~one,
    }
    look_up = first.faces()
    if look_up is None:
        return
    side = st.segmented_control("Faces", list(sides), default=None, key="comparison-faces")
    if side:
        shown = [
            (path, path.split("/")[-2]) for path, yes in zip(paths, sides[side], strict=True) if yes
        ]
        gallery(shown, look_up)
