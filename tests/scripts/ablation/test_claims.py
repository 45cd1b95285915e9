"""The rule for verdicts, as a table."""

import pytest

from fer_core.evaluation.ablation_report import (
    CONFIRMED,
    NOT_CONFIRMED,
    UNDECIDABLE,
    Difference,
    PairedTest,
)
from scripts.ablation.claims import verdict


def a_test(event: str, by_seed: tuple[float, ...], half: float, p: float) -> PairedTest:
    value = sum(by_seed) / len(by_seed)
    return PairedTest(
        claim="upscaling", event=event, treated=("a",), control=("b",),
        seeds=tuple(range(1, len(by_seed) + 1)), images=1000, more=1, fewer=1,
        difference=Difference(value, value - half, value + half), by_seed=by_seed, p=p, p_holm=p,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("event", "by_seed", "half", "p", "expected"),
    [
        # Fewer false Neutrals are the benefit, and more right answers are.
        ("false_neutral", (-0.03, -0.02), 0.01, 0.001, CONFIRMED),
        ("correct", (0.03, 0.02), 0.01, 0.001, CONFIRMED),
        ("correct", (0.03, 0.02), 0.01, 0.049, CONFIRMED),
        # A small effect that is certain is an effect.
        ("correct", (0.004, 0.003), 0.001, 0.001, CONFIRMED),
        # The other way round.
        ("false_neutral", (0.03, 0.02), 0.01, 0.001, NOT_CONFIRMED),
        ("correct", (-0.03, -0.02), 0.01, 0.001, NOT_CONFIRMED),
        # No benefit as large as a point.
        ("false_neutral", (-0.001, 0.001), 0.008, 0.9, NOT_CONFIRMED),
        ("correct", (-0.02, -0.001), 0.015, 0.2, NOT_CONFIRMED),
        # Too wide, or not certain.
        ("false_neutral", (-0.001, 0.001), 0.02, 0.9, UNDECIDABLE),
        ("correct", (0.03, 0.02), 0.03, 0.05, UNDECIDABLE),
        # The seeds contradict one another.
        ("correct", (0.06, -0.01), 0.01, 0.001, UNDECIDABLE),
        # One seed.
        ("correct", (0.06,), 0.01, 0.001, UNDECIDABLE),
        ("correct", (-0.06,), 0.01, 0.001, UNDECIDABLE),
    ],
)
def test_verdicts(event, by_seed, half, p, expected):
    assert verdict(a_test(event, by_seed, half, p)) == expected


def test_what_is_not_trained_is_not_decided():
    assert verdict(None) == UNDECIDABLE
