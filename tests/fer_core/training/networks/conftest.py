"""Faces for the networks."""

import numpy as np
import pytest
from small_data import patterned_face


@pytest.fixture(scope="module")
def faces() -> np.ndarray:
    rng = np.random.default_rng(1)
    return np.stack([patterned_face(i % 7, rng) for i in range(48)])
