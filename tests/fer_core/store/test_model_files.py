import json
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_core.errors import ModelError
from fer_core.store.model_files import list_models, load_card, load_model, model_file

Make = Callable[..., Path]


def test_a_model_loads_by_any_of_its_files(make_model: Make):
    network = make_model()
    for path in (network, network.with_name("small.card.json"), str(network)):
        card, data = load_model(path)
        assert card.title == "A small test network"
        assert data == network.read_bytes()


def test_a_stem_means_the_models_folder():
    assert model_file("ultimate_model", ".tflite").name == "ultimate_model.tflite"
    assert model_file("ultimate_model", ".tflite").parent.name == "models"


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
        (_edit_card(files={}), "does not name"),
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
