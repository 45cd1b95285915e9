"""Uploads: admitted before they are read, or refused in words that stand among the results.

A refusal by HTTP status would show as "Request failed with status 413". So Streamlit gets a small
file in the place of a refused one: of the same name, with the reason as its content.
"""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config
from streamlit.runtime import Runtime
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer_core.errors import ImageError
from ui.server.budget import Budget, BudgetError, Held, total_bytes
from ui.server.metrics import COUNTS

REFUSED: Final = "application/x-refused"
"""The content type of a file that was not let in; its content is the reason, in UTF-8."""

_ROUTE: Final = re.compile(r"/_stcore/upload_file/(?P<session>[^/]+)/[^/]+$")
_BOUNDARY: Final = re.compile(r"""boundary="?([^";,]+)""")
_DISPOSITION: Final = re.compile(rb"content-disposition:[^\r\n]*filename[^\r\n]*", re.IGNORECASE)
_HEAD: Final = 8192  # bytes in which a part's headers stand
_FRAMING: Final = 64 * 1024  # bytes of a form around its file


class UploadGate:
    """ASGI middleware that lets an upload in if the budget has room for it."""

    def __init__(self, app: ASGIApp, budget: Budget) -> None:
        self._app, self._budget = app, budget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        route = _ROUTE.search(scope["path"]) if scope["type"] == "http" else None
        if route is None or scope["method"] != "PUT":
            return await self._app(scope, receive, send)
        try:
            with self._budget.upload(route["session"], _size(Headers(scope=scope))):
                return await self._app(scope, receive, send)
        except BudgetError as error:
            COUNTS.add("refusals")
            scope, receive = await _in_its_place(scope, receive, str(error))
        return await self._app(scope, receive, send)


def uploaded(session: str) -> Held:
    """What Streamlit holds of a session's uploads, and of all."""
    manager = Runtime.instance().uploaded_file_mgr if Runtime.exists() else None
    if not isinstance(manager, MemoryUploadedFileManager):  # Streamlit's test harness has another
        return Held(0, 0, 0)
    every = {key: list(files.values()) for key, files in list(manager.file_storage.items())}
    own = every.get(session, [])
    return Held(
        total=sum(len(file.data) for files in every.values() for file in files),
        own=sum(len(file.data) for file in own),
        files=len(own),
    )


def content(file: UploadedFile) -> bytes:
    """The bytes of an uploaded file.

    Raises:
        ImageError: it was refused; the message is the reason.
    """
    data: bytes = file.getvalue()
    if file.type == REFUSED:
        raise ImageError(data.decode())
    return data


def forget() -> None:
    """Drops every file that the visitor of the running page has uploaded."""
    context = get_script_run_ctx()
    if context is not None and Runtime.exists():
        Runtime.instance().uploaded_file_mgr.remove_session_files(context.session_id)


def new_budget() -> Budget:
    """The app's budget, of the size that the environment sets."""
    return Budget(total_bytes(), uploaded)


def _size(headers: Headers) -> int:
    """Of the upload, in bytes: as announced, else the most that is accepted.

    Raises:
        BudgetError: if it is more than is accepted.
    """
    most = config.get_option("server.maxUploadSize") * 1024 * 1024
    announced = headers.get("content-length", "")
    if not announced.isdigit():
        return int(most)
    if int(announced) > most + _FRAMING:
        raise BudgetError(
            f"The file is too large: {int(announced) / 1024**2:.0f} MB. At most "
            f"{most / 1024**2:.0f} MB are accepted. Save it at a smaller size."
        )
    return int(announced)


async def _in_its_place(scope: Scope, receive: Receive, reason: str) -> tuple[Scope, Receive]:
    """A request with the reason as its file. What was sent is read to its end and thrown away."""
    head = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        head += message.get("body", b"")[: max(_HEAD - len(head), 0)]
        more = message.get("more_body", False)
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
            b"Content-Type: " + REFUSED.encode(),
            b"",
            reason.encode(),
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
