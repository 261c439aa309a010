"""The state of one answer, streamed or whole: JSON objects in, events out.

A chunk's `delta` and a whole answer's `message` have the same fields, so both take the same way, and a whole answer
gives the events of a stream of one chunk. Blocks are numbered over all choices; tool calls and audio stay open to the
end.

Where vendor fields go: of the answer into `Extra` under their own names, when they are new or have changed; of a choice
(`native_finish_reason`, `content_filter_results`, ...) into `Finish.details`; of a message, gathered, into `Extra` under
`choices[N].message` just before the end; of a tool call or a reasoning piece onto its block.
"""

from __future__ import annotations

from typing import Any

from ...types.content import Origin
from ...types.events import Event, Extra, Failed, Finished, Started, UsageUpdate
from ...types.response import Failure, Finish
from ...wire.limits import CHOICES
from ..base import Target
from .alternative import Alternative, list_of
from .dialect import ChatDialect
from .errors import stated_failure
from .gather import message_key
from .sources import sources
from .speaker import Register
from .wire import decode_usage

__all__ = ["Answer"]

_ENVELOPE = frozenset({"id", "object", "created", "model", "choices", "usage", "obfuscation", "error"})

_MISSING: Any = object()


class Answer:
    """Reads the objects of one answer. After `over` nothing more is to be read."""

    __slots__ = ("_made_ids", "_pending", "_register", "_usage", "choices", "dialect", "extra", "origin", "over", "started")

    def __init__(self, target: Target) -> None:
        self.dialect: ChatDialect = target.dialect or ChatDialect()
        self.origin: Origin = target.origin()
        self.choices: dict[int, Alternative] = {}
        self.extra: dict[str, Any] = {}
        self.started = False
        self.over = False
        self._register = Register()
        self._made_ids = 0
        self._pending: dict[str, Any] = {}
        self._usage: dict[str, Any] | None = None

    def read(self, data: dict[str, Any], out: list[Event], *, whole: bool = False) -> None:
        """Take one chunk, or one whole answer."""
        failure = stated_failure(data)
        if failure is not None and not data.get("choices"):
            self.fail(failure, out)
            return
        choices = [choice for choice in list_of(data.get("choices")) if isinstance(choice, dict)]
        self._envelope(data, out, begin=bool(choices))
        for choice in choices:
            self._choice(choice, out, whole=whole)
            if self.over:
                return
        usage = data.get("usage")
        if not usage and isinstance(groq := data.get("x_groq"), dict):
            usage = groq.get("usage")
        self._take_usage(usage, out)
        if failure is not None:
            self.fail(failure, out)

    def fail(self, failure: Failure, out: list[Event]) -> None:
        """End the answer with an error; what was said before it has been given."""
        self.over = True
        out.append(Failed(failure))

    def end(self, out: list[Event]) -> None:
        """End the answer well."""
        self._start({}, out)
        self.rest(out)
        for alternative in self.choices.values():
            if alternative.citations:
                alternative.speak("text", out)
        if found := sources(self.extra):
            for alternative in self.choices.values():
                alternative.cite_sources(found, out)
        opened = self._register.opened
        for index in sorted(opened):
            self._register.end(opened[index], out)
        self._tell_gathered(out)
        finishes = {index: alternative.finish() for index, alternative in self.choices.items()}
        last = max(finishes, default=0)
        missing = Finish("stop")
        self.over = True
        out.append(Finished(finishes.get(0, missing), tuple([finishes.get(index, missing) for index in range(1, last + 1)])))

    def rest(self, out: list[Event]) -> None:
        """Give what was held back and is certain although no more comes."""
        for alternative in self.choices.values():
            alternative.rest(out)

    def cut(self, out: list[Event]) -> None:
        """The answer was cut: give what is certain, without an end."""
        if self._pending:
            self._start({}, out)
        self.rest(out)
        self._tell_gathered(out)

    def complete(self) -> bool:
        """Whether every choice that began has said how it ended."""
        return bool(self.choices) and all(alternative.raw is not None for alternative in self.choices.values())

    def fresh_id(self) -> str:
        """An id for a call that came without one."""
        self._made_ids += 1
        return f"call_{self._made_ids - 1}"

    def _start(self, data: dict[str, Any], out: list[Event]) -> None:
        if not self.started:
            self.started = True
            id, model, created = data.get("id"), data.get("model"), data.get("created")
            out.append(
                Started(
                    id if isinstance(id, str) and id else None,
                    model if isinstance(model, str) and model else None,
                    int(created) if type(created) in (int, float) and created else None,
                )
            )
        if self._pending:
            out.append(Extra(self._pending))
            self._pending = {}

    def _envelope(self, data: dict[str, Any], out: list[Event], *, begin: bool) -> None:
        """Azure's first chunk says what its filters found and nothing else: it does not begin the answer."""
        extra = self.extra
        for name, value in data.items():
            if value is None or name in _ENVELOPE:
                continue
            if name == "x_groq" and isinstance(value, dict):
                value = {key: item for key, item in value.items() if key not in ("usage", "error")}
            if extra.get(name, _MISSING) != value:
                extra[name] = self._pending[name] = value
        if self.started or begin or (data.get("id") and data.get("model")):
            self._start(data, out)

    def _take_usage(self, usage: Any, out: list[Event]) -> None:
        """Providers repeat cumulative counts: only a change is told."""
        if isinstance(usage, dict) and usage and usage != self._usage:
            self._usage = usage
            self._start({}, out)
            out.append(UsageUpdate(decode_usage(usage, self.dialect)))

    def _choice(self, choice: dict[str, Any], out: list[Event], *, whole: bool) -> None:
        index = choice.get("index")
        index = index if type(index) is int else 0
        if not 0 <= index < CHOICES:
            why = f"a choice has the index {index}, and an answer has {CHOICES} choices at most"
            self.fail(Failure(why, reason="decode", body=str(choice)[:200]), out)
            return
        alternative = self.choices.get(index)
        if alternative is None:
            alternative = Alternative(index, self._register, self.origin, self.dialect, self.fresh_id)
            self.choices[index] = alternative
        alternative.take(choice, out, whole=whole)
        self._take_usage(choice.get("usage"), out)
        if (error := choice.get("error")) and (failure := stated_failure({"error": error})) is not None:
            self.fail(failure, out)

    def _tell_gathered(self, out: list[Event]) -> None:
        fields = {message_key(index): alternative.vendor_fields for index, alternative in self.choices.items()}
        if fields := {name: value for name, value in fields.items() if value}:
            out.append(Extra(fields))
