"""What stays of a session on the page, and how it leaves."""

import asyncio
import json
import re

import pytest
from session_fixtures import STARTED, record_of, steady
from starlette.requests import Request
from streamlit.testing.v1 import AppTest

from fer_core.video.film.edits import Edits
from fer_core.video.record import NOBODY, SessionRecord
from ui.live import summary
from ui.recorded import outputs
from ui.recorded import study as studies
from ui.recorded.study import Study, session_name

TOLD = sorted(steady(1, "happy", 0, 9.1) + steady(2, "unsure", 0, 3) + steady(2, "sad", 3, 4))
MAKER = {"model": "strong"}


def _drawn(study: Study) -> AppTest:
    def page(study):
        from ui.live import summary

        summary.draw(study)

    app = AppTest.from_function(page, args=(study,), default_timeout=60).run()
    assert not app.exception
    return app


def _texts(app: AppTest) -> str:
    return "\n".join(str(element.value) for element in [*app.markdown, *app.caption])


def _links(app: AppTest) -> list[str]:
    return re.findall(r'href="([^"]+)"', "".join(html.proto.body for html in app.get("html")))


def test_a_session_is_summed_up():
    app = _drawn(Study(record_of(TOLD), MAKER))
    assert app.header[0].value == "This session"
    assert re.search(r"\b9 s\b.*\b91 analysed frames", _texts(app))
    (faces,), (_, shares) = app.table, app.dataframe
    assert faces.value["In view"].tolist() == ["9 s", "4 s"]
    assert faces.value["Mostly (share of it)"].tolist() == ["happy (100 %)", "unsure (75 %)"]
    assert shares.value["Face 2"].tolist()[-1] == "75 %"


def test_the_participant_can_be_named_afterwards():
    study = Study(record_of(TOLD), MAKER)
    app = _drawn(study)
    app.text_input(key=f"session_participant_{study.token}").set_value(" P07 ").run()
    assert study.participant == "P07"
    assert study.name.startswith("P07_")
    assert study.shown.info.to_dict()["participant"] == "P07"


def test_without_a_frame_there_is_nothing_to_take():
    app = _drawn(Study(record_of([]), MAKER))
    assert "No frame was analysed" in _texts(app)
    assert _links(app) == []


def test_a_session_without_a_face_is_whole_all_the_same():
    study = Study(record_of(steady(NOBODY, "", 0, 5)), MAKER)
    app = _drawn(study)
    assert "no face was in view" in _texts(app)
    assert not app.dataframe
    assert len(_links(app)) == len(outputs.OUTPUTS)
    assert not study.unsaved, "nothing that anybody would miss"


def test_rows_that_were_let_go_are_told():
    told = steady(1, "happy", 0, 60)
    assert "first 30 s" not in _texts(_drawn(Study(record_of(told), MAKER)))
    short = record_of(told, max_rows=300, chunk_rows=100)
    assert "first 30 s" in _texts(_drawn(Study(short, MAKER)))


def test_a_crowd_is_cut_and_said_to_be():
    told = sorted(entry for n in range(1, 12) for entry in steady(n, "sad", 0, n))
    app = _drawn(Study(record_of(told), MAKER))
    assert re.search(r"\b8\b.*\b11 faces\b", _texts(app))
    assert list(app.dataframe[-1].value) == ["Answer", *(f"Face {n}" for n in range(4, 12))]


def test_shares_are_of_the_analysed_time_and_pauses_are_said():
    record = SessionRecord()
    for time, _, _ in steady(1, "happy", 0, 8):
        record.append(time, [])
    record.pause(8)
    record.resume(11)
    record.append(11, [])
    record.see(12)
    assert re.search(r"12 s long.: 9 s analysed, 3 s paused", _texts(_drawn(Study(record, MAKER))))


def _get(address: str):
    """What the route of the downloads answers."""
    (route,) = outputs.routes()
    token, what = address.split("/")[-2:]
    asked = {"type": "http", "method": "GET", "headers": [], "query_string": b"", "path": address}
    scope = {**asked, "path_params": {"token": token, "what": what}}
    return asyncio.run(route.endpoint(Request(scope)))


def test_every_link_gives_its_file_once_it_is_taken_nothing_is_unsaved():
    study = Study(record_of(TOLD), MAKER)
    study.participant = "Ann"
    study.edit(Edits(names={1: "Bob"}))
    links = _links(_drawn(study))
    assert len(links) == len(outputs.OUTPUTS)
    assert study.unsaved
    for link, output in zip(links, outputs.OUTPUTS, strict=True):
        answer = _get(link)
        assert answer.status_code == 200, link
        assert answer.headers["content-type"].split(";")[0] == output.kind
        assert f"Ann_2026-03-01_13-05-09{output.ending}" in answer.headers["content-disposition"]
    assert not study.unsaved
    data = json.loads(_get(outputs.address(study, "film.json")).body)
    assert (data["model"], data["participant"], data["names"]) == ("strong", "Ann", {"1": "Bob"})


def test_figures_end_with_whoever_holds_them():
    study = Study(record_of(TOLD), MAKER)
    link = outputs.address(study, "film.json")
    assert _get(link).status_code == 200
    assert studies.find(study.token) is study
    del study
    assert _get(link).status_code == 404


@pytest.mark.parametrize("what", ["film", "film.annotated.mp4", "film.nothing", "nothing"])
def test_a_session_has_no_pictures(what):
    study = Study(record_of(TOLD), MAKER)
    assert _get(outputs.address(study, what)).status_code == 404
    assert study.unsaved


def test_events_can_be_noted_afterwards():
    record = record_of(TOLD)
    record.mark(3.0, "smile")
    study = Study(record, MAKER)
    app = _drawn(study)
    assert "Marked events" in _texts(app)
    assert study.shown.marks[0].note == "smile"
    record.note(0, "smile asked for")
    assert study.shown.marks[0].note == "smile asked for", "what was shown is made anew"


@pytest.mark.parametrize(
    ("started", "timezone", "participant", "name"),
    [
        (STARTED, "Europe/Vienna", "", "session_2026-03-01_14-05-09"),
        (STARTED, "UTC", "", "session_2026-03-01_13-05-09"),
        (STARTED, None, "", "session_2026-03-01_13-05-09"),
        (STARTED, "Nowhere/At_All", "", "session_2026-03-01_13-05-09"),
        (STARTED, "../../etc/passwd", "", "session_2026-03-01_13-05-09"),
        (STARTED, "UTC", "../P.07", "P 07_2026-03-01_13-05-09"),
        (None, "UTC", "", "session"),
    ],
)
def test_the_name_is_who_and_the_start_on_the_viewers_clock(started, timezone, participant, name):
    assert session_name(started, timezone, participant) == name


def test_a_share_below_one_percent_is_not_none():
    told = steady(1, "happy", 0, 100) + steady(1, "sad", 100, 100.5)
    table = summary.shares(Study(record_of(told), MAKER).shown)
    assert table["Answer"][3:6] == ["Happy", "Sad", "Surprise"]
    assert table["Face 1"][3:6] == ["over 99 %", "under 1 %", "0 %"]
