"""Messages to the items of `input`, each from itself and what stands before it alone, so that a longer history extends a shorter.

What came from this provider goes back as it came, in position (`say.py`); what came from others goes without their data.
Reasoning is the vendor's own: OpenAI takes back an item with encrypted content, or with the id of a stored one, and only in
front of the item it led to; where reasoning is left out, the ids of that turn are too, because the server would look for it
(https://platform.openai.com/docs/guides/reasoning#keeping-reasoning-items-in-context).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from ...types.content import (
    Audio,
    Block,
    Image,
    Opaque,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
)
from ...types.messages import Message
from ...types.request import Request
from ..base import Report, Target, belongs
from .dialect import ResponsesDialect
from .fit_items import fit_items
from .json_text import Json, dump
from .outputs import OutputEncoder
from .parts import PartEncoder
from .say import is_plain, say_items, say_plain

__all__ = ["encode_messages"]

_replace: Final = msgspec.structs.replace


def encode_messages(request: Request, target: Target, dialect: ResponsesDialect, report: Report) -> tuple[str | None, list[Json]]:
    """The `instructions` (None for none) and the items."""
    stateless = request.extra.get("store", dialect.body.get("store")) is False
    encoder = _Encoder(target, dialect, report, stateless)
    instructions = encoder.system(request.system)
    for place, message in enumerate(request.messages):
        encoder.message(message, f"messages[{place}]")
    return instructions, fit_items(encoder.items, dialect, report)


class _Encoder:
    def __init__(self, target: Target, dialect: ResponsesDialect, report: Report, stateless: bool) -> None:
        self.target = target
        self.dialect = dialect
        self.report = report
        self.stateless = stateless
        self.parts = PartEncoder(target, dialect, report)
        self.outputs = OutputEncoder(self.parts)
        self.items: list[Json] = []

    def system(self, texts: tuple[Text, ...]) -> str | None:
        """The instructions as one text; those that carry marks become the first message, as `instructions` is a string."""
        if not texts:
            return None
        if not self.dialect.instructions or any(text.cache is not None or text.extra for text in texts):
            self._said("system", texts, "system")
            return None
        if len(texts) > 1:
            self.report.adapt("content_parts", "changed", "instructions are one text here: the parts are joined", "system")
        return "\n\n".join([text.text for text in texts])

    def message(self, message: Message, path: str) -> None:
        """Append the items of one message."""
        if message.name is not None:
            self.report.adapt("name", "dropped", "messages have no names on this wire", path)
        if message.role == "assistant":
            self._assistant(message, path)
        else:
            self._turn(message, path)

    # --- people, instructions and tools ------------------------------------------------------------------------------------

    def _turn(self, message: Message, path: str) -> None:
        role = message.role
        if role == "user" and len(message.content) == 1 and is_plain(message.content[0]):
            self._said(role, message.content, path, message)
            return
        pending: list[Block] = []
        moved: list[Block] = []
        for place, block in enumerate(message.content):
            if isinstance(block, ToolResult):
                self._flush(role, pending, message, path)
                item, media = self.outputs.encode(block, f"{path}.content[{place}]")
                moved += media
                if item is not None:
                    self.items.append(item)
                else:
                    self._leave_out(block.id, path)
            elif isinstance(block, Opaque) and "part" not in block.extra and not str(block.data.get("type")).startswith("input_"):
                self._flush(role, pending, message, path)
                if belongs(block, self.target):
                    self.items.append(block.data)
                else:
                    self.parts.drop("opaque", "an item of another provider means nothing here", f"{path}.content[{place}]")
            elif role in ("system", "developer") and not isinstance(block, Text | Opaque):
                feature = str(block.__struct_config__.tag)
                self.parts.drop(feature, "instructions are text on this wire", f"{path}.content[{place}]")
            else:
                pending.append(block)
        self._flush("user" if moved else role, [*moved, *pending], message, path)
        if not message.content:
            self._said(role, (), path)

    def _leave_out(self, call: str, path: str) -> None:
        """Take a call that cannot be answered back, and reasoning that then leads to nothing."""
        items = self.items
        place = next((at for at in reversed(range(len(items))) if items[at].get("call_id") == call), None)
        if place is None:
            return
        del items[place]
        if place < len(items) and _is_the_models(items[place]):
            return
        while place and items[place - 1].get("type") == "reasoning" and not self.dialect.lone_reasoning:
            place -= 1
            del items[place]
            self.report.adapt("thinking", "dropped", "reasoning without the item it led to is not taken back", path)

    def _flush(self, role: str, blocks: list[Block], message: Message, path: str) -> None:
        if blocks:
            self._said("user" if role == "tool" else role, tuple(blocks), path, message)
            blocks.clear()

    def _said(self, role: str, blocks: Sequence[Block], path: str, message: Message | None = None) -> None:
        """A message of people or instructions: one plain text is short."""
        if path == "system":
            role = self.dialect.system_role
        elif role == "developer" and not self.dialect.developer_role:
            self.report.adapt("role", "changed", "this provider knows no developer messages: it is a system message", path)
            role = "system"
        first = blocks[0] if blocks else Text("")
        content: Any
        if len(blocks) < 2 and isinstance(first, Text) and not (first.extra or first.cache or first.citations):
            content = first.text
        else:
            content = [
                part for place, block in enumerate(blocks) for part in self.parts.encode(block, f"{path}.content[{place}]")
            ]
        item: Json = {"role": role, "content": content}
        if message is not None and message.extra:
            item.update(self._fields(message, path))
        self.items.append(item)

    def _fields(self, message: Message, path: str) -> Json:
        origin = message.origin
        same = origin is None or (
            origin.protocol == self.target.protocol and (not origin.provider or origin.provider == self.target.provider)
        )
        if not same:
            self.report.adapt("message_fields", "dropped", "fields of another provider's messages mean nothing here", path)
        return message.extra if same else {}

    # --- the model's own -----------------------------------------------------------------------------------------------

    def _assistant(self, message: Message, path: str) -> None:
        usual = say_plain(message.content)
        if usual is not None:
            self.outputs.note([block for block in message.content if type(block) is ToolCall])
            self.items += usual
            return
        said: list[Block] = []
        for place, block in enumerate(message.content):
            found = _PREPARE[type(block)](self, block, f"{path}.content[{place}]")
            if found is not None:
                said.append(found)
        said = self._reasoned(said, path)
        self.outputs.note([block for block in said if isinstance(block, ToolCall)])
        self.items += say_items(said, answer=False)

    def _reasoned(self, said: list[Block], path: str) -> list[Block]:
        """Without reasoning that leads to nothing; ids go where the reasoning in front of them went."""
        while said and isinstance(said[-1], Thinking) and not self.dialect.lone_reasoning:
            self.report.adapt("thinking", "dropped", "reasoning without the item it led to is not taken back", path)
            said = said[:-1]
        lost = any(self._unfit(block) for block in said)
        if not lost:
            return said
        why = "is not taken back by a request that stores nothing" if self.stateless else "and without an id is not taken back"
        self.report.adapt("thinking", "dropped", f"reasoning without encrypted content {why}", path)
        return [_without_id(block) for block in said if not self._unfit(block)]

    def _unfit(self, block: Block) -> bool:
        if not isinstance(block, Thinking) or self.dialect.echo == "always":
            return False
        if self.dialect.echo == "never":
            return True
        return block.encrypted is None and (self.stateless or not block.extra.get("item", {}).get("id"))

    def _own(self, block: Block, path: str) -> Block | None:
        """A block that only its vendor understands: it goes to that vendor as it came, or not at all."""
        if belongs(block, self.target):
            return block
        feature = str(block.__struct_config__.tag)
        self.report.adapt(feature, "dropped", f"the {feature.replace('_', ' ')} is another provider's", path)
        return None

    def _plain(self, block: Any, path: str) -> Any:
        """Words or a call, without what is another vendor's."""
        if block.cache is not None:
            self.report.adapt("cache", "dropped", "the model's own words take no cache marks", path)
        if not belongs(block, self.target):
            if isinstance(block, Text) and block.citations:
                self.report.adapt("citations", "dropped", "the citations are another provider's", path)
                block = _replace(block, citations=())
            return _replace(block, extra={}, origin=None, cache=None)
        return _replace(block, cache=None) if block.cache is not None else block

    def _call(self, block: ToolCall, path: str) -> Block:
        call: ToolCall = self._plain(block, path)
        if call.custom and not self.dialect.custom_tools:
            self.report.adapt("custom_tool", "changed", "a free-text call is sent as a function call with one input", path)
            call = ToolCall(call.id, call.name, dump({"input": call.arguments}))
        return call

    def _opaque(self, block: Opaque, path: str) -> Block | None:
        return self._own(block, path)

    def _image(self, block: Image, path: str) -> Block | None:
        if belongs(block, self.target) and "item" in block.extra:
            return block
        self.report.adapt("image", "dropped", "a picture in an answer of another provider has no place in this wire", path)
        return None

    def _instead(self, block: Block, path: str) -> Block | None:
        """Of sound, what was said in it; other media have no place in the model's turn."""
        if isinstance(block, Audio) and block.transcript:
            self.report.adapt("audio", "changed", "sound in an answer is sent as its transcript", path)
            return Text(block.transcript)
        self.parts.drop(str(block.__struct_config__.tag), "it has no place in the model's turn", path)
        return None


def _is_the_models(item: Json) -> bool:
    return item.get("role") == "assistant" or ("role" not in item and not str(item.get("type")).endswith("_output"))


def _without_id(block: Block) -> Block:
    """A message part or a call that does not point to a stored item."""
    item = block.extra.get("item")
    if not isinstance(block, Text | Refusal | ToolCall) or not item or "id" not in item:
        return block
    return _replace(block, extra={**block.extra, "item": {name: value for name, value in item.items() if name != "id"}})


class _Prepare(dict[type, Callable[[_Encoder, Any, str], Block | None]]):
    def __missing__(self, kind: type) -> Callable[[_Encoder, Any, str], Block | None]:
        return _Encoder._instead


_PREPARE: Final = _Prepare(
    {
        Text: _Encoder._plain,
        Refusal: _Encoder._plain,
        ToolCall: _Encoder._call,
        Thinking: _Encoder._own,
        ServerToolCall: _Encoder._own,
        ServerToolResult: _Encoder._own,
        Opaque: _Encoder._opaque,
        Image: _Encoder._image,
    }
)
