from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fer_core.errors import ModelError
from fer_core.recognition.classifier import Classifier

FACES = np.random.default_rng(0).integers(0, 256, (70, 48, 48), dtype=np.uint8)


@pytest.fixture(scope="module")
def classifier(small_litert: bytes) -> Classifier:
    return Classifier(small_litert)


@pytest.mark.parametrize("n", [0, 1, 3, 32, 33, 70])
def test_any_number_of_faces(classifier: Classifier, n: int):
    answers = classifier.predict(FACES[:n])
    assert answers.shape == (n, 7) and answers.dtype == np.float32
    np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=1e-5)


def test_a_batch_answers_as_its_faces_do(classifier: Classifier):
    singly = np.concatenate([classifier.predict(FACES[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(classifier.predict(FACES[:5]), singly, atol=1e-6)


def test_threads_do_not_mix_their_faces(classifier: Classifier):
    expected = classifier.predict(FACES)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda i: classifier.predict(FACES[i : i + 1])[0], range(70)))
    np.testing.assert_allclose(np.stack(answers), expected, atol=1e-6)


@pytest.mark.parametrize("shape", [(48, 48), (1, 48, 47), (1, 48, 48, 1)])
def test_other_shapes_are_refused(classifier: Classifier, shape: tuple[int, ...]):
    with pytest.raises(ValueError, match=r"\(n, 48, 48\)"):
        classifier.predict(np.zeros(shape, np.uint8))


def test_other_bytes_are_refused():
    with pytest.raises(ModelError, match="not a LiteRT network"):
        Classifier(b"0" * 1000)
