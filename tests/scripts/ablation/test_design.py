"""The design: cells, recipes, equal cost, the fixed subset, the contrasts."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from ablation_tools import COSTS
from small_data import noise_dataset

from fer_core.errors import DataError
from fer_core.labels import NEUTRAL
from scripts.ablation.claims import CONTRASTS, STATEMENTS, counted, happened
from scripts.ablation.design import (
    CANDIDATES,
    CELLS,
    MOBILENET,
    PLAIN,
    PLAIN_CELL,
    TRANSFER_CELL,
    TRANSFER_CELLS,
    Cell,
    Plan,
    config_of,
    subset,
)
from scripts.ablation.design import test_part as part_to_judge_on

TRANSFER, PLAIN_TUNING = CANDIDATES[0], CANDIDATES[-1]


def test_the_cells_are_two_by_two_by_two_and_the_plain_network():
    assert len({cell.name for cell in CELLS}) == len(CELLS) == 9
    for values in ("size", "label_smoothing", "class_weights"):
        assert set(Counter(getattr(c, values) for c in TRANSFER_CELLS).values()) == {4}
    assert PLAIN_CELL.label_smoothing == TRANSFER_CELL.label_smoothing
    assert PLAIN_CELL.class_weights == TRANSFER_CELL.class_weights


def test_every_network_has_as_many_candidates_and_every_cell_two_seeds():
    assert set(Counter(tuning.network for tuning in CANDIDATES).values()) == {3}
    assert set(Counter(cell for cell, _ in Plan().runs()).values()) == {2}


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_cells_recipe_is_its_treatment(cell):
    tuning = TRANSFER if cell.network == MOBILENET else PLAIN_TUNING
    config = config_of(cell, 2, Plan(), tuning, epochs=4)
    main = config.phases[-1]
    assert (main.size, main.epochs, main.learning_rate) == (cell.size, 4, tuning.learning_rate)
    assert config.data.label_smoothing == cell.label_smoothing
    assert config.data.class_weights == cell.class_weights
    assert config.data.drop == ()  # done before the subset is drawn
    assert config.model.weights == ("imagenet" if cell.network == MOBILENET else "none")
    # Only without augmentation does the frozen phase train on features computed once.
    assert config.augmentation.is_none == (cell.network == MOBILENET)


def test_cells_differ_in_nothing_but_the_treatment():
    for factor, value in (("label_smoothing", 0.0), ("class_weights", "balanced")):
        other = replace(TRANSFER_CELL, **{factor: value})
        ours, theirs = (config_of(c, 1, Plan(), TRANSFER, 3) for c in (TRANSFER_CELL, other))
        theirs = replace(
            theirs,
            title=ours.title,
            data=replace(theirs.data, **{factor: getattr(TRANSFER_CELL, factor)}),
        )
        assert ours == theirs


@pytest.mark.parametrize(
    ("features", "transfer_step", "plain_step", "epochs", "expected"),
    [
        (0.011, 0.02, 0.005, 3, 14),  # (0.011 + 3 x 0.02) / 0.005 = 14.2
        (0.0, 0.02, 0.02, 3, 3),
        (0.0, 0.02, 0.021, 3, 2),  # whole epochs, never more than the budget
        (0.0, 0.01, 1.0, 1, 1),  # but one at least
    ],
)
def test_equal_cost(features, transfer_step, plain_step, epochs, expected):
    costs = replace(
        COSTS, features=features,
        step={TRANSFER.shape: transfer_step, PLAIN_TUNING.shape: plain_step},
    )  # fmt: skip
    plan = Plan(epochs=epochs)
    assert costs.plain_epochs(plan, TRANSFER, PLAIN_TUNING) == expected


@pytest.mark.parametrize(
    ("images", "expected"),
    [
        (350, [50, 14, 50, 100, 50, 50, 40]),  # rare classes keep 14
        (10_000, [100, 20, 100, 200, 100, 100, 80]),  # no more than there are
    ],
)
def test_the_subset_keeps_the_shares_of_the_classes(images, expected):
    dataset = noise_dataset((100, 20, 100, 200, 100, 100, 80), tests=3)
    part = subset(dataset, images)
    assert set(part.splits) == {"train"}
    assert np.bincount(part.labels, minlength=7).tolist() == expected
    assert part.paths == subset(dataset, images).paths


@pytest.mark.parametrize("split", ["public", "test"])
def test_the_part_to_judge_on(split):
    assert len(part_to_judge_on(noise_dataset(20, 3, split))) == 3


@pytest.mark.parametrize(("tests", "split"), [(0, "public"), (3, "private")])
def test_the_final_test_is_never_judged_on(tests, split):
    with pytest.raises(DataError, match="test/"):
        part_to_judge_on(noise_dataset(20, tests, split))


def test_contrasts_differ_in_their_factor_alone():
    for contrast in CONTRASTS:
        for treated, control in zip(contrast.treated, contrast.control, strict=True):
            if contrast.claim == "upscaling":
                assert (treated.size, control.size) == (96, 48)
                assert replace(treated, size=48) == control
            elif contrast.claim == "smoothing":
                assert treated.label_smoothing > control.label_smoothing == 0
                assert replace(treated, label_smoothing=0.0) == control
            else:
                assert control.network == PLAIN
    assert {c.claim for c in CONTRASTS} == set(STATEMENTS)
    decisive = {name: next(c for c in CONTRASTS if c.claim == name) for name in STATEMENTS}
    assert [len(c.treated) for c in decisive.values()] == [4, 4, 1]
    assert [c.event for c in decisive.values()] == ["false_neutral", "false_neutral", "correct"]
    assert decisive["transfer"].treated == (Cell(MOBILENET, 96, 0.1, "none"),)


LABELS = np.array([0, NEUTRAL, 3, NEUTRAL])


@pytest.mark.parametrize(
    ("event", "who", "answers", "what"),
    [
        ("false_neutral", [1, 0, 1, 0], [NEUTRAL, NEUTRAL, 3, 0], [1, 1, 0, 0]),
        ("correct", [1, 1, 1, 1], [NEUTRAL, NEUTRAL, 3, 0], [0, 1, 1, 0]),
    ],
)
def test_events(event, who, answers, what):
    assert counted(event, LABELS).tolist() == [bool(w) for w in who]
    assert happened(event, LABELS, np.array([answers, answers])).tolist() == [what, what]
