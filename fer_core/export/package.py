"""A finished run → the files of a model: network, LiteRT file, card, history."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import keras
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from fer_core.data.dataset import Dataset
from fer_core.errors import ModelError, TrainingError
from fer_core.evaluation import calibration
from fer_core.export import card_texts
from fer_core.export.agreement import Agreement
from fer_core.export.convert import (
    input_size,
    prove_agreement,
    to_litert,
    with_neutral_lowered,
    with_temperature,
)
from fer_core.export.on_validation import require_data_of, train_counts
from fer_core.labels import EMOTIONS
from fer_core.store.files import replaced_together, text_bytes
from fer_core.store.model_files import (
    CARD_SUFFIX,
    HISTORY_SUFFIX,
    INT8_SUFFIX,
    KERAS_SUFFIX,
    NETWORK_SUFFIX,
    ONNX_SUFFIX,
    ModelCard,
    check_name,
    file_record,
)
from fer_core.training.architecture import predict, save_network
from fer_core.training.config import TrainingConfig
from fer_core.training.partition import TrainingData, partition, unlike_training
from fer_core.training.run_folder import RunFolder
from fer_core.types import FACE_SIDE

_REMEDY: Final = "Restore the run's folder, or train again in another one."


def package(
    run: RunFolder,
    stem: str,
    folder: Path,
    dataset: Dataset,
    *,
    calibrate: bool,
    balance_neutral: bool = False,
    keep_keras: bool = True,
    licence: str = "",
) -> tuple[ModelCard, Agreement]:
    """Writes a run's network as the model `stem` of `folder`; if that fails, an older one stays.

    Args:
        calibrate: Fold the temperature with the least validation loss into the last layer, and
            choose the "unsure" threshold that four of five validation faces reach.
        balance_neutral: Lower Neutral's logit until it is answered as often on validation as it
            is the label there; before the temperature.
        keep_keras: Write the `.keras` file too, from which others can go on training.
        licence: What the card says of it; what is known of the data by default.

    Raises:
        ModelError: no model can be called `stem`; the LiteRT file disagrees with the network on
            the validation faces; the data set is not the one that the run was trained on; or the
            files cannot be written.
        TrainingError: the run has no finished network, or its record or history is damaged.
    """
    check_name(stem)
    record = _record(run)
    history = text_bytes(run.path / "history.csv", TrainingError, _REMEDY)
    require_data_of(f"The run {run.path}", record["data_sha256"], dataset)
    network = run.load_network("model.keras")
    config = TrainingConfig.from_dict(record["config"])
    parts = partition(dataset, config.data, config.seed)
    validation = unlike_training(parts)
    found = _calibrate(network, validation, calibrate=calibrate, balance_neutral=balance_neutral)
    litert = to_litert(network)
    agreement = prove_agreement(network, litert, validation.images)
    card = ModelCard(
        stem=stem,
        title=config.title,
        summary=config.summary,
        created=time.strftime("%Y-%m-%d"),
        emotions=EMOTIONS,
        input=_input(network),
        files={},
        recipe=record["config"],
        data=_data(record, dataset, parts),
        parameters=int(network.count_params()),
        **found,
        validation=_figures(network, validation),
        licence=licence or card_texts.licence(dataset, config.model),
        intended_use=card_texts.INTENDED_USE,
        limits=card_texts.limits(dataset),
    )
    writers: dict[str, Callable[[Path], Any]] = {
        NETWORK_SUFFIX: lambda path: path.write_bytes(litert),
        HISTORY_SUFFIX: lambda path: path.write_bytes(history),
    }
    if keep_keras:
        writers[KERAS_SUFFIX] = lambda path: save_network(network, path)
    return _write_files(card, folder, writers), agreement


def _record(run: RunFolder) -> dict[str, Any]:
    record = run.record()
    for key, kind in {"data_sha256": str, "config": dict, "versions": dict}.items():
        if not isinstance(record.get(key), kind):
            raise TrainingError(
                f"{run.path / 'run.json'} is damaged: the key {key!r} is missing or of another "
                f"kind. {_REMEDY}"
            )
    return record


def _calibrate(
    network: keras.Model, validation: Dataset, *, calibrate: bool, balance_neutral: bool
) -> dict[str, Any]:
    """Changes the last layer as asked; returns the card's fields of what was changed."""
    found = {"temperature": 1.0, "neutral_lowered": 0.0, "unsure_below": 0.0}
    if balance_neutral:
        raw = predict(network, validation.images)
        found["neutral_lowered"] = calibration.neutral_excess(validation.labels, raw)
        with_neutral_lowered(network, found["neutral_lowered"])
    if calibrate:
        raw = predict(network, validation.images)
        found["temperature"] = calibration.fit_temperature(validation.labels, raw)
        with_temperature(network, found["temperature"])
        answers = predict(network, validation.images)
        found["unsure_below"] = calibration.unsure_threshold(answers)
    return {name: round(value, 4) for name, value in found.items()}


def _write_files(
    card: ModelCard, folder: Path, writers: dict[str, Callable[[Path], Any]]
) -> ModelCard:
    """Writes a model's files, by suffix, then its card; all take their places at the end."""
    files: dict[str, dict[str, Any]] = {}
    try:
        with replaced_together() as beside:
            for suffix, write in writers.items():
                path = beside(folder / f"{card.stem}{suffix}")
                write(path)
                files[suffix] = file_record(path)
            card = replace(card, files=files)
            path = beside(folder / f"{card.stem}{CARD_SUFFIX}")
            path.write_text(card.to_json(), encoding="utf-8")
    except (OSError, zipfile.BadZipFile) as error:
        raise ModelError(
            f"The model {folder / card.stem} could not be written ({error}). Free some space, or "
            "choose a folder that you may write to, then export again."
        ) from error
    for suffix in (INT8_SUFFIX, ONNX_SUFFIX):  # of the network that had this stem before
        (folder / f"{card.stem}{suffix}").unlink(missing_ok=True)
    return card


def _input(network: keras.Model) -> dict[str, Any]:
    return {
        "shape": [None, FACE_SIDE, FACE_SIDE, 1],
        "type": "float32",
        "range": [0, 255],
        "colour": "gray",
        "upscaled_to": input_size(network),
    }


def _data(record: dict[str, Any], dataset: Dataset, parts: TrainingData) -> dict[str, Any]:
    return {
        "sha256": record["data_sha256"],
        "images": len(dataset),
        "train_images": int((dataset.splits == "train").sum()),
        "train_counts": train_counts(dataset),
        **parts.sizes,
        "versions": record["versions"],
    }


def _figures(network: keras.Model, validation: Dataset) -> dict[str, Any]:
    answers = predict(network, validation.images).argmax(axis=1)
    return {
        "n": len(validation),
        "accuracy": round(float(accuracy_score(validation.labels, answers)), 4),
        "balanced_accuracy": round(float(balanced_accuracy_score(validation.labels, answers)), 4),
    }
