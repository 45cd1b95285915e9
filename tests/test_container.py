"""The container without a builder: what it copies, and its start command in a clean environment."""

from __future__ import annotations

import importlib.util
import ipaddress
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from websockets.sync.client import connect

ROOT = Path(__file__).resolve().parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
LARGEST = 1_000_000_000  # bytes of the environment, unpacked
STOPS_WITHIN = 10  # seconds


def _lines(word: str) -> list[str]:
    return re.findall(rf"^{word} (.+)$", DOCKERFILE, re.MULTILINE)


def _copied() -> list[str]:
    """What the first stage copies from the checkout."""
    return [path for line in _lines("COPY") if "--from" not in line for path in line.split()[:-1]]


def _ignore_lists_it(path: str) -> bool:
    return f"!{path}" in (ROOT / ".dockerignore").read_text("utf-8").splitlines()


@pytest.mark.parametrize("path", _copied())
def test_what_is_copied_is_there_and_reaches_the_builder(path: str) -> None:
    assert (ROOT / path).exists()
    assert _ignore_lists_it(path)


def test_it_runs_as_nobody_in_particular_and_is_asked_for_its_health() -> None:
    (user,) = _lines("USER")
    assert int(user) > 0
    assert "/_stcore/health" in DOCKERFILE
    assert _lines("STOPSIGNAL") == ["SIGTERM"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_files_have_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    packages = re.findall(r"^([\w.-]+)==", text, re.MULTILINE)
    assert len(packages) > 40
    assert text.count("--hash=sha256:") > len(packages)
    assert not re.search(r"https?://|--index|--find", text)
    assert ("tensorflow" in packages) is (name == "requirements-dev.lock")


def _pins(name: str) -> dict[str, str]:
    lines = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    return {package.lower(): version for package, version in lines}


def test_lock_files_hold_the_versions_that_are_tested() -> None:
    files = ("requirements.txt", "requirements-cluster.txt", "requirements-dev.txt")
    wanted = {name: version for file in files for name, version in _pins(file).items()}
    assert wanted.items() <= _pins("requirements-dev.lock").items()
    for package, version in _pins("requirements.lock").items():
        assert version == wanted.get(package, version)


def _install(environment: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = str(environment / "bin/python")
    lock = ["--require-hashes", "-r", str(ROOT / "requirements.lock")]
    if importlib.util.find_spec("uv"):
        command = [sys.executable, "-m", "uv", "pip", "install", "--python", python, "--quiet"]
    else:
        command = [python, "-m", "pip", "install", "--quiet"]
    subprocess.run([*command, *lock], check=True)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The container's two folders: its environment and the app."""
    folder = tmp_path_factory.mktemp("image")
    environment, app = folder / "venv", folder / "app"
    _install(environment)
    app.mkdir()
    for path in _copied():
        source = ROOT / path
        if source.is_dir():
            shutil.copytree(source, app / path, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, app / path)
    for pattern in re.findall(r"-name '([^']+)'", DOCKERFILE):
        for path in (app / "models").glob(pattern):
            path.unlink()
    return environment, app


COMPOSE, NETWORK = ((ROOT / f).read_text("utf-8") for f in ("compose.yaml", "docs/network.md"))
TO_NOBODY = [
    "10.123.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.17.0.1",
    "192.168.1.1",
]
TO_NOBODY += ["172.31.255.255", "::1", "fc00::1", "fd12::1", "fe80::1", "::ffff:10.0.0.1"]


def _peers(word: str, text: str) -> list[list[ipaddress.IPv4Address | ipaddress.IPv6Address]]:
    """First and last address of each range of `--denied-peer-ip` or `--allowed-peer-ip`."""
    ranges = re.findall(rf"^ +(?:- --)?{word}-peer-ip=(\S+)", text, re.MULTILINE)
    return [[ipaddress.ip_address(end) for end in r.split("-")] for r in ranges]


@pytest.mark.parametrize("text", [COMPOSE, NETWORK], ids=["compose.yaml", "docs"])
def test_nobody_is_relayed_into_inner_networks(text: str) -> None:
    denied = _peers("denied", text)
    for address in map(ipaddress.ip_address, TO_NOBODY):
        ranges = [r for r in denied if r[0].version == address.version]
        assert any(r[0] <= address <= r[-1] for r in ranges), address
    for address in map(ipaddress.ip_address, ("203.0.113.7", "172.32.0.1", "2001:db8::1")):
        ranges = [r for r in denied if r[0].version == address.version]
        assert not any(r[0] <= address <= r[-1] for r in ranges), "both ends may be relayed"
    # coturn 4.6 takes an unspecified address for no bound at all: `::-::1` denied everybody.
    assert not any(end.is_unspecified for r in denied for end in r)
    assert re.search(r"^ +(- --)?no-tcp-relay$", text, re.MULTILINE)


def test_the_relay_reaches_the_app_where_compose_puts_it() -> None:
    (app,) = re.findall(r"^ +ipv4_address: (\S+)", COMPOSE, re.MULTILINE)
    (subnet,) = re.findall(r"^ +- subnet: (\S+)", COMPOSE, re.MULTILINE)
    (others,) = re.findall(r"^ +ip_range: (\S+)", COMPOSE, re.MULTILINE)
    address = ipaddress.ip_address(app)
    assert _peers("allowed", COMPOSE) == [[address]]
    assert address in ipaddress.ip_network(subnet)
    assert address not in ipaddress.ip_network(others)
    assert app in NETWORK


def _size(folder: Path) -> int:
    return sum(p.lstat().st_size for p in folder.rglob("*") if p.is_file() or p.is_symlink())


def _files(folder: Path) -> dict[str, int]:
    return {str(p): p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()}


def test_the_environment_is_small_and_without_tensorflow(image: tuple[Path, Path]) -> None:
    environment, app = image
    assert not list(environment.glob("lib/*/site-packages/tensorflow"))
    assert not list(environment.glob("lib/*/site-packages/keras"))
    assert _size(environment) < LARGEST
    assert not list((app / "models").glob("*.keras"))


@pytest.fixture
def started(image: tuple[Path, Path], tmp_path: Path) -> Iterator[tuple[subprocess.Popen, str]]:
    """The start command, with nothing of this machine's environment."""
    environment, app = image
    command = json.loads(_lines("CMD")[-1])
    command[0] = command[0].replace("/opt/venv", str(environment))
    port = 20_000 + os.getpid() % 20_000
    command[command.index("--server.port") + 1] = str(port)
    settings = dict(part.split("=", 1) for line in _lines("ENV") for part in shlex.split(line))
    settings |= {"PYTHONPATH": str(app), "HOME": str(tmp_path), "PATH": os.defpath}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=app, env=settings, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 120
            while True:
                try:
                    with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                        break
                except OSError:
                    assert process.poll() is None, (tmp_path / "log").read_text()
                    assert time.monotonic() < deadline, (tmp_path / "log").read_text()
                    time.sleep(0.2)
            yield process, url
        finally:
            process.kill()
            process.wait()


def test_it_starts_writes_nothing_and_stops_with_a_viewer(
    image: tuple[Path, Path], started: tuple[subprocess.Popen, str]
) -> None:
    _, app = image
    process, url = started
    before = _files(app)
    with connect(url.replace("http", "ws") + "/_stcore/stream", origin=url):
        with urllib.request.urlopen(url) as page:
            assert page.status == 200
        process.send_signal(signal.SIGTERM)
        process.wait(STOPS_WITHIN)
    assert _files(app) == before, "a read-only file system would have stopped it"
