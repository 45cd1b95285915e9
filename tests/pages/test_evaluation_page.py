import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from made_figures import says, split_of

from fer_core.store import model_files
from page_tools import figures, open_panel, texts, write_history, write_report
from ui.charts import draw

DEFAULT = model_files.DEFAULT_MODEL


def _choice(app, label):
    return next(box for box in app.selectbox if box.label == label)


def test_every_figure_and_chart_of_one_model(open_page):
    app = open_page("evaluation")
    assert [name for name, _ in figures(app)] == [
        "Accuracy",
        "Balanced accuracy",
        "Neutral-bias index",
    ]
    assert len(app.get("plotly_chart")) == 2  # matrix and bars: the others in tabs of their own
    assert says(texts(app), "95 % interval")
    assert "called surprised" in texts(app)


def test_a_sessions_first_charts_wait_for_the_words_above_them(open_page, monkeypatch):
    steps, chart = [], st.plotly_chart
    monkeypatch.setattr(draw, "time", SimpleNamespace(sleep=lambda _: steps.append("words")))
    monkeypatch.setattr(
        st,
        "plotly_chart",
        lambda *args, **options: steps.append("chart") or chart(*args, **options),
    )
    open_page("evaluation").run()
    assert steps == ["words", *["chart"] * 4], "in two runs"


def test_the_figures_are_those_of_the_report(open_page, models):
    from fer_core.evaluation.report import load_report

    split = load_report(models / f"{DEFAULT}.report.json").splits["private"]
    assert split.accuracy is not None
    app = open_page("evaluation")
    assert figures(app)[0][1] == f"{100 * split.accuracy.value:.1f} %"


def test_what_a_second_look_would_bring_is_said_where_it_was_measured(open_page, models):
    assert "mirror image" not in texts(open_page("evaluation"))
    accuracy = {"private": {"value": 0.712, "low": 0.69, "high": 0.73}}
    _rewrite(models / f"{DEFAULT}.report.json", mirrored_accuracy=accuracy)
    page = texts(open_page("evaluation"))
    assert says(page, "mirror image: right for 71.2 % (95 % interval 69.0 to 73.0 %)")


def test_every_split_can_be_chosen(open_page):
    app = open_page("evaluation")
    choice = _choice(app, "Test images")
    assert "PrivateTest – 700 faces" in choice.options
    assert len(choice.options) == 4
    choice.select("private_deduplicated").run()
    assert not app.exception
    assert "pixel for pixel" in texts(app)


def test_two_models_stand_side_by_side(open_page, models):
    write_report(models / "other.report.json", seed=1)
    app = open_page("evaluation")
    _choice(app, "Compare with").select("other").run()
    assert not app.exception
    assert len(figures(app)) == 6
    assert len(app.get("plotly_chart")) == 4
    open_panel(app, "Training")
    assert len(app.get("plotly_chart")) == 2  # the second one has no history
    assert "other\\.history\\.csv cannot be read" in texts(app)


@pytest.mark.parametrize("control", ["Shares", "Figure"])
def test_other_shares_and_figures(open_page, control):
    app = open_page("evaluation")
    group = next(g for g in app.get("button_group") if g.label == control)
    before = [chart.proto.spec for chart in app.get("plotly_chart")]
    group.set_value(group.options[-1]).run()
    assert not app.exception
    assert [chart.proto.spec for chart in app.get("plotly_chart")] != before


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "not valid JSON"), ("{}", "is missing"), ("[1]", "damaged")],
)
def test_a_damaged_report_is_a_message(open_page, models, text, message):
    (models / f"{DEFAULT}.report.json").write_text(text)
    app = open_page("evaluation")
    assert any(message in error.value for error in app.error)


def test_a_damaged_history_leaves_the_other_charts(open_page, models):
    (models / f"{DEFAULT}.history.csv").write_text("epoch\n1\n")
    app = open_page("evaluation")
    assert len(app.get("plotly_chart")) == 2
    open_panel(app, "Training")
    assert "not a training history" in app.warning[0].value


def test_no_report_at_all_says_how_to_make_one(open_page, models):
    (models / f"{DEFAULT}.report.json").unlink()
    app = open_page("evaluation")
    assert "scripts/evaluate.py" in app.info[0].value
    assert "Model in use" in app.caption[-1].value


def test_alone_it_has_nothing_to_compare_with(open_page):
    assert _choice(open_page("evaluation"), "Compare with").disabled


def _rewrite(path: Path, **changes: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_models_with_other_data_are_not_to_be_compared(open_page, models):
    write_report(models / "other.report.json")
    _rewrite(models / "other.report.json", data_sha256="f" * 64)
    app = open_page("evaluation")
    assert not any("different data sets" in warning.value for warning in app.warning)
    _choice(app, "Compare with").select("other").run()
    assert any("different data sets" in warning.value for warning in app.warning)


def test_models_without_a_common_split(open_page, models):
    write_report(models / "other.report.json")
    splits = json.loads((models / "other.report.json").read_text())["splits"]
    _rewrite(models / "other.report.json", splits={"field": splits["test"]})
    app = open_page("evaluation")
    _choice(app, "Compare with").select("other").run()
    assert not app.exception
    assert "no test images in common" in app.info[0].value


def test_a_split_of_another_name_can_be_read(open_page, models):
    report = models / f"{DEFAULT}.report.json"
    splits = json.loads(report.read_text())["splits"]
    _rewrite(report, splits={"field": splits["test"]})
    app = open_page("evaluation")
    assert _choice(app, "Test images").options == ["Field – 700 faces"]
    assert len(figures(app)) == 3


@pytest.mark.parametrize(
    ("reads", "runtimes", "words"),
    [
        (0, False, ""),
        (1, False, "once"),
        (2, False, "twice"),
        (3, False, "3 times"),
        (1, True, "twice … once for figures, once to compare"),
    ],
)
def test_how_often_the_final_test_was_read(open_page, models, reads, runtimes, words):
    _rewrite(models / f"{DEFAULT}.report.json", private_reads=reads)
    _rewrite(models / f"{DEFAULT}.card.json", runtimes={".onnx": {"faces": 7}} if runtimes else {})
    page = texts(open_page("evaluation"))
    assert ("It was read" in page) == bool(words)
    assert says(page, f"It was read {words}") or not words


@pytest.mark.parametrize(
    ("drop", "words"),
    [(["near_test_copies"], "did not learn from these copies"), ([], "may simply remember")],
)
def test_what_copies_mean_goes_by_what_was_learned_from(open_page, models, drop, words):
    _rewrite(models / f"{DEFAULT}.card.json", recipe={"data": {"drop": drop}})
    app = open_page("evaluation")
    _choice(app, "Test images").select("private_deduplicated").run()
    said = {
        w for w in ("did not learn from these copies", "may simply remember") if w in texts(app)
    }
    assert said == {words}


def test_a_model_that_keeps_only_its_card_and_report(open_page, models):
    write_report(models / "kept.report.json")
    write_history(models / "kept.history.csv")
    card = json.loads((models / f"{DEFAULT}.card.json").read_text())
    (models / "kept.card.json").write_text(json.dumps({**card, "stem": "kept", "title": "Kept"}))
    app = open_page("evaluation")
    _choice(app, "Compare with").select("kept").run()
    assert "**Kept**" in texts(app)
    open_panel(app, "Training")
    assert len(app.get("plotly_chart")) == 4
    assert not app.error


@pytest.mark.parametrize(
    ("panel", "charts"), [("Mistakes", 2), ("“Unsure”", 2), ("Hard faces", 2), ("Training", 2)]
)
def test_every_chart_is_told_in_words(open_page, panel, charts):
    app = open_panel(open_page("evaluation"), panel)
    shown = app.get("plotly_chart")
    assert len(shown) == charts
    assert all(len(chart.proto.alt) > 20 for chart in shown)


def test_every_way_of_asking_can_be_chosen(open_page, models):
    report = models / f"{DEFAULT}.report.json"
    splits = json.loads(report.read_text())["splits"]
    other = split_of([0, 1, 6, 6], [0, 1, 6, 0]).to_dict()
    _rewrite(report, ways={"two_looks": dict.fromkeys(splits, other)})
    app = open_page("evaluation")
    group = next(g for g in app.get("button_group") if g.label == "Each face is asked")
    assert group.options == ["once", "twice"]
    before = figures(app)[0][1]
    group.set_value("two_looks").run()
    assert not app.exception
    assert (before != "75.0 %", figures(app)[0][1]) == (True, "75.0 %")
