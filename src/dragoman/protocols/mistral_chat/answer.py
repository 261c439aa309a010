"""The state of one answer, streamed or whole: JSON objects in, events out.

A chunk's `delta` and a whole answer's `message` have the same fields, so both take the same way, and a whole answer
gives the events of a stream of one chunk. Blocks are numbered over all choices. Vendor fields of the answer go into
`Extra` under their own names, when they are new or have changed; those of a message, gathered, under
`choices[N].message` just before the end. `p` is padding that hides the length of a chunk and says nothing.
"""

from __future__ import annotations

from typing import Any, Final

from ...types.content import Origin
from ...types.events import Event, Extra, Failed, Finished, OpaqueEvent, Started, UsageUpdate
from ...types.response import Failure, Finish
from ...wire.limits import CHOICES
from .blocks import Register
from .choice import ChoiceReader
from .errors import stated_failure
from .wire import decode_usage, message_key

__all__ = ["Answer"]

Json = dict[str, Any]

_ENVELOPE: Final = frozenset({"id", "object", "created", "model", "choices", "usage", "p", "error"})

_MISSING: Final[Any] = object()


class Answer:
    """Reads the objects of one answer. After `over` nothing more is to be read."""

    __slots__ = ("_made_ids", "_origin", "_register", "_usage", "choices", "extra", "over", "started")

    def __init__(self, origin: Origin) -> None:
        self.choices: dict[int, ChoiceReader] = {}
        self.extra: Json = {}
        self.started = False
        self.over = False
        self._origin = origin
        self._register = Register()
        self._made_ids = 0
        self._usage: Json | None = None

    def read(self, data: Json, out: list[Event], *, whole: bool = False) -> None:
        """Take one chunk, or one whole answer."""
        failure = stated_failure(data)
        choices = data.get("choices")
        if failure is not None and not choices:
            self.fail(failure, out)
            return
        if data.keys().isdisjoint(_ENVELOPE):
            out.append(OpaqueEvent("", data))
            return
        self._envelope(data, out)
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict):
                self._choice(choice, out, whole=whole)
                if self.over:
                    return
        usage = data.get("usage")
        if isinstance(usage, dict) and usage and usage != self._usage:
            self._usage = usage
            out.append(UsageUpdate(decode_usage(usage)))
        if failure is not None:
            self.fail(failure, out)

    def fail(self, failure: Failure, out: list[Event]) -> None:
        """End the answer with an error; what was said before it has been given."""
        self.over = True
        out.append(Failed(failure))

    def end(self, out: list[Event]) -> None:
        """End the answer well."""
        if not self.started:
            self._envelope({}, out)
        opened = self._register.opened
        for place in sorted(opened):
            self._register.end(opened[place], out)
        self._tell_gathered(out)
        self.over = True
        finishes = {index: choice.finish() for index, choice in self.choices.items()}
        missing = Finish("stop")
        others = tuple([finishes.get(index, missing) for index in range(1, max(finishes, default=0) + 1)])
        out.append(Finished(finishes.get(0, missing), others))

    def cut(self, out: list[Event]) -> None:
        """The answer was cut: give what is certain, without an end."""
        self.over = True
        self._tell_gathered(out)

    def complete(self) -> bool:
        """Whether every choice that began has said how it ended."""
        return bool(self.choices) and all(choice.ended for choice in self.choices.values())

    def _envelope(self, data: Json, out: list[Event]) -> None:
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
        found: Json = {}
        for name, value in data.items():
            if name not in _ENVELOPE and value is not None and self.extra.get(name, _MISSING) != value:
                self.extra[name] = found[name] = value
        if found:
            out.append(Extra(found))

    def _choice(self, choice: Json, out: list[Event], *, whole: bool) -> None:
        index = choice.get("index")
        index = index if type(index) is int else 0
        if not 0 <= index < CHOICES:
            why = f"a choice has the index {index}, and an answer has {CHOICES} choices at most"
            self.fail(Failure(why, reason="decode", body=str(choice)[:200]), out)
            return
        reader = self.choices.get(index)
        if reader is None:
            reader = self.choices[index] = ChoiceReader(index, self._register, self._origin, self._fresh_id)
        reader.take(choice, out, whole=whole)

    def _fresh_id(self) -> str:
        """An id for a call that came without one, of the form this wire demands."""
        self._made_ids += 1
        return f"call{self._made_ids - 1:05d}"

    def _tell_gathered(self, out: list[Event]) -> None:
        fields = {message_key(index): found for index, choice in self.choices.items() if (found := choice.vendor_fields)}
        if fields:
            out.append(Extra(fields))
