"""The conversation of a request: `system_instruction` and the steps of `input`
(https://ai.google.dev/gemini-api/docs/interactions).

- Each message gives steps from itself and what stands before it alone, so that a longer history extends a shorter one. What came
  from this provider goes back as it came, in position: a thought's signature is checked there.
- There are no system messages inside a conversation: one joins the system instruction.
- Results of functions are steps of their own, and stand where they stood among a person's words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeGuard

import msgspec

from ...types.content import (
    Audio,
    Block,
    Blocks,
    Document,
    FileId,
    Image,
    Opaque,
    OpaqueSource,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Video,
)
from ...types.messages import Message
from ...types.request import Request
from ..base import Report, Target, belongs
from .content import Media, is_content, write_content
from .dialect import InteractionsDialect
from .json_text import MALFORMED, Json, arguments_object
from .say import say_result, say_steps

__all__ = ["encode_input"]

_replace: Final = msgspec.structs.replace

_DETAILS: Final = ("low", "medium", "high", "ultra_high")


def encode_input(request: Request, target: Target, dialect: InteractionsDialect, report: Report) -> tuple[str | None, list[Json]]:
    """The system instruction (None for none) and the steps. Raises Unsupported through `report`."""
    encoder = _Encoder(target, dialect, report)
    encoder.system(request.system, "system")
    for place, message in enumerate(request.messages):
        encoder.message(message, f"messages[{place}]")
    texts = encoder.texts
    if len(texts) > 1:
        report.adapt("content_parts", "changed", "the system instruction is one text here: the parts are joined", "system")
    return "\n\n".join(texts) if texts else None, encoder.steps


class _Encoder:
    def __init__(self, target: Target, dialect: InteractionsDialect, report: Report) -> None:
        self.target = target
        self.dialect = dialect
        self.report = report
        self.texts: list[str] = []
        self.steps: list[Json] = []
        self._names: dict[str, str] = {}
        """The tool of each call so far, by the call's id."""

    def system(self, blocks: Sequence[Block], path: str) -> None:
        """Add to the system instruction."""
        for place, block in enumerate(blocks):
            where = f"{path}[{place}]"
            if isinstance(block, Text | Refusal):
                self._bare(block, where)
                self.texts.append(block.text)
            else:
                self.report.refuse(_name(block), f"instructions are text on this wire: {where}")

    def message(self, message: Message, path: str) -> None:
        """Append the steps of one message."""
        if message.name is not None:
            self.report.adapt("name", "dropped", "messages have no names here", path)
        if message.role in ("system", "developer"):
            if self.steps:
                why = "there are no system messages inside a conversation: it joined the system instruction"
                self.report.adapt("system_message", "moved", why, path)
            self.system(message.content, f"{path}.content")
            self._fields(message, path)
        elif message.role == "assistant":
            self._model(message, path)
            self._fields(message, path)
        else:
            self._people(message, path)

    def _fields(self, message: Message, path: str) -> Json:
        """Vendor fields of a message, for the target they came from; a step of input alone has some."""
        origin = message.origin
        own = origin is None or (origin.protocol == self.target.protocol and origin.provider in ("", self.target.provider))
        if message.extra and not (own and message.role in ("user", "tool")):
            self.report.adapt("extra", "dropped", f"fields with no place here: {', '.join(sorted(message.extra))}", path)
            return {}
        return message.extra

    # --- people and functions ----------------------------------------------------------------------------------------------

    def _people(self, message: Message, path: str) -> None:
        pending: list[Json] = []
        behind: list[Json] = []
        fields = self._fields(message, path) if message.extra else {}
        for place, block in enumerate(message.content):
            where = f"{path}.content[{place}]"
            if isinstance(block, ToolResult):
                self._flush(pending, fields)
                behind += self._result(block, where)
            elif isinstance(block, Opaque) and not is_content(block):
                if self._mine(block, where):
                    self._flush(pending, fields)
                    self.steps.append(block.data)
            else:
                pending += self._content(block, where)
        self._flush([*behind, *pending], fields)

    def _flush(self, pending: list[Json], fields: Json) -> None:
        if pending:
            self.steps.append({"type": "user_input", **fields, "content": list(pending)})
            pending.clear()

    def _content(self, block: Block, path: str) -> list[Json]:
        """The content that says a block of a person, none where nothing is left of it."""
        if _is_plain(block):
            return [{"type": "text", "text": block.text}] if block.text else []
        if isinstance(block, Opaque):
            return [block.data] if self._mine(block, path) else []
        own = self._own(block, path)
        match own:
            case Text():
                return [self._written(own)] if own.text or own.extra else []
            case Refusal():
                self.report.adapt("refusal", "changed", "a refusal is sent as text", path)
                return [self._written(own)] if own.text else []
            case Image() | Audio() | Video() | Document():
                return self._media(own, path)
            case _:
                self.report.refuse(_name(block), f"{_name(block)} cannot be sent in a user message: {path}")
                return []

    def _media(self, block: Media, path: str) -> list[Json]:
        source = block.source
        if isinstance(source, Blocks):
            self.report.adapt("document", "changed", "the blocks of a document are sent as content", path)
            inner = enumerate(source.content)
            return [item for place, one in inner for item in self._content(one, f"{path}.content[{place}]")]
        if isinstance(source, OpaqueSource):
            self.report.refuse(_name(block), f"this source cannot be sent here: {path}")
        if isinstance(block, Document):
            for field in ("title", "context", "citations"):
                if getattr(block, field):
                    self.report.adapt("document", "dropped", f"documents have no {field} here", path)
        if isinstance(block, Audio) and block.transcript:
            self.report.adapt("audio", "dropped", "sound has no transcript here", path)
        return [self._written(self._fit(block, path))]

    def _fit(self, block: Media, path: str) -> Media:
        """Media as the API names them: uploaded files by their URL, resolutions in its own words."""
        if isinstance(block.source, FileId) and block.source.id.startswith("files/"):
            block = _replace(block, source=FileId(f"{self.target.base_url}/{block.source.id}"))
        if isinstance(block, Image) and block.detail is not None and block.detail not in _DETAILS:
            if block.detail != "auto":
                why = f"images have no level of detail {block.detail!r} here"
                self.report.adapt("image_detail", "dropped", why, path)
            block = _replace(block, detail=None)
        return block

    def _written(self, block: Block) -> Json:
        return write_content(block, own=belongs(block, self.target))

    def _result(self, block: ToolResult, path: str) -> list[Json]:
        """Append a result; gives the media that cannot stand in it."""
        own: Any = self._own(block, path)
        if own.name is None:
            own = _replace(own, name=self._names.get(own.id))
        if len(own.content) == 1 and _is_plain(own.content[0]):
            self.steps.append(say_result(own, belongs(own, self.target)))
            return []
        content: list[Block] = []
        behind: list[Json] = []
        for place, item in enumerate(own.content):
            where = f"{path}.content[{place}]"
            if isinstance(item, Image | Audio | Video | Document) and not self.dialect.result_media:
                self.report.adapt("tool_media", "moved", "results are text here: it follows as the user's input", where)
                behind += self._media(item, where)
            elif isinstance(item, Document) and isinstance(item.source, Blocks):
                self.report.adapt("document", "changed", "the blocks of a document are sent as content", where)
                content += item.source.content
            elif isinstance(item, Image | Audio | Video | Document):
                if isinstance(item.source, OpaqueSource):
                    self.report.refuse(_name(item), f"this source cannot be sent here: {where}")
                content.append(self._fit(item, where))
            elif isinstance(item, Text | Refusal) or (isinstance(item, Opaque) and is_content(item) and self._mine(item, where)):
                content.append(self._own(item, where))
            elif not isinstance(item, Opaque):
                self._drop(item, where, f"{_name(item)} cannot stand in a function's result")
            elif not is_content(item):
                self._drop(item, where, "it is no content of a result")
        self.steps.append(say_result(_replace(own, content=tuple(content)), belongs(own, self.target)))
        return behind

    # --- the model ---------------------------------------------------------------------------------------------------------

    def _model(self, message: Message, path: str) -> None:
        said: list[Block] = []
        for place, block in enumerate(message.content):
            said += self._turn(block, f"{path}.content[{place}]")
        self._names.update({block.id: block.name for block in said if isinstance(block, ToolCall)})
        self.steps += say_steps(said, lambda block: belongs(block, self.target))

    def _turn(self, block: Block, path: str) -> list[Block]:
        """A block of the model's turn as this target may have it, none where it may not."""
        if _is_plain(block):
            return [block] if block.text else []
        match block:
            case Thinking():
                if not belongs(block, self.target):
                    return self._drop(block, path, "the thinking is another vendor's")
                if block.encrypted is not None:
                    return self._drop(block, path, "encrypted thinking is another wire's")
            case ServerToolCall() | ServerToolResult() | Opaque():
                if not self._mine(block, path):
                    return []
            case ToolCall():
                if block.custom:
                    why = f"the free text given to {block.name!r} is sent as the argument `input`"
                    self.report.adapt("custom_tool", "changed", why, path)
                elif block.arguments and MALFORMED in arguments_object(block.arguments):
                    why = f"the arguments of {block.name!r} are not a JSON object: their text is sent in one field"
                    self.report.adapt("tool_arguments", "changed", why, path)
            case Refusal():
                self.report.adapt("refusal", "changed", "a refusal is sent as text", path)
            case ToolResult():
                self.report.refuse("tool_result", f"a result cannot stand in the model's turn: {path}")
            case Image() | Audio() | Video() | Document():
                return self._made(block, path)
            case Text():
                if not block.text and not (block.extra or block.citations):
                    return []
        return [self._own(block, path)]

    def _made(self, block: Media, path: str) -> list[Block]:
        """Media that a model made. Sound of other vendors is known there by an id only: then its words go."""
        if isinstance(block.source, OpaqueSource | Blocks) or (
            isinstance(block.source, FileId) and not belongs(block, self.target)
        ):
            if isinstance(block, Audio) and block.transcript:
                self.report.adapt("audio", "changed", "sound of another vendor is sent as what it says", path)
                return [Text(block.transcript)]
            return self._drop(block, path, f"the {_name(block)} is another vendor's")
        if isinstance(block, Audio) and block.transcript:
            self.report.adapt("audio", "changed", "what is said in the sound is sent as text behind it", path)
        own: Block = self._own(self._fit(block, path), path)
        return [own]

    # --- what any block may carry --------------------------------------------------------------------------------------------

    def _bare(self, block: Block, path: str) -> None:
        """What a text of instructions cannot carry."""
        if block.cache is not None:
            self.report.adapt("cache", "dropped", "prompts are cached without marks here", path)
        if block.extra or (isinstance(block, Text) and block.citations):
            self.report.adapt("extra", "dropped", "instructions carry no vendor fields here", path)

    def _own(self, block: Any, path: str) -> Any:
        """The block without what this target may not have."""
        if block.cache is not None:
            self.report.adapt("cache", "dropped", "prompts are cached without marks here", path)
            block = _replace(block, cache=None)
        if belongs(block, self.target):
            return block
        if isinstance(block, Text) and block.citations:
            self.report.adapt("citations", "dropped", "the citations are another vendor's", path)
            block = _replace(block, citations=())
        if block.extra:
            self.report.adapt("extra", "dropped", f"fields of another vendor: {', '.join(sorted(block.extra))}", path)
        return _replace(block, extra={}, origin=None)

    def _mine(self, block: Block, path: str) -> bool:
        """Whether a block that only its vendor understands may go to the target."""
        if belongs(block, self.target):
            return True
        self._drop(block, path, f"the {_name(block).replace('_', ' ')} is another vendor's")
        return False

    def _drop(self, block: Block, path: str, why: str) -> list[Block]:
        """Leave a block out and say so."""
        self.report.adapt(_name(block), "dropped", why, path)
        return []


def _is_plain(block: Block) -> TypeGuard[Text]:
    """Whether a block is words and nothing else."""
    return type(block) is Text and not block.extra and not block.citations and block.cache is None


def _name(block: Block) -> str:
    return str(block.__struct_config__.tag)
