"""Where the answer goes: text to standard output, everything about it to standard error.

On a terminal, control characters of the model's text are left out: they are commands to the terminal (colours, titles,
the clipboard), and a model may repeat them from a page it has read. Piped output is the model's text as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TextIO

from ..types.response import Response
from .failures import one_line

__all__ = ["Screen", "usage_line"]

_DIM, _PLAIN = "\033[2m", "\033[0m"

# C0 without tab and line feed, delete, and C1, whose U+009B begins a command like ESC [.
_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)])


class Screen:
    """The two streams of the command.

    `thinking` and `usage` are the user's wishes, None for what fits the streams: reasoning on a terminal only, dimmed;
    the usage line where both are terminals.
    """

    def __init__(
        self,
        out: TextIO,
        err: TextIO,
        environ: Mapping[str, str],
        *,
        thinking: bool | None = None,
        usage: bool | None = None,
    ) -> None:
        self.terminal = out.isatty()
        self._out = out
        self._err = err
        self._dims = self.terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        self._thoughts = out if self.terminal and thinking is not False else err if thinking else None
        self._usage = self.terminal and err.isatty() if usage is None else usage
        self._thinking = False
        self._last = ""

    def text(self, text: str) -> None:
        """Print a piece of the answer."""
        if text:
            self._end_thinking("\n\n")
            self._write(self._out, text)

    def think(self, text: str) -> None:
        """Print a piece of the reasoning, where it is wanted."""
        if not text or self._thoughts is None:
            return
        if not self._thinking:
            self._thinking = True
            if self._thoughts is self._out and self._last not in ("", "\n"):
                self._write(self._out, "\n\n")
            if self._thoughts is self._out and self._dims:
                self._out.write(_DIM)
        self._write(self._thoughts, text)

    def end(self) -> None:
        """The answer is over: finish the line, an empty one too."""
        self._end_thinking("\n")
        if self._last != "\n":
            self._write(self._out, "\n")

    def break_off(self) -> None:
        """The answer stopped where it was: finish the line, if one was begun."""
        self._end_thinking("\n")
        if self._last not in ("", "\n"):
            self._write(self._out, "\n")

    def note(self, text: str) -> None:
        """Say something about the answer, on one line."""
        print(f"dragoman: {one_line(text)}", file=self._err, flush=True)

    def usage(self, model: str, response: Response) -> None:
        """Say what the answer took, where it is wanted."""
        if self._usage:
            self.note(usage_line(model, response))

    def _end_thinking(self, gap: str) -> None:
        if not self._thinking or self._thoughts is None:
            return
        self._thinking = False
        if self._thoughts is self._out and self._dims:
            self._out.write(_PLAIN)
        self._write(self._thoughts, gap if self._thoughts is self._out else "\n")

    def _write(self, stream: TextIO, text: str) -> None:
        if stream.isatty():
            text = text.translate(_CONTROLS)
        if stream is self._out and text:
            self._last = text[-1]  # noted first: an interruption may come between writing and noting
        stream.write(text)
        stream.flush()


def usage_line(model: str, response: Response) -> str:
    """Tokens, cost and time of an answer; what the provider did not say is left out."""
    usage = response.usage
    parts = [model]
    if usage.input is not None:
        cached = f" ({usage.cache_read:,} cached)" if usage.cache_read else ""
        parts.append(f"{usage.input + (usage.cache_read or 0) + (usage.cache_write or 0):,} tokens in{cached}")
    if usage.output is not None:
        thought = f" ({usage.reasoning:,} thinking)" if usage.reasoning else ""
        parts.append(f"{usage.output:,} out{thought}")
    if response.cost is not None:
        parts.append(f"{response.cost.amount.normalize():f} {response.cost.currency} ({response.cost.source})")
    if response.timing.total is not None:
        parts.append(f"{response.timing.total:.1f} s")
    return ", ".join(parts)
