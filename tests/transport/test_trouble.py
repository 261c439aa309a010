"""What messages say: what happened, where, and what the reader can do."""

from __future__ import annotations

from typing import get_args

import pytest

from dragoman.errors import Cancelled, UsageError
from dragoman.transport.trouble import Kind, Phase, closed_here, connection_failed, not_installed, timed_out


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_failed_connection(kind: Kind) -> None:
    """Every kind has its own words, names the host, gives the reason and ends with what to do."""
    error = connection_failed(kind, "api.example.com:8443", "the reason.")
    what, _, hint = str(error).partition("; ")

    assert "api.example.com:8443" in what
    assert what.endswith(": the reason")
    assert hint
    assert (kind, kind != "tls") == (error.kind, error.retryable)


def test_a_reason_is_kept_short() -> None:
    """A reason of many lines becomes one line of readable length."""
    message = str(connection_failed("other", "host", "two\n\nlines " + "x" * 1000))

    assert "two lines xxx" in message
    assert len(message) < 400


def test_what_will_not_change_is_not_retryable() -> None:
    """Whoever knows more than the kind says it."""
    assert not connection_failed("dns", "host", retryable=False).retryable
    assert connection_failed("dns", "host").retryable


@pytest.mark.parametrize("phase", get_args(Phase))
def test_a_wait_that_was_too_long(phase: Phase) -> None:
    """Every phase has its own words, with the length of the wait."""
    error = timed_out(phase, "host", 2.5)

    assert "2.5 seconds; " in str(error)
    assert "host" in str(error)
    assert (phase, True) == (error.phase, error.retryable)


def test_closing_is_not_failing() -> None:
    """A read under a body that the caller closes was cancelled."""
    assert isinstance(closed_here("host"), Cancelled)


def test_a_library_that_is_missing() -> None:
    """It is named, with how to get it."""
    error = not_installed("httpx2")

    assert isinstance(error, UsageError)
    assert "pip install httpx2" in str(error)
