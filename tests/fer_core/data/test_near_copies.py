import numpy as np
import pytest

from fer_core.data.near_copies import near_copies, near_copy_groups

RNG = np.random.default_rng(0)
FACE = RNG.integers(40, 200, (48, 48), dtype=np.uint8)
OTHERS = RNG.integers(0, 256, (300, 48, 48), dtype=np.uint8)


def _with(change: str) -> np.ndarray:
    face = FACE.astype(np.float64)
    changed = {
        "nothing": face,
        "darker, with less contrast": face * 0.5 + 10,
        "a little noise": face + RNG.normal(0, 8, face.shape),
        "much noise": face + RNG.normal(0, 80, face.shape),
        "mirrored": face[:, ::-1],
        "negative": 255 - face,
        "constant": np.full_like(face, 128),
    }[change]
    return np.clip(np.rint(changed), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("nothing", True),
        ("darker, with less contrast", True),
        ("a little noise", True),
        ("much noise", False),
        ("mirrored", False),
        ("negative", False),
        ("constant", False),
    ],
)
def test_what_is_a_near_copy(change: str, found: bool):
    images = np.stack([OTHERS[0], _with(change)])
    references = np.stack([*OTHERS[1:20], FACE])
    assert near_copies(images, references).tolist() == [False, found]


@pytest.mark.parametrize("threshold", [0.3, 0.4, 0.5])
def test_no_pair_is_missed_by_the_first_look(threshold: float):
    """Smooth pictures, whose correlations spread over the whole range."""
    rng = np.random.default_rng(1)
    coarse = rng.normal(128, 40, (200, 6, 6))
    smooth = np.kron(coarse, np.ones((8, 8))) + rng.normal(0, 15, (200, 48, 48))
    faces = np.clip(smooth, 0, 255).astype(np.uint8)
    images, references = faces[:120], faces[120:]
    flat = np.corrcoef(faces.reshape(200, -1).astype(np.float64))
    expected = flat[:120, 120:].max(axis=1) >= threshold
    assert 0 < expected.sum() < 120
    np.testing.assert_array_equal(near_copies(images, references, threshold), expected)


def test_blocks_are_put_together(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fer_core.data.near_copies._BLOCK", 7)
    images = np.concatenate([OTHERS[:20], FACE[None], OTHERS[20:30]])
    references = np.concatenate([OTHERS[100:115], FACE[None]])
    assert np.flatnonzero(near_copies(images, references)).tolist() == [20]


def test_groups_follow_chains_of_near_copies(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("fer_core.data.near_copies._BLOCK", 3)
    step = RNG.normal(0, 12, FACE.shape)
    chain = [np.clip(FACE + k * step, 0, 255).astype(np.uint8) for k in (0, 1, 2, 3)]
    ends = np.corrcoef(chain[0].ravel(), chain[3].ravel())[0, 1]
    assert ends < 0.95 < np.corrcoef(chain[0].ravel(), chain[1].ravel())[0, 1]
    flat = np.full_like(FACE, 90)
    images = np.stack([chain[2], OTHERS[0], chain[0], flat, chain[3], OTHERS[1], flat, chain[1]])
    groups = near_copy_groups(images)
    assert len(set(groups[[0, 2, 4, 7]])) == 1
    assert len(set(groups)) == 5  # flat images are copies of none by correlation
