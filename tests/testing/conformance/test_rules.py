"""The contract of a wire's rules."""

from __future__ import annotations

import copy
from types import ModuleType

from dragoman.testing.conformance import ANY
from dragoman.testing.conformance.rules import no_dialect, no_extra, without_nulls
from dragoman.types import Message, Response


def test_any_is_everything_and_stays_itself() -> None:
    """The unknown value equals all others and survives the copies that rules work on."""
    assert ANY == "made up"
    assert ANY is copy.deepcopy({"id": ANY})["id"]


def test_nulls_go_but_the_callers_own_json_stays() -> None:
    """Fields that are null are dropped at any depth, except inside JSON that belongs to the caller."""
    body = {"a": None, "b": [{"c": None, "d": 1}], "schema": {"default": None}, "e": [None]}

    without_nulls(body, frozenset({"schema"}))

    assert {"b": [{"d": 1}], "schema": {"default": None}, "e": [None]} == body


def test_a_plain_wire_adds_nothing(kit: ModuleType) -> None:
    """A wire without words of its own has no further fields, and every vendor speaks as the reference vendor does."""
    assert {} == no_extra(Response(Message("assistant", ())))
    assert no_dialect(kit.STREAMED) is None
