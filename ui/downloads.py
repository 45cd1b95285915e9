"""Downloads: each file is made once, and stays as long as the page shows its button.

Streamlit would make a file when its button is pressed, but then drops it as soon as any visitor's
run ends, before the browser has fetched it (its runtime/media_file_manager.py, execute_deferred).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import streamlit as st

from fer_core.store.tables import as_csv

_FILES: Final = "downloads"
"""In the session: key → (what the file was made of, its bytes)."""
_SHOWN: Final = "downloads-shown"
"""In the session: keys of this run's buttons."""


def button(
    label: str,
    name: str,
    kind: str,
    *,
    key: str,
    of: object,
    make: Callable[[], bytes],
    ready: bool = True,
) -> None:
    """A button that hands out a file.

    Args:
        name, kind: Of the file; MIME type.
        key: Of the button, as for any element.
        of: What the file is made of. It is made anew only when this is no longer equal.
        make: Makes the file.
        ready: Whether the file is to be had; if not, the button cannot be pressed.
    """
    files = st.session_state.setdefault(_FILES, {})
    st.session_state.setdefault(_SHOWN, set()).add(key)
    if ready and (key not in files or files[key][0] != of):
        files[key] = (of, make())
    st.download_button(
        label,
        files[key][1] if ready else b"",
        name,
        kind,
        icon=":material/download:",
        on_click="ignore",
        disabled=not ready,
        key=key,
    )


def table(rows: Sequence[dict[str, Any]], key: str) -> None:
    """A table with a button that hands it out as CSV."""
    st.dataframe(list(rows), hide_index=True, key=f"{key}-table")

    def make() -> bytes:
        return as_csv(list(rows[0]), [list(row.values()) for row in rows]).encode("utf-8-sig")

    if rows:
        button(
            "Download table (CSV)", f"{key}.csv", "text/csv", key=f"{key}.csv", of=rows, make=make
        )


def begin() -> None:
    """Before a page runs: no button was shown yet. A run that was broken off leaves some."""
    st.session_state[_SHOWN] = set()


def sweep() -> None:
    """After a page has run to its end: forgets the files whose buttons it did not show."""
    shown = st.session_state.pop(_SHOWN, set())
    files = st.session_state.get(_FILES, {})
    for key in files.keys() - shown:
        del files[key]
