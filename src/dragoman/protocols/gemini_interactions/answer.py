"""The state of one answer, streamed or whole: its steps open and close, and give the events of their blocks.

Steps are found by their `index`; several may be open at the same time. What an answer says about itself is told when it is new:
`Started` for id, model and time (which a stream states at its end only), `Extra` for vendor fields, `UsageUpdate` for counts.

A stream ends with `interaction.completed`, whatever the status in it. Where that is missing, a status that is final ends it
all the same (`interaction.status_update`), be it before `[DONE]` or the end of the body; without one the answer is cut. A failed
interaction is a failure, after all that it said.
"""

from __future__ import annotations

from typing import Any

from ...types.events import Event, Extra, Failed, Finished, OpaqueEvent, Started, UsageUpdate
from ...types.response import Failure
from ..base import Target
from .errors import failure_of
from .json_text import Json
from .open_steps import Indices, OpenStep, open_step
from .wire import UNFINISHED, answer_fields, decode_finish, decode_time, decode_usage

__all__ = ["Answer"]

_MISSING: Any = object()


class Answer:
    """Reads one answer. After `over` nothing more is to be read."""

    __slots__ = ("_extra", "_indices", "_last", "_seen", "_started", "_usage", "over", "status", "steps")

    def __init__(self, target: Target) -> None:
        self._indices = Indices(target.origin())
        self._extra: Json = {}
        self._last: Any = None
        self._seen: set[int] = set()
        self._started: Started | None = None
        self._usage: Json | None = None
        self.over = False
        self.status: str | None = None
        """The last status that was told."""
        self.steps: dict[int, OpenStep] = {}
        """The steps that are open."""

    # --- the answer itself -----------------------------------------------------------------------------------------------

    def begin(self, interaction: Json, out: list[Event]) -> None:
        """Who answers, where that is new."""
        id, model, created = interaction.get("id"), interaction.get("model"), decode_time(interaction.get("created"))
        known = self._started or Started()
        started = Started(
            id if isinstance(id, str) and id else known.id,
            model if isinstance(model, str) and model else known.model,
            known.created if created is None else created,
        )
        if started != self._started:
            self._started = started
            out.append(started)

    def tell(self, fields: Json, out: list[Event]) -> None:
        """Vendor fields of the answer: only what is new."""
        if found := {name: value for name, value in fields.items() if self._extra.get(name, _MISSING) != value}:
            self._extra.update(found)
            out.append(Extra(found))

    def count(self, usage: Any, out: list[Event]) -> None:
        """The counts so far, where they are new."""
        if isinstance(usage, dict) and usage and usage != self._usage:
            self._usage = usage
            out.append(UsageUpdate(decode_usage(usage)))

    def note(self, status: Any) -> None:
        """Remember the status."""
        if isinstance(status, str) and status:
            self.status = status

    @property
    def settled(self) -> bool:
        """Whether the last status is final."""
        return self.status is not None and self.status not in UNFINISHED

    def end(self, interaction: Json, out: list[Event]) -> None:
        """End the answer as its interaction says. Steps that were never streamed are given now."""
        self.begin(interaction, out)
        for key in list(self.steps):
            self.stop(key, out)
        steps = interaction.get("steps")
        if not self._seen and isinstance(steps, list):
            self.whole(steps, out)
        self.tell(answer_fields(interaction), out)
        self.count(interaction.get("usage"), out)
        status = interaction.get("status", self.status)
        if status == "failed":
            self.fail(failure_of(_error(interaction)), out)
            return
        self.over = True
        out.append(Finished(decode_finish(status, calls=self._indices.called)))

    def fail(self, failure: Failure, out: list[Event]) -> None:
        """End the answer with an error; what was said before it has been given."""
        self.over = True
        out.append(Failed(failure))

    # --- steps -----------------------------------------------------------------------------------------------------------

    def start(self, key: int, step: Json, out: list[Event]) -> OpenStep:
        """Open a step."""
        if self._started is None:
            self.begin({}, out)
        if key in self.steps:
            self.stop(key, out)
        self._seen.add(key)
        if step.get("type") == "function_call" and step.get("id") in ("", None) and isinstance(step.get("name"), str):
            step = {**step, "id": f"call_{len(self._seen)}"}  # a result needs one to answer to
        opened = self.steps[key] = open_step(step, self._indices, self._last == "model_output", out)
        self._last = opened.kind
        return opened

    def implied(self, key: int, delta: Json, out: list[Event]) -> OpenStep | None:
        """The step of a delta, opened where it was not announced; None for one that cannot be known."""
        opened = self.steps.get(key)
        if opened is not None or key in self._seen:
            return opened
        kind = _IMPLIED.get(str(delta.get("type")))
        return None if kind is None else self.start(key, {"type": kind}, out)

    @property
    def free(self) -> int:
        """An index that no step has had."""
        return max(self._seen, default=-1) + 1

    def stop(self, key: int, out: list[Event]) -> None:
        """Complete a step."""
        self.steps.pop(key).stop(out)

    def whole(self, steps: list[Any], out: list[Event]) -> None:
        """Give steps that come whole."""
        for step in steps:
            if isinstance(step, dict):
                key = len(self._seen)
                self.start(key, step, out)
                self.stop(key, out)
            else:
                out.append(OpaqueEvent("step", step))


_IMPLIED = {
    "text": "model_output",
    "text_annotation_delta": "model_output",
    "image": "model_output",
    "audio": "model_output",
    "video": "model_output",
    "thought_summary": "thought",
    "thought_signature": "thought",
}


def _error(interaction: Json) -> Json:
    """What a failed interaction says of its failure: its own errors, else that of the step that ends it."""
    if isinstance(errors := interaction.get("errors"), list) and errors:
        return {"status": "failed", "errors": errors}
    steps = interaction.get("steps")
    for step in reversed(steps if isinstance(steps, list) else []):
        if isinstance(step, dict) and isinstance(error := step.get("error"), dict) and error:
            return {"status": "failed", "errors": [error]}
    return {"status": "failed"}
