"""What MCP servers answer, as content: the JSON of the protocol to blocks, messages and plain values.

The shapes are those of https://modelcontextprotocol.io/specification/2025-11-25/server (tools, resources, prompts), which the
revision of 2026-07-28 keeps.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from ..types.content import Audio, Base64, Block, Document, Image, PlainText, Text, Video
from ..types.messages import Message

__all__ = [
    "Prompt",
    "PromptArgument",
    "Resource",
    "ToolAnswer",
    "decode_answer",
    "decode_contents",
    "decode_message",
    "decode_prompts",
    "decode_resources",
]

Json = dict[str, Any]


class _Listed(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """What everything that a server lists has."""

    name: str
    title: str | None = None
    description: str | None = None


class Resource(_Listed, frozen=True, omit_defaults=True):
    """Something that a server lets read, by `uri`; of a family of them `uri_template` says how its URIs are made (RFC 6570)."""

    uri: str = ""
    uri_template: str = ""
    mime_type: str | None = None
    size: int | None = None


class PromptArgument(_Listed, frozen=True, omit_defaults=True):
    """What a prompt is to be given."""

    required: bool = False


class Prompt(_Listed, frozen=True, omit_defaults=True):
    """A prompt that a server has ready."""

    arguments: tuple[PromptArgument, ...] = ()


class ToolAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a server's tool gave back.

    `content` is for the model, `structured` the same as a JSON value where the server gives one, `raw` the whole answer as it
    came, with the fields that have no other place (`annotations`, `_meta`).
    """

    content: tuple[Block, ...] = ()
    structured: Any = None
    is_error: bool = False
    raw: Json = {}

    @property
    def text(self) -> str:
        """The words of the content, joined."""
        return "".join([block.text for block in self.content if isinstance(block, Text)])


# Made here and not where they are used, which many threads may do: `types/reading.py` says why.
_read_resources: Final = msgspec.json.Decoder(list[Resource]).decode
_read_prompts: Final = msgspec.json.Decoder(list[Prompt]).decode


def decode_resources(listed: list[Json]) -> list[Resource]:
    """The results of `resources/list` and `resources/templates/list`."""
    return _read_resources(msgspec.json.encode(listed))


def decode_prompts(listed: list[Json]) -> list[Prompt]:
    """The results of `prompts/list`."""
    return _read_prompts(msgspec.json.encode(listed))


def decode_answer(answer: Json) -> ToolAnswer:
    """A `tools/call` result. A value that has no content beside it is told as its JSON."""
    content = tuple([decode_block(block) for block in answer.get("content") or ()])
    structured = answer.get("structuredContent")
    if not content and structured is not None:
        content = (Text(msgspec.json.encode(structured).decode()),)
    return ToolAnswer(content, structured, answer.get("isError") is True, answer)


def decode_contents(contents: Iterable[Json]) -> tuple[Block, ...]:
    """The parts of a resource that was read."""
    return tuple([_resource(part) for part in contents])


def decode_message(message: Json) -> Message:
    """A message of a prompt."""
    content = message.get("content")
    blocks = content if isinstance(content, list) else [content]
    return Message(
        "assistant" if message.get("role") == "assistant" else "user", tuple([decode_block(block) for block in blocks])
    )


def decode_block(block: Any) -> Block:
    """A content block; one of a kind that is not known here is told as its JSON."""
    reader = _BLOCKS.get(block.get("type")) if isinstance(block, dict) else None
    try:
        return reader(block) if reader is not None else _json(block)
    except (KeyError, TypeError):
        return _json(block)


def _json(value: Any) -> Text:
    return Text(msgspec.json.encode(value).decode())


def _link(block: Json) -> Text:
    words = [block.get("title") or block.get("name"), block["uri"], block.get("description")]
    return Text("\n".join([word for word in words if word]))


def _resource(part: Json) -> Block:
    if isinstance(text := part.get("text"), str):
        return Document(PlainText(text), title=part.get("uri"))
    return _media(part.get("mimeType") or "application/octet-stream", part["blob"], part.get("uri"))


def _media(media_type: str, data: str, title: str | None = None) -> Block:
    source = Base64(media_type, data)
    match media_type.partition("/")[0]:
        case "image":
            return Image(source)
        case "audio":
            return Audio(source)
        case "video":
            return Video(source)
    return Document(source, title=title)


_BLOCKS: Final[dict[Any, Callable[[Json], Block]]] = {
    "text": lambda block: Text(block["text"]),
    "image": lambda block: Image(Base64(block["mimeType"], block["data"])),
    "audio": lambda block: Audio(Base64(block["mimeType"], block["data"])),
    "resource": lambda block: _resource(block["resource"]),
    "resource_link": _link,
}
