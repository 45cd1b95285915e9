"""Films of several visitors: they wait in turn, can be stopped, and end with their visitor."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import av
import pytest
from films import Squares, every, square, write_film, write_sound_only

from fer_core.errors import FilmError
from fer_core.recognition.recognizer import Recognizer
from fer_core.video.film import FilmSettings
from fer_core.video.film.edits import Edits
from ui.server import film_jobs
from ui.server.film_files import FilmFile
from ui.server.film_jobs import FilmJob
from ui.server.films import Films


class Waiting(Squares):
    """Lets go of frames one by one."""

    def __init__(self) -> None:
        self.gate = threading.Semaphore(0)

    def analyze(self, image, **options):
        assert self.gate.acquire(timeout=30)
        return super().analyze(image, **options)


@pytest.fixture(autouse=True)
def maker(monkeypatch):
    monkeypatch.setattr(film_jobs, "maker", lambda _: {"model": "squares"})


@pytest.fixture
def films():
    films = Films(slots=1, apart=False, limit=10**7)
    yield films
    films.close()


@pytest.fixture
def path(tmp_path) -> Path:
    return write_film(tmp_path / "a.mp4", every(0.04, 50), lambda i: square(2 * i % 100))


def arrived(films: Films, path: Path, session: str = "anna") -> FilmJob:
    file = FilmFile()
    file.write_at(0, path.read_bytes())
    return films.open(session, films.arrive(session, file), path.name)


def wait_until(condition) -> None:
    ends = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.01)


def done(job: FilmJob) -> FilmJob:
    wait_until(lambda: job.state == "ready")
    return job


def test_a_film_is_analysed_beside_the_page(films, path):
    job = arrived(films, path)
    assert job.info.duration == pytest.approx(2, abs=0.1)
    films.start(job, "analysis", Squares())
    done(job)
    assert job.problem == ""
    summary = job.shown.summary()
    assert (summary.frames, len(summary.faces)) == (20, 1)
    assert job.latest is None, "no picture stays"
    assert job.plays and job.played == (job.file, "video/mp4", 0.0)


def test_a_word_opens_its_own_visitors_film_once(films, path):
    file = FilmFile()
    file.write_at(0, path.read_bytes())
    word = films.arrive("anna", file)
    with pytest.raises(KeyError):
        films.open("berta", word, "a.mp4")
    job = films.open("anna", word, "a.mp4")
    assert films.of("anna") is job and films.of("berta") is None
    assert films.find(job.token) is job and films.find("guessed") is None
    with pytest.raises(KeyError):
        films.open("anna", word, "a.mp4")


def test_films_wait_in_turn_and_know_their_place(films, path):
    looking = Waiting()
    jobs = [arrived(films, path, name) for name in ("anna", "berta", "carla")]
    for job in jobs:
        films.start(job, "analysis", looking)
    wait_until(lambda: jobs[0].state == "working")
    assert [films.place(job) for job in jobs] == [0, 1, 2]
    assert [job.state for job in jobs] == ["working", "waiting", "waiting"]
    jobs[1].stop()
    looking.gate.release(1000)
    for job in jobs:
        done(job)
    assert [job.analyzed is not None for job in jobs] == [True, False, True]
    wait_until(lambda: not films._order)


def test_what_was_analysed_stays_when_it_is_stopped(films, path):
    looking, job = Waiting(), arrived(films, path)
    films.start(job, "analysis", looking)
    looking.gate.release(6)
    wait_until(lambda: len(job.record.rows()) >= 3)
    job.stop()
    looking.gate.release(100)
    done(job)
    last = float(job.shown.rows["time"][-1])
    assert 0.2 <= last < 1.0
    assert "Stopped" in job.shown.note
    films.start(job, "copy", looking)
    with av.open(done(job).copy.open()) as container:
        times = [frame.time for frame in container.decode(video=0)]
    assert times[-1] == pytest.approx(last, abs=0.002), "the copy ends there as well"


def test_progress_with_time_left(films, path):
    looking, job = Waiting(), arrived(films, path)
    job.settings = FilmSettings(start=1.0, rate=0)
    films.start(job, "analysis", looking)
    assert job.share in (None, 0.0)
    looking.gate.release(15)
    wait_until(lambda: job.at > 1.3)
    assert job.share == pytest.approx(job.at - 1, abs=0.05)
    assert job.seconds_left > 0
    assert job.latest is not None and job.latest.image.shape == (120, 160, 3)
    looking.gate.release(100)
    done(job)


def test_what_browsers_do_not_play_is_copied(films, tmp_path):
    job = arrived(films, write_film(tmp_path / "a.mkv", every(0.04, 10)))
    assert not job.plays and job.played is None
    films.start(job, "copy", Squares())
    file, kind, _ = done(job).played
    assert (file, kind) == (job.copy, "video/mp4")
    with av.open(file.open()) as container:
        assert container.streams.video[0].codec_context.name == "h264"
    assert films.held("anna") == (job.file.size + file.size, job.file.size + file.size, 1)


def test_what_this_browser_refused_is_copied_too(films, path):
    job = arrived(films, path)
    job.refuse()
    assert job.played is None


def test_a_copy_that_grows_too_large_says_so(path):
    films = Films(slots=1, apart=False, limit=500)
    job = arrived(films, path)
    films.start(job, "copy", Squares())
    assert "MB" in done(job).problem
    assert job.copy is None
    films.close()


def test_the_annotated_film_is_of_the_faces_as_they_are_named(films, path):
    job = arrived(films, path)
    films.start(job, "analysis", Squares())
    done(job)
    edits = Edits(left_out=frozenset({1}))
    job.edit(edits)
    films.start(job, "annotated", Squares())
    assert done(job).annotated[0] is edits
    assert job.shown.summary().faces == ()


@pytest.mark.parametrize("leave", ["remove", "end"])
def test_a_visitor_who_leaves_ends_the_work_and_the_files(films, path, leave):
    looking, job = Waiting(), arrived(films, path)
    films.start(job, "analysis", looking)
    wait_until(lambda: job.state == "working")
    getattr(films, leave)("anna")
    looking.gate.release(1000)
    done(job)
    assert films.of("anna") is None and films.find(job.token) is None
    assert films.held("anna") == (0, 0, 0)
    with pytest.raises(ValueError):
        job.file.read_at(0, 1)
    assert job.problem == "", "nobody is there to read it"


def test_films_that_no_page_has_taken_go_with_the_page(films):
    file = FilmFile()
    file.write_at(0, b"x" * 100)
    films.arrive("anna", file)
    assert films.held("anna") == (100, 100, 1)
    assert films.held("berta") == (100, 0, 0)
    films.drop_arrived("anna")
    assert films.held("anna") == (0, 0, 0)


def test_a_new_film_takes_the_place_of_the_old_one(films, path):
    old = arrived(films, path)
    new = arrived(films, path)
    assert films.of("anna") is new
    with pytest.raises(ValueError):
        old.file.read_at(0, 1)


def damaged(tmp_path: Path) -> Path:
    path = write_film(tmp_path / "cut.mp4", every(0.04, 50))
    path.write_bytes(path.read_bytes()[:2000])
    return path


def empty(tmp_path: Path) -> Path:
    (tmp_path / "empty.mp4").write_bytes(b"")
    return tmp_path / "empty.mp4"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda folder: write_sound_only(folder / "voice.mp4"), "sound only"),
        (damaged, "cut off"),
        (empty, "empty"),
    ],
    ids=["sound only", "cut off", "empty"],
)
def test_what_is_no_film_is_said_and_given_back(films, tmp_path, make, words):
    with pytest.raises(FilmError, match=words):
        arrived(films, make(tmp_path))
    assert films.held("anna") == (0, 0, 0)


@pytest.mark.parametrize(
    ("name", "options", "size"),
    [
        ("one.mp4", {"times": [0.0]}, (160, 120)),
        ("turned.mov", {"times": every(0.04, 10), "rotate": 90}, (120, 160)),
        ("late.webm", {"times": [5 + t for t in every(0.04, 10)], "codec": "libvpx"}, (160, 120)),
        ("hevc.mp4", {"times": every(0.04, 10), "codec": "libx265"}, (160, 120)),
        ("a.avi", {"times": every(0.04, 10), "codec": "mpeg4"}, (160, 120)),
    ],
)
def test_odd_kinds_are_seen_and_played(films, tmp_path, name, options, size):
    job = arrived(films, write_film(tmp_path / name, **options))
    films.start(job, "analysis", Squares())
    assert done(job).problem == ""
    assert len(job.shown.rows) >= 1
    if job.played is None:
        films.start(job, "copy", Squares())
        assert done(job).problem == ""
    with av.open(job.played[0].open()) as container:
        frame = next(container.decode(video=0))
        turned = frame.rotation % 180 != 0
    assert ((frame.height, frame.width) if turned else (frame.width, frame.height)) == size


def test_nothing_that_goes_wrong_is_raised(films, path):
    class Broken(Squares):
        def analyze(self, image, **options):
            raise RuntimeError("no network")

    job = arrived(films, path)
    films.start(job, "analysis", Broken())
    assert done(job).problem == film_jobs.FAILED


def test_edits_merge_name_and_leave_out():
    edits = Edits(same_as={3: 2, 2: 1, 5: 6, 6: 5})
    assert edits.target(3) == 1
    assert edits.target(1) == 1
    assert edits.target(5) in (5, 6), "two that are said to be each other: no endless search"
    assert not Edits() and edits


def test_a_token_of_any_letters_is_no_film(films, path):
    arrived(films, path)
    for token in ("é" * 32, "\ud800", "", "x" * 10**6):
        assert films.find(token) is None


@pytest.mark.parametrize("leave", ["end", "drop_arrived"])
def test_a_film_is_gone_whose_visitor_left_while_it_was_opened(films, path, leave, monkeypatch):
    """Opening takes long for some films, and whoever has left is never asked for again."""

    def slowly(source, name, tell):
        getattr(films, leave)("anna")
        opened(path.open("rb"), name, tell)

    opened = film_jobs.opened
    monkeypatch.setattr(film_jobs, "opened", slowly)
    with pytest.raises(KeyError):
        arrived(films, path)
    assert films.of("anna") is None
    assert films.held("anna") == (0, 0, 0)


def test_what_is_made_of_all_films_has_one_limit(path, tmp_path):
    size = path.stat().st_size
    films = Films(slots=1, apart=False, limit=10**7, total=2 * size + 1000)
    jobs = [arrived(films, path, name) for name in ("anna", "berta")]
    films.start(jobs[0], "copy", Squares())
    assert "MB" in done(jobs[0]).problem, "a thousand bytes were left"
    assert films.held("anna")[1] == size, "and what was begun is given back"
    third = arrived(films, path, "carla")
    films.start(third, "copy", Squares())
    assert "Other films" in done(third).problem
    films.close()


def test_a_file_under_way_is_counted(films, path, monkeypatch):
    job, seen = arrived(films, path), []
    told = FilmJob._told

    def counting(self, kind, value):
        seen.append(films.held("anna")[1])
        told(self, kind, value)

    monkeypatch.setattr(FilmJob, "_told", counting)
    films.start(job, "copy", Squares())
    done(job)
    assert seen[-1] > job.file.size


def test_a_strangers_film_is_looked_at_in_a_process_of_its_own(path):
    films, recognizer = Films(slots=1), Recognizer.load()
    job = arrived(films, path)
    for task in ("analysis", "copy", "annotated"):
        films.start(job, task, recognizer)
        assert done(job).problem == ""
    assert len(job.shown.rows) == 20
    for made in (job.copy, job.annotated[1]):
        with av.open(made.open()) as container:
            assert len(list(container.decode(video=0))) == 50
    films.start(job, "copy", recognizer)
    wait_until(lambda: job.state == "working")
    job.stop()
    assert "stopped" in done(job).problem
    films.close()
