"""Keeping credentials out of what providers send back: several quote the key in their complaint about it."""

from __future__ import annotations

from typing import Any

import msgspec

from ..types.response import Failure
from ..types.secret import Secret

__all__ = ["scrub"]

_MASK = "***"
_SHORTEST = 6


def scrub(failure: Failure, secret: Secret | None) -> Failure:
    """The same facts without the credential and without control characters in the message."""
    message = "".join([character if character.isprintable() or character in "\n\t" else " " for character in failure.message])
    key = secret.reveal() if secret is not None else ""
    if len(key) < _SHORTEST:
        return failure if message == failure.message else msgspec.structs.replace(failure, message=message)
    return msgspec.structs.replace(failure, message=message.replace(key, _MASK), body=_clean(failure.body, key))


def _clean(value: Any, key: str) -> Any:
    if isinstance(value, str):
        return value.replace(key, _MASK)
    if isinstance(value, dict):
        return {_clean(name, key): _clean(item, key) for name, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, key) for item in value]
    return value
