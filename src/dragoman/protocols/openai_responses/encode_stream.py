"""Events to a streamed answer, in the frames that OpenAI sends, so that a decoder finds the same events again.

The bytes of `feed` may lag behind its events: what an answer says about itself goes into the next lifecycle frame, and a
call of the vendor's own tool waits for one event, as its result stands inside its item. The last frame holds the whole answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from ...types.content import Audio, Block, Refusal, ServerToolCall, ServerToolResult, Text, Thinking, ToolCall
from ...types.events import (
    ArgumentsDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Finished,
    OpaqueDelta,
    OpaqueEvent,
    Ping,
    RefusalDelta,
    SignatureDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.response import Usage
from ...wire.sse import sse_frame
from ..base import Encoder
from .encode_response import answer_object, ending
from .errors import error_object, failure_of
from .items import RESULTS
from .json_text import Json
from .open_items import OpenBlock
from .said import ARGUMENTS, SaidBlock, SaidItem, announced, bare
from .say import is_part, message_item, say_item, say_part
from .wire import encode_citation

__all__ = ["StreamEncoder"]

_dump: Final = msgspec.json.encode
_replace: Final = msgspec.structs.replace

_DELTA: Final = (
    b'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","sequence_number":%d,"item_id":%b,'
    b'"output_index":%d,"content_index":%d,"delta":%b,"logprobs":[]}\n\n'
)
_ENDS: Final = {"completed": "completed", "incomplete": "incomplete", "cancelled": "incomplete", "failed": "failed"}


class StreamEncoder(Encoder):
    """Says one answer."""

    def __init__(self) -> None:
        self._out: list[bytes] = []
        self._number = 0
        self._head = Started()
        self._begun = False
        self._new_head = False
        self._fields: Json = {}
        self._usage: Usage | None = None
        self._told = True
        """Whether all that an answer has said about itself has been said."""
        self._new_extra = False
        self._new_usage = False
        self._output: list[Json] = []
        self._blocks: dict[int, SaidBlock] = {}
        self._absorbed: set[int] = set()
        self._held: tuple[SaidItem, Json] | None = None
        self._last: SaidItem | None = None
        self._over = False

    def feed(self, events: Sequence[Event]) -> bytes:
        for event in events:
            if self._over:
                break
            settled = self._held is None and self._told
            if (
                settled
                and type(event) is TextDelta
                and (said := self._blocks.get(event.index))
                and said.spoke
                and not event.logprobs
            ):
                said.opened.pieces.append(event.text)
                item = said.item
                self._out.append(_DELTA % (self._number, item.name, item.index, said.place, _dump(event.text)))
                self._number += 1
                continue
            if self._held is not None and not self._absorb(event):
                self._release()
            if not self._told and type(event) not in _ABOUT:
                self._flush()
            _SAY[type(event)](self, event)
        found = b"".join(self._out)
        self._out.clear()
        return found

    # --- frames --------------------------------------------------------------------------------------------------------

    def _frame(self, kind: str, fields: Json) -> None:
        data = {"type": kind, "sequence_number": self._number, **fields}
        self._number += 1
        self._out.append(sse_frame(_dump(data), kind))

    def _about(self, said: SaidBlock, kind: str, **fields: Any) -> None:
        self._frame(kind, {"item_id": said.item.id, "output_index": said.item.index, **fields})

    def _answer(self, end: Json, output: list[Json]) -> Json:
        return answer_object(self._head, end, output, self._usage, self._fields)

    def _flush(self) -> None:
        """Say what an answer has said about itself, before something else is said."""
        if self._begun and self._told:
            return
        answer = {"response": self._answer({"status": "in_progress"}, [])}
        if not self._begun:
            self._frame("response.created", answer)
        self._frame("response.in_progress", answer)
        self._begun = self._told = True
        self._new_head = self._new_extra = self._new_usage = False

    # --- the answer ----------------------------------------------------------------------------------------------------

    def _started(self, event: Started) -> None:
        if not self._told:
            self._flush()
        self._head = event
        self._new_head = True
        self._told = False

    def _extra(self, event: Extra) -> None:
        if self._new_extra or self._new_usage:
            self._flush()
        self._fields = {**self._fields, **event.data}
        self._new_extra = True
        self._told = False

    def _counted(self, event: UsageUpdate) -> None:
        if self._new_usage:
            self._flush()
        self._usage = event.usage
        self._new_usage = True
        self._told = False

    def _finished(self, event: Finished) -> None:
        for index in list(self._blocks):
            self._stop(BlockStop(index))
        self._release()
        if not self._begun:
            self._flush()
        end = ending(event.finish, self._fields)
        kind = _ENDS.get(end["status"], "completed") if end else "done"
        self._frame(f"response.{kind}", {"response": self._answer(end, self._output)})
        self._over = True

    def _failed(self, event: Failed) -> None:
        failure = event.failure
        body = failure.body
        error = error_object(failure)
        if isinstance(body, dict) and body.get("type") != "error" and "error" not in body and failure_of(body) == failure:
            error = body  # it came in the answer itself
        else:
            self._flush_begun()
            same = isinstance(body, dict) and failure.reason is None and failure_of(body) == failure
            self._frame("error", body if same else {"error": error})
        end = {"status": "failed", "error": error}
        self._frame("response.failed", {"response": self._answer(end, self._output)})
        self._over = True

    def _pinged(self, event: Ping) -> None:
        self._flush_begun()
        self._frame("keepalive", {})

    def _opaque(self, event: OpaqueEvent) -> None:
        self._flush_begun()
        name = event.name.replace("\r", " ").replace("\n", " ")
        if isinstance(event.data, dict):
            data = {**event.data, "sequence_number": self._number} if "type" in event.data else event.data
            self._number += 1
            self._out.append(sse_frame(_dump(data), name))
        else:
            self._out.append(sse_frame(_dump(event.data), name))

    def _flush_begun(self) -> None:
        """Before an event that may also stand before the answer begins."""
        if self._begun or self._new_head:
            self._flush()

    # --- items ---------------------------------------------------------------------------------------------------------

    def _add(self, item: Json) -> SaidItem:
        added = SaidItem(len(self._output), item)
        self._output.append(item)
        self._frame("response.output_item.added", {"output_index": added.index, "item": item})
        return added

    def _finish_item(self, item: SaidItem, done: Json) -> None:
        self._output[item.index] = done
        self._frame("response.output_item.done", {"output_index": item.index, "item": done})

    def _absorb(self, event: Event) -> bool:
        """Take the result of the held call into its item."""
        assert self._held is not None
        item, done = self._held
        if type(event) is not BlockStart or type(event.block) is not ServerToolResult:
            return False
        block = event.block
        field = block.extra.get("field")
        if "item" in block.extra or (block.kind != item.kind if field is not None else block.id != done.get("id")):
            return False
        self._absorbed.add(event.index)
        content = block.content
        if field is None and not isinstance(content, str):
            content = _dump(content).decode()
        self._held = (item, {**done, field or "output": content})
        return True

    def _release(self) -> None:
        if self._held is not None:
            item, done = self._held
            self._held = None
            self._finish_item(item, done)

    # --- blocks --------------------------------------------------------------------------------------------------------

    def _start(self, event: BlockStart) -> None:
        if event.choice or event.index in self._absorbed:
            return
        if not self._begun:
            self._flush()
        block = event.block
        words = ""
        if isinstance(block, Audio):
            block = Text(block.transcript or "")
        if is_part(block):
            said = self._start_part(event.index, block)
            words = block.text if isinstance(block, Text | Refusal) else ""
        else:
            if isinstance(block, Thinking):
                words = block.text
            elif isinstance(block, ToolCall | ServerToolCall) and "field" not in block.extra:
                words = block.arguments
            said = SaidBlock(self._add(announced(block, len(self._output))), OpenBlock(event.index, bare(block)), 0)
        self._blocks[event.index] = said
        if words:
            _SAY_WORDS[type(block)](self, event.index, words)
        if isinstance(block, Text):
            for citation in block.citations:
                self._citation(CitationDelta(event.index, citation))

    def _start_part(self, index: int, block: Block) -> SaidBlock:
        place = block.extra.get("part", 0) if "item" in block.extra else 0
        last = self._last
        owner = block.extra.get("item", {}).get("id")
        if not place or last is None or last.id != (owner or last.id) or place in last.done or not last.left:
            item = message_item(block, f"msg_{len(self._output)}")
            item["status"] = block.extra.get("item", {}).get("status", "in_progress")
            last = self._last = self._add(item)
        last.left += 1
        opened = OpenBlock(index, bare(block))
        said = SaidBlock(last, opened, place)
        self._about(said, "response.content_part.added", content_index=place, part=say_part(opened.block, answer=True))
        return said

    def _text(self, event: TextDelta) -> None:
        if said := self._blocks.get(event.index):
            said.spoke = True
            said.opened.pieces.append(event.text)
            tokens = event.logprobs or ()
            said.opened.logprobs.extend(tokens)
            self._about(said, "response.output_text.delta", content_index=said.place, delta=event.text, logprobs=tokens)

    def _refusal(self, event: RefusalDelta) -> None:
        if said := self._blocks.get(event.index):
            said.opened.pieces.append(event.text)
            self._about(said, "response.refusal.delta", content_index=said.place, delta=event.text)

    def _thinking(self, event: ThinkingDelta) -> None:
        if said := self._blocks.get(event.index):
            if not said.spoke:
                part = {"type": "summary_text", "text": ""}
                self._about(said, "response.reasoning_summary_part.added", summary_index=0, part=part)
            said.spoke = True
            said.opened.pieces.append(event.text)
            self._about(said, "response.reasoning_summary_text.delta", summary_index=0, delta=event.text)

    def _arguments(self, event: ArgumentsDelta) -> None:
        if said := self._blocks.get(event.index):
            said.opened.pieces.append(event.text)
            if (kind := ARGUMENTS.get(said.item.kind)) is not None:
                self._about(said, f"response.{kind[0]}.delta", delta=event.text)

    def _signature(self, event: SignatureDelta) -> None:
        if said := self._blocks.get(event.index):
            said.signature = event.signature

    def _citation(self, event: CitationDelta) -> None:
        if said := self._blocks.get(event.index):
            own = said.opened.block.origin
            said.opened.citations.append(event.citation)
            annotation = encode_citation(event.citation, own is not None and own.protocol == "openai_responses")
            self._about(
                said,
                "response.output_text.annotation.added",
                content_index=said.place,
                annotation_index=said.annotations,
                annotation=annotation,
            )
            said.annotations += 1

    def _opaque_delta(self, event: OpaqueDelta) -> None:
        said = self._blocks.get(event.index)
        kind = event.data.get("type")
        if said is not None and isinstance(kind, str):
            self._about(said, kind, **{name: value for name, value in event.data.items() if name != "type"})

    def _stop(self, event: BlockStop) -> None:
        if event.index in self._absorbed or (said := self._blocks.pop(event.index, None)) is None:
            return
        final = said.opened.built() if event.block is None else event.block
        if isinstance(final, Audio):
            final = said.opened.built()
        if said.signature is not None and isinstance(final, Thinking) and final.signature is None:
            final = _replace(final, signature=said.signature)
        item = said.item
        if is_part(final):
            self._stop_part(said, final)
            return
        done = say_item(final, item.index, answer=True)
        if isinstance(final, Thinking):
            if said.spoke:
                text = "".join(said.opened.pieces)
                self._about(said, "response.reasoning_summary_text.done", summary_index=0, text=text)
                part = {"type": "summary_text", "text": text}
                self._about(said, "response.reasoning_summary_part.done", summary_index=0, part=part)
        elif isinstance(final, ToolCall | ServerToolCall) and (kind := ARGUMENTS.get(item.kind)) is not None:
            self._about(said, f"response.{kind[0]}.done", **{kind[1]: done.get(kind[1])})
        if isinstance(final, ServerToolCall) and (item.kind in RESULTS):
            self._held = (item, done)
        else:
            self._finish_item(item, done)

    def _stop_part(self, said: SaidBlock, final: Block) -> None:
        item, part = said.item, say_part(final, answer=True)
        if isinstance(final, Text):
            self._about(
                said, "response.output_text.done", content_index=said.place, text=final.text, logprobs=final.logprobs or ()
            )
        elif isinstance(final, Refusal):
            self._about(said, "response.refusal.done", content_index=said.place, refusal=final.text)
        self._about(said, "response.content_part.done", content_index=said.place, part=part)
        item.done[said.place] = final
        item.left -= 1
        if not item.left:
            parts = [item.done[place] for place in sorted(item.done)]
            done = message_item(parts[0], item.id)
            done["content"] = [say_part(block, answer=True) for block in parts]
            self._finish_item(item, done)


_SAY_WORDS: Final[dict[type, Callable[[StreamEncoder, int, str], None]]] = {
    Text: lambda encoder, index, words: encoder._text(TextDelta(index, words)),
    Refusal: lambda encoder, index, words: encoder._refusal(RefusalDelta(index, words)),
    Thinking: lambda encoder, index, words: encoder._thinking(ThinkingDelta(index, words)),
    ToolCall: lambda encoder, index, words: encoder._arguments(ArgumentsDelta(index, words)),
    ServerToolCall: lambda encoder, index, words: encoder._arguments(ArgumentsDelta(index, words)),
}

_ABOUT: Final = frozenset({Started, Extra, UsageUpdate, Finished, Failed, Ping, OpaqueEvent})
"""Events that decide themselves when to say what the answer said about itself."""

_SAY: Final[dict[type, Callable[[StreamEncoder, Any], None]]] = {
    Started: StreamEncoder._started,
    BlockStart: StreamEncoder._start,
    TextDelta: StreamEncoder._text,
    RefusalDelta: StreamEncoder._refusal,
    ThinkingDelta: StreamEncoder._thinking,
    SignatureDelta: StreamEncoder._signature,
    ArgumentsDelta: StreamEncoder._arguments,
    CitationDelta: StreamEncoder._citation,
    AudioDelta: lambda encoder, event: encoder._text(TextDelta(event.index, event.transcript)),
    OpaqueDelta: StreamEncoder._opaque_delta,
    BlockStop: StreamEncoder._stop,
    UsageUpdate: StreamEncoder._counted,
    Extra: StreamEncoder._extra,
    Ping: StreamEncoder._pinged,
    OpaqueEvent: StreamEncoder._opaque,
    Finished: StreamEncoder._finished,
    Failed: StreamEncoder._failed,
}
