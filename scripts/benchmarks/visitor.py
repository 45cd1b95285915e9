"""Visitors of the Photos page without a browser: they speak Streamlit's protocol."""

from __future__ import annotations

import contextlib
import http.client
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

PATIENCE_S: Final = 120.0
_XSRF: Final = "_streamlit_xsrf"
_BOUNDARY: Final = "a-boundary-that-no-picture-holds"
_SUMMARY: Final = re.compile(r"\*\*(\d+) photos?, ")


class Visitor:
    """One tab of the Photos page. A context manager: it is closed at the end.

    Args:
        url: Of the app, without a path.

    Attributes:
        photos: How many stand among the results.
    """

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._cookie = self._ask_for_cookie()
        self._open = contextlib.ExitStack()
        self._socket = self._open.enter_context(
            connect(
                f"ws://{self._host}/_stcore/stream",
                origin=Origin(url),
                subprotocols=[Subprotocol("streamlit")],
                additional_headers={"Cookie": f"{_XSRF}={self._cookie}"},
                max_size=None,
            )
        )
        self._session = self._page = self._uploader = ""
        self.photos = 0
        hello = BackMsg()
        hello.rerun_script.page_name = "photos"
        self._send(hello)
        self._until(lambda message: bool(self._uploader) and message.HasField("script_finished"))

    def __enter__(self) -> Visitor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def upload(self, name: str, data: bytes) -> float:
        """Adds a file and waits until it stands among the results.

        Returns:
            Seconds from choosing the file to its result.

        Raises:
            TimeoutError: after `PATIENCE_S`.
        """
        start, wanted = time.monotonic(), self.photos + 1
        file_id, address, delete = self._address_of(name)
        status = self._put(address, name, data)
        if status != 204:
            raise RuntimeError(f"The app answered an upload with {status}.")
        rerun = BackMsg()
        rerun.rerun_script.page_script_hash = self._page
        state = rerun.rerun_script.widget_states.widgets.add()
        state.id = self._uploader
        given = state.file_uploader_state_value.uploaded_file_info.add()
        given.file_id, given.name, given.size = file_id, name, len(data)
        given.file_urls.file_id = file_id
        given.file_urls.upload_url, given.file_urls.delete_url = address, delete
        self._send(rerun)
        self._until(lambda message: self.photos >= wanted and message.HasField("script_finished"))
        return time.monotonic() - start

    def _address_of(self, name: str) -> tuple[str, str, str]:
        """The id, upload address and delete address that the app gives to a file."""
        ask = BackMsg()
        ask.file_urls_request.request_id = name
        ask.file_urls_request.file_names.append(name)
        ask.file_urls_request.session_id = self._session
        self._send(ask)
        answer = self._until(lambda message: message.HasField("file_urls_response"))
        (urls,) = answer.file_urls_response.file_urls
        return urls.file_id, urls.upload_url, urls.delete_url

    def _put(self, address: str, name: str, data: bytes) -> int:
        head = (
            f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE_S)
        try:
            connection.request(
                "PUT",
                address,
                head.encode() + data + f"\r\n--{_BOUNDARY}--\r\n".encode(),
                {
                    "Content-Type": f"multipart/form-data; boundary={_BOUNDARY}",
                    "Cookie": f"{_XSRF}={self._cookie}",
                    "X-Xsrftoken": self._cookie,
                },
            )
            return connection.getresponse().status
        finally:
            connection.close()

    def _ask_for_cookie(self) -> str:
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE_S)
        try:
            connection.request("GET", "/_stcore/health")
            cookies = SimpleCookie(connection.getresponse().headers.get("Set-Cookie", ""))
        finally:
            connection.close()
        return cookies[_XSRF].value if _XSRF in cookies else ""

    def _send(self, message: BackMsg) -> None:
        self._socket.send(message.SerializeToString())

    def _until(self, condition: Callable[[ForwardMsg], bool]) -> ForwardMsg:
        """Takes in what the app sends up to the message for which the condition is true."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            data = self._socket.recv(timeout=max(deadline - time.monotonic(), 0))
            assert isinstance(data, bytes)
            message = ForwardMsg()
            message.ParseFromString(data)
            self._take_in(message)
            if condition(message):
                return message

    def _take_in(self, message: ForwardMsg) -> None:
        if message.HasField("new_session"):
            self._session = message.new_session.initialize.session_id
        if message.HasField("navigation"):
            self._page = message.navigation.page_script_hash
        if not message.HasField("delta") or not message.delta.HasField("new_element"):
            return
        element = message.delta.new_element
        if element.HasField("file_uploader"):
            self._uploader = element.file_uploader.id
        elif element.HasField("markdown") and (found := _SUMMARY.match(element.markdown.body)):
            self.photos = int(found[1])


@dataclass
class Crowd:
    """Visitors that upload one file each, again and again, until they are told to stop.

    Attributes:
        waits: Seconds from choosing a file to its result.
        failed: Why visitors left early.
    """

    url: str
    files: dict[str, bytes]
    waits: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        self._threads = [
            threading.Thread(target=self._visit, args=item, daemon=True)
            for item in self.files.items()
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Lets each finish its file, its first one too, then closes all tabs."""
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _visit(self, name: str, data: bytes) -> None:
        try:
            with Visitor(self.url) as visitor:
                while True:
                    self.waits.append(visitor.upload(name, data))
                    if self._over.is_set():
                        break
        except Exception as error:
            self.failed.append(f"{type(error).__name__}: {error}")
