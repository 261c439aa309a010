"""Content: the typed blocks a message is made of, in the order in which they were said.

Blocks are plain values: frozen, compared by content, without identity. A block never keeps more than its protocol
can say, and what only its vendor understands travels in `extra`, next to the `origin` that says whose words they are.
"""

from __future__ import annotations

from typing import Any

import msgspec

__all__ = [
    "Audio",
    "Base64",
    "Block",
    "BlockBase",
    "Blocks",
    "Cache",
    "Citation",
    "Document",
    "FileId",
    "Image",
    "Opaque",
    "OpaqueSource",
    "Origin",
    "PlainText",
    "Refusal",
    "ServerToolCall",
    "ServerToolResult",
    "Source",
    "SourceSpan",
    "Text",
    "Thinking",
    "ToolCall",
    "ToolResult",
    "Url",
    "Video",
]


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who said something: the wire format, the provider and the model it came through."""

    protocol: str
    provider: str = ""
    model: str = ""


class Cache(msgspec.Struct, frozen=True, omit_defaults=True):
    """A prompt-cache mark: the provider may cache everything up to and including the marked block.

    `ttl` is the vendor's own word for the lifetime (`"5m"`, `"1h"`, `"30m"`); None leaves it to the vendor.
    """

    ttl: str | None = None


class Base64(msgspec.Struct, frozen=True, tag="base64"):
    """Media inside the request: standard base64 text, without a `data:` prefix."""

    media_type: str
    data: str


class Url(msgspec.Struct, frozen=True, tag="url", omit_defaults=True):
    """Media that the provider fetches itself; this library never does."""

    url: str
    media_type: str | None = None


class FileId(msgspec.Struct, frozen=True, tag="file"):
    """Media uploaded to the provider earlier, by the provider's id."""

    id: str


class PlainText(msgspec.Struct, frozen=True, tag="text"):
    """A document given as plain text."""

    text: str


class Blocks(msgspec.Struct, frozen=True, tag="blocks"):
    """A document given as blocks of its own (Anthropic's custom content documents)."""

    content: tuple[Block, ...]


class OpaqueSource(msgspec.Struct, frozen=True, tag="opaque"):
    """A source of a kind this library does not know, as it came."""

    data: dict[str, Any]


Source = Base64 | Url | FileId | PlainText | Blocks | OpaqueSource


class SourceSpan(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where in a source the cited words stand: `start` and `end` as the vendor counts its `unit`s, `end` exclusive.

    `unit` is `char`, `page`, `block`, `chunk`, or the vendor's own word. `source` tells which of several sources it is, by its
    place among them.
    """

    unit: str
    start: int | None = None
    end: int | None = None
    source: int | None = None


class Citation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a piece of text comes from.

    `start` and `end` are the piece: characters of the text of the block that carries the citation, as Python counts them,
    `end` exclusive; both are None where all of the block is meant or the vendor does not say. `url` and `title` name the source,
    `text` is what is cited of it, `span` where that stands in it. `kind` is the vendor's word, `raw` its own object for replay.
    """

    kind: str = ""
    url: str | None = None
    title: str | None = None
    text: str | None = None
    start: int | None = None
    end: int | None = None
    raw: dict[str, Any] = {}
    span: SourceSpan | None = None


class BlockBase(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What every block may carry: a cache mark, vendor fields and whose they are."""

    cache: Cache | None = None
    origin: Origin | None = None
    extra: dict[str, Any] = {}


class Text(BlockBase, frozen=True, tag="text", omit_defaults=True):
    """Words, with the sources the model cites; `logprobs` are the vendor's own token objects, answers only."""

    text: str
    citations: tuple[Citation, ...] = ()
    logprobs: tuple[dict[str, Any], ...] | None = None


class Refusal(BlockBase, frozen=True, tag="refusal", omit_defaults=True):
    """Words in which the model declines to answer."""

    text: str
    logprobs: tuple[dict[str, Any], ...] | None = None


class Thinking(BlockBase, frozen=True, tag="thinking", omit_defaults=True):
    """Reasoning the model shows or hides.

    `text` may be empty while `signature` (proof of origin) or `encrypted` (redacted or encrypted reasoning) carries
    it for replay to the same provider.
    """

    text: str = ""
    signature: str | None = None
    encrypted: str | None = None


class ToolCall(BlockBase, frozen=True, tag="tool_call", omit_defaults=True):
    """The model asks the caller to run a tool.

    `arguments` is the text the model wrote, byte for byte: JSON for function tools, free text when `custom`.
    """

    id: str
    name: str
    arguments: str = ""
    custom: bool = False

    @property
    def input(self) -> Any:
        """The arguments as a value: parsed JSON (`{}` when empty), or the text itself for a custom tool.

        Raises ValueError when the model wrote malformed JSON: such a call must not run.
        """
        if self.custom:
            return self.arguments
        if not self.arguments.strip():
            return {}
        try:
            return msgspec.json.decode(self.arguments)
        except (msgspec.DecodeError, RecursionError) as error:
            message = f"the model wrote malformed arguments for tool {self.name!r}: {error}; do not run this call"
            raise ValueError(message) from error

    @property
    def malformed(self) -> bool:
        """True when the arguments do not parse: answer such a call with an error result instead of running it."""
        try:
            self.input  # noqa: B018
        except ValueError:
            return True
        return False


class ToolResult(BlockBase, frozen=True, tag="tool_result", omit_defaults=True):
    """What a tool answered to the call `id`; `name` is the tool's name where the caller knows it."""

    id: str
    content: tuple[Block, ...] = ()
    is_error: bool = False
    name: str | None = None


class Image(BlockBase, frozen=True, tag="image", omit_defaults=True):
    """A picture; `detail` is the resolution the vendor should look at (`"low"`, `"high"`, ...)."""

    source: Source
    detail: str | None = None


class Audio(BlockBase, frozen=True, tag="audio", omit_defaults=True):
    """Sound; `transcript` is what is said in it, where the vendor tells."""

    source: Source
    transcript: str | None = None


class Video(BlockBase, frozen=True, tag="video", omit_defaults=True):
    """Moving pictures."""

    source: Source


class Document(BlockBase, frozen=True, tag="document", omit_defaults=True):
    """A document such as a PDF; `title` is its name, `context` a note about it, `citations` asks the model to cite it."""

    source: Source
    title: str | None = None
    context: str | None = None
    citations: bool | None = None


class ServerToolCall(BlockBase, frozen=True, tag="server_tool_call", omit_defaults=True):
    """A tool the provider runs itself (web search, code execution, MCP); never to be answered by the caller.

    `kind` is the vendor's block type, `server` the MCP server's name, `arguments` the JSON text.
    """

    id: str
    name: str
    arguments: str = ""
    kind: str = ""
    server: str | None = None


class ServerToolResult(BlockBase, frozen=True, tag="server_tool_result", omit_defaults=True):
    """What the provider's own tool answered: `kind` is the vendor's block type, `content` the vendor's JSON value."""

    id: str
    kind: str
    content: Any = None
    is_error: bool = False


class Opaque(BlockBase, frozen=True, tag="opaque", omit_defaults=True):
    """A block of a kind this library does not know: `data` is the vendor's object, replayed as it came."""

    data: dict[str, Any]


Block = (
    Text
    | Refusal
    | Thinking
    | ToolCall
    | ToolResult
    | Image
    | Audio
    | Video
    | Document
    | ServerToolCall
    | ServerToolResult
    | Opaque
)
