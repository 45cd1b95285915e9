from collections.abc import Callable
from dataclasses import replace

import pytest
from made_figures import counted_split, history_of, says

from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.split_report import SplitReport
from ui.charts import readings
from ui.charts.words import faces, part_of, percent, points

ANGRY, DISGUST, FEAR, HAPPY, SAD, SURPRISE, NEUTRAL = range(7)


# 40 fearful: 16 recognised, 14 sad, 6 surprised, 4 neutral. 10 surprised: 9. 50 neutral: 45.
SPLIT = counted_split(
    {
        (FEAR, FEAR): 16,
        (FEAR, SAD): 14,
        (FEAR, SURPRISE): 6,
        (FEAR, NEUTRAL): 4,
        (SURPRISE, SURPRISE): 9,
        (SURPRISE, FEAR): 1,
        (NEUTRAL, NEUTRAL): 45,
        (NEUTRAL, SAD): 5,
    }
)
EMPTY = counted_split({})
PERFECT = counted_split({(HAPPY, HAPPY): 3})
ONE_MISTAKE = counted_split({(HAPPY, HAPPY): 3, (SAD, FEAR): 1, (SAD, SAD): 1})

Read = Callable[[SplitReport], str]


def _recall(split: SplitReport) -> str:
    return readings.read_per_class(split, "recall")


def _precision(split: SplitReport) -> str:
    return readings.read_per_class(split, "precision")


def _f1(split: SplitReport) -> str:
    return readings.read_per_class(split, "f1")


@pytest.mark.parametrize(
    ("read", "split", "parts"),
    [
        (
            readings.read_confusion,
            SPLIT,
            "70 of 100 … labelled (70 %) … mistake: 14 of 40 fearful … called sad (35 %)",
        ),
        (readings.read_confusion, PERFECT, "3 of 3 … labelled (100 %)."),
        (readings.read_confusion, ONE_MISTAKE, "4 of 5 … 1 of 2 sad faces was called fearful"),
        (_recall, SPLIT, "Fear … 16 of 40 fearful faces … recognised (40 %) … others … called sad"),
        (
            _recall,
            ONE_MISTAKE,
            "Sad … 1 of 2 sad … (50 %) … the other was called fearful",
        ),
        (_recall, PERFECT, "Happy alone was … 3 of 3 happy faces were recognised (100 %)."),
        (_recall, counted_split({(HAPPY, SAD): 1}), "alone … 0 of 1 happy face was recognised"),
        (_precision, SPLIT, "sad … 0 of 19 faces called sad … (0 %) … others … labelled fearful"),
        (_f1, SPLIT, "F1 … fear … worst (56 %) … neutral best (91 %)"),
        (
            readings.read_fear_surprise,
            SPLIT,
            "6 of 40 fearful … surprised (15 %) … 1 of 10 surprised faces was … fearful (10 %)",
        ),
        (
            readings.read_fear_surprise,
            counted_split({(SURPRISE, SURPRISE): 2}),
            "0 of 2 surprised faces were called fearful (0 %)",
        ),
        (readings.read_calibration, SPLIT, "80.0 % sure … right for 70.0 % … 10.0 points"),
        (
            readings.read_calibration,
            replace(SPLIT, reliability=(), expected_calibration_error=0.01),
            "1.0 point on average",
        ),
    ],
)
def test_reading(read: Read, split: SplitReport, parts: str) -> None:
    assert says(read(split), parts), read(split)


@pytest.mark.parametrize(
    ("index", "parts", "unbiased"),
    [
        (
            Estimate(1.3, 1.2, 1.4),
            "1.30 times … interval 1.20 to 1.40 … 8 % … called neutral",
            False,
        ),
        (Estimate(0.98, 0.9, 1.06), "0.98 times … 0.90 to 1.06 … unbiased 1 … 8 %", True),
        (Estimate(0.98), "0.98 times … 8 % of the other faces", False),
        (None, "no neutral faces", False),
    ],
)
def test_neutral_bias(index: Estimate | None, parts: str, unbiased: bool) -> None:
    sentence = readings.read_neutral_bias(replace(SPLIT, neutral_bias_index=index))
    assert says(sentence, parts), sentence
    assert ("unbiased" in sentence) is unbiased
    assert ("interval" in sentence) is bool(index and index.interval)


@pytest.mark.parametrize(
    "read",
    [
        readings.read_confusion,
        _recall,
        _precision,
        _f1,
        readings.read_neutral_bias,
        readings.read_calibration,
    ],
)
def test_an_empty_split_is_said_to_be_empty(read: Read) -> None:
    assert "no images" in read(EMPTY)


def test_an_empty_split_has_neither_fear_nor_surprise() -> None:
    assert says(readings.read_fear_surprise(EMPTY), "no fearful or surprised faces")


@pytest.mark.parametrize(
    ("accuracy", "validation", "parts", "explained"),
    [
        ((0.5, 0.65, 0.8), (0.5, 0.6, 0.58), "epoch 2 of 3 (60.0 %) … 5.0 points above", False),
        ((0.41,), (0.42,), "epoch 1 of 1 (42.0 %) … 1.0 point below", True),
        ((0.4196,), (0.42,), "epoch 1 of 1 (42.0 %) … level with it", False),
    ],
)
def test_curves(
    accuracy: tuple[float, ...], validation: tuple[float, ...], parts: str, explained: bool
) -> None:
    history = history_of(len(accuracy), accuracy=accuracy, val_accuracy=validation)
    sentence = readings.read_curves(history)
    assert says(sentence, parts), sentence
    assert ("dropout" in sentence) is explained


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (faces(1, "sad"), "1 sad face"),
        (faces(1774, "happy"), "1,774 happy faces"),
        (faces(0), "0 faces"),
        (part_of(1, faces(1)), "1 of 1 face was"),
        (part_of(0, faces(2)), "0 of 2 faces were"),
        (percent(0.405), "40 %"),
        (percent(0.4051, 1), "40.5 %"),
        (points(-0.052), "5.2 points"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert text == expected


def test_the_curves_of_the_loss() -> None:
    history = history_of(3, loss=(1.5, 1.25, 1.0), val_loss=(1.6, 1.3, 1.4))
    sentence = readings.read_curves(history, "loss")
    assert says(sentence, "loss … lowest in epoch 2 of 3 (1.30) … 0.05 below"), sentence
