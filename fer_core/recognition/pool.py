"""Stateful objects that several threads share: each is lent to one thread at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Pool(Generic[_T]):
    """As many objects as threads use at the same time; one more is made only if all are lent.

    One for each thread would be built anew for every Streamlit rerun, which is a thread of its
    own: 20 ms each time for a detector.

    A pickled pool makes its objects anew when it is unpickled.

    Args:
        create: Makes one. Called once right away, so that what is wrong with it shows early.
    """

    def __init__(self, create: Callable[[], _T]) -> None:
        self._create = create
        self._idle = deque([create()])

    def __reduce__(self) -> tuple[type[Pool[_T]], tuple[Callable[[], _T]]]:
        return type(self), (self._create,)

    @contextmanager
    def borrow(self) -> Iterator[_T]:
        try:
            item = self._idle.pop()  # atomic, as is append
        except IndexError:
            item = self._create()
        try:
            yield item
        finally:
            self._idle.append(item)
