"""What leaves the pages Films and Live: made when asked for, and sent from the app's own route."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from fer_core.store.names import safe_stem
from fer_core.video.exports.files import ANNOTATED, EXPORTS
from ui.recorded import study as studies
from ui.recorded.course import tracks
from ui.recorded.study import Study
from ui.server.film_files import serve
from ui.server.film_jobs import FilmJob
from ui.server.films import FILMS
from ui.shell import base_path

GONE: Final = (
    "This went with the page that showed it. Add the film there once more, or start the camera."
)
_NO_STORE: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Output:
    """One of the files that are made of an analysed film.

    Attributes:
        ending: Of its name and address, one of `EXPORTS`.
        label: What it is, and for which program.
        kind: MIME type.
    """

    ending: str
    label: str
    kind: str


OUTPUTS: Final = (
    Output(".frames.csv", "Every frame (CSV)", "text/csv"),
    Output(".frames.parquet", "Every frame (Parquet)", "application/vnd.apache.parquet"),
    Output(".summary.csv", "One row in all (CSV)", "text/csv"),
    Output(".fex.csv", "py-feat (Fex)", "text/csv"),
    Output(".vtt", "Captions (WebVTT)", "text/vtt"),
    Output(".boris.tsv", "Events (BORIS)", "text/tab-separated-values"),
    Output(".json", "Everything, with its making (JSON)", "application/json"),
)
TRACKS: Final = "tracks"
FILM: Final = "film"
"""In addresses: where everybody is; what is played, and, with its ending, what is made of it."""


def address(job: FilmJob | Study, what: str) -> str:
    """Where the browser gets a part of a film."""
    return f"{base_path()}/film/{job.token}/{what}"


def links(job: FilmJob | Study) -> str:
    """HTML: a link for each of `OUTPUTS`, and for the annotated film if there is one."""
    found = [(output.ending, output.label) for output in OUTPUTS]
    if isinstance(job, FilmJob) and annotated_is_new(job):
        found.append((ANNOTATED, "Film with boxes (MP4)"))
    made = (
        f'<a class="way-out" href="{escape(address(job, FILM + ending))}" '
        f'download="{escape(file_name(job.name, ending))}">{escape(label)}</a>'
        for ending, label in found
    )
    return f'{_STYLE}<div class="ways-out">{"".join(made)}</div>'


def annotated_is_new(job: FilmJob) -> bool:
    """Whether there is an annotated film with the faces as they are named and merged now."""
    return job.annotated is not None and job.annotated[0] is job.edits


def file_name(name: str, ending: str) -> str:
    """ "interview.frames.csv", for ".frames.csv", of "interview.mp4"."""
    return f"{safe_stem(name, 'film')}{ending}"


def routes() -> list[Route]:
    return [Route(f"{base_path()}/film/{{token}}/{{what}}", _answer, methods=["GET", "HEAD"])]


async def _answer(request: Request) -> Response:
    token, what = request.path_params["token"], request.path_params["what"]
    job = FILMS.find(token)
    ending = what.removeprefix(FILM)
    found = None
    if job is None:
        found = await _of_session(studies.find(token), ending)
    elif what == FILM:
        found = _film(job, request)
    elif job.analyzed is not None:
        found = _annotated(job, request) if ending == ANNOTATED else await _made(job, ending)
    return found or PlainTextResponse(GONE, 404, _NO_STORE)


async def _of_session(study: Study | None, ending: str) -> Response | None:
    found = None if study is None else await _made(study, ending)
    if study is not None and found is not None:
        study.taken = True
    return found


def _film(job: FilmJob, request: Request) -> Response | None:
    played = job.played
    return played and serve(played[0], played[1], request.headers.get("range"), {})


def _annotated(job: FilmJob, request: Request) -> Response | None:
    if job.annotated is None:
        return None
    headers = _as_file(file_name(job.name, ANNOTATED))
    return serve(job.annotated[1], "video/mp4", request.headers.get("range"), headers)


async def _made(job: FilmJob | Study, ending: str) -> Response | None:
    if ending == TRACKS:
        text = await run_in_threadpool(lambda: json.dumps(tracks(job.shown)))
        return Response(text, 200, _NO_STORE, "application/json")
    kind = next((output.kind for output in OUTPUTS if output.ending == ending), None)
    if kind is None:
        return None
    content = await run_in_threadpool(EXPORTS[ending], job.shown)
    return Response(content, 200, {**_as_file(file_name(job.name, ending)), **_NO_STORE}, kind)


def _as_file(name: str) -> dict[str, str]:
    """RFC 6266: a name of any letters."""
    return {"Content-Disposition": f"attachment; filename*=utf-8''{quote(name, safe='')}"}


_STYLE: Final = """<style>
.ways-out { display: flex; flex-wrap: wrap; gap: 0.5rem; }
a.way-out { border: 1px solid rgba(128, 128, 128, 0.5); border-radius: 4px; padding: 0.4rem 0.75rem;
            color: inherit !important; text-decoration: none; font-size: 0.875rem; }
a.way-out:hover, a.way-out:focus-visible { border-color: currentColor; }
</style>"""
