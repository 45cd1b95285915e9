import dataclasses
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_core.errors import ModelError
from fer_core.store.card_changes import record_evaluation, save_card
from fer_core.store.model_files import (
    CARD_SUFFIX,
    MODELS,
    SUFFIXES,
    ModelCard,
    check_name,
    list_models,
    list_reports,
    load_card,
    load_model,
    model_file,
    split_name,
)

Make = Callable[..., Path]


def test_a_model_loads_by_any_of_its_files(make_model: Make):
    network = make_model()
    for path in (network, network.with_name("small.card.json"), str(network)):
        card, data = load_model(path)
        assert card.title == "A small test network"
        assert data == network.read_bytes()


@pytest.mark.parametrize(
    ("model", "card"),
    [
        ("ultimate_model", MODELS / "ultimate_model.card.json"),
        ("my.model.v2", MODELS / "my.model.v2.card.json"),
        ("my.model.v2.tflite", Path("my.model.v2.card.json")),
        ("x/my.model.v2.int8.tflite", Path("x/my.model.v2.card.json")),
        ("sub/x", Path("sub/x.card.json")),
        (Path("sub/x.report.json"), Path("sub/x.card.json")),
        ("~/x.tflite", Path.home() / "x.card.json"),
        ("größe-2", MODELS / "größe-2.card.json"),
    ],
)
def test_a_models_files_are_found_by_stem_or_path(model: str | Path, card: Path):
    assert model_file(model, CARD_SUFFIX) == card


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("stem", ["x", "my.model.v2", "a-b_c.8"])
def test_a_file_name_is_a_stem_and_a_suffix(stem: str, suffix: str):
    assert split_name(stem + suffix) == (stem, suffix)
    check_name(stem)


REFUSED = ["", ".", "..", ".hidden", "a b", "a:b", "a\0b", "x.", "x.int8", "x.tflite", "n" * 101]


@pytest.mark.parametrize("stem", [*REFUSED, "sub/x", "../x", "a\\b"])
def test_a_name_that_would_not_be_found_again_is_never_written(
    make_model: Make, tmp_path: Path, stem: str
):
    with pytest.raises(ModelError, match="A model's name has"):
        save_card(dataclasses.replace(load_card(make_model()), stem=stem), tmp_path)
    assert {path.name for path in tmp_path.rglob("*")} == {"small.tflite", "small.card.json"}


@pytest.mark.parametrize(
    "model", [*(n for n in REFUSED if n != "x.tflite"), ".tflite", "sub/.card.json"]
)
def test_no_model_is_looked_for_under_such_a_name(model: str):
    with pytest.raises(ModelError, match=r"A model's name has .*Received: "):
        load_model(model)


@pytest.mark.parametrize("stem", ["my.model.v2", "v1.0", "other"])
def test_a_model_of_any_name_is_listed_loaded_and_evaluated(
    make_model: Make, tmp_path: Path, stem: str
):
    network = make_model(stem)
    (tmp_path / f"{stem}.int8.tflite").touch()
    assert list_models(tmp_path) == [stem]
    card, _ = load_model(network)
    for suffix in (".report.json", ".predictions.csv"):
        (tmp_path / f"{stem}{suffix}").write_text("{}")
    record_evaluation(card, tmp_path, {"split": "test"}, {})
    assert list_reports(tmp_path) == [stem]
    assert load_card(network).headline == {"split": "test"}


def test_what_a_killed_process_left_half_written_is_no_model(tmp_path: Path):
    killed = """
import os, sys
from pathlib import Path
from fer_core.store.files import replace_file

def write(beside):
    beside.write_bytes(b"half")
    os._exit(9)

replace_file(Path(sys.argv[1]), write)
"""
    for name in ("mine.tflite", "mine.report.json"):
        run = subprocess.run([sys.executable, "-c", killed, str(tmp_path / name)], check=False)
        assert run.returncode == 9
    left = [path.read_bytes() for path in tmp_path.iterdir()]
    assert left == [b"half", b"half"], "it was killed in the middle"
    assert list_models(tmp_path) == list_reports(tmp_path) == []


def test_a_renamed_copy_is_a_model_of_its_new_name(make_model: Make, tmp_path: Path):
    network = make_model()
    for path in (network, network.with_name("small.card.json")):
        path.rename(tmp_path / path.name.replace("small", "my.copy"))
    card, _ = load_model(tmp_path / "my.copy.tflite")
    assert card.stem == "my.copy"
    assert save_card(card, tmp_path).name == "my.copy.card.json"
    assert list_models(tmp_path) == ["my.copy"]


def test_files_that_no_model_can_have_are_not_listed(tmp_path: Path):
    for name in (".tflite", "a b.tflite", "x.tflite.card.json", "x.int8.tflite", "x.card.json"):
        (tmp_path / name).touch()
    assert list_models(tmp_path) == []


def _truncate(network: Path) -> None:
    network.write_bytes(network.read_bytes()[:-10])


def _flip_a_byte(network: Path) -> None:
    data = bytearray(network.read_bytes())
    data[len(data) // 2] ^= 1
    network.write_bytes(bytes(data))


def _edit_card(**changes: object) -> Callable[[Path], None]:
    def edit(network: Path) -> None:
        card = network.with_name("small.card.json")
        card.write_text(json.dumps({**json.loads(card.read_text()), **changes}))

    return edit


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda network: network.unlink(), "no model file"),
        (_truncate, "cut short"),
        (_flip_a_byte, "altered"),
        (lambda network: network.with_name("small.card.json").unlink(), "no such file"),
        (lambda network: network.with_name("small.card.json").write_text("{"), "damaged"),
        (
            lambda network: network.with_name("small.card.json").write_text("[]"),
            "damaged: it holds no JSON object",
        ),
        (_edit_card(emotions=["happy"]), "Expected: angry, disgust"),
        (_edit_card(files={}), "names no .tflite"),
        (_edit_card(unsure_below=2), "unsure_below"),
        (_edit_card(colour="red"), "damaged.*colour"),
    ],
)
def test_a_harmed_model_is_refused_in_words(make_model: Make, harm, message: str):
    network = make_model()
    harm(network)
    with pytest.raises(ModelError, match=message):
        load_model(network)


NESTED = [[]]
for _ in range(200):
    NESTED = [NESTED]
BIG = 10**400  # as a float it would overflow
WRONG_FIELDS = {
    **{
        name: [None, 3, ["x"], {}]
        for name in ("title", "summary", "created", "licence", "intended_use")
    },
    "emotions": [None, 7, "angry", [1, 2], {"angry": 0}, [["angry"]]],
    "limits": [None, 7, "one", [1], [None]],
    "input": [None, 7, "48", [], {"upscaled_to": "wide"}, {"upscaled_to": None}],
    "files": [
        None, 7, [], {".tflite": None}, {".tflite": []}, {".tflite": {"bytes": 3}},
        {".tflite": {"sha256": 3, "bytes": 3}}, {".tflite": {"sha256": "x", "bytes": "3"}},
        {".tflite": {"sha256": "x", "bytes": -3}}, {".tflite": {"sha256": "x", "bytes": BIG}},
    ],
    "recipe": [
        None, "x", [], NESTED, {"a": NESTED}, {"model": 5}, {"data": []}, {"data": {"drop": 5}},
    ],
    "data": [
        None, "x", [], {"train_images": "many"}, {"train_images": 1.5}, {"sha256": 3},
        {"images": "many"},
        {"train_counts": [1, 2, 3]}, {"train_counts": [-1] * 7},
    ],
    "parameters": [None, "many", 1.5, -1, True, BIG],
    "temperature": [None, "warm", True, [], BIG],
    "neutral_lowered": [None, "low", False, {}, -BIG],
    "unsure_below": [None, "0.4", True, [0.4], BIG],
    "ways": [
        None, [], {"two_looks": 1}, {"two_looks": {"temperature": 0}},
        {"two_looks": {"temperature": None}}, {"two_looks": {"unsure_below": 2}},
    ],
    "usability": [None, [], {"dark": 30}, {"dark": {}}, {"dark": {"threshold": "30"}}],
    "validation": [None, 0.7, [], "x"],
    "headline": [
        None, 0.7, [], "x", {"n": 3}, {"accuracy": {}}, {"split": 3}, {"split": "test", "n": "3"},
        {"split": "test", "accuracy": 0.7}, {"split": "test", "accuracy": {"value": 0.7}},
        {"split": "test", "accuracy": {"value": 0.7, "low": None, "high": 1}},
        {"split": "test", "accuracy": {"value": 70, "low": 0, "high": 1}},
        {"split": "test", "accuracy": {"value": 0.5, "low": 0.9, "high": 0.6}},
        {"split": "test", "accuracy": {"value": 0.5, "low": 0.4, "high": 0.6, "n": 3}},
    ],
    "runtimes": [None, "x", [], 3],
}  # fmt: skip


def test_every_field_stands_in_the_table():
    assert {*WRONG_FIELDS, "stem"} == {field.name for field in dataclasses.fields(ModelCard)}


@pytest.mark.parametrize(
    ("field", "value"), [(name, value) for name in WRONG_FIELDS for value in WRONG_FIELDS[name]]
)
def test_a_field_of_a_wrong_kind_is_a_sentence(make_model: Make, field: str, value: object):
    network = make_model()
    _edit_card(**{field: value})(network)
    with pytest.raises(
        ModelError, match=r"small.card.json is damaged: .*(Received|nested)"
    ) as told:
        load_model(network)
    assert field in str(told.value) or "nested" in str(told.value)
    assert len(str(told.value)) < 600


@pytest.mark.parametrize("value", ["1e999", "NaN", "9" * 5000])
def test_a_number_beyond_all_bounds_is_a_sentence(make_model: Make, value: str):
    network = make_model()
    _edit_card(temperature=12321)(network)
    card = network.with_name("small.card.json")
    card.write_text(card.read_text().replace("12321", value))
    with pytest.raises(ModelError, match=r"small.card.json is damaged"):
        load_model(network)


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def _huge(path: Path) -> None:
    os.truncate(path, 4 * 2**30)  # takes no space on the disk


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


@pytest.mark.parametrize("suffix", [".tflite", ".card.json"])
@pytest.mark.parametrize("harm", [_pipe, _endless, _huge, _folder, _loop])
def test_what_is_no_file_of_a_model_is_not_read(
    make_model: Make, harm: Callable[[Path], None], suffix: str
):
    """Neither waited for, nor taken into memory."""
    network = make_model()
    file = network.with_name(f"small{suffix}")
    harm(file)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ModelError, match=rf"{file.name} cannot be read: .*\. Train and export"):
        load_model(network)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000  # KB


def test_a_card_that_asks_for_a_huge_file_gets_none(make_model: Make):
    network = make_model()
    _huge(network)
    _edit_card(files={".tflite": {"sha256": "x", "bytes": 4 * 2**30}})(network)
    with pytest.raises(ModelError, match="more than"):
        load_model(network)


def test_a_link_to_a_model_is_a_model(make_model: Make, tmp_path: Path):
    network = make_model()
    for path in (network, network.with_name("small.card.json")):
        stored = path.rename(tmp_path / f"stored-{path.name}")
        path.symlink_to(stored)
    assert load_model(network)[1] == network.read_bytes()


def test_the_default_model_comes_first(tmp_path: Path):
    for stem in ("zebra", "ultimate_model", "alpha"):
        (tmp_path / f"{stem}.tflite").touch()
    assert list_models(tmp_path) == ["ultimate_model", "alpha", "zebra"]
    assert list_models(tmp_path / "none") == []


def test_a_card_survives_a_round_trip(make_model: Make):
    network = make_model(unsure_below=0.4)
    card = load_card(network)
    assert card.unsure_below == 0.4
    assert json.loads(network.with_name("small.card.json").read_text()) == json.loads(
        json.dumps(card.to_dict())
    )


@pytest.mark.parametrize("model", [None, 3, b"ultimate_model"])
def test_what_is_no_name_is_refused_in_words(model: object) -> None:
    with pytest.raises(ModelError, match=f"Received: {type(model).__name__}"):
        load_card(model)  # type: ignore[arg-type]
