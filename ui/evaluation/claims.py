"""The ablation on a page: a verdict for each claim, the chart it rests on, and how it was done."""

import streamlit as st

from fer_core.errors import ReportError, command
from fer_core.evaluation.ablation_report import (
    CONFIRMED,
    FIGURES,
    NOT_CONFIRMED,
    UNDECIDABLE,
    AblationReport,
    PairedTest,
)
from ui import downloads, problems, resources
from ui.charts.ablation import (
    TITLES,
    ablation_dots,
    cell_title,
    p_value,
    read_cells,
    read_design,
    read_verdict,
)
from ui.evaluation.view import Row, cells, chart
from ui.widgets import plain

ICONS = {
    CONFIRMED: ":material/check_circle:",
    NOT_CONFIRMED: ":material/cancel:",
    UNDECIDABLE: ":material/help:",
}


def section() -> None:
    """Everything about the claims; nothing if they were not tested."""
    try:
        report = resources.ablation()
    except ReportError as error:
        st.header("The seed recipe's claims, tested", anchor=False)
        problems.show(error)
        return
    if report is None:
        return
    st.header("The seed recipe's claims, tested", anchor=False)
    st.caption(read_design(report))
    _remarks(report)
    left, right = st.columns([2, 3], gap="large")
    with left:
        _verdicts(report)
    with right:
        _chart(report)
    _details(report)


def _remarks(report: AblationReport) -> None:
    if report.tiny:
        st.warning(
            "This file is a trial of the machinery on a few hundred faces: its figures mean "
            f"nothing. `{command('-m scripts.ablation')}` without `--tiny` writes the real one.",
            icon=":material/warning:",
        )
    if report.missing:
        st.info(
            f"{len(report.missing)} trainings are not finished: "
            f"`{command('-m scripts.ablation')}` goes on.",
            icon=":material/info:",
        )


def _verdicts(report: AblationReport) -> None:
    for claim in report.claims:
        st.markdown(
            f"{plain(claim.statement)}  \n{ICONS[claim.verdict]} **{claim.verdict.capitalize()}**"
        )
        st.caption(plain(read_verdict(claim)))


def _chart(report: AblationReport) -> None:
    figure = st.pills(
        "Figure",
        list(TITLES),
        format_func=TITLES.__getitem__,
        default=next(iter(TITLES)),
        required=True,
        wrap=True,
        key="ablation-figure",
    )
    chart(ablation_dots(report, figure), read_cells(report, figure), _cell_rows(report), "ablation")


def _details(report: AblationReport) -> None:
    with st.expander("How it was done, and every test"):
        st.markdown("\n".join(f"- {plain(line)}" for line in (*report.protocol, report.rule)))
        downloads.table([_test_row(test, report) for test in report.tests], "ablation-tests")


def _cell_rows(report: AblationReport) -> list[Row]:
    rows: list[Row] = []
    for result in report.cells:
        row: Row = {"network": cell_title(result.cell), "trainings": len(result.runs)}
        for name in FIGURES:
            row |= cells(TITLES[name], result.figures[name])
        rows.append(row)
    return rows


def _test_row(test: PairedTest, report: AblationReport) -> Row:
    titles = {result.cell.name: cell_title(result.cell) for result in report.cells}
    pooled = len(test.treated) > 1
    return {
        "claim": test.claim,
        "event": "right" if test.event == "correct" else "false Neutral",
        "with": f"{len(test.treated)} cells" if pooled else titles[test.treated[0]],
        "without": f"{len(test.control)} cells" if pooled else titles[test.control[0]],
        "difference, points": round(100 * test.difference.value, 2),
        "95 %": f"{100 * test.difference.low:.2f} to {100 * test.difference.high:.2f}",
        "faces with more": test.more,
        "with fewer": test.fewer,
        "alone": p_value(test.p),
        "corrected": p_value(test.p_holm),
    }
