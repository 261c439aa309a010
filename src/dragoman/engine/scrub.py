"""What a provider says of an error, made fit to be shown: without credentials, which several quote in their complaint about
them, without what steers a terminal or starts a line of a log, and without end."""

from __future__ import annotations

from typing import Any

import msgspec

from ..types.response import Failure
from ..types.secret import Secret
from ..wire.plain import page_text, plain, printable

__all__ = ["scrub", "scrub_word"]

_MASK = "***"
_SHORTEST = 6
_MESSAGE = 2000
_WORD = 200
_BODY = 64 * 1024
_WORDS = ("type", "code", "param", "request_id")


def scrub(failure: Failure, *secrets: Secret | None) -> Failure:
    """The same facts, each printable and of bounded length, without the credentials."""
    keys = [key for secret in secrets if secret is not None and len(key := secret.reveal()) >= _SHORTEST]
    message, body = failure.message[: 4 * _MESSAGE], _bounded(failure.body)
    for key in keys:
        body = _clean(body, key)
        message = _mask(message, key)
    message = printable(page_text(message) if "<" in message else message).strip()
    if len(message) > _MESSAGE:
        message = message[: _MESSAGE - 1] + "…"
    words = {name: word for name in _WORDS if (word := getattr(failure, name)) is not None}
    for name, word in words.items():
        for key in keys:
            word = _mask(word, key)
        words[name] = scrub_word(word)
    return msgspec.structs.replace(failure, message=message, body=body, **words)


def scrub_word(word: str) -> str:
    """A code or an id that a provider gave, as it can stand in a line of a log."""
    return plain(word, _WORD)


def _bounded(body: Any) -> Any:
    """A body as it came, or, where it is long, how it begins."""
    if body is None:
        return None
    text = body if isinstance(body, str) else msgspec.json.encode(body)
    if len(text) <= _BODY:
        return body
    return plain(text[:_BODY].decode("utf-8", "replace") if isinstance(text, bytes) else text, _MESSAGE)


def _mask(text: str, key: str) -> str:
    """The text without the key, and without the beginning of one with which it was cut off."""
    text = text.replace(key, _MASK)
    end = text.removesuffix("…")
    for size in range(min(len(key), len(end)), _SHORTEST - 1, -1):
        if end.endswith(key[:size]):
            return end[:-size] + _MASK
    return text


def _clean(value: Any, key: str) -> Any:
    if isinstance(value, str):
        return _mask(value, key)
    if isinstance(value, dict):
        return {_clean(name, key): _clean(item, key) for name, item in value.items()}
    if isinstance(value, list):
        return [_clean(item, key) for item in value]
    return value
