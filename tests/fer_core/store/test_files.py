"""Files read and replaced in whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.errors import ReportError
from fer_core.store import files, model_files
from fer_core.store.assets import assets_folder
from fer_core.store.files import (
    MOST_LINE,
    MOST_ROWS,
    MOST_TABLE,
    MOST_TEXT,
    expand,
    parse_json,
    read_csv,
    read_json,
    replace_file,
    replace_text,
    replaced_together,
)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("~", "{home}"),
        ("~/a.zip", "{home}/a.zip"),
        ("~draft.jpg", "~draft.jpg"),
        ("b/~/a.zip", "b/~/a.zip"),
        ("a.zip", "a.zip"),
    ],
)
def test_home_is_expanded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (written, Path(written)):
        assert expand(path) == Path(meant.format(home=tmp_path))


@pytest.mark.parametrize("variable", ["FER_ASSETS", "FER_MODELS"])
def test_home_is_expanded_in_variables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv(variable, "~/folder")
    folder = {"FER_ASSETS": assets_folder, "FER_MODELS": model_files._models_folder}[variable]
    assert folder() == tmp_path / "folder"


def test_an_object_is_read_and_made_a_value(tmp_path: Path) -> None:
    replace_text(tmp_path / "new" / "a.json", '{"n": 3}')
    assert read_json(tmp_path / "new" / "a.json", ReportError, "", lambda v: v["n"] + 1) == 4


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such file"),
        (b"{", "not valid JSON"),
        (b'{"n": "\xff"}', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"n": NaN}', "NaN is not a JSON number"),
        (b"[1]", "no JSON object"),
        (b"{}", "the key 'n' is missing"),
        (b'{"n": "three"}', "invalid literal"),
        (b'{"n": null}', "NoneType"),
    ],
)
def test_faults_are_named_with_file_and_remedy(
    tmp_path: Path, content: bytes | None, message: str
) -> None:
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ReportError) as caught:
        read_json(path, ReportError, "Write it again.", lambda values: int(values["n"]))
    words = str(caught.value)
    assert words.startswith("a.json") and message in words and words.endswith(" Write it again.")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a,b\n" + b"\n" * 1_000_000, "a.csv is damaged: row 2 is blank"),
        (b"a\n" * (MOST_ROWS + 1), f"a.csv is damaged: it has more than {MOST_ROWS:,} rows"),
        (b"a" * (MOST_TABLE + 1), f"a.csv cannot be read: it has .* more than {MOST_TABLE:,}"),
        (b"a," * 2_000_000, f"a.csv is damaged: line 1 has more than {MOST_LINE:,} characters"),
        (b'"' + b"a\n" * 100_000, "a.csv is damaged: field larger"),
        (b"\xff", "a.csv is damaged: .* can't decode"),
    ],
)
def test_tables_that_would_fill_the_memory(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ReportError, match=message):
        read_csv(tmp_path / "a.csv", ReportError, "")


def test_a_table_is_left_at_its_first_blank_row() -> None:
    rows = files.table_rows("a,b\n1,2\n" + "\n" * 1_000_000)
    assert [next(rows), next(rows)] == [["a", "b"], ["1", "2"]]
    with pytest.raises(ValueError, match="row 3"):
        next(rows)


def test_bytes_that_somebody_gave_are_bounded_as_files_are(tmp_path: Path) -> None:
    data = b'{"a": [%s1]}' % (b"{}," * (MOST_TEXT // 3))
    (tmp_path / "a.json").write_bytes(data)
    for read in (
        lambda: parse_json(data, "a.json", ReportError, "Write it.", dict),
        lambda: read_json(tmp_path / "a.json", ReportError, "Write it.", dict),
    ):
        with pytest.raises(ReportError, match=r"a\.json cannot .* more than 4,194,304\. Write it"):
            read()


def test_a_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").mkdir()
    with pytest.raises(ReportError, match="cannot be read: Is a directory"):
        read_json(tmp_path / "a.json", ReportError, "", dict)


def test_a_write_that_fails_leaves_the_old_file(tmp_path: Path) -> None:
    def half(path: Path) -> None:
        path.write_text("half")
        raise OSError("No space left on device")

    replace_text(tmp_path / "a.json", "old")
    with pytest.raises(OSError, match="No space"):
        replace_file(tmp_path / "a.json", half)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("fault", ["the second write", "a folder in the second place"])
def test_files_take_their_places_together_or_not_at_all(tmp_path: Path, fault: str) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    replace_text(first, "old")

    def write() -> None:
        with replaced_together() as beside:
            beside(first).write_text("new")
            path = beside(second)
            if fault == "the second write":
                raise OSError(28, "No space left on device", str(path))
            path.write_text("new")

    if fault != "the second write":
        second.mkdir()
    with pytest.raises(OSError) as caught:
        write()
    assert caught.value.filename == str(second), "as a person knows it"
    assert [path.read_text() for path in tmp_path.iterdir() if path.is_file()] == ["old"]
    if second.exists():
        second.rmdir()
    with replaced_together() as beside:
        for path in (first, second):
            beside(path).write_text("new")
        assert first.read_text() == "old"
    assert [path.read_text() for path in tmp_path.iterdir()] == ["new", "new"]
