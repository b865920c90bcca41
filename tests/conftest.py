"""Fixtures for all tests: the real store, the real models, the sample page, and no network but loopback."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import Rag, load_settings

pytest_plugins = ["tests.browsing"]

ROOT = Path(__file__).parent.parent
SAMPLE = ROOT / "samples" / "pyongyang.txt"
SEED = ROOT.parent / "shared" / "seed" / "page.txt"
CAPTURED = "2025-06-21"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="write the screenshots of docs/ anew")


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Any connection that would leave the machine fails the test that makes it."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not _is_loopback(str(address[0])):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own key or settings must not change what is tested."""
    for name in [n for n in os.environ if n.startswith(("CLIPDESK_", "OPENAI_", "CHROMA_"))]:
        monkeypatch.delenv(name)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the sample page in it, which nobody holds open."""
    folder = tmp_path_factory.mktemp("data")
    with Rag.open(folder, settings=load_settings(mode="quote")) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
    return folder


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rag]:
    """A Rag over the sample page, in quote mode; for tests that only read."""
    with Rag.open(tmp_path_factory.mktemp("desk")) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        yield rag


@pytest.fixture(scope="session")
def seed_page() -> Path:
    """The real saved page that the project began from; it is no part of the repository."""
    if not SEED.exists():
        pytest.skip(f"{SEED} is not here: the real page is not part of the repository")
    return SEED
