"""STUN and TURN servers from the environment, for viewers on other networks."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from fer_core.errors import FerError

VARIABLE: Final = "FER_ICE_SERVERS"
_SCHEMES: Final = ("stun:", "stuns:", "turn:", "turns:")
_EXAMPLE: Final = (
    '[{"urls": "turn:turn.example.org:3478", "username": "name", "credential": "secret"}]'
)


def rtc_configuration(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """RTCPeerConnection's configuration, for the browser and the server alike.

    Without the variable it names no server, which is enough on this machine and on its network,
    and asks nothing of the internet.

    Raises:
        FerError: if `FER_ICE_SERVERS` is not a list of servers.
    """
    text = environment.get(VARIABLE, "").strip()
    if not text:
        return {"iceServers": []}
    try:
        servers = json.loads(text)
    except json.JSONDecodeError as error:
        raise _fault(f"it is not JSON ({error.msg} at character {error.pos + 1})") from error
    if not isinstance(servers, list):
        raise _fault("it is not a list")
    return {"iceServers": [_server(server, i) for i, server in enumerate(servers, start=1)]}


def _server(server: Any, number: int) -> dict[str, Any]:
    if not isinstance(server, dict):
        raise _fault(f"entry {number} is not an object")
    urls = server.get("urls")
    addresses = [urls] if isinstance(urls, str) else urls
    if not isinstance(addresses, list) or not addresses or not all(map(_is_address, addresses)):
        raise _fault(f'entry {number} has no "urls" that start with {", ".join(_SCHEMES)}')
    needs_login = any(address.startswith("turn") for address in addresses)
    if needs_login and not all(
        isinstance(server.get(key), str) and server[key] for key in ("username", "credential")
    ):
        raise _fault(f'entry {number} is a TURN server without "username" and "credential"')
    return {key: server[key] for key in ("urls", "username", "credential") if key in server}


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(_SCHEMES)


def _fault(what: str) -> FerError:
    # The value itself may hold a password and is never repeated.
    return FerError(
        f"The environment variable {VARIABLE} cannot be used: {what}. "
        f"Expected a JSON list such as {_EXAMPLE}. "
        "Correct it, or unset it, and start the app again."
    )
