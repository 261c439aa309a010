"""What the transport tests share: a server that misbehaves, and each library and face in turn to meet it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

from rigs import CERTIFICATES, LIBRARIES, Rig, RigTransport


@pytest.fixture(params=[(library, face) for library in LIBRARIES for face in (False, True)], ids=lambda p: _id(*p))
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """Each library and face in turn."""
    yield from _rig(*request.param)


@pytest.fixture
def transport(rig: Rig) -> RigTransport:
    """A transport of each library and face in turn."""
    return rig.open()


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The authority of these tests is trusted by the environment."""
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))


@pytest.fixture(params=LIBRARIES)
def blocking(request: pytest.FixtureRequest) -> Iterator[Rig]:
    """The blocking face of each library."""
    yield from _rig(request.param, False)


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest) -> str:
    """Each library."""
    name: str = request.param
    return name


def _rig(library: str, asynchronous: bool) -> Iterator[Rig]:
    rig = Rig(library, asynchronous)
    try:
        yield rig
    finally:
        rig.close()


def _id(library: str, asynchronous: bool) -> str:
    return f"{library}-{'asyncio' if asynchronous else 'blocking'}"
