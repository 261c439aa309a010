"""The vocabulary of errors holds together."""

from __future__ import annotations

from dragoman import errors
from dragoman.engine.words import ADVICE, CERTAIN, PHRASES, PROVIDER_CODES, STATUS, VAGUE


def test_words_are_in_the_form_in_which_they_are_looked_up() -> None:
    """Lower case, and in one table only: a word cannot be certain and vague."""
    words = [*CERTAIN, *VAGUE, *[code for _, code in PROVIDER_CODES]]

    assert [word.lower() for word in words] == words
    assert not CERTAIN.keys() & VAGUE.keys()


def test_tables_name_only_answers_of_providers() -> None:
    """Every class in them is an `APIError`, and each says what to do or is plain already."""
    classes = {*CERTAIN.values(), *VAGUE.values(), *STATUS.values(), *PHRASES, *PROVIDER_CODES.values()}

    assert all(issubclass(kind, errors.APIError) for kind in classes)
    assert {errors.BadRequest, errors.Refused} == classes - ADVICE.keys()
