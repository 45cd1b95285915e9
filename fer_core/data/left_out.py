"""What a reader leaves out of a data set, so that nobody takes the rest for all of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Final

from fer_core.data.findings import Finding, Severity, found
from fer_core.data.layout import CONTEMPT, IMAGE_SUFFIXES, NUMBERED, rename_hint
from fer_core.data.scan import Scan
from fer_core.labels import EMOTIONS

UNREADABLE: Final = "Images that cannot be read; they are left out."
_REPLACE: Final = "Delete or replace them."


def left_out(facts: Scan) -> tuple[Finding, ...]:
    """Every kind of thing in a data set that its figures do not cover; none if that is all."""
    return tuple(
        finding
        for check in LEFT_OUT_CHECKS
        for finding in check(facts)
        if finding.severity != "info"
    )


def check_unknown_classes(facts: Scan) -> Iterator[Finding]:
    unknown, contempt = [], []
    files = Counter(str(PurePosixPath(path).parent) for path in facts.others)
    for folder in (path for paths in facts.class_folders.values() for path in paths):
        name = PurePosixPath(folder).name
        if name.startswith(".") or (known := facts.layout.expression(name)) in EMOTIONS:
            continue
        said = f"{folder}: {files[folder]:,} file{'' if files[folder] == 1 else 's'}"
        if known == CONTEMPT:
            contempt.append(said)
        else:
            hint = rename_hint(name)
            unknown.append(f"{said}; {hint}" if hint else said)
    message = f"Folders that are none of {', '.join(EMOTIONS)}; they are left out."
    if any(PurePosixPath(case.split(":")[0]).name.isdecimal() for case in unknown):
        message += f" {NUMBERED}"
    yield from found("unknown_class", "warning", message, unknown)
    message = "Folders of contempt, an eighth expression that no network here answers; left out."
    yield from found("eighth_class", "warning", message, contempt)


def check_refused(facts: Scan) -> Iterator[Finding]:
    kinds: tuple[tuple[str, Severity, str], ...] = (
        ("symlink", "warning", "Links that are not followed. Put the files themselves there."),
        ("unsafe", "error", "Names that lead out of the zip. Do not unpack it; get it elsewhere."),
        ("unreadable", "warning", "Files or folders that cannot be opened; they are left out."),
    )
    for kind, severity, message in kinds:
        cases = [f"{r.path} {r.reason}" for r in facts.refused if r.kind == kind]
        yield from found(kind, severity, message, cases)


def check_others(facts: Scan) -> Iterator[Finding]:
    """Files that are no labelled images, unless an unknown class's folder is reported already."""
    pictures, in_split, outside = [], [], []
    for path in facts.others:
        place = facts.layout.class_folder("/".join(path.split("/")[:-1][: _depth(facts)]))
        if place and facts.layout.expression(place[1]) not in EMOTIONS:
            continue
        if path.lower().endswith(IMAGE_SUFFIXES):
            pictures.append(path)
        elif _in_a_part(facts, path) and not PurePosixPath(path).name.startswith("."):
            in_split.append(path)
        else:
            outside.append(path)
    beside = [path for path in facts.outside if path.lower().endswith(IMAGE_SUFFIXES)]
    message = "Images outside the class folders; they are left out."
    yield from found("stray_image", "warning", message, [*pictures, *beside])
    message = f"Files that are none of {', '.join(IMAGE_SUFFIXES)}; they are left out."
    yield from found("other_file", "warning", message, in_split)
    yield from found("other_file", "info", "Files that are not part of the data.", outside)


def check_unreadable(facts: Scan) -> Iterator[Finding]:
    message = f"Empty files (0 bytes); they are left out. {_REPLACE}"
    cases = [image.path for image in facts.images if not image.size]
    yield from found("zero_byte", "warning", message, cases)
    message = f"{UNREADABLE} {_REPLACE}"
    cases = [f"{image.path}: {image.fault}" for image in facts.images if image.fault and image.size]
    yield from found("unreadable", "warning", message, cases)


def _depth(facts: Scan) -> int:
    """How many folders down the classes stand."""
    return 1 if facts.layout.flat else 2


def _in_a_part(facts: Scan, path: str) -> bool:
    parts = PurePosixPath(path).parts
    if facts.layout.flat:
        return len(parts) > 1 and facts.layout.expression(parts[0]) is not None
    return facts.layout.split(parts[0]) is not None


LEFT_OUT_CHECKS: Final[tuple[Callable[[Scan], Iterator[Finding]], ...]] = (
    check_unknown_classes,
    check_refused,
    check_others,
    check_unreadable,
)
