"""Writes every address outside this machine that a Python process reaches for to a file.

Python imports it by itself if its folder is on PYTHONPATH; FER_TEST_CONNECTIONS names the file.
"""

import ipaddress
import os
import sys
from pathlib import Path

LOG = os.environ.get("FER_TEST_CONNECTIONS")
REACHING = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}


def _outside(host: object) -> bool:
    if not isinstance(host, str):
        return False
    try:
        address = ipaddress.ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        return host not in ("localhost", "")
    return not (address.is_loopback or address.is_unspecified or address.is_private)


def _record(event: str, args: tuple[object, ...]) -> None:
    if event not in REACHING:
        return
    host = args[0] if event == "socket.getaddrinfo" else args[1][0] if args[1] else None
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if _outside(host) and LOG:
        with Path(LOG).open("a", encoding="utf-8") as log:
            log.write(f"{event} {host}\n")


sys.addaudithook(_record)
