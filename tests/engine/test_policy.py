"""How often and how long."""

from __future__ import annotations

import pytest

from dragoman import errors
from dragoman.engine.policy import NO_RETRY, Retry


@pytest.mark.parametrize(("failed", "wait"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 8.0), (6, 8.0), (7, None)])
def test_waits_double_up_to_the_cap(failed: int, wait: float | None) -> None:
    """Without a wish of the provider the wait doubles, and ends with the tries."""
    assert wait == Retry(attempts=7).delay(failed, None, 0.0)


def test_jitter_only_shortens() -> None:
    """The random part takes away up to a quarter."""
    assert 0.375 < (Retry().delay(1, None, 0.999) or 0) < 0.5


def test_the_providers_wish_is_exact_and_bounded() -> None:
    """What the provider asks is waited for without jitter, or not at all when it is too long."""
    retry = Retry(patience=60)

    assert (retry.delay(1, 12.0, 0.7), retry.delay(1, 0.0, 0.7), retry.delay(1, 61.0, 0.7)) == (12.0, 0.0, None)


def test_no_retry_is_one_try() -> None:
    """The switch that turns it off."""
    assert NO_RETRY.delay(1, 0.0, 0.0) is None


@pytest.mark.parametrize(
    ("error", "retry", "again"),
    [
        (errors.ServerError("x"), Retry(), True),
        (errors.BadRequest("x"), Retry(), False),
        (errors.ContextTooLong("x"), Retry(on=(errors.BadRequest,)), True),
        (errors.ServerError("x"), Retry(never=(errors.APIError,)), False),
        (errors.TimedOut("x"), Retry(on=(errors.TransportError,), never=(errors.TimedOut,)), False),
        (errors.Cancelled("x"), Retry(on=(errors.DragomanError,)), False),
        (errors.MissingKey("x"), Retry(on=(errors.DragomanError,)), False),
    ],
)
def test_what_is_tried_again(error: errors.DragomanError, retry: Retry, again: bool) -> None:
    """The error's own word, more classes, fewer classes; the caller's own doing never."""
    assert again == retry.again(error)
