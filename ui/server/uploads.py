"""Uploads: admitted before they are read, or refused in words that stand among the results.

A refusal by HTTP status would show as "Request failed with status 413". So Streamlit gets a small
file in the place of a refused one: of the same name, with the reason as its content. In the place
of a film as well: Streamlit would keep it in memory.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from typing import Final

from starlette.datastructures import FormData, Headers, MutableHeaders
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer_core.errors import FilmError, ImageError
from fer_core.video.film.opening import ACCEPTED, HEAD_BYTES, is_film_head
from ui.server.budget import ORIGINALS, Budget, BudgetError, Held, total_bytes
from ui.server.film_files import FilmFile
from ui.server.film_jobs import FilmJob
from ui.server.films import FILMS, Films
from ui.server.metrics import COUNTS

REFUSED: Final = "application/x-refused"
"""The content type of a file that was not let in; its content is the reason, in UTF-8."""

FILM: Final = "application/x-film"
"""The content type in the place of a film; its content is the word by which `FILMS` has it."""
PHOTO_MB: Final = 20
"""Megabytes (of 1024² bytes) of a photograph; a film, zip or tar may have `maxUploadSize`."""
WIDGET_MB: Final = 1_000_000
"""What an uploader's own limit should be, in megabytes: a file above its true limit is answered on
the page, as every other file that cannot be looked at."""
STALLED_S: Final = 30.0
"""Seconds without a byte after which an upload is given up."""

_ROUTE: Final = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/[^/]+$")
_BOUNDARY: Final = re.compile(r"""boundary="?([^";,]+)""")
_DISPOSITION: Final = re.compile(rb"content-disposition:[^\r\n]*filename[^\r\n]*", re.IGNORECASE)
_HEAD: Final = 8192  # bytes in which a part's headers stand, and the first of its file
_FRAMING: Final = 64 * 1024  # bytes of a form around its file


class UploadGate:
    """ASGI middleware that lets an upload in if the budget has room for it.

    Args:
        films: Where films go.
    """

    def __init__(self, app: ASGIApp, budget: Budget, films: Films = FILMS) -> None:
        self._app, self._budget, self._films = app, budget, films

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = _ROUTE.search(scope["path"]) if scope["type"] == "http" else None
        if route is None or scope["method"] != "PUT" or _is_nobody(route["session"]):
            return await self._app(scope, receive, send)  # Streamlit refuses nobody's files unread
        head, receive = await _peek(receive)
        begins = head.partition(b"\r\n\r\n")[2]
        is_film = is_film_head(begins[:HEAD_BYTES])
        try:
            size = _size(Headers(scope=scope), is_film or _is_archive(begins))
            with self._budget.upload(route["session"], size):
                receive = _bounded(receive, size + _FRAMING)
                if is_film:
                    return await self._take_film(route["session"], scope, receive, send, head)
                return await self._app(scope, receive, send)
        except BudgetError as error:
            COUNTS.add("refusals")
            await _read_to_its_end(receive)
            scope, receive = _in_its_place(scope, head, REFUSED, str(error))
        return await self._app(scope, receive, send)

    async def _take_film(
        self, session: str, scope: Scope, receive: Receive, send: Send, head: bytes
    ) -> None:
        """Onto the disk as it comes, into a file without a name."""
        # One file: each that is on the disk is open, and a process may have so many open.
        stream = Request(scope, receive).stream()
        parser = MultiPartParser(Headers(scope=scope), stream, max_files=1, max_fields=10)
        parser.spool_max_size = 1  # byte
        try:
            form = await parser.parse()
        except MultiPartException:
            form = FormData()
        sent = next((part for part in form.values() if not isinstance(part, str)), None)
        if sent is None:
            COUNTS.add("refusals")
            words = "The film did not come through as one whole file. Add it again."
            await _read_to_its_end(receive)
            return await self._app(*_in_its_place(scope, head, REFUSED, words), send)
        word = self._films.arrive(session, FilmFile(sent.file))
        status = 500

        async def watching(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(*_in_its_place(scope, head, FILM, word), watching)
        finally:
            if status >= 300:  # a visitor whom Streamlit does not know
                self._films.drop(word)
        return None


def _is_nobody(session: str) -> bool:
    """Whether an upload names a visitor who is not here."""
    return Runtime.exists() and not Runtime.instance().is_active_session(session)


def uploaded(session: str) -> Held:
    """What is held of a session's uploads, and of all: by Streamlit, and as films."""
    films, own_films, count = FILMS.held(session)
    manager = Runtime.instance().uploaded_file_mgr if Runtime.exists() else None
    arrived: dict[str, list[bytes]] = {}
    if isinstance(manager, MemoryUploadedFileManager):  # Streamlit's test harness has another
        arrived = {
            key: [file.data for file in files.values()]
            for key, files in list(manager.file_storage.items())
        }
    kept = ORIGINALS.all()
    every = {key: arrived.get(key, []) + kept.get(key, []) for key in arrived.keys() | kept.keys()}
    own = every.get(session, [])
    return Held(
        total=films + sum(map(_bytes, every.values())),
        own=own_films + _bytes(own),
        files=count + len(arrived.get(session, [])),
    )


def _bytes(files: list[bytes]) -> int:
    """Of all; one that has just arrived and is kept as well counts once."""
    return sum({id(data): len(data) for data in files}.values())


def content(file: UploadedFile) -> bytes:
    """The bytes of an uploaded photograph.

    Raises:
        ImageError: it was refused, or is a film; the message says so.
    """
    data: bytes = file.getvalue()
    if file.type == REFUSED:
        raise ImageError(data.decode(errors="replace"))
    if file.type == FILM:
        raise ImageError("This is a film. The page Films takes it.")
    return data


def film(file: UploadedFile) -> FilmJob:
    """The uploaded film, which is the visitor's from now on.

    Raises:
        FilmError: it was refused, or is no film that can be looked at; the message says so.
    """
    if file.type == REFUSED:
        raise FilmError(file.getvalue().decode(errors="replace"))
    if file.type != FILM:
        raise FilmError(f"This is no film: its content is no {ACCEPTED}.")
    try:
        return FILMS.open(session_id(), file.getvalue().decode("ascii", "replace"), file.name)
    except KeyError as error:
        raise FilmError("The film is no longer here. Add it again.") from error


def session_id() -> str:
    """Of the visitor of the running page; "" outside of one."""
    context = get_script_run_ctx()
    return context.session_id if context else ""


def forget() -> None:
    """Drops every file that the visitor of the running page has uploaded and no page has taken."""
    session = session_id()
    if session and Runtime.exists():
        Runtime.instance().uploaded_file_mgr.remove_session_files(session)
    FILMS.drop_arrived(session)


def drop(file_id: str) -> None:
    """Drops one file of the visitor of the running page; its uploader goes on."""
    ctx = get_script_run_ctx()
    if ctx and isinstance(manager := ctx.uploaded_file_mgr, MemoryUploadedFileManager):
        manager.remove_file(ctx.session_id, file_id)


def new_budget() -> Budget:
    """The app's budget, of the size that the environment sets."""
    return Budget(total_bytes(), uploaded)


def _is_archive(head: bytes) -> bool:
    """Whether a file that begins so is a zip, or a tar as it is or compressed."""
    packed = (b"PK\x03\x04", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0")
    return head.startswith(packed) or head[257:262] == b"ustar"


def _size(headers: Headers, may_be_large: bool) -> int:
    """Of the upload, in bytes: as announced, else the most that is accepted.

    Raises:
        BudgetError: if it is more than is accepted.
    """
    film_mb = config.get_option("server.maxUploadSize")
    most = (film_mb if may_be_large else PHOTO_MB) * 1024 * 1024
    announced = headers.get("content-length", "")
    if not announced.isdigit():
        return int(most)
    if int(announced) > most + _FRAMING:
        raise BudgetError(
            f"The file is too large: {int(announced) / 1024**2:.0f} MB. A photo may have "
            f"{PHOTO_MB} MB, a film ({ACCEPTED}) or an archive {film_mb} MB. Save it smaller."
        )
    return int(announced)


async def _peek(receive: Receive) -> tuple[bytes, Receive]:
    """The first `_HEAD` bytes of a request, and what receives it from its start all the same."""
    messages: deque[Message] = deque()
    head, more = b"", True
    while more and len(head) < _HEAD:
        messages.append(message := await receive())
        head += message.get("body", b"")[: _HEAD - len(head)]
        more = message.get("more_body", False)

    async def receive_all() -> Message:
        return messages.popleft() if messages else await receive()

    return head, receive_all


def _bounded(receive: Receive, most: int) -> Receive:
    """Breaks a request off that stalls, or has more bytes than announced or accepted."""
    count = 0

    async def receive_so_many() -> Message:
        nonlocal count
        try:
            message = await asyncio.wait_for(receive(), STALLED_S)
        except TimeoutError:  # what it holds of the budget, others wait for
            return {"type": "http.disconnect"}
        count += len(message.get("body", b""))
        return message if count <= most else {"type": "http.disconnect"}

    return receive_so_many


async def _read_to_its_end(receive: Receive) -> None:
    while (message := await receive())["type"] != "http.disconnect":
        if not message.get("more_body", False):
            return


def _in_its_place(scope: Scope, head: bytes, kind: str, content: str) -> tuple[Scope, Receive]:
    """A request with another file: of the same name, but of this content type and content."""
    headers = MutableHeaders(raw=list(scope["headers"]))
    named = _BOUNDARY.search(headers.get("content-type", ""))
    boundary = (named[1] if named else "none").encode()
    disposition = _DISPOSITION.search(head)
    line = (
        disposition[0] if disposition else b'Content-Disposition: form-data; name="f"; filename=""'
    )
    body = b"\r\n".join(
        (
            b"--" + boundary,
            line,
            b"Content-Type: " + kind.encode(),
            b"",
            content.encode(),
            b"--" + boundary + b"--",
            b"",
        )
    )
    headers["content-length"] = str(len(body))
    sent = False

    async def receive_instead() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return {**scope, "headers": headers.raw}, receive_instead
