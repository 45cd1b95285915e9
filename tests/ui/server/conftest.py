"""What the tests of the server share."""

import pytest

from ui.server.metrics import COUNTS


@pytest.fixture(autouse=True)
def _nothing_counted():
    """Other tests of this process may have counted something."""
    COUNTS.take()
