"""Labels that were turned over on purpose are found, and others are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_core.errors import DataError, ReportError
from fer_core.evaluation.audits.confident_learning import doubts, out_of_fold
from fer_core.evaluation.audits.doubts import Doubt, read_doubts, write_doubts
from fer_core.labels import EMOTIONS


def _clusters(each: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Features of seven classes that lie apart."""
    rng = np.random.default_rng(1)
    labels = np.repeat(np.arange(7), each)
    places = np.tile(np.eye(7)[labels], 20)
    return (4 * places + rng.normal(0, 2, places.shape)).astype(np.float32), labels


def test_turned_labels_are_found_and_no_others() -> None:
    features, true = _clusters()
    labels, turned = true.copy(), np.arange(0, 420, 30)
    labels[turned] = (true[turned] + 2) % 7
    paths = [f"{i}.png" for i in range(420)]
    found = doubts(paths, labels, out_of_fold(features, labels, np.arange(420)))
    paths_found = {d.path for d in found}
    assert paths_found <= {f"{i}.png" for i in turned}
    assert len(paths_found) >= len(turned) / 2  # below the class's mean it is not sure enough
    first = found[0]
    assert first.suggested == EMOTIONS[true[int(first.path[:-4])]] != first.label
    assert first.suggested_probability > first.label_probability


def test_copies_do_not_vouch_for_one_another() -> None:
    """A wrong label that all copies of a face share is found: none of them is in a head."""
    features, true = _clusters()
    labels, groups = true.copy(), np.arange(420)
    features[1:12], groups[1:12], labels[:12] = features[0], 0, 3
    found = doubts([str(i) for i in range(420)], labels, out_of_fold(features, labels, groups))
    assert {d.path for d in found} >= {str(i) for i in range(10)}


def test_a_class_without_images_is_never_suggested() -> None:
    features, labels = _clusters()
    some = labels != 6
    answers = out_of_fold(features[some], labels[some], np.arange(some.sum()))
    assert (answers[:, 6] == 0).all() and answers.sum(axis=1) == pytest.approx(1)


def test_too_few_images_are_refused() -> None:
    features, labels = _clusters(each=4)
    with pytest.raises(DataError, match=r"angry \(4\)"):
        out_of_fold(features, labels, np.arange(28))


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    found = [Doubt("=a,b.png", "sad", "fear", 0.01, 0.9), Doubt("b.png", "happy", "sad", 0.2, 0.4)]
    write_doubts(tmp_path / "d.csv", found)
    assert read_doubts(tmp_path / "d.csv") == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "path\n",
        "{head}\na.png,happy,joy,0.1,0.2\n",
        "{head}\na\n",
        "{head}\na.png,happy,sad,nan,0.2\n",
        "{head}\na.png,happy,sad,0.1,inf\n",
    ],
)
def test_another_table_is_refused(tmp_path: Path, text: str) -> None:
    head = "path,label,suggested,label_probability,suggested_probability"
    (tmp_path / "d.csv").write_text(text.format(head=head))
    with pytest.raises(ReportError, match=r"d\.csv"):
        read_doubts(tmp_path / "d.csv")
