"""How the command ends: exit codes, and errors as one line for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from .. import errors
from ..types.response import Finish

__all__ = ["BROKEN_PIPE", "FAILED", "INCOMPLETE", "INTERRUPTED", "exit_code", "one_line", "tell", "unfinished"]

FAILED, USAGE, NO_KEY, NO_CONNECTION, INCOMPLETE = range(1, 6)
BUG = 70
INTERRUPTED = 130
BROKEN_PIPE = 141

# The first class that fits decides.
_CODES: tuple[tuple[type[errors.DragomanError], int], ...] = (
    (errors.MissingKey, NO_KEY),
    (errors.AuthenticationFailed, NO_KEY),
    (errors.UsageError, USAGE),
    (errors.Refused, INCOMPLETE),
    (errors.ContentFiltered, INCOMPLETE),
    (errors.TransportError, NO_CONNECTION),
    (errors.StreamCut, NO_CONNECTION),
    (errors.Cancelled, INTERRUPTED),
    (errors.DragomanError, FAILED),
)

_UNFINISHED = {
    "length": "the answer is cut at the limit of output tokens",
    "context_window": "the answer is cut: the model's context window is full",
    "content_filter": "the provider's filter stopped the answer",
    "refusal": "the model refused to answer",
    "tool_calls": "the model asked for a tool, which this command does not run",
    "pause": "the provider paused the answer and waits to be asked to go on",
    "error": "the provider broke the answer off",
    "cancelled": "the answer was cancelled",
}

_LONGEST = 2000


def exit_code(error: BaseException) -> int:
    """The exit code for an error that ended the command."""
    return next((code for kind, code in _CODES if isinstance(error, kind)), BUG)


def unfinished(finish: Finish | None) -> str | None:
    """What to say about an answer that is not complete; None for one that is."""
    if finish is None:
        return "the answer did not end"
    reason = _UNFINISHED.get(finish.reason)
    return reason if reason is None or finish.raw is None else f"{reason} ({finish.raw})"


def one_line(text: str) -> str:
    """Text from anywhere as one line of at most 2,000 characters that a terminal shows and does not obey."""
    line = " ".join("".join([character if character.isprintable() else " " for character in text]).split())
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "..."


def tell(error: Exception, err: TextIO, environ: Mapping[str, str]) -> int:
    """Say what went wrong, and give the exit code; `DRAGOMAN_DEBUG=1` adds where it happened."""
    code = exit_code(error)
    if environ.get("DRAGOMAN_DEBUG", "0") not in ("", "0"):
        import traceback

        traceback.print_exception(error, file=err)
    message = str(error)
    if code == BUG:
        message = f"a bug in dragoman, sorry: {type(error).__name__}: {message} (DRAGOMAN_DEBUG=1 shows where)"
    print(f"dragoman: {one_line(message)}", file=err)
    return code
