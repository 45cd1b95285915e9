import asyncio
import threading

import pytest


@pytest.fixture(scope="module")
def loop():
    """An event loop in a thread of its own, as Streamlit's is."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield loop
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
