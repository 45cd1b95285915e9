"""One visitor's film: what is known of it, and the work on it, which goes on beside the page."""

from __future__ import annotations

import logging
import math
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, BinaryIO, Final, Literal

from fer_core.batch.apart.film_process import (
    OPENING_S,
    StoppedError,
    analysis,
    annotated,
    apart,
    copy,
    opened,
)
from fer_core.errors import UNFORESEEN, FerError, FilmError
from fer_core.recognition.recognizer import Recognizer
from fer_core.video.film import (
    AnalyzedFilm,
    FilmInfo,
    FilmRecord,
    FilmSettings,
    FrameResult,
    maker,
)
from fer_core.video.film.edits import Edits
from ui.server.film_files import FilmFile

FAILED: Final = f"{UNFORESEEN} Look at the film again, or take another one."
State = Literal["ready", "waiting", "working"]
Task = Literal["analysis", "copy", "annotated"]
_STOPPED: Final[Mapping[Task, str]] = {
    "analysis": "",
    "copy": "The copy that your browser can play was stopped: there is no film to see.",
    "annotated": "",
}
_BROWSERS: Final = {"h264", "vp8", "vp9", "av1"}
"""Codecs that browsers play, if the container is one of theirs."""

_log = logging.getLogger(__name__)


class FilmJob:
    """A film from its arrival to its end. One thread works on it at a time, pages only read.

    Args:
        session: Whose it is.
        name: Of the file, as its owner calls it.
        file: The film; it is the job's from now on.
        room: Returns the bytes that a file made of it may have.
        apart: Whether it is decoded in a process of its own, as a stranger's should be.

    Raises:
        FilmError: it is no film that can be looked at; `file` is closed then.
    """

    def __init__(
        self, session: str, name: str, file: FilmFile, room: Callable[[], int], apart: bool = True
    ) -> None:
        self.session, self.name, self.file = session, name, file
        self.token: Final = secrets.token_urlsafe(24)
        """Whoever knows it gets the film and what was made of it."""
        self._room = room
        self._made: FilmFile | None = None
        self._apart = apart
        self.settings = FilmSettings()
        self.state: State = "ready"
        self.task: Task = "analysis"
        self.problem = ""
        self.record = FilmRecord()
        self.latest: FrameResult | None = None
        self.analyzed: AnalyzedFilm | None = None
        self.copy: FilmFile | None = None
        self.annotated: tuple[Edits, FilmFile] | None = None
        self.edits = Edits()
        self.version = 0
        """Grows with every change of what is shown."""
        self.info: FilmInfo
        self._note = ""
        self._stopped = self._ended = self._refused = False
        self._at = self._begun = 0.0
        self._shown: tuple[Edits, AnalyzedFilm] | None = None
        try:
            self._do(opened, (file.open(),), name, most_s=OPENING_S)
        except FilmError:
            file.close()
            raise

    @property
    def shown(self) -> AnalyzedFilm:
        """What was analysed, as edited. Only once there is something."""
        assert self.analyzed is not None
        if self._shown is None or self._shown[0] is not self.edits:
            self._shown = self.edits, self.edits.apply(self.analyzed)
        return self._shown[1]

    @property
    def plays(self) -> bool:
        """Whether browsers play the file itself, as far as it can be known."""
        container = self.info.container
        boxed = "mp4" in container or ("webm" in container and self.info.codec != "h264")
        return boxed and self.info.codec in _BROWSERS

    @property
    def played(self) -> tuple[FilmFile, str, float] | None:
        """What the page plays, its MIME type, and at which second of the film it begins."""
        if self.copy is not None:
            return self.copy, "video/mp4", self.settings.start
        if self.plays and not self._refused:
            return self.file, "video/webm" if "webm" in self.info.container else "video/mp4", 0.0
        return None

    def refuse(self) -> None:
        """Says that a browser does not play the file itself."""
        self._refused = True
        self.version += 1

    @property
    def size(self) -> int:
        """Bytes that its files have."""
        made = [self.copy, self._made, self.annotated[1] if self.annotated else None]
        return self.file.size + sum(file.size for file in made if file is not None)

    @property
    def share(self) -> float | None:
        """Of the work under way, in [0, 1]; None if nobody knows where it ends."""
        end = self.ends
        if end is None or end <= self.settings.start:
            return None
        return min(1.0, max(0.0, self._at - self.settings.start) / (end - self.settings.start))

    @property
    def seconds_left(self) -> float | None:
        """Of the work under way, as far as it can be known yet."""
        share = self.share
        if not share or self.state != "working":
            return None
        return (time.monotonic() - self._begun) * (1 - share) / share

    @property
    def at(self) -> float:
        """Seconds of the film up to which the work is done."""
        return self._at

    def edit(self, edits: Edits) -> None:
        self.edits = edits
        self.version += 1

    def forget(self) -> None:
        """Forgets what was analysed and made, and keeps the film."""
        for file in (self.copy, self.annotated[1] if self.annotated else None):
            if file is not None:
                file.close()
        self.analyzed = self.copy = self.annotated = self._shown = None
        self.edits, self.problem = Edits(), ""
        self.version += 1

    def stop(self) -> None:
        """Ends the work under way; what was analysed stays."""
        self._stopped = True

    def end(self) -> None:
        """Ends the work and gives all files back."""
        self._stopped = self._ended = True
        for file in (self.file, self.copy, self.annotated[1] if self.annotated else None):
            if file is not None:
                file.close()

    def wait(self, task: Task) -> None:
        """Says that a task is in the queue."""
        self.state, self.task, self.problem, self._stopped = "waiting", task, "", False
        self._at, self._begun = self.settings.start, time.monotonic()

    def work(self, recognizer: Recognizer) -> None:
        """Does the task. Nothing is raised: what went wrong is in `problem`."""
        self._begun, self.state = time.monotonic(), "working"
        try:
            if not self._stopped:
                self._tasks(recognizer)[self.task]()
        except StoppedError:
            self.problem = _STOPPED[self.task]
        except FerError as error:
            self.problem = str(error)
        except Exception:
            if not self._ended:  # its files are closed then
                self.problem = FAILED
                _log.exception("The work on a film failed")
        finally:
            self.state = "ready"
            self.version += 1
            if self._ended:
                self.end()  # also what was made meanwhile

    def _tasks(self, recognizer: Recognizer) -> dict[Task, Callable[[], None]]:
        return {
            "analysis": lambda: self._analyze(recognizer),
            "copy": self._copy,
            "annotated": self._annotate,
        }

    def _analyze(self, recognizer: Recognizer) -> None:
        self.record, self._note = FilmRecord(), ""
        try:
            self._do(analysis, (self.file.open(),), self.name, self.settings, recognizer)
        except StoppedError:
            if self.latest is None:
                raise
            self._note = f"Stopped by hand at {self._at:.1f} s."
            self.settings = replace(self.settings, end=self._at + 0.001)
        finally:
            self.latest = None
        rows, cuts = self.record.rows(), tuple(self.record.cuts)
        made = maker(recognizer)
        self.analyzed = AnalyzedFilm(self.info, self.settings, rows, made, cuts, self._note)

    def _copy(self) -> None:
        with self._new_file() as file:
            self._do(copy, (self.file.open(), file.open()), self.settings)
            self.copy = file

    def _annotate(self) -> None:
        edits, film = self.edits, self.shown
        with self._new_file() as file:
            self._do(annotated, (self.file.open(), file.open()), film)
            if self.annotated is not None:
                self.annotated[1].close()
            self.annotated = edits, file

    @contextmanager
    def _new_file(self) -> Iterator[FilmFile]:
        """For what is made of the film; gone if that fails, and counted while it grows."""
        room = self._room()
        if room == 0:
            raise FilmError(
                "Other films take all the room of this app. Try again in a few minutes."
            )
        self._made = FilmFile(limit=room)
        try:
            yield self._made
        except BaseException:
            self._made.close()
            raise
        finally:
            self._made = None

    def _do(
        self,
        task: Callable[..., None],
        files: tuple[BinaryIO, ...],
        *arguments: Any,
        most_s: float = math.inf,
    ) -> None:
        if self._apart:
            apart(task, files, arguments, self._told, lambda: self._stopped, most_s)
        else:
            task(*files, *arguments, self._told)

    def _told(self, kind: str, value: Any) -> None:
        """What the work tells of itself: see `film_process.Tell`."""
        if kind == "info":
            self.info = value
        elif kind == "note":
            self._note = value
            return  # it is done
        elif kind == "frame":
            self.record.append(value)
            self._at = value.time
            if value.image is not None:
                self.latest = value
        elif not self._stopped:
            self._at = value
        if self._stopped:
            raise StoppedError

    @property
    def ends(self) -> float | None:
        """Seconds of the film at which the work will end, if the file says it."""
        ends = [end for end in (self.settings.end, self.info.duration) if end is not None]
        return min(ends, default=None)
