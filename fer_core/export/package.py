"""A finished run → the files of a model: network, LiteRT file, card, history."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any, Final

import keras
from sklearn.metrics import accuracy_score, balanced_accuracy_score

from fer_core.data.dataset import Dataset
from fer_core.evaluation import calibration
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
from fer_core.store.files import replace_bytes
from fer_core.store.model_files import (
    HISTORY_SUFFIX,
    INT8_SUFFIX,
    KERAS_SUFFIX,
    NETWORK_SUFFIX,
    ONNX_SUFFIX,
    ModelCard,
    check_name,
    file_record,
    save_card,
)
from fer_core.training.architecture import predict
from fer_core.training.config import TrainingConfig
from fer_core.training.partition import TrainingData, partition, unlike_training
from fer_core.training.run_folder import RunFolder
from fer_core.types import FACE_SIDE

LICENCE: Final = (
    "MIT. Trained on FER-2013, which its authors released for research; backbone pretrained on "
    "ImageNet (Apache-2.0)."
)
INTENDED_USE: Final = (
    "Teaching, research on interfaces, and play: to see which of seven apparent expressions a "
    "face shows, with a known rate of error."
)
LIMITS: Final = (
    "It answers for the expression a face shows in one picture, not for what a person feels.",
    "FER-2013's labels are themselves disputed: people agree with them on about 65 of 100 faces.",
    "Trained on 48x48 gray faces found on the web in 2013; not measured by age or skin tone.",
    "Profile views, strong shadow, masks and very small faces were not measured.",
    "Not for decisions about people. Inferring emotions at work or in education is prohibited in "
    "the EU (AI Act, Art. 5(1)(f)).",
)


def package(
    run: RunFolder,
    stem: str,
    folder: Path,
    dataset: Dataset,
    *,
    calibrate: bool,
    balance_neutral: bool = False,
    keep_keras: bool = True,
) -> tuple[ModelCard, Agreement]:
    """Writes a run's network as the model `stem` of `folder`.

    Args:
        calibrate: Fold the temperature with the least validation loss into the last layer, and
            choose the "unsure" threshold that four of five validation faces reach.
        balance_neutral: Lower Neutral's logit until it is answered as often on validation as it
            is the label there; before the temperature.
        keep_keras: Write the `.keras` file too, from which others can go on training.

    Raises:
        ModelError: no model can be called `stem`; the LiteRT file disagrees with the network on
            the validation faces; or the data set is not the one that the run was trained on.
        TrainingError: the run has no finished network.
    """
    check_name(stem)
    record = run.record()
    require_data_of(f"The run {run.path}", record["data_sha256"], dataset)
    network = run.load_network("model.keras")
    config = TrainingConfig.from_dict(record["config"])
    parts = partition(dataset, config.data, config.seed)
    validation = unlike_training(parts)
    found = _calibrate(network, validation, calibrate=calibrate, balance_neutral=balance_neutral)
    litert = to_litert(network)
    agreement = prove_agreement(network, litert, validation.images)
    files = _write_files(run, network if keep_keras else None, litert, stem, folder)
    card = ModelCard(
        stem=stem,
        title=config.title,
        summary=config.summary,
        created=time.strftime("%Y-%m-%d"),
        emotions=EMOTIONS,
        input=_input(network),
        files=files,
        recipe=record["config"],
        data=_data(record, dataset, parts),
        parameters=int(network.count_params()),
        **found,
        validation=_figures(network, validation),
        licence=LICENCE,
        intended_use=INTENDED_USE,
        limits=LIMITS,
    )
    save_card(card, folder)
    return card, agreement


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
    run: RunFolder, network: keras.Model | None, litert: bytes, stem: str, folder: Path
) -> dict[str, dict[str, Any]]:
    folder.mkdir(parents=True, exist_ok=True)
    for suffix in (INT8_SUFFIX, ONNX_SUFFIX):  # of the network that had this stem before
        (folder / f"{stem}{suffix}").unlink(missing_ok=True)
    written = [NETWORK_SUFFIX, HISTORY_SUFFIX]
    replace_bytes(folder / f"{stem}{NETWORK_SUFFIX}", litert)
    shutil.copyfile(run.path / "history.csv", folder / f"{stem}{HISTORY_SUFFIX}")
    if network is not None:
        RunFolder(folder).save_model(network, f"{stem}{KERAS_SUFFIX}")
        written.append(KERAS_SUFFIX)
    return {suffix: file_record(folder / f"{stem}{suffix}") for suffix in written}


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
