"""The lint on generated data sets with one defect each, and on FER-2013 where it is present."""

from __future__ import annotations

import io
import os
import struct
import unicodedata
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_core.data import archives
from fer_core.data.dataset import DATA_VARIABLE, load_dataset
from fer_core.data.findings import MAX_EXAMPLES, Finding, LintReport
from fer_core.data.lint import lint
from fer_core.data.sources import open_source
from fer_core.errors import DataError
from fer_core.labels import EMOTIONS

PER_CLASS = 3


def picture(seed: int, kind: str = "PNG", size: tuple[int, int] = (48, 48)) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, size[::-1], dtype=np.uint8)
    return encoded(pixels, kind)


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    root = tmp_path / "faces"
    seed = 0
    for split in ("train", "test"):
        for name in EMOTIONS:
            for i in range(PER_CLASS):
                write(root / split / name / f"{i}.png", picture(seed))
                seed += 1
    return root


def zipped(root: Path, prefix: str = "") -> Path:
    file = root.with_suffix(".zip")
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(root.rglob("*")):
            archive.write(path, prefix + path.relative_to(root).as_posix())
    return file


def finding(report: LintReport, code: str) -> Finding:
    matches = [finding for finding in report.findings if finding.code == code]
    assert len(matches) == 1, f"{code} not found once in {report.findings}"
    return matches[0]


@pytest.mark.parametrize("form", ["folder", "folder_below", "zip", "zip_below"])
def test_a_clean_data_set_has_no_findings(clean: Path, form: str) -> None:
    path = {
        "folder": lambda: clean,
        "folder_below": lambda: clean.parent,
        "zip": lambda: zipped(clean),
        "zip_below": lambda: zipped(clean, "fer2013/"),
    }[form]()
    report = lint(path)
    assert report.findings == ()
    assert report.exit_code == 0
    assert report.images == 2 * 7 * PER_CLASS
    assert report.classes == {s: dict.fromkeys(EMOTIONS, PER_CLASS) for s in ("train", "test")}
    assert len(load_dataset(path)) == report.images


def remove(root: Path, folder: str, *, keep_folder: bool) -> None:
    for file in (root / folder).iterdir():
        file.unlink()
    if not keep_folder:
        (root / folder).rmdir()


def rename_all(root: Path) -> None:
    for folder in list(root.glob("*/*")):
        folder.rename(folder.with_name(folder.name.capitalize()))


def few_of_the_largest(root: Path) -> None:
    for i in range(50):
        write(root / "train/happy" / f"more{i}.png", picture(1000 + i))


Breaker = Callable[[Path], object]
FLAT = np.full((48, 48), 9, np.uint8)
NFC, NFD = (unicodedata.normalize(form, "é.png") for form in ("NFC", "NFD"))

DEFECTS: list[tuple[str, Breaker, str, str, int, int]] = [
    # name, what breaks the clean data set, code, severity, count, exit code
    ("no train class", lambda r: remove(r, "train/fear", keep_folder=False),
     "missing_class", "error", 1, 3),
    ("no test class", lambda r: remove(r, "test/fear", keep_folder=False),
     "missing_class", "warning", 1, 1),
    ("empty train class", lambda r: remove(r, "train/sad", keep_folder=True),
     "empty_class", "error", 1, 3),
    ("empty test class", lambda r: remove(r, "test/sad", keep_folder=True),
     "empty_class", "warning", 1, 1),
    ("unknown class", lambda r: write(r / "train/drafts/1.png", picture(99)),
     "unknown_class", "warning", 1, 1),
    ("eighth class", lambda r: write(r / "train/Contempt/1.png", picture(99)),
     "eighth_class", "warning", 1, 1),
    ("case twin", lambda r: write(r / "train/Angry/new.png", picture(99)),
     "class_twins", "warning", 1, 1),
    ("Unicode twin", lambda r: (write(r / "train/angry" / NFC, picture(98)),
                                write(r / "train/angry" / NFD, picture(99))),
     "file_twins", "warning", 1, 1),
    ("zero bytes", lambda r: write(r / "train/angry/zero.png", b""), "zero_byte", "warning", 1, 1),
    ("cut off", lambda r: write(r / "train/angry/cut.png", picture(5)[:900]),
     "unreadable", "warning", 1, 1),
    ("text", lambda r: write(r / "train/angry/text.png", b"hello"), "unreadable", "warning", 1, 1),
    ("PNG called jpg", lambda r: write(r / "train/angry/x.jpg", picture(99)),
     "mislabelled", "warning", 1, 1),
    ("GIF called png", lambda r: write(r / "train/angry/x.png", picture(99, "GIF")),
     "mislabelled", "warning", 1, 1),
    ("wrong size", lambda r: write(r / "train/angry/size.png", picture(99, size=(64, 48))),
     "wrong_size", "warning", 1, 1),
    ("constant", lambda r: write(r / "train/angry/flat.png", encoded(FLAT)),
     "constant", "warning", 1, 1),
    ("copy within", lambda r: write(r / "train/angry/copy.png", picture(0)),
     "copies", "warning", 1, 1),
    ("copy in another encoding", lambda r: write(r / "test/angry/x.webp", webp_copy(0)),
     "copies_across_splits", "warning", 1, 1),
    ("copy across", lambda r: write(r / "test/angry/x.png", picture(0)),
     "copies_across_splits", "warning", 1, 1),
    ("copy under another label", lambda r: write(r / "train/happy/x.png", picture(0)),
     "conflicting_labels", "warning", 2, 1),
    ("imbalance", few_of_the_largest, "imbalance", "warning", 6, 1),
    ("image astray", lambda r: write(r / "train/x.png", picture(99)),
     "stray_image", "warning", 1, 1),
    ("image too deep", lambda r: write(r / "train/angry/more/x.png", picture(99)),
     "stray_image", "warning", 1, 1),
    ("third folder", lambda r: write(r / "more/angry/x.png", picture(99)),
     "stray_image", "warning", 1, 1),
    ("other kind", lambda r: write(r / "train/angry/x.bmp", picture(99, "BMP")),
     "other_file", "warning", 1, 1),
    ("hidden", lambda r: write(r / "train/.directory", b"1"), "other_file", "info", 1, 0),
    ("read me", lambda r: write(r / "README.txt", b"1"), "other_file", "info", 1, 0),
]  # fmt: skip


def webp_copy(seed: int) -> bytes:
    pixels = np.asarray(Image.open(io.BytesIO(picture(seed))))
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert("RGB").save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize(
    ("breaks", "code", "severity", "count", "exit_code"),
    [defect[1:] for defect in DEFECTS],
    ids=[defect[0] for defect in DEFECTS],
)
def test_a_defect_is_found(
    clean: Path, breaks: Breaker, code: str, severity: str, count: int, exit_code: int, form: str
) -> None:
    breaks(clean)
    report = lint(zipped(clean) if form == "zip" else clean)
    assert report.exit_code == exit_code
    assert (finding(report, code).severity, finding(report, code).count) == (severity, count)
    assert finding(report, code).examples


def test_every_defect_is_reported_at_once(clean: Path) -> None:
    expected = set()
    for _, breaks, code, severity, _, _ in DEFECTS:
        if severity == "warning" and code not in ("missing_class", "empty_class", "imbalance"):
            breaks(clean)
            expected.add(code)
    assert expected <= {finding.code for finding in lint(clean).findings}


def _lock(path: Path, names: Callable[[str], bool]) -> None:
    """Marks members of a zip as encrypted; Python writes no encrypted ones."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("README.txt", "How to unpack it")
        for info in archive.infolist():
            if names(info.filename):
                info.flag_bits |= 1


@pytest.mark.parametrize("also", ["", "README.txt"], ids=["pictures", "everything"])
def test_a_zip_under_a_password_is_called_that(clean: Path, also: str) -> None:
    path = zipped(clean)
    _lock(path, lambda name: not name.endswith("/") and name != ("README.txt" if not also else ""))
    report = lint(path)
    assert report.exit_code == 2
    assert "protected by a password" in finding(report, "no_data").message
    with pytest.raises(DataError, match="protected by a password"):
        load_dataset(path)


def test_one_file_under_a_password_is_left_out(clean: Path) -> None:
    path = zipped(clean)
    _lock(path, lambda name: name.endswith("train/angry/0.png"))
    report = lint(path)
    assert "password" in finding(report, "unreadable").examples[0]
    assert report.images == 2 * 7 * PER_CLASS - 1


def test_class_names_in_any_case_are_clean(clean: Path) -> None:
    rename_all(clean)
    assert lint(clean).findings == ()


def test_links_are_not_followed(clean: Path, tmp_path: Path) -> None:
    write(tmp_path / "outside.png", picture(99))
    (clean / "train/angry/out.png").symlink_to(tmp_path / "outside.png")
    (clean / "train/angry/nowhere.png").symlink_to(tmp_path / "absent.png")
    (clean / "train/angry/circle.png").symlink_to(clean / "train/angry/circle.png")
    (clean / "train/angry/folder").symlink_to(tmp_path)
    (clean / "train/angry/inside.png").symlink_to(clean / "train/angry/0.png")
    report = lint(clean)
    assert finding(report, "symlink").count == 4
    assert finding(report, "copies").count == 1  # the link inside is read
    assert report.images == 2 * 7 * PER_CLASS + 1


def test_what_is_no_regular_file_is_not_opened(clean: Path) -> None:
    os.mkfifo(clean / "train/angry/pipe.png")  # reading it would never end
    assert finding(lint(clean), "unreadable").count == 1


def test_a_name_that_is_not_utf8_is_reported_in_escapes(clean: Path) -> None:
    bad = os.fsencode(clean / "train/angry") + b"/\xff.png"
    try:
        Path(os.fsdecode(bad)).write_bytes(picture(99))
    except OSError:
        pytest.skip("this file system accepts only UTF-8 names")
    report = lint(clean)
    assert "\\xff.png" in finding(report, "unreadable").examples[0]


def test_an_unreadable_file_is_a_finding_and_the_others_are_read(
    clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests may run as root, for whom no permission is missing.
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "0.png" and path.parent.name == "angry":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    report = lint(clean)
    assert finding(report, "unreadable").count == 2
    assert "Permission denied" in finding(report, "unreadable").examples[0]
    assert report.images == 2 * 7 * PER_CLASS - 2
    assert [(f.code, f.count) for f in load_dataset(clean).left_out] == [("unreadable", 2)]


@pytest.mark.parametrize(
    "make",
    [
        lambda folder: folder / "absent",
        lambda folder: folder,
        lambda folder: write(folder / "x.zip", b"not a zip") or folder / "x.zip",
        lambda folder: write(folder / "x.zip", b"") or folder / "x.zip",
        lambda folder: write(folder / "a/b/c/train/x", b"") or folder,
    ],
    ids=["absent", "empty folder", "no zip", "empty file", "too deep"],
)
def test_a_path_without_data_is_unusable(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    report = lint(make(tmp_path))
    assert report.exit_code == 2
    assert "train/<class>/" in finding(report, "no_data").message


def only(part: str, root: Path) -> None:
    """Leaves nothing beside this part."""
    other = "test" if part == "train" else "train"
    (root / other).rename(root.parent / "unused")


def class_folders_alone(root: Path) -> None:
    only("test", root)
    for folder in list((root / "test").iterdir()):
        folder.rename(root / folder.name)
    (root / "test").rmdir()


def bad_train_and_test_without_images(root: Path) -> None:
    remove(root, "train/fear", keep_folder=False)
    for name in EMOTIONS:
        remove(root, f"test/{name}", keep_folder=True)


def bad_train_and_validation(root: Path) -> None:
    remove(root, "train/fear", keep_folder=False)
    (root / "test").rename(root / "val")


def unsafe_test(root: Path) -> None:
    only("test", root)
    zipped(root)
    with zipfile.ZipFile(root.with_suffix(".zip"), "a") as archive:
        archive.writestr("../x.png", picture(99))


@pytest.mark.parametrize(
    ("breaks", "trains", "evaluates", "result"),
    [
        (lambda root: None, True, True, "clean"),
        (lambda root: remove(root, "test/sad", keep_folder=False), True, True, "warnings"),
        (lambda root: only("train", root), True, False, "warnings"),
        (lambda root: only("test", root), False, True, "evaluation_only"),
        (class_folders_alone, False, True, "evaluation_only"),
        (bad_train_and_validation, False, True, "evaluation_only"),
        (bad_train_and_test_without_images, False, False, "unusable"),
        (unsafe_test, False, False, "unusable"),
    ],
)
def test_what_a_data_set_is_good_for(
    clean: Path, breaks: Breaker, trains: bool, evaluates: bool, result: str
) -> None:
    breaks(clean)
    archive = clean.with_suffix(".zip")
    report = lint(archive if archive.exists() else clean)
    assert (report.trainable, report.evaluable, report.result) == (trains, evaluates, result)
    told = report.to_dict()
    assert (told["training"], told["evaluation"], told["result"]) == (trains, evaluates, result)
    if evaluates:
        assert load_dataset(clean).is_test.any()


@pytest.mark.parametrize(
    "name", ["../train/angry/x.png", "train/angry/../../../x.png", "/train/x.png",
             "..\\train\\angry\\x.png", "\\train\\x.png", "C:/train/angry/x.png"]
)  # fmt: skip
def test_a_zip_with_names_that_lead_out_is_unusable(clean: Path, name: str) -> None:
    file = zipped(clean)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, picture(99))
    report = lint(file)
    assert (finding(report, "unsafe").count, report.exit_code) == (1, 2)
    assert len(load_dataset(file)) == 2 * 7 * PER_CLASS


def test_links_in_a_zip_are_not_followed(clean: Path) -> None:
    file = zipped(clean)
    link = zipfile.ZipInfo("train/angry/link.png")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, "/etc/hostname")
    assert finding(lint(file), "symlink").count == 1


def test_the_shadow_folders_of_macos_do_not_hide_the_data(clean: Path, tmp_path: Path) -> None:
    file = tmp_path / "mac.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("__MACOSX/train/angry/._0.png", b"\0")
        for path in sorted(clean.rglob("*.png")):
            archive.write(path, path.relative_to(clean).as_posix())
    assert lint(file).images == 2 * 7 * PER_CLASS


def test_a_member_with_wrong_bytes_is_unreadable(clean: Path) -> None:
    file = zipped(clean)
    data = bytearray(file.read_bytes())
    start = data.index(picture(0))  # stored without compression
    data[start + 100] ^= 0xFF
    file.write_bytes(data)
    assert "CRC" in finding(lint(file), "unreadable").examples[0]


def test_a_zip_that_would_unpack_to_far_more_than_its_size_is_refused(clean: Path) -> None:
    file = zipped(clean)
    data = bytearray(file.read_bytes())
    first = data.index(b"PK\x01\x02")  # the central directory's first record
    data[first + 24 : first + 28] = struct.pack("<I", 2**31)  # its uncompressed size
    file.write_bytes(data)
    report = lint(file)
    assert report.exit_code == 2
    assert "no zip of pictures" in finding(report, "no_data").message


def test_a_file_larger_than_any_picture_is_not_read(
    clean: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 10_000)
    write(clean / "train/angry/x.png", b"\x89PNG\r\n\x1a\n" + bytes(10_000))
    assert finding(lint(clean), "unreadable").count == 1
    entry = next(e for e in open_source(clean).entries if e.path.endswith("x.png"))
    with pytest.raises(DataError, match="at most"):
        entry.read()


def test_examples_are_few_and_the_count_is_whole(clean: Path) -> None:
    for i in range(MAX_EXAMPLES + 4):
        write(clean / f"train/angry/empty{i}.png", b"")
    found = finding(lint(clean), "zero_byte")
    assert (found.count, len(found.examples)) == (MAX_EXAMPLES + 4, MAX_EXAMPLES)


@pytest.mark.skipif(DATA_VARIABLE not in os.environ, reason="FER_DATA is not set")
def test_fer2013_has_its_known_faults() -> None:
    report = lint(os.environ[DATA_VARIABLE])
    assert (report.images, report.copies, report.exit_code) == (35_887, 1_853, 1)
    across = {f.message: f.count for f in report.findings if f.code == "copies_across_splits"}
    assert across["Images of private that stand in train too."] == 288
    assert across["Images of public that stand in train too."] == 280
    conflicts = finding(report, "conflicting_labels")
    assert conflicts.count == 160
    assert "57 groups" in conflicts.message
    assert finding(report, "constant").count == 12
    assert finding(report, "imbalance").examples == ("train/disgust: 436",)
