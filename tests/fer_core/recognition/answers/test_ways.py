"""One look or two, and the expected mix: what becomes of a network's probabilities."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from portrait import portrait

from fer_core import Recognizer
from fer_core.errors import InputError
from fer_core.labels import EMOTIONS
from fer_core.recognition.answers.ways import (
    ALL_WAYS,
    ONE_LOOK,
    Calibration,
    Way,
    class_shares,
    combine,
    rescale,
    with_even_mix,
)
from fer_core.recognition.cropping import face_crop
from fer_core.store.model_files import load_card

RNG = np.random.default_rng(2)
FACES, MIRRORED = (RNG.dirichlet(np.ones(7), 50).astype(np.float32) for _ in range(2))
SHARES = class_shares([10, 1, 10, 20, 10, 9, 40])


def test_every_way_has_a_name_of_its_own() -> None:
    names = [way.name for way in ALL_WAYS]
    assert names == ["one_look", "two_looks", "one_look_even_mix", "two_looks_even_mix"]


@pytest.mark.parametrize("bad", [{"looks": 3}, {"looks": 0}, {"mix": "odd"}])
def test_another_way_is_refused_in_words(bad: dict) -> None:
    with pytest.raises(InputError, match="Received"):
        Way(**bad)


@pytest.mark.parametrize("way", ALL_WAYS)
def test_every_way_gives_probabilities(way: Way) -> None:
    answers = combine(way, Calibration(1.3, 0.4, SHARES), FACES, MIRRORED)
    assert answers.dtype == np.float32 and answers.shape == (50, 7)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-6)


def test_two_looks_are_the_mean_at_the_temperature() -> None:
    cold = combine(Way(2), Calibration(1.0, 0.4, SHARES), FACES, MIRRORED)
    np.testing.assert_allclose(cold, (FACES + MIRRORED) / 2, atol=1e-6)
    hot = combine(Way(2), Calibration(2.0, 0.4, SHARES), FACES, MIRRORED)
    np.testing.assert_allclose(hot, rescale(cold, 2.0), atol=1e-6)


def test_an_even_mix_undoes_the_shares_of_training() -> None:
    assert with_even_mix(SHARES[None].astype(np.float32), SHARES) == pytest.approx(1 / 7)
    rare, frequent = EMOTIONS.index("disgust"), EMOTIONS.index("neutral")
    even = with_even_mix(FACES, SHARES)
    assert (even[:, rare] > FACES[:, rare]).all()
    assert (even[:, frequent] < FACES[:, frequent]).all()
    np.testing.assert_allclose(with_even_mix(FACES, np.full(7, 1 / 7)), FACES, atol=1e-6)


def test_the_card_says_temperature_threshold_and_shares(make_model: Callable[..., Path]) -> None:
    old = load_card(make_model(unsure_below=0.3))
    found = Calibration.of(old, Way(2, "even"))
    assert (found.temperature, found.unsure_below) == (1.0, 0.3)
    assert found.shares[EMOTIONS.index("happy")] == pytest.approx(7215 / 28709)
    ways = {"two_looks": {"temperature": 0.9, "unsure_below": 0.44}}
    card = replace(old, ways=ways, data={"train_counts": [1, 1, 1, 4, 1, 1, 1]})
    found = Calibration.of(card, Way(2))
    assert (found.temperature, found.unsure_below) == (0.9, 0.44)
    assert found.shares[EMOTIONS.index("happy")] == pytest.approx(0.4)
    assert Calibration.of(card, ONE_LOOK).unsure_below == 0.3


def test_a_recognizer_looks_twice_if_asked(make_model: Callable[..., Path]) -> None:
    once = Recognizer.load(make_model(unsure_below=0.2))
    twice = once.asked(Way(2))
    (one,), (two,) = once.analyze(portrait()), twice.analyze(portrait())
    assert one.face.box == two.face.box
    assert once.asked(Way(2)) is twice and twice.asked(ONE_LOOK) is once
    assert pickle.loads(pickle.dumps(twice)).asked(ONE_LOOK).way == ONE_LOOK
    crop = face_crop(portrait(), one.face)
    mirrored = once.classify([np.ascontiguousarray(crop[:, ::-1])])[0].probabilities
    np.testing.assert_allclose(two.probabilities, (one.probabilities + mirrored) / 2, atol=1e-6)
    (turned,) = twice.analyze(np.ascontiguousarray(portrait()[:, ::-1]))
    np.testing.assert_allclose(turned.probabilities, two.probabilities, atol=0.03)
    (even,) = once.asked(Way(1, "even")).analyze(portrait())
    assert even.probabilities[1] > one.probabilities[1]
