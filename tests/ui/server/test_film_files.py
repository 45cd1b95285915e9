"""Files without a name: read by several at a time, bounded, and sent in ranges of bytes."""

from __future__ import annotations

import asyncio
import io

import pytest

from ui.server.film_files import CHUNK, FilmFile, serve

WHOLE = bytes(range(256)) * 3000


def answer(asked: str | None, film: FilmFile | None = None) -> tuple[int, dict[str, str], bytes]:
    response = serve(film or FilmFile(io.BytesIO(WHOLE)), "video/mp4", asked, {"X-More": "yes"})
    body = b""

    async def send(message):
        nonlocal body
        body += message.get("body", b"")

    async def receive():
        return {"type": "http.disconnect"}

    async def run():
        await response(
            {"type": "http", "method": "GET", "asgi": {"spec_version": "2.4"}}, receive, send
        )

    asyncio.run(run())
    return response.status_code, dict(response.headers), body


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, len(WHOLE) - 1),
        ("bytes=100-199", 100, 199),
        ("bytes=0-0", 0, 0),
        ("bytes=-10", len(WHOLE) - 10, len(WHOLE) - 1),
        ("bytes=-9999999", 0, len(WHOLE) - 1),
        ("bytes=5-99999999", 5, len(WHOLE) - 1),
        (f"bytes=7-{7 + 2 * CHUNK}", 7, 7 + 2 * CHUNK),
    ],
)
def test_a_range_of_bytes(asked, first, last):
    status, headers, body = answer(asked)
    assert status == 206
    assert headers["content-range"] == f"bytes {first}-{last}/{len(WHOLE)}"
    assert headers["content-length"] == str(len(body))
    assert body == WHOLE[first : last + 1]


@pytest.mark.parametrize(
    "asked",
    [None, "bytes=0-1,5-6", "bytes=-", "lines=3-4", "nonsense", "bytes=" + "9" * 5000, "bytes=٣-"],
)
def test_everything_else_gets_the_whole(asked):
    status, headers, body = answer(asked)
    assert (status, body) == (200, WHOLE)
    assert headers["accept-ranges"] == "bytes"
    assert headers["cache-control"] == "no-store", "a browser keeps no copy of it"
    assert headers["x-more"] == "yes"


@pytest.mark.parametrize(
    "asked",
    ["bytes=768000-", "bytes=9999999-", "bytes=9-5", "bytes=-0", "bytes=9999999999999999999-"],
)
def test_a_range_that_is_none(asked):
    status, headers, _ = answer(asked)
    assert status == 416
    assert headers["content-range"] == f"bytes */{len(WHOLE)}"


def test_each_reader_has_its_own_place():
    film = FilmFile(io.BytesIO(WHOLE))
    one, other = film.open(), film.open()
    one.seek(300)
    assert other.read(3) == WHOLE[:3]
    assert one.read(3) == WHOLE[300:303]
    assert one.seek(-5, io.SEEK_END) == len(WHOLE) - 5
    assert one.read() == WHOLE[-5:]


def test_what_is_written_has_a_limit():
    film = FilmFile(limit=10)
    file = film.open()
    assert file.write(b"12345678") == film.size == 8
    file.seek(2)
    file.write(b"ab")
    assert film.read_at(0, 20) == b"12ab5678"
    file.seek(8)
    with pytest.raises(OSError, match="more than"):
        file.write(b"xyz")


def test_a_film_that_is_removed_while_it_is_sent_ends_there():
    film = FilmFile(io.BytesIO(WHOLE))
    film.close()
    assert answer("bytes=0-", film)[2] == b""
    with pytest.raises(ValueError):
        film.open().read(1)


def test_a_new_file_has_no_name_in_any_folder(tmp_path, monkeypatch):
    """It is gone with its process, however that ends."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    film = FilmFile()
    film.write_at(0, b"secret")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_does_not_keep_a_film_from_being_closed():
    """A file writes what it still has when it is closed; the reaper of sessions closes it."""

    class Full(io.BytesIO):
        def close(self):
            super().close()
            raise OSError(28, "No space left on device")

    film = FilmFile(Full(WHOLE))
    film.close()
    with pytest.raises(ValueError):
        film.read_at(0, 1)
