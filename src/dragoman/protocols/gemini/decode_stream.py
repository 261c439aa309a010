"""Frames of a streamed answer to events (https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent).

Every frame is a whole response object that says the next piece. Two ways lead through a frame and give the same events:
a piece of text that goes on in the open block, which is nearly every frame of a long answer, is read by a strict typed
decoder; whatever that one refuses is read as a plain object.

There is no end signal but the end of the body: an answer is complete when it ends and each of its candidates has named
its `finishReason`. A reason may come before the last part, so none ends the answer earlier.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ...types.content import Origin
from ...types.events import Event, Extra, Failed, Finished, OpaqueEvent, Started, TextDelta, ThinkingDelta, UsageUpdate
from ...types.response import Failure, Usage
from ...wire.frames import Frame
from ...wire.json import UNREADABLE, read_json
from ...wire.limits import CHOICES
from ..base import Decoder
from .answers import Json, candidate_key, decode_finish, decode_logprobs, decode_usage, finish_word
from .candidate import Candidate, one_text
from .decode_parts import PartDecoder
from .errors import blocked, decode_error, malformed
from .frames import head_of, is_exact, ordinary

__all__ = ["GeminiDecoder"]

_PATIENCE = 8
"""So many frames in a row that are not ordinary, and the stream is one of another kind."""

_TOP_FIELDS = frozenset({"candidates", "usageMetadata", "modelVersion", "responseId"})
_OF_CANDIDATE = frozenset({"content", "index", "finishReason", "finishMessage"})
_CITED = ("groundingMetadata", "citationMetadata")


class GeminiDecoder(Decoder):
    """Decodes one answer. `fast=False` sends every frame the general way; `whole` says that one frame is all of it."""

    def __init__(self, origin: Origin, *, fast: bool = True, whole: bool = False) -> None:
        self._whole = whole
        self._missed = 0 if fast else _PATIENCE
        self._parts = PartDecoder(origin)
        self._count = [0]
        self._candidates: dict[int, Candidate] = {}
        self._hot: Candidate | None = None
        self._started: Started | None = None
        self._time: str | None = None
        self._extra: Json = {}
        self._said: Usage | None = None
        self._usage: Json | None = None
        self._raw_usage: msgspec.Raw | None = None
        self._done = False

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        events: list[Event] = []
        append = events.append
        for name, data in frames:
            if self._done:
                break
            if self._missed < _PATIENCE:
                try:
                    chunk = ordinary(data)
                except UNREADABLE:
                    pass
                else:
                    hot, head = self._hot, self._started
                    if (
                        hot is not None
                        and head is not None
                        and len(chunk.candidates) == 1
                        and (speaker := chunk.candidates[0]).index == hot.choice
                        and len(speaker.content.parts) == 1
                        and (chunk.modelVersion == head.model or not chunk.modelVersion)
                        and (chunk.responseId == head.id or not chunk.responseId)
                        and (chunk.createTime is None or chunk.createTime == self._time)
                    ):
                        part = speaker.content.parts[0]
                        index = hot.thought if part.thought else hot.text
                        counts = chunk.usageMetadata
                        if index is not None and part.text and (counts is msgspec.UNSET or self._said is not None):
                            if counts is not msgspec.UNSET:
                                self._raw_usage = counts
                            self._missed = 0
                            if part.thought:
                                append(ThinkingDelta(index, part.text))
                            else:
                                hot.pieces.append(part.text)
                                append(TextDelta(index, part.text))
                            continue
                self._missed += 1
            self._frame(name, data, events)
        return events

    def close(self) -> list[Event]:
        """The end of the answer where every candidate has named its reason; of a whole body, any candidate will do."""
        events: list[Event] = []
        if self._done:
            return events
        self._done = True
        candidates = self._candidates
        if not candidates or not (self._whole or all(entry.finish is not None for entry in candidates.values())):
            for entry in candidates.values():
                entry.cut(events)
            self._say_usage(events)
            return events
        for entry in sorted(candidates.values(), key=Candidate.opened):
            entry.end(events)
        self._say_usage(events)
        finishes = []
        for choice in range(max(candidates) + 1):
            found = candidates.get(choice)
            reason, message, called = (None, None, False) if found is None else (found.finish, found.message, found.called)
            finishes.append(decode_finish(reason, message, called))
        events.append(Finished(finishes[0], tuple(finishes[1:])))
        return events

    def _frame(self, name: bytes, data: bytes, events: list[Event]) -> None:
        try:
            wire = read_json(data)
        except ValueError as error:
            if data.strip() == b"[DONE]":
                return  # gateways that also speak OpenAI's protocol end with it
            self._fail(malformed(f"a chunk of the answer is not JSON: {error}", data), events)
            return
        if type(wire) is list and len(wire) == 1 and type(wire[0]) is dict and "error" in wire[0]:
            wire = wire[0]
        if type(wire) is dict:
            self.take(wire, events)
        else:
            events.append(OpaqueEvent(name.decode("utf-8", "replace"), wire))

    def take(self, wire: Json, events: list[Event]) -> None:
        """Give the events of one response object."""
        if wire.get("error"):
            self._fail(decode_error(wire), events)
            return
        self._begin(wire, events)
        found = wire.get("candidates")
        items = [item for item in found if type(item) is dict] if type(found) is list else []
        if len(items) > CHOICES:
            self._fail(
                Failure(f"a chunk holds {len(items):,} candidates, and an answer has {CHOICES} at most", reason="decode"), events
            )
            return
        speaking = [(item, self._candidate(item, place)) for place, item in enumerate(items)]
        self._say_extra(wire, speaking, events)
        if type(counts := wire.get("usageMetadata")) is dict:
            self._raw_usage, self._usage = None, counts
            if self._said is None and speaking and not any(item.get("finishReason") for item in items):
                self._say_usage(events)
        for item, entry in speaking:
            entry.take(item, events)
            if (reason := finish_word(item.get("finishReason"))) is not None:
                entry.finish = reason
            if type(message := item.get("finishMessage")) is str:
                entry.message = message
            self._hot = entry
        if not self._candidates and type(feedback := wire.get("promptFeedback")) is dict:
            reason = feedback.get("blockReason")
            if reason:
                self._fail(blocked(wire, str(reason)), events)

    def _candidate(self, wire: Json, place: int) -> Candidate:
        index = wire.get("index", place)  # an index of 0 may be left out: then it is the first
        choice = index if type(index) is int and 0 <= index < CHOICES else place
        entry = self._candidates.get(choice)
        if entry is None:
            entry = self._candidates[choice] = Candidate(choice, self._parts, self._count, whole=self._whole)
        return entry

    def _fail(self, failure: Failure, events: list[Event]) -> None:
        self._say_usage(events)
        events.append(Failed(failure))
        self._done = True

    def _begin(self, wire: Json, events: list[Event]) -> None:
        answer, model, created = head_of(wire)
        known = self._started
        if known is not None:
            answer, model = answer or known.id, model or known.model
            created = known.created if created is None else created
        started = Started(answer, model, created)
        if started != known:
            self._started = started
            self._parts.prefix = f"call_{answer}_" if answer else "call_"
            events.append(started)
        if type(time := wire.get("createTime")) is str:
            self._time = time

    def _say_extra(self, wire: Json, speaking: list[tuple[Json, Candidate]], events: list[Event]) -> None:
        """Give the fields that are new or have changed; objects of a candidate grow, all else is replaced."""
        known = self._extra
        found: Json = {}
        for key, value in wire.items():
            if key in _TOP_FIELDS or value is None or (key == "createTime" and is_exact(value)):
                continue
            if key not in known or known[key] != value:
                found[key] = value
        for item, entry in speaking:
            for key, value in item.items():
                if key in _OF_CANDIDATE or value is None:
                    continue
                if key == "logprobsResult" and _about_text(item, value):
                    continue
                name = candidate_key(entry.choice, key)
                before = known.get(name)
                if type(before) is dict and type(value) is dict:
                    value = {**before, **value}
                if name not in known or before != value:
                    found[name] = value
                    if key in _CITED:
                        entry.sources.update(key, value)
        if found:
            known.update(found)
            events.append(Extra(found))

    def _say_usage(self, events: list[Event]) -> None:
        """Give the counts, if they are not those given last; of those no one can read, what they are."""
        if self._raw_usage is not None:
            raw, self._raw_usage = bytes(self._raw_usage), None
            try:
                counts = read_json(raw)
            except ValueError:
                events.append(OpaqueEvent("usageMetadata", raw.decode("utf-8", "replace")))
                counts = None
            if type(counts) is dict:
                self._usage = counts
        if self._usage is None:
            return
        usage = decode_usage(self._usage)
        if usage != self._said:
            self._said = usage
            events.append(UsageUpdate(usage))


def _about_text(wire: Json, logprobs: Any) -> bool:
    """Whether the token probabilities of a candidate go with its text."""
    content = wire.get("content")
    parts = content.get("parts") if type(content) is dict else None
    return type(parts) is list and one_text(parts) and decode_logprobs(logprobs) is not None
