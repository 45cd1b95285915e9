"""The app asks no other computer for anything."""

from __future__ import annotations

from streamlit import net_util


def stay_inside() -> None:
    """Streamlit asks for the machine's outside address no more.

    It does so for the address that it prints at the start, and to compare origins with. `Gate` and
    `browser.serverAddress` leave it no occasion; a later version may find another.
    """
    net_util.get_external_ip = lambda: None
    net_util.get_internal_ip = lambda: "127.0.0.1"
