"""Uploads that do not fit arrive as a file of the same name that says why."""

import asyncio
import io
import tarfile
import zipfile
from types import SimpleNamespace

import pytest
from starlette.requests import ClientDisconnect, Request
from streamlit import config

from ui.server import uploads
from ui.server.budget import Budget, BudgetError, Held
from ui.server.films import Films
from ui.server.metrics import COUNTS
from ui.server.uploads import FILM, PHOTO_MB, REFUSED, UploadGate

PATH = "/_stcore/upload_file/session-1/file-1"


def _form(content, name="Käse.jpg", boundary="xyz"):
    return (
        (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        ).encode()
        + content
        + f"\r\n--{boundary}--\r\n".encode()
    )


def _put(total, body, *, path=PATH, method="PUT", length=None, chunk=1000, films=None, status=204):
    """What Streamlit gets of an upload, as (name, content type, content), and what is unread."""
    got = {}

    async def streamlit(scope, receive, send):
        form = await Request(scope, receive).form()
        file = form["file"]
        got["file"] = (file.filename, file.content_type, await file.read())
        await send({"type": "http.response.start", "status": status})

    async def send(message):
        pass

    parts = [body[i : i + chunk] for i in range(0, len(body), chunk)]
    messages = [
        {"type": "http.request", "body": part, "more_body": i < len(parts) - 1}
        for i, part in enumerate(parts)
    ]

    async def receive():
        return messages.pop(0)

    headers = [(b"content-type", b"multipart/form-data; boundary=xyz")]
    if length is not False:
        headers.append((b"content-length", str(length or len(body)).encode()))
    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    gate = UploadGate(streamlit, Budget(total, lambda _: Held(0, 0, 0)), films or Films())
    asyncio.run(gate(scope, receive, send))
    return got["file"], len(messages)


def test_what_fits_passes_as_it_is():
    assert _put(100_000, _form(b"a picture"))[0] == ("Käse.jpg", "image/jpeg", b"a picture")


def test_what_does_not_fit_arrives_as_its_reason_and_is_read_to_its_end():
    COUNTS.take()
    (name, kind, content), unread = _put(10_000, _form(bytes(50_000)))
    assert (name, kind, unread) == ("Käse.jpg", REFUSED, 0)
    assert "your files together" in content.decode()
    assert COUNTS.take() == {"refusals": 1}


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_only_uploads_are_weighed(method):
    path = PATH if method == "POST" else "/somewhere/else"
    assert _put(10, _form(b"text"), path=path, method=method)[0][2] == b"text"


def test_a_file_above_the_limit_is_told_its_size():
    most = config.get_option("server.maxUploadSize")
    content = _put(10**12, _form(b"short"), length=(most + 5) * 1024**2)[0][2].decode()
    assert "too large" in content
    assert f"{most} MB" in content


def test_an_upload_without_a_length_is_weighed_as_the_largest():
    assert _put(1_000_000, _form(b"x"), length=False)[0][1] == REFUSED
    assert _put(10**9, _form(b"x"), length=False)[0][1] == "image/jpeg"


FILM_BYTES = b"\0\0\0\x18ftypmp42" + bytes(range(256)) * 400


@pytest.mark.parametrize("chunk", [7, 1000, 10**6])
def test_a_film_goes_past_streamlit_into_a_file_without_a_name(chunk, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    films = Films()
    (name, kind, word), unread = _put(10**6, _form(FILM_BYTES), films=films, chunk=chunk)
    assert (name, kind, unread) == ("Käse.jpg", FILM, 0)
    assert films.held("session-1") == (len(FILM_BYTES), len(FILM_BYTES), 1)
    file = films._arrived[word.decode()].file
    assert file.read_at(0, 10**6) == FILM_BYTES
    assert list(tmp_path.iterdir()) == [], "a kill leaves nothing"
    films.close()


def test_a_film_of_a_visitor_whom_streamlit_does_not_know_is_given_back():
    films = Films()
    _put(10**6, _form(FILM_BYTES), films=films, status=400)
    assert films.held("session-1") == (0, 0, 0)


def _tar(mode):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:
        archive.addfile(tarfile.TarInfo("happy/1.png"))
    return file.getvalue()


@pytest.mark.parametrize("mode", ["zip", "w", "w:gz", "w:bz2", "w:xz"])
def test_an_archive_may_be_as_large_as_a_film(mode):
    if mode == "zip":
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("happy/1.png", b"")
        data = file.getvalue()
    else:
        data = _tar(mode)
    most = config.get_option("server.maxUploadSize")
    large = _put(10**9, _form(data, "mine.zip"), length=(PHOTO_MB + 30) * 1024**2)[0]
    assert large == ("mine.zip", "image/jpeg", data)
    refused = _put(10**9, _form(data, "mine.zip"), length=(most + 5) * 1024**2)[0]
    assert refused[1] == REFUSED and f"an archive {most} MB" in refused[2].decode()


def test_a_photograph_has_a_smaller_limit_than_a_film():
    length = 30 * 1024**2
    content = _put(10**12, _form(b"\xff\xd8\xff" + bytes(50)), length=length)[0][2].decode()
    assert "30 MB" in content and f"photo may have {PHOTO_MB} MB" in content
    films = Films()
    assert _put(10**12, _form(FILM_BYTES), length=length, films=films)[0][1] == FILM
    films.close()


def test_a_film_that_does_not_fit_arrives_as_its_reason():
    (_, kind, content), unread = _put(10_000, _form(FILM_BYTES))
    assert (kind, unread) == (REFUSED, 0)
    assert "your files together" in content.decode()


def test_what_is_longer_than_it_announced_is_broken_off():
    with pytest.raises(ClientDisconnect):
        _put(10**9, _form(bytes(300_000)), length=1000)


def test_a_form_without_a_file_is_left_to_streamlit_to_refuse():
    body = b"--xyz\r\nno headers at all" * 20
    name, kind, _ = _put_unnamed(body)
    assert (name, kind) == ("", REFUSED)


def _put_unnamed(body):
    got = {}

    async def streamlit(scope, receive, send):
        form = await Request(scope, receive).form()
        file = next(iter(form.values()))
        got["file"] = (file.filename, file.content_type, await file.read())

    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return messages.pop(0)

    scope = {
        "type": "http",
        "method": "PUT",
        "path": PATH,
        "headers": [
            (b"content-type", b"multipart/form-data; boundary=xyz"),
            (b"content-length", b"999"),
        ],
    }
    gate = UploadGate(streamlit, Budget(1, lambda _: Held(0, 0, 0)))
    asyncio.run(gate(scope, receive, None))
    return got["file"]


def test_a_film_comes_alone(tmp_path):
    """Each file of a form is open on the disk, and a process may have so many open."""
    part = _form(FILM_BYTES[:200]).removesuffix(b"--xyz--\r\n")
    films = Films()
    (_, kind, content), unread = _put(10**6, part * 500 + b"--xyz--\r\n", films=films)
    assert (kind, unread) == (REFUSED, 0)
    assert "one whole file" in content.decode()
    assert films.held("session-1") == (0, 0, 0)


def test_an_upload_that_stalls_gives_its_room_back(monkeypatch):
    monkeypatch.setattr(uploads, "STALLED_S", 0.05)
    budget = Budget(10**9, lambda _: Held(0, 0, 0))
    sent = [{"type": "http.request", "body": _form(bytes(9000))[:9000], "more_body": True}]

    async def receive():
        if not sent:
            await asyncio.sleep(60)
        return sent.pop()

    async def streamlit(scope, receive, send):
        with pytest.raises(BudgetError), budget.upload("session-1", budget.person):
            pass  # some of it is held
        await Request(scope, receive).form()

    scope = {
        "type": "http", "method": "PUT", "path": PATH,
        "headers": [(b"content-type", b"multipart/form-data; boundary=xyz")],
    }  # fmt: skip
    with pytest.raises(ClientDisconnect):
        asyncio.run(UploadGate(streamlit, budget, Films())(scope, receive, None))
    with budget.upload("session-1", budget.person):
        pass  # none of it is held any more


def test_nobodys_upload_holds_nothing(monkeypatch):
    """Made-up sessions would each have a share of the budget."""
    runtime = SimpleNamespace(is_active_session=lambda session: False)
    monkeypatch.setattr(
        uploads, "Runtime", SimpleNamespace(exists=lambda: True, instance=lambda: runtime)
    )
    films = Films()
    (_, kind, _), _ = _put(10, _form(FILM_BYTES), films=films)
    assert kind == "image/jpeg", "Streamlit got it as it came, to refuse it unread"
    assert films.held("session-1") == (0, 0, 0)
