from collections.abc import Callable
from dataclasses import replace

import pytest
from made_figures import counted_split, history_of

from fer_core.evaluation.estimates import Estimate
from fer_core.evaluation.split_report import Selective, SplitReport
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
    ("read", "split", "expected"),
    [
        (
            readings.read_accuracy,
            SPLIT,
            "Right for 70 of 100 faces like these (95 % interval 60–78 %).",
        ),
        (
            readings.read_confusion,
            SPLIT,
            "70 of 100 faces were answered as labelled (70 %); the commonest mistake: "
            "14 of 40 fearful faces were called sad (35 %).",
        ),
        (readings.read_confusion, PERFECT, "3 of 3 faces were answered as labelled (100 %)."),
        (
            readings.read_confusion,
            ONE_MISTAKE,
            "4 of 5 faces were answered as labelled (80 %); the commonest mistake: "
            "1 of 2 sad faces was called fearful (50 %).",
        ),
        (
            _recall,
            SPLIT,
            "Fear is the hardest: 16 of 40 fearful faces were recognised (40 %); "
            "the others were most often called sad.",
        ),
        (
            _recall,
            ONE_MISTAKE,
            "Sad is the hardest: 1 of 2 sad faces was recognised (50 %); "
            "the other was called fearful.",
        ),
        (_recall, PERFECT, "Happy is the hardest: 3 of 3 happy faces were recognised (100 %)."),
        (
            _precision,
            SPLIT,
            "The answer sad is the least reliable: 0 of 19 faces called sad were labelled so "
            "(0 %); the others were most often labelled fearful.",
        ),
        (
            _f1,
            SPLIT,
            "Recall and precision weighed together (F1), fear fares worst (56 %) "
            "and neutral best (91 %).",
        ),
        (
            readings.read_fear_surprise,
            SPLIT,
            "6 of 40 fearful faces were called surprised (15 %), "
            "and 1 of 10 surprised faces was called fearful (10 %).",
        ),
        (
            readings.read_fear_surprise,
            counted_split({(SURPRISE, SURPRISE): 2}),
            "0 of 2 surprised faces were called fearful (0 %).",
        ),
        (
            readings.read_calibration,
            SPLIT,
            "The network is 80.0 % sure on average and right for 70.0 %; "
            "bin by bin the two differ by 10.0 points.",
        ),
        (
            readings.read_calibration,
            replace(SPLIT, reliability=(), expected_calibration_error=0.01),
            "Confidence and share right differ by 1.0 point on average.",
        ),
        (
            readings.read_selective,
            SPLIT,
            "With “unsure” below 50 %, 100 % of the faces get an answer, "
            "of which 70 % are right (95 % interval 60–78 %).",
        ),
        (
            readings.read_selective,
            replace(SPLIT, selective=Selective(0.9, 0.0, None)),
            "With “unsure” below 90 %, no face gets an answer.",
        ),
        (
            readings.read_selective,
            replace(SPLIT, selective=None),
            "This report has no figures for the answer “unsure”.",
        ),
    ],
)
def test_reading(read: Read, split: SplitReport, expected: str) -> None:
    assert read(split) == expected


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (
            Estimate(1.3, 1.2, 1.4),
            "Neutral is answered 1.30 times as often as it is the label "
            "(95 % interval 1.20–1.40), and 8 % of the other faces are called neutral.",
        ),
        (
            Estimate(0.98, 0.9, 1.06),
            "Neutral is answered 0.98 times as often as it is the label "
            "(95 % interval 0.90–1.06, which includes the unbiased 1), "
            "and 8 % of the other faces are called neutral.",
        ),
        (
            Estimate(0.98),
            "Neutral is answered 0.98 times as often as it is the label, "
            "and 8 % of the other faces are called neutral.",
        ),
        (None, "This split has no neutral faces."),
    ],
)
def test_neutral_bias(index: Estimate | None, expected: str) -> None:
    split = replace(SPLIT, neutral_bias_index=index)
    assert readings.read_neutral_bias(split) == expected


@pytest.mark.parametrize(
    "read",
    [
        readings.read_accuracy,
        readings.read_confusion,
        _recall,
        _precision,
        _f1,
        readings.read_neutral_bias,
        readings.read_calibration,
        readings.read_selective,
    ],
)
def test_an_empty_split_is_said_to_be_empty(read: Read) -> None:
    assert read(EMPTY) == "This split has no images."


def test_an_empty_split_has_neither_fear_nor_surprise() -> None:
    assert readings.read_fear_surprise(EMPTY) == "This split has no fearful or surprised faces."


@pytest.mark.parametrize(
    ("accuracy", "validation", "expected"),
    [
        (
            (0.5, 0.65, 0.8),
            (0.5, 0.6, 0.58),
            "Validation accuracy is highest in epoch 2 of 3 (60.0 %); "
            "training accuracy is 5.0 points above it there.",
        ),
        (
            (0.41,),
            (0.42,),
            "Validation accuracy is highest in epoch 1 of 1 (42.0 %); "
            "training accuracy is 1.0 point below it there. "
            "Training is measured under dropout and the recipe's augmentation.",
        ),
        (
            (0.4196,),
            (0.42,),
            "Validation accuracy is highest in epoch 1 of 1 (42.0 %); "
            "training accuracy is level with it there.",
        ),
    ],
)
def test_curves(accuracy: tuple[float, ...], validation: tuple[float, ...], expected: str) -> None:
    history = history_of(len(accuracy), accuracy=accuracy, val_accuracy=validation)
    assert readings.read_curves(history) == expected


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
    assert readings.read_curves(history, "loss") == (
        "Validation loss is lowest in epoch 2 of 3 (1.30); training loss is 0.05 below it there."
    )
