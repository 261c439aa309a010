"""Providers quote keys; we do not."""

from __future__ import annotations

from dragoman.engine.scrub import scrub
from dragoman.types import Failure, Secret


def test_a_quoted_key_is_masked_everywhere() -> None:
    """Message and body lose the key, at any depth."""
    failure = Failure("Incorrect API key provided: sk-abcdef.", body={"error": {"message": ["sk-abcdef!", 1]}})

    assert Failure("Incorrect API key provided: ***.", body={"error": {"message": ["***!", 1]}}) == scrub(
        failure, Secret("sk-abcdef")
    )


def test_terminal_escapes_are_taken_out() -> None:
    """A message cannot paint the terminal."""
    assert scrub(Failure("\x1b[31mred"), None).message == " [31mred"


def test_what_is_clean_stays_itself() -> None:
    """Nothing is copied without need."""
    failure = Failure("plain")

    assert failure is scrub(failure, None)


def test_all_parts_of_a_credential_are_masked() -> None:
    """AWS credentials have three."""
    failure = Failure("token abcdef of AKIDEXAMPLE", body={"a": "abcdef", "b": "AKIDEXAMPLE"})

    assert Failure("token *** of ***", body={"a": "***", "b": "***"}) == scrub(
        failure, Secret("abcdef"), None, Secret("AKIDEXAMPLE")
    )
