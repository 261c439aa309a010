"""A history to `messages`.

One message of ours is one or several of the wire's: every tool result is a `tool` message, all results of a turn stand
before anything else, and what a `tool` message cannot hold (pictures, files) follows in a user message. Encoding a longer
history extends the encoding of the shorter one.

This wire has no field for `ToolResult.is_error`: the text of the result is sent as it is, and that is reported.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.content import Block, Opaque, Refusal, Text, Thinking, ToolCall, ToolResult
from ...types.messages import Message
from ...types.request import Request
from ..base import Report, Target, belongs
from .dialect import ChatDialect
from .encode_parts import PartEncoder, plain
from .encode_thinking import encode_thinking
from .say import call_fields
from .wire import vendor_fields

__all__ = ["encode_messages"]

Json = dict[str, Any]


def encode_messages(request: Request, target: Target, dialect: ChatDialect, report: Report) -> list[Json]:
    """The `messages` of a request."""
    return _Messages(target, dialect, report).encode(request)


class _Messages:
    """One encoding; remembers which calls were the old `function_call`, whose results stand in messages of another role."""

    def __init__(self, target: Target, dialect: ChatDialect, report: Report) -> None:
        self.target = target
        self.dialect = dialect
        self.report = report
        self.parts = PartEncoder(target, dialect, report)
        self.out: list[Json] = []
        self.moved: list[Json] = []
        self.legacy: dict[str, str] = {}

    def encode(self, request: Request) -> list[Json]:
        out = self.out
        if request.system:
            self._system(Message(self._instructor("system", None), request.system), "system")
        late: list[tuple[int, Message]] = []
        talking = False
        for place, message in enumerate(request.messages):
            if message.role in ("system", "developer"):
                if talking and not self.dialect.late_system:
                    late.append((place, message))
                    continue
            else:
                talking = True
            self._message(message, place)
        self._flush()
        if late:
            self._hoist(late)
        return out

    def _message(self, message: Message, place: int) -> None:
        content, path = message.content, f"messages[{place}]"
        role = message.role
        if role == "assistant":
            self._flush()
            self._assistant(message, path)
        elif role == "user":
            if self.moved and not any(isinstance(block, ToolResult) for block in content):
                self._flush()
            if len(content) == 1 and type(content[0]) is Text and plain(content[0]):
                self.out.append(self._finished({"role": "user", "content": content[0].text}, message, path))
            else:
                self._turn(message, path)
        elif role == "tool":
            self._turn(message, path)
        else:
            self._flush()
            self._system(message, path)

    # --- instructions --------------------------------------------------------------------------------------------------

    def _instructor(self, role: str, path: str | None) -> Any:
        """The word for instructions. Where it is `developer`, it is so for all of them: OpenAI asks not to mix the two."""
        if role == "developer" and not self.dialect.developer_role:
            self.report.adapt("role", "changed", "this provider knows no developer messages: it is a system message", path)
            return "system"
        return role if role == "developer" else self.dialect.system_role

    def _system(self, message: Message, path: str) -> None:
        texts: list[Block] = []
        for place, block in enumerate(message.content):
            if isinstance(block, Text | Opaque):
                texts.append(block)
            else:
                self._cannot(block, f"{path}.content[{place}]", "instructions are text on this wire")
        content = self.parts.content(texts, path, arrays=self.dialect.content_arrays)
        encoded = {"role": self._instructor(message.role, path), "content": content}
        self.out.append(self._finished(encoded, message, path))

    def _hoist(self, late: list[tuple[int, Message]]) -> None:
        """Instructions to the head, for chat templates that take none elsewhere."""
        place = next((at for at, sent in enumerate(self.out) if sent["role"] not in ("system", "developer")), len(self.out))
        rest = self.out[place:]
        del self.out[place:]
        for at, message in late:
            path = f"messages[{at}]"
            self.report.adapt("system_message", "moved", "this provider takes instructions only at the head", path)
            self._system(message, path)
        self.out.extend(rest)

    # --- users and tools -----------------------------------------------------------------------------------------------

    def _turn(self, message: Message, path: str) -> None:
        """Results first, each its own message; then, in one user message, what they could not hold and the rest."""
        rest: list[tuple[int, Block]] = []
        for place, block in enumerate(message.content):
            if isinstance(block, ToolResult):
                self._result(block, message, f"{path}.content[{place}]")
            else:
                rest.append((place, block))
        if not rest and message.content:
            return
        parts = self.moved
        self.moved = []
        content = self.parts.content([block for _, block in rest], path, before=parts, arrays=self.dialect.content_arrays)
        self.out.append(self._finished({"role": "user", "content": content}, message, path))

    def _result(self, result: ToolResult, message: Message, path: str) -> None:
        dialect = self.dialect
        if result.is_error:
            self.report.adapt("tool_error", "dropped", "this wire cannot mark a result as an error; its text is sent", path)
        here: list[Block] = []
        for place, block in enumerate(result.content):
            if type(block) is Text or type(block) is Opaque or dialect.tool_media:
                here.append(block)
                continue
            for part in self.parts.encode(block, f"{path}.content[{place}]"):
                self.report.adapt("tool_media", "moved", "tool messages take text only: it follows as a user message", path)
                self.moved.append(part)
        arrays = dialect.content_arrays and dialect.tool_content_arrays
        content = self.parts.content(here, path, arrays=arrays, cache=result.cache)
        extra = result.extra if result.extra and belongs(result, self.target) else {}
        name = self.legacy.get(result.id)
        if name is not None or extra.get("function_call"):
            encoded = {"role": "function", "name": name or result.name or result.id, "content": content}
        else:
            encoded = {"role": "tool", "tool_call_id": result.id, "content": content}
        if extra:
            encoded.update(vendor_fields(extra))
        self.out.append(self._finished(encoded, message, path) if message.role == "tool" else encoded)

    def _flush(self) -> None:
        """What tool messages could not hold, when nothing of the user's follows."""
        if self.moved:
            self.out.append({"role": "user", "content": self.moved})
            self.moved = []

    # --- the model's own -----------------------------------------------------------------------------------------------

    def _assistant(self, message: Message, path: str) -> None:
        said: list[Block] = []
        thinking: list[Thinking] = []
        calls = False
        refusals: list[Refusal] = []
        encoded: Json = {"role": "assistant", "content": None}
        for place, block in enumerate(message.content):
            match block:
                case Text():
                    if calls and block.text:
                        self.report.adapt("order", "changed", "text after a tool call is sent before it", path)
                    said.append(block)
                case ToolCall():
                    calls = True
                    self._call(block, encoded, path)
                case Thinking():
                    thinking.append(block)
                case Refusal():
                    refusals.append(block)
                case _:
                    self._rare(block, encoded, said, f"{path}.content[{place}]")
        if len(refusals) == 1 and plain(refusals[0]):
            encoded["refusal"] = refusals[0].text
        else:
            said.extend(refusals)
        tagged, before, fields = encode_thinking(thinking, calls, self.target, self.dialect, self.report, path)
        if tagged:
            first = said[0] if said else None
            if isinstance(first, Text):
                said[0] = msgspec.structs.replace(first, text=tagged + first.text)
            else:
                said.insert(0, Text(tagged))
        if said or before:
            encoded["content"] = self.parts.content(said, path, before=before, arrays=self.dialect.content_arrays)
        encoded.update(fields)
        if encoded["content"] is None and (
            not self.dialect.null_content or not encoded.keys() & {"tool_calls", "function_call", "refusal", "audio"}
        ):
            encoded["content"] = ""
        self.out.append(self._finished(encoded, message, path))

    def _call(self, call: ToolCall, encoded: Json, path: str) -> None:
        own = not call.extra or belongs(call, self.target)
        if own and call.extra.get("function_call") and "function_call" not in encoded:
            self.legacy[call.id] = call.name
            encoded["function_call"] = {"name": call.name, "arguments": call.arguments}
            return
        if call.custom and not self.dialect.custom_tools:
            self.report.adapt("custom_tool", "changed", "a free-text call is sent as a function call with one input", path)
            call = ToolCall(call.id, call.name, plain_input(call.arguments))
        fields = call_fields(call) if own else call_fields(ToolCall(call.id, call.name, call.arguments, call.custom))
        fields.pop("synthetic_id", None)
        if call.cache is not None:
            fields.update(self.parts.cache(call.cache, path, on_call=True))
        encoded.setdefault("tool_calls", []).append(fields)

    def _rare(self, block: Block, encoded: Json, said: list[Block], path: str) -> None:
        """Blocks of an answer other than words, thinking and calls: back as they came, to where they came from."""
        fields = self.parts.returned(block)
        if fields is None:
            if (words := self.parts.instead(block, path)) is not None:
                said.append(words)
            return
        for name, value in fields.items():
            if name == "content":
                said.append(block)
            elif isinstance(value, list):
                encoded.setdefault(name, []).extend(value)
            else:
                encoded[name] = value

    # --- every message -------------------------------------------------------------------------------------------------

    def _finished(self, encoded: Json, message: Message, path: str) -> Json:
        """The fields that any message may have."""
        if message.name is not None:
            if self.dialect.names:
                encoded["name"] = message.name
            else:
                self.report.adapt("name", "dropped", "this provider's messages have no names", path)
        if message.extra:
            origin = message.origin
            if origin is None or (
                origin.protocol == self.target.protocol and (not origin.provider or origin.provider == self.target.provider)
            ):
                encoded.update(message.extra)
            else:
                self.report.adapt("message_fields", "dropped", "fields of another provider's messages mean nothing here", path)
        return encoded

    def _cannot(self, block: Block, path: str, why: str) -> None:
        kind = type(block).__name__.lower()
        self.report.adapt(kind, "dropped", why, path)


def plain_input(text: str) -> str:
    """A free text as the arguments of a function."""
    return msgspec.json.encode({"input": text}).decode()
