"""Downloaded files: found only with the right hash, fetched whole or not at all."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from fer_core.errors import ModelError
from fer_core.store import assets
from fer_core.store.assets import Asset, fetch_asset, find_asset

NAME = "network.bin"
CONTENT = bytes(range(256)) * 1000


class Handler(BaseHTTPRequestHandler):
    """Serves the file whole, cut, altered, without end, by way of a redirection, or not at all."""

    def do_GET(self) -> None:
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/right")
            self.end_headers()
            return
        if self.path == "/missing":
            self.send_error(404)
            return
        self.send_response(200)
        if self.path != "/endless":
            self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self._send_body()

    def _send_body(self) -> None:
        if self.path == "/endless":
            try:
                while True:
                    self.wfile.write(CONTENT)
            except OSError:  # the client has had enough
                return
        body = {"/cut": CONTENT[:100_000], "/altered": b"x" + CONTENT[1:]}.get(self.path, CONTENT)
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        thread = threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{httpd.server_address[1]}"
        httpd.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asset = Asset((), hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
    monkeypatch.setattr(assets, "ASSETS", {NAME: asset})
    monkeypatch.setattr(assets, "CACHE", tmp_path / "cache")
    monkeypatch.delenv(assets.ASSETS_VARIABLE, raising=False)


def put(folder: Path, content: bytes, name: str = NAME) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    ("in_local", "in_cache", "found_in"),
    [
        (None, None, None),
        (CONTENT, None, "local"),
        (None, CONTENT, "cache"),
        (CONTENT, CONTENT, "local"),
        (b"other", CONTENT, "cache"),
        (b"other", b"", None),
    ],
)
def test_only_a_file_with_the_right_hash_is_found(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_local: bytes | None,
    in_cache: bytes | None,
    found_in: str | None,
) -> None:
    monkeypatch.setenv(assets.ASSETS_VARIABLE, str(tmp_path / "local"))
    for folder, content in (("local", in_local), ("cache", in_cache)):
        if content is not None:
            put(tmp_path / folder, content)
    assert find_asset(NAME) == (tmp_path / found_in / NAME if found_in else None)


def test_a_name_without_a_hash_is_looked_up_in_the_local_folder_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "cache", b"w", "backbone.h5")
    assert find_asset("backbone.h5") is None
    monkeypatch.setenv(assets.ASSETS_VARIABLE, str(put(tmp_path / "local", b"w", "backbone.h5")))
    assert find_asset("backbone.h5") == tmp_path / "local" / "backbone.h5"
    assert find_asset("another.h5") is None


@pytest.mark.parametrize("page", ["right", "redirect"])
def test_a_download_arrives_and_tells_how_far_it_is(tmp_path: Path, server: str, page: str) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch_asset(
        NAME,
        folder=tmp_path / "into",
        urls=[f"{server}/{page}"],
        progress=lambda received, expected: seen.append((received, expected)),
    )
    assert path.read_bytes() == CONTENT
    assert [received for received, _ in seen] == sorted(received for received, _ in seen)
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [file.name for file in path.parent.iterdir()] == [NAME]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("missing", "the server answered 404"),
        ("cut", "Expected 256,000 bytes. Received: 100,000"),
        ("altered", "not the pinned file, refused"),
        ("endless", "not the pinned file, refused"),
    ],
)
def test_a_failed_download_leaves_nothing_and_says_why(
    tmp_path: Path, server: str, page: str, words: str
) -> None:
    with pytest.raises(ModelError) as raised:
        fetch_asset(NAME, folder=tmp_path / "into", urls=[f"{server}/{page}"])
    assert words in str(raised.value)
    assert "--from DIR" in str(raised.value)
    assert list((tmp_path / "into").iterdir()) == []


def test_without_a_network_the_message_says_so(tmp_path: Path) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        port = httpd.server_address[1]
    with pytest.raises(ModelError, match="no connection"):
        fetch_asset(NAME, folder=tmp_path, urls=[f"http://127.0.0.1:{port}/right"])


def test_the_next_address_is_tried(tmp_path: Path, server: str) -> None:
    urls = [f"{server}/{page}" for page in ("missing", "altered", "right")]
    assert fetch_asset(NAME, folder=tmp_path, urls=urls).read_bytes() == CONTENT


def test_a_file_that_is_right_is_not_fetched_again(tmp_path: Path) -> None:
    folder = put(tmp_path / "into", CONTENT)
    assert fetch_asset(NAME, folder=folder, urls=[]) == folder / NAME


def test_a_wrong_file_in_the_cache_is_removed_and_replaced(tmp_path: Path, server: str) -> None:
    folder = put(tmp_path / "into", b"wrong")
    with pytest.raises(ModelError):
        fetch_asset(NAME, folder=folder, urls=[f"{server}/missing"])
    assert not (folder / NAME).exists()
    put(folder, b"wrong")
    assert fetch_asset(NAME, folder=folder, urls=[f"{server}/right"]).read_bytes() == CONTENT


def test_copied_from_the_environments_folder_before_the_network_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(assets.ASSETS_VARIABLE, str(put(tmp_path / "local", CONTENT)))
    assert fetch_asset(NAME, folder=tmp_path / "into", urls=[]).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"other", "Received: 5"), (CONTENT[::-1], "not the pinned file"), (None, "cannot be read")],
)
def test_a_given_folder_must_hold_the_right_file(
    tmp_path: Path, content: bytes | None, words: str
) -> None:
    source = tmp_path / "given"
    if content is not None:
        put(source, content)
    with pytest.raises(ModelError, match=words):
        fetch_asset(NAME, source=source, folder=tmp_path / "into")
    assert list((tmp_path / "into").iterdir()) == []
    assert content is None or (source / NAME).read_bytes() == content  # not ours to remove


def test_a_cache_that_cannot_be_written_is_a_message(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ModelError, match="cannot be written"):
        fetch_asset(NAME, source=put(tmp_path / "given", CONTENT), folder=tmp_path / "file" / "x")


@pytest.mark.parametrize("place", ["pipe", "endless", "folder"])
def test_what_is_no_file_is_not_read(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe would keep every page waiting, a device fill the memory."""
    make = {
        "pipe": os.mkfifo,
        "endless": lambda path: path.symlink_to("/dev/zero"),
        "folder": Path.mkdir,
    }
    make[place](tmp_path / NAME)
    monkeypatch.setenv(assets.ASSETS_VARIABLE, str(tmp_path))
    assert find_asset(NAME) is None
