"""Secrets do not leak."""

from __future__ import annotations

import copy
import json
import pickle

import msgspec
import pytest

from dragoman.types import Secret
from dragoman.types.secret import concealed

KEY = "sk-marker-0123456789"


def test_only_reveal_shows_it() -> None:
    """Printing in every form shows a mask."""
    secret = Secret(KEY)

    assert KEY == secret.reveal()
    for shown in (
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r:>40}",
        repr([secret]),
        repr(getattr(secret, "__dict__", "")),
    ):
        assert KEY not in shown


@pytest.mark.parametrize("write", [pickle.dumps, json.dumps, msgspec.json.encode])
def test_it_does_not_go_to_disk(write: object) -> None:
    """Pickling and JSON refuse it."""
    with pytest.raises(TypeError):
        write(Secret(KEY))  # type: ignore[operator]


def test_copies_share_it() -> None:
    """A deep copy of settings keeps working."""
    secret = Secret(KEY)

    assert secret == copy.deepcopy({"key": secret})["key"]


def test_text_is_concealed() -> None:
    """What a function gives as a credential is hidden at once; what is none of text stays itself."""
    value = object()

    assert Secret("k") == concealed("k")
    assert value is concealed(value)
