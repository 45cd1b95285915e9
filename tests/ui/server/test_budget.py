"""How much may be uploaded and decoded at a time, by one person and by all."""

from contextlib import ExitStack

import pytest

from ui.server import budget
from ui.server.budget import ORIGINALS, Budget, BudgetError, Held
from ui.server.uploads import uploaded

NOTHING = Held(0, 0, 0)


def _budget(total=1000, held=NOTHING):
    return Budget(total, lambda _: held)


@pytest.mark.parametrize(
    ("held", "size", "reason"),
    [
        (Held(0, 0, 0), 500, None),
        (Held(0, 0, 0), 501, "your files together"),
        (Held(300, 300, 1), 201, "your files together"),
        (Held(300, 300, 1), 200, None),
        (Held(900, 0, 0), 101, "Others"),
        (Held(900, 0, 0), 100, None),
        (Held(0, 0, budget.MOST_FILES), 1, "at a time"),
    ],
)
def test_an_upload_is_let_in_or_refused_in_words(held, size, reason):
    one = _budget(held=held)
    if reason is None:
        with one.upload("a", size):
            pass
    else:
        with pytest.raises(BudgetError, match=reason), one.upload("a", size):
            pass


def test_what_is_coming_in_counts_for_its_person_and_for_all():
    one = _budget()
    with ExitStack() as coming:
        coming.enter_context(one.upload("a", 400))
        with pytest.raises(BudgetError, match="your files"), one.upload("a", 101):
            pass
        coming.enter_context(one.upload("b", 450))
        with pytest.raises(BudgetError, match="Others"), one.upload("c", 200):
            pass
    with one.upload("a", 500):
        pass


def test_a_failed_upload_gives_its_bytes_back():
    one = _budget()
    with pytest.raises(OSError, match="gone"), one.upload("a", 500):
        raise OSError("gone")
    with one.upload("a", 500):
        pass


def test_pictures_wait_for_one_another_but_none_forever():
    one = _budget()
    assert one.try_decode("a", 900)
    assert not one.try_decode("b", 200)
    one.decoded("a", 900)
    assert one.try_decode("b", 5000)  # alone, though larger than all
    assert not one.try_decode("a", 1)


@pytest.mark.parametrize(
    ("text", "megabytes"), [("200", 200), ("", 500), ("many", 500), ("0", 1), ("-5", 1)]
)
def test_the_environment_sets_the_budget(monkeypatch, text, megabytes):
    monkeypatch.setenv(budget.TOTAL_VARIABLE, text)
    assert budget.total_bytes() == megabytes * budget.MEGABYTE


def test_kept_originals_have_a_limit_count_and_go():
    before = uploaded("a")
    assert ORIGINALS.keep("a", 1, b"x" * 60, most=100)
    assert not ORIGINALS.keep("a", 2, b"y" * 60, most=100)
    assert ORIGINALS.keep("b", 1, b"z" * 70, most=100), "each visitor has a limit of their own"
    held = uploaded("a")
    assert (held.own - before.own, held.total - before.total) == (60, 130)
    ORIGINALS.drop("a", 1)
    assert ORIGINALS.keep("a", 2, b"y" * 60, most=100)
    ORIGINALS.drop("a")
    ORIGINALS.drop("b")
    assert uploaded("a") == before
