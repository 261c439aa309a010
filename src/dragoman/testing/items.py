"""The short ways to write the items of a turn: what is said, how it ends, and what goes wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import msgspec

from ..types.content import Block, Refusal, Text, Thinking, ToolCall
from ..types.events import Extra, Failed, Finished, Ping, UsageUpdate
from ..types.response import Failure, Finish, FinishReason, Usage
from .script import FAULTS, Fault, FaultKind, Head, Page, Piece, Raw, Say, Wait

__all__ = [
    "block",
    "call",
    "delay",
    "extra",
    "fail",
    "fault",
    "finish",
    "head",
    "page",
    "ping",
    "raw",
    "refuse",
    "text",
    "think",
    "usage",
]


def _pieces(pieces: Iterable[Piece], size: int | None) -> tuple[Piece, ...]:
    """The pieces, strings cut to `size` characters."""
    if size is None:
        return tuple(pieces)
    cut: list[Piece] = []
    for piece in pieces:
        cut += [piece[at : at + size] for at in range(0, len(piece), size)] if isinstance(piece, str) else [piece]
    return tuple(cut)


def _tokens(pieces: Sequence[Piece], logprobs: Sequence[dict[str, Any]]) -> tuple[Piece, ...]:
    """Where token objects are given, every token is a piece."""
    tokens = tuple([str(entry["token"]) for entry in logprobs])
    words = "".join([piece for piece in pieces if isinstance(piece, str)])
    if words != "".join(tokens) or any(not isinstance(piece, str) for piece in pieces):
        raise ValueError(f"the tokens of `logprobs` must be the text itself: {''.join(tokens)!r} is not {words!r}")
    return tokens


def text(*pieces: Piece, size: int | None = None, logprobs: Sequence[dict[str, Any]] = (), choice: int = 0) -> Say:
    """Answer text: every string is a delta, cut further to `size` characters where that is given.

    Between the strings may stand delays, faults, pings, raw bytes and citations. `logprobs` are the wire's own token
    objects; the text is then streamed by their tokens.
    """
    written = _tokens(pieces, logprobs) if logprobs else _pieces(pieces, size)
    return Say(Text(""), written, choice, tuple(logprobs))


def refuse(*pieces: Piece, size: int | None = None, choice: int = 0) -> Say:
    """Words in which the model declines, written as in `text`."""
    return Say(Refusal(""), _pieces(pieces, size), choice)


def think(*pieces: Piece, size: int | None = None, signature: str | None = None, encrypted: str | None = None) -> Say:
    """Reasoning, written as in `text`; `encrypted` is reasoning that is not shown, and comes whole."""
    if encrypted is not None:
        if pieces:
            raise ValueError("encrypted reasoning shows no words")
        return Say(Thinking(signature=signature, encrypted=encrypted))
    return Say(Thinking(), _pieces(pieces, size), signature=signature)


def call(
    name: str,
    arguments: Mapping[str, Any] | str | Sequence[Piece] = "{}",
    *,
    id: str | None = None,
    size: int | None = None,
    custom: bool = False,
    choice: int = 0,
) -> Say:
    """A tool call. `arguments` are a mapping to be written as JSON, text that is sent as it is, or the pieces of it.

    Without an `id` the call gets one that no other call of the script has.
    """
    if isinstance(arguments, Mapping):
        arguments = msgspec.json.encode(dict(arguments)).decode()
    pieces = (arguments,) if isinstance(arguments, str) else arguments
    return Say(ToolCall(id or "", name, custom=custom), _pieces([piece for piece in pieces if piece != ""], size), choice)


def block(whole: Block, choice: int = 0) -> Say:
    """Any block, whole, without deltas."""
    return Say(whole, (), choice)


def usage(
    input: int | None = None,
    output: int | None = None,
    *,
    cache_read: int | None = None,
    cache_write: int | None = None,
    reasoning: int | None = None,
) -> UsageUpdate:
    """Token counts, as `Usage` counts them; a later one replaces an earlier one."""
    return UsageUpdate(Usage(input, output, cache_read, cache_write, reasoning))


def finish(
    reason: FinishReason, raw: str | None = None, *, stop_sequence: str | None = None, others: Sequence[FinishReason] = ()
) -> Finished:
    """How the answer ends; wherever it stands, it is said last. `others` are the ends of further choices."""
    return Finished(Finish(reason, raw, stop_sequence), tuple([Finish(other) for other in others]))


def fail(
    status: int | None = 500,
    type: str | None = None,
    message: str = "the script fails here",
    *,
    code: str | None = None,
    param: str | None = None,
    retry_after: float | None = None,
) -> Failed:
    """An error the provider reports: an HTTP error as a turn's first item, later one inside the stream.

    `retry_after` is in seconds. Nothing of the turn comes after it.
    """
    return Failed(Failure(message, status=status, type=type, code=code, param=param, retry_after=retry_after))


def fault(kind: FaultKind) -> Fault:
    """Something goes wrong here; `FAULTS` says what. Raises LookupError for a fault it does not know."""
    if kind not in FAULTS:
        near = get_close_matches(kind, FAULTS)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise LookupError(
            f"unknown fault {kind!r}; {hint}known: {', '.join(FAULTS)}; an error the provider reports is `fail(...)`, "
            "an answer that is not of the wire is `page(...)`"
        )
    return Fault(kind)


def delay(seconds: float) -> Wait:
    """Silence. Over a socket this time really passes; in the process only timeouts notice it."""
    return Wait(seconds)


def ping() -> Ping:
    """A sign of life without content, where the wire has one."""
    return Ping()


def head() -> Head:
    """The head of the answer goes out now, before there is anything to say."""
    return Head()


def extra(**data: Any) -> Extra:
    """Vendor fields of the answer."""
    return Extra(data)


def raw(data: bytes | str) -> Raw:
    """Bytes put into a streamed body as they are: comments, frames of your own, anything."""
    return Raw(data.encode() if isinstance(data, str) else data)


def page(
    body: bytes | str = "<!doctype html><title>Gateway</title><h1>Something else answers here</h1>",
    status: int = 200,
    *,
    content_type: str = "text/html; charset=utf-8",
    headers: Mapping[str, str] | None = None,
) -> Page:
    """A whole HTTP answer that is not one of the wire's, by default an HTML page with status 200."""
    data = body.encode() if isinstance(body, str) else body
    return Page(data, status, {"content-type": content_type, "content-length": str(len(data)), **(headers or {})})
