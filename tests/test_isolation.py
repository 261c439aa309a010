"""Tests stay on this machine and know nothing of who runs them."""

from __future__ import annotations

import os
import socket

import pytest


@pytest.mark.parametrize("address", ["192.0.2.1", "203.0.113.7"])
def test_a_connection_to_elsewhere_fails_the_test(address: str) -> None:
    """Whoever connects to another machine fails before the first packet, whatever code does it."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outside,
        pytest.raises(pytest.fail.Exception, match=f"reaches out to {address}"),
    ):
        outside.connect((address, 9))


@pytest.mark.parametrize("address", ["127.0.0.1", "127.1.2.3"])
def test_a_connection_within_this_machine_passes(address: str) -> None:
    """Servers of tests are reached."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as inside:
        inside.connect((address, 9))

        assert inside.getpeername() == (address, 9)


def test_no_key_and_no_proxy_is_left() -> None:
    """What a developer has set for their own use changes no test."""
    left = [name for name in os.environ if name.upper().endswith(("_API_KEY", "_BASE_URL", "_PROXY"))]

    assert [] == left
