"""The claims on the Evaluation page: verdicts, chart, and what is said of a damaged file."""

import json

import pytest
from ablation_tools import write_ablation

from page_tools import figures, open_panel, texts

HEADING = "The seed recipe's claims, tested"


def claims_of(open_page):
    """The Evaluation page with its panel of claims."""
    return open_panel(open_page("evaluation"), "Claims")


@pytest.fixture
def ablation(models, tmp_path):
    path = models / "ablation.json"
    write_ablation(path, tmp_path / "work", each=40)
    return path


def _headings(app) -> list[str]:
    return [heading.value for heading in app.header]


def test_without_the_file_nothing_is_said_of_claims(open_page):
    app = claims_of(open_page)
    assert HEADING not in _headings(app)
    assert not app.error


def test_each_claim_has_its_verdict_and_reason(open_page, ablation):
    app = claims_of(open_page)
    page = texts(app).replace("\\", "")
    assert HEADING in _headings(app)
    report = json.loads(ablation.read_text())
    for claim in report["claims"]:
        assert claim["statement"] in page
        assert f"**{claim['verdict'].capitalize()}**" in page
    assert "18 networks" in page
    assert "280 faces of PublicTest" in page
    assert page.count("after correction") == 3
    assert not app.exception


def test_the_chart_has_a_row_a_cell_and_words_for_those_who_cannot_see_it(open_page, ablation):
    chart = claims_of(open_page).get("plotly_chart")[-1].proto
    for name in ("48 px", "96 px, both", "Standard network"):
        assert name in chart.spec
    assert chart.alt.startswith("The share of faces with another label")


def test_every_figure_can_be_chosen(open_page, ablation):
    app = claims_of(open_page)
    group = next(g for g in app.get("button_group") if "Disgust recall" in g.options)
    seen = set()
    for option in group.options:
        group.set_value(option).run()
        assert not app.exception
        seen.add(app.get("plotly_chart")[-1].proto.alt)
        group = next(g for g in app.get("button_group") if "Disgust recall" in g.options)
    assert len(seen) == 5


@pytest.mark.parametrize(
    ("text", "message"), [("{", "damaged"), ("{}", "is missing"), ("[1]", "damaged")]
)
def test_a_damaged_file_is_a_message_and_the_rest_stays(open_page, models, text, message):
    (models / "ablation.json").write_text(text)
    app = claims_of(open_page)
    assert message in app.error[0].value
    assert "ablation" in app.error[0].value
    assert len(figures(app)) == 3


def test_a_trial_and_an_unfinished_one_say_so(open_page, ablation):
    changes = {"tiny": True, "missing": ["a", "b"]}
    ablation.write_text(json.dumps({**json.loads(ablation.read_text()), **changes}))
    app = claims_of(open_page)
    assert "mean nothing" in app.warning[-1].value
    assert "2 trainings are not finished" in app.info[-1].value


def test_it_is_shown_where_no_model_has_a_report(open_page, models, ablation):
    for report in models.glob("*.report.json"):
        report.unlink()
    app = claims_of(open_page)
    assert HEADING in _headings(app)
    assert len(app.get("plotly_chart")) == 1
