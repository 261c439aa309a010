"""Targets that fail rest, come back by one probe, and are never lost for good."""

from __future__ import annotations

import pytest

from dragoman.engine.health import Health, HealthPolicy


def failing(times: int, policy: HealthPolicy | None = None) -> Health:
    health = Health(policy)
    for second in range(times):
        health.begin(float(second))
        health.fail(float(second))
    return health


def test_a_few_failures_change_nothing() -> None:
    """One bad moment does not send a conversation elsewhere."""
    assert "well" == failing(2).state(2.0)


def test_failures_in_a_row_send_a_target_to_rest() -> None:
    """For the time of the policy, and not longer."""
    health = failing(3)

    assert ["resting", "resting", "well"] == [health.state(now) for now in (2.5, 16.9, 17.0)]


def test_an_answer_between_failures_counts_them_anew() -> None:
    """Only failures in a row count."""
    health = failing(2)
    health.succeed(0.1)
    health.fail(3.0)

    assert "well" == health.state(3.0)


def test_after_a_rest_one_probe_decides() -> None:
    """While it is under way others go elsewhere; when it fails the rest is twice as long; an answer heals."""
    health = failing(3)
    health.begin(20.0)
    assert "probing" == health.state(20.0)
    health.fail(21.0)
    assert ["resting", "well"] == [health.state(50.9), health.state(51.0)]
    health.begin(60.0)
    health.succeed(0.2)
    assert "well" == health.state(60.0)
    health.fail(61.0)
    assert "well" == health.state(61.0)


def test_rests_do_not_grow_for_ever() -> None:
    """However long an outage lasts, a target is asked again within minutes."""
    health, now = failing(3), 3.0
    for _ in range(12):
        now = health.until
        health.begin(now)
        health.fail(now)

    assert 240.0 == health.until - now


def test_a_probe_that_says_nothing_leaves_the_door_open() -> None:
    """A cancelled probe neither heals nor harms."""
    health = failing(3)
    health.begin(20.0)
    health.give_up()

    assert "well" == health.state(20.0)


def test_a_time_the_provider_names_is_kept() -> None:
    """Too many requests: the target rests exactly as long as it asked for, within the policy's bound."""
    health = Health()
    health.fail(10.0, retry_after=4.0)
    assert ["resting", "well"] == [health.state(13.9), health.state(14.0)]
    health.fail(20.0, retry_after=9999.0)
    assert 260.0 == health.until


def test_latency_is_an_average_that_forgets() -> None:
    """The last answers count most, and answers without a first event not at all."""
    health = Health()
    assert health.latency is None
    health.succeed(1.0)
    health.succeed(None)
    health.succeed(2.0)

    assert pytest.approx(1.3) == health.latency
