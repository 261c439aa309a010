"""Keeping credentials out of what providers send back: several quote the key in their complaint about it."""

from __future__ import annotations

from typing import Any

import msgspec

from ..types.response import Failure
from ..types.secret import Secret

__all__ = ["scrub"]

_MASK = "***"
_SHORTEST = 6


def scrub(failure: Failure, *secrets: Secret | None) -> Failure:
    """The same facts without the credentials and without control characters in the message."""
    message = "".join([character if character.isprintable() or character in "\n\t" else " " for character in failure.message])
    body = failure.body
    keys = [key for secret in secrets if secret is not None and len(key := secret.reveal()) >= _SHORTEST]
    if not keys and message == failure.message:
        return failure
    for key in keys:
        message, body = message.replace(key, _MASK), _clean(body, key)
    return msgspec.structs.replace(failure, message=message, body=body)


def _clean(value: Any, key: str) -> Any:
    if isinstance(value, str):
        return value.replace(key, _MASK)
    if isinstance(value, dict):
        return {_clean(name, key): _clean(item, key) for name, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, key) for item in value]
    return value
