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
    """A message cannot paint the terminal, name its window, or hide what it says."""
    assert "red" == scrub(Failure("\x1b[31mred\x1b[0m")).message
    assert "title" == scrub(Failure("\x1b]0;owned\x07title")).message
    assert "a b" == scrub(Failure("a\u202eb")).message


def test_what_is_clean_stays_itself() -> None:
    """Nothing is changed without need; line breaks are none."""
    failure = Failure("two\nlines", 400, "t", "c", "p", "r", 1.0, body={"error": ["as it came", 1]})

    assert failure == scrub(failure, None)


def test_nothing_is_without_end() -> None:
    """Messages, words and bodies are cut; a cut is shown."""
    failure = scrub(Failure("m" * 9000, type="t" * 900, body={"error": "b" * 100_000}))

    assert (2000, 200) == (len(failure.message), len(failure.type or ""))
    assert isinstance(failure.body, str)
    assert 2000 == len(failure.body)
    assert failure.message.endswith("m…")


def test_a_page_in_a_message_is_reduced_to_what_it_says() -> None:
    """Relays put the page of the server behind them into their own error."""
    page = "upstream said: <!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body><h1>x</h1></body></html>"

    assert "502 Bad Gateway" == scrub(Failure(page)).message
    assert "expected <div>, got <p>" == scrub(Failure("expected <div>, got <p>")).message


def test_words_of_a_provider_cannot_forge_a_line_of_a_log() -> None:
    """Codes and request ids are one printable line."""
    failure = scrub(Failure("m", request_id="r1\nERROR forged", code="c\x1b[2J"))

    assert ("r1 ERROR forged", "c") == (failure.request_id, failure.code)


def test_the_beginning_of_a_key_is_one_too() -> None:
    """What was cut off in the middle of a key does not end with half of it."""
    secret = Secret("sk-abcdef0123456789")

    assert "bad key ***" == scrub(Failure("bad key sk-abcdef012…"), secret).message
    assert "bad key ***" == scrub(Failure("bad key sk-abc"), secret).message
    assert ["***"] == scrub(Failure("m", body=["sk-abcdef"]), secret).body


def test_all_parts_of_a_credential_are_masked() -> None:
    """AWS credentials have three."""
    failure = Failure("token abcdef of AKIDEXAMPLE", body={"a": "abcdef", "b": "AKIDEXAMPLE"})

    assert Failure("token *** of ***", body={"a": "***", "b": "***"}) == scrub(
        failure, Secret("abcdef"), None, Secret("AKIDEXAMPLE")
    )
