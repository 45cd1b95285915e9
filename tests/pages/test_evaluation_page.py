import pytest

from fer_core import model_store
from page_tools import texts, write_report

DEFAULT = model_store.DEFAULT_MODEL


def test_every_figure_and_chart_of_one_model(open_page):
    app = open_page("evaluation")
    assert [metric.label for metric in app.metric] == [
        "Accuracy",
        "Balanced accuracy",
        "Neutral-bias index",
    ]
    assert len(app.get("plotly_chart")) == 5  # matrix, bars, calibration, loss, accuracy
    assert "95 % interval" in texts(app)
    assert "called surprised" in texts(app)


def test_the_figures_are_those_of_the_report(open_page, models):
    from fer_core.evaluation import load_report

    split = load_report(models / f"{DEFAULT}.report.json").splits["private"]
    assert split.accuracy is not None
    app = open_page("evaluation")
    assert app.metric[0].value == f"{100 * split.accuracy.value:.1f} %"


def test_every_split_can_be_chosen(open_page):
    app = open_page("evaluation")
    assert len(app.selectbox[0].options) == 4
    app.selectbox[0].select("private_deduplicated").run()
    assert not app.exception
    assert "pixel for pixel" in texts(app)


def test_two_models_stand_side_by_side(open_page, models):
    write_report(models / "other.report.json", seed=1)
    app = open_page("evaluation")
    app.multiselect[0].select("other").run()
    assert not app.exception
    assert len(app.metric) == 6
    assert len(app.get("plotly_chart")) == 8  # the second one has no history
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
    assert len(app.get("plotly_chart")) == 3
    assert "not a training history" in app.warning[0].value


def test_no_report_at_all_says_how_to_make_one(open_page, models):
    (models / f"{DEFAULT}.report.json").unlink()
    assert "scripts/evaluate.py" in open_page("evaluation").info[0].value


def test_no_model_chosen_asks_for_one(open_page):
    app = open_page("evaluation")
    app.multiselect[0].set_value([]).run()
    assert "Choose a model" in app.info[0].value
