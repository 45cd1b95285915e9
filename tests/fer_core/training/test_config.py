import json
import os
import re
from pathlib import Path

import pytest

from fer_core.errors import TrainingError
from fer_core.training.config import TrainingConfig, load_config

CONFIGS = Path(__file__).resolve().parents[3] / "configs"
PHASE = {"name": "one", "epochs": 1}


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.toml")), ids=lambda path: path.name)
def test_every_recipe_loads_and_survives_a_round_trip(path: Path):
    config = load_config(path)
    assert TrainingConfig.from_dict(config.to_dict()) == config


def test_the_seed_recipe_is_the_seed_recipe():
    config = load_config(CONFIGS / "seed.toml")
    warm_up, fine_tuning = config.phases
    assert (config.model.dense, config.model.dropout) == (512, 0.5)
    assert (config.data.class_weights, config.data.label_smoothing) == ("balanced", 0.1)
    assert (warm_up.trainable, warm_up.epochs, warm_up.size) == ("head", 20, 96)
    assert (fine_tuning.trainable, fine_tuning.learning_rate) == ("all", 1e-5)
    assert warm_up.schedule == fine_tuning.schedule == "plateau"
    assert warm_up.early_stopping and fine_tuning.early_stopping
    assert config.augmentation.is_none


@pytest.mark.parametrize("name", ["seed", "ultimate"])
def test_every_number_of_a_recipe_has_a_comment_where_it_first_stands(name: str):
    text = (CONFIGS / f"{name}.toml").read_text(encoding="utf-8")
    first = {}
    for line in text.splitlines():
        found = re.match(r"(\w+) = [\d.]", line)
        if found:
            first.setdefault(found[1], line)
    assert len(first) > 8
    assert [line for line in first.values() if "#" not in line] == []


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"phases": [PHASE]}, "title"),
        ({"title": "t"}, "at least one"),
        ({"title": "t", "phases": [{**PHASE, "epoch": 3}]}, "Unknown setting in phase: epoch"),
        ({"title": "t", "phases": [{"name": "x"}]}, "epochs"),
        ({"title": "t", "phases": [{**PHASE, "optimizer": "lion"}]}, "adam, adamw, sgd"),
        ({"title": "t", "phases": [{**PHASE, "size": 16}]}, "size lies between 32 and"),
        ({"title": "t", "phases": [PHASE], "data": {"validation": 0.9}}, "between 0 and 0.5"),
        ({"title": "t", "phases": [PHASE], "data": {"drop": ["blurred"]}}, "constant"),
        ({"title": "t", "phases": [PHASE], "data": {"class_weights": "x"}}, "balanced"),
        ({"title": "t", "phases": [PHASE], "monitor": "loss"}, "val_accuracy"),
        ({"title": "t", "phases": [{**PHASE, "ema": 1.0}]}, "phase.ema lies between"),
        ({"title": "t", "phases": [{**PHASE, "mixup": -1}]}, "phase.mixup lies between"),
        ({"title": "t", "phases": [PHASE], "data": {"ferplus": 2}}, "data.ferplus lies between"),
        ({"title": "t", "phases": [PHASE], "teachers": {"weight": 2}}, "teachers.weight lies"),
        ({"title": "t", "phases": [PHASE], "teachers": {"temperature": 0}}, "temperature lies"),
        ({"title": "t", "phases": [PHASE], "teachers": {"views": -1}}, "teachers.views lies"),
        ({"title": "t", "phases": [PHASE], "model": {"architecture": "x"}}, "face_mobilenet"),
        ({"title": "t", "phases": [PHASE], "model": {"precision": "int8"}}, "mixed_bfloat16"),
        ({"title": "t", "phases": [PHASE], "augmentation": {"blur": 2}}, "blur lies between"),
        ({"title": "t", "phases": [PHASE], "augmentation": {"cover": 2}}, "cover lies between"),
        ({"title": "t", "phases": [PHASE], "logit_adjustment": -1}, "logit_adjustment lies"),
        ({"title": "t", "phases": [{**PHASE, "epochs": "x"}]}, "epochs in phase is a whole"),
        ({"title": "t", "phases": [{**PHASE, "epochs": 1.5}]}, "epochs in phase is a whole"),
        ({"title": "t", "phases": [{**PHASE, "epochs": True}]}, "epochs in phase is a whole"),
        ({"title": "t", "phases": [{**PHASE, "epochs": 0}]}, "epochs lies between 1 and"),
        ({"title": "t", "phases": [{**PHASE, "batch_size": 0}]}, "batch_size lies between 1"),
        ({"title": "t", "phases": [{**PHASE, "epochs": 10**4000}]}, "epochs lies between"),
        ({"title": "t", "phases": [{**PHASE, "name": 5}]}, "name in phase is a text"),
        ({"title": "t", "phases": [{**PHASE, "learning_rate": 0}]}, "learning_rate lies"),
        ({"title": "t", "phases": [{**PHASE, "learning_rate": "x"}]}, "rate in phase is a number"),
        ({"title": "t", "phases": [{**PHASE, "learning_rate": float("nan")}]}, "rate lies"),
        ({"title": "t", "phases": [{**PHASE, "plateau_factor": 2}]}, "plateau_factor lies"),
        ({"title": "t", "phases": [{**PHASE, "warmup_steps": -1}]}, "warmup_steps lies"),
        ({"title": "t", "phases": 5}, r"\[\[phases\]\] tables. Received: 5"),
        ({"title": "t", "phases": [1]}, "phase is a table"),
        ({"title": "t", "phases": [PHASE], "model": 5}, "model is a table"),
        ({"title": "t", "phases": [PHASE], "model": {"dropout": 5}}, "dropout lies"),
        ({"title": "t", "phases": [PHASE], "model": {"dense": -3}}, "dense lies"),
        ({"title": "t", "phases": [PHASE], "model": {"width": 0}}, "width lies"),
        ({"title": "t", "phases": [PHASE], "model": {"train_batch_norm": 1}}, "true or false"),
        ({"title": "t", "phases": [PHASE], "model": {"batch_norm_momentum": "x"}}, "a number"),
        ({"title": "t", "phases": [PHASE], "model": {"architecture": ["a"]}}, "a text"),
        ({"title": "t", "phases": [PHASE], "data": {"drop": 5}}, "a list of texts"),
        ({"title": "t", "phases": [PHASE], "data": {"drop": [[1]]}}, "a list of texts"),
        ({"title": "t", "phases": [PHASE], "data": {"label_smoothing": 9}}, "smoothing lies"),
        ({"title": "t", "phases": [PHASE], "data": {"split_seed": -1}}, "split_seed lies"),
        ({"title": "t", "phases": [PHASE], "seed": -1}, "seed lies between 0 and 4294967295"),
        ({"title": "t", "phases": [PHASE], "seed": 2**32}, "seed lies"),
        ({"title": "t", "phases": [PHASE], "monitor": {"a": 1}}, "monitor in the recipe is a text"),
        ({"title": 5, "phases": [PHASE]}, "title in the recipe is a text"),
    ],
)
def test_a_wrong_recipe_is_refused_with_what_is_accepted(values, message):
    with pytest.raises(TrainingError, match=message):
        TrainingConfig.from_dict(values)


def test_a_missing_or_broken_file(tmp_path: Path):
    with pytest.raises(TrainingError, match="no recipe"):
        load_config(tmp_path / "none.toml")
    (tmp_path / "broken.toml").write_text("a = [")
    with pytest.raises(TrainingError, match="not valid TOML"):
        load_config(tmp_path / "broken.toml")


@pytest.mark.parametrize("text", ["a=" + "[" * 15_000 + "]" * 15_000, "a=" + "9" * 5000, "\x00"])
def test_what_toml_readers_fail_at_is_said(tmp_path: Path, text: str):
    (tmp_path / "wild.toml").write_text(text)
    with pytest.raises(TrainingError, match="not valid TOML"):
        load_config(tmp_path / "wild.toml")


def test_a_file_that_would_take_minutes_is_no_recipe(tmp_path: Path):
    (tmp_path / "long.toml").write_text("a." * 50_000 + "a = 1")
    with pytest.raises(TrainingError, match=r"long\.toml cannot be read: it has 100,005 bytes"):
        load_config(tmp_path / "long.toml")


def test_a_pipe_or_folder_in_the_place_of_a_recipe_is_said(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.toml")
    for path in (tmp_path, tmp_path / "pipe.toml"):
        with pytest.raises(TrainingError, match="cannot be read"):
            load_config(path)


@pytest.mark.parametrize("card", sorted((CONFIGS.parent / "models").glob("*.card.json")))
def test_the_recipes_of_shipped_models_are_recipes(card: Path):
    recipe = json.loads(card.read_text("utf-8"))["recipe"]
    assert not recipe or TrainingConfig.from_dict(recipe).phases
