"""Files cut into shards, and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_core.batch.inputs import Input
from fer_core.batch.shards import cut, with_stems


@pytest.mark.parametrize(
    ("count", "films", "sizes"),
    [
        (1, set(), {1}),
        (50, set(), {1}),
        (320, set(), {10}),
        (6400, set(), {64}),
        (6400, {100}, {64, 36, 1, 27}),
    ],
)
def test_shards_depend_on_the_files_alone(count: int, films: set[int], sizes: set[int]) -> None:
    files = [Input(f"{i}.{'mp4' if i in films else 'jpg'}") for i in range(count)]
    shards = list(cut(files))
    assert [item for shard in shards for item in shard.inputs] == files
    assert [shard.index for shard in shards] == list(range(len(shards)))
    assert {len(shard.inputs) for shard in shards} == sizes
    for shard in shards:
        assert len(shard.inputs) == 1 or not any(item.is_film for item in shard.inputs)


def test_names_of_copies_are_unique_and_take_nobodys_place(tmp_path: Path) -> None:
    (tmp_path / "b.annotated.jpg").touch()
    (tmp_path / "C.frames.csv").touch()
    paths = ["x/a.jpg", "y/a.png", "A.jpg", "b.jpg", "c.mp4", "a-2.jpg", "con.jpg", "é.jpg",
             "e\u0301.jpg"]  # fmt: skip
    stems = [item.stem for item in with_stems([Input(path) for path in paths], tmp_path)]
    assert len({stem.casefold() for stem in stems}) == len(stems)
    assert stems[:2] == ["a", "a-2"]
    assert stems[3] == "b-2" and stems[4] == "c-2" and stems[6] == "_con"
    many = with_stems([Input(f"{i}/image.jpg") for i in range(20_000)], tmp_path)
    assert len({item.stem for item in many}) == 20_000
