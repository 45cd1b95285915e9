import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_core.errors import ModelError
from fer_core.store.model_files import (
    CARD_SUFFIX,
    MODELS,
    SUFFIXES,
    check_name,
    list_models,
    list_reports,
    load_card,
    load_model,
    model_file,
    record_evaluation,
    save_card,
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
    record_evaluation(card, tmp_path, {"split": "test"})
    assert list_reports(tmp_path) == [stem]
    assert load_card(network).headline == {"split": "test"}


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
