"""What a tool gives back, as the model is told it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, get_args

import msgspec

from ..errors import DragomanError
from ..typed import as_json
from ..types.content import Base64, Block, Document, Image, Text, ToolCall, ToolResult

__all__ = ["ErrorPolicy", "ToolError", "ToolOutcome", "failure", "to_blocks"]

_BLOCKS: Final[tuple[type, ...]] = get_args(Block)

# How a file of a known kind begins; what else it must hold at which place.
_MEDIA: Final[list[tuple[bytes, bytes, str]]] = [
    (b"\x89PNG\r\n\x1a\n", b"", "image/png"),
    (b"\xff\xd8\xff", b"", "image/jpeg"),
    (b"GIF8", b"", "image/gif"),
    (b"RIFF", b"WEBP", "image/webp"),
    (b"%PDF-", b"", "application/pdf"),
]
_LONGEST: Final = 1_000


class ToolError(DragomanError):
    """Raised by a tool to tell the model what went wrong, in its own words: strings and blocks."""

    content: tuple[Block, ...]

    def __init__(self, *content: str | Block) -> None:
        self.content = tuple([Text(part) if isinstance(part, str) else part for part in content])
        super().__init__("".join([block.text for block in self.content if isinstance(block, Text)]))


class ToolOutcome(NamedTuple):
    """How a call ended.

    `content` is what the model is told. `kind`: `ok`; `invalid` (the arguments do not fit, nothing ran); `failed` (the tool
    raised, or its result could not be told); other words are those of whoever runs tools (`denied`, `timeout`, ...).
    `value` is the function's own result, `error` the exception, neither shown to the model.
    """

    content: tuple[Block, ...] = ()
    kind: Literal["ok", "invalid", "failed"] | str = "ok"
    value: Any = None
    error: BaseException | None = None

    @property
    def is_error(self) -> bool:
        """Whether the model is told that something went wrong."""
        return self.kind != "ok"

    @property
    def text(self) -> str:
        """The words of the content, joined."""
        return "".join([block.text for block in self.content if isinstance(block, Text)])

    def result(self, call: ToolCall) -> ToolResult:
        """The block that answers a call."""
        return ToolResult(call.id, self.content, self.is_error, call.name)


ErrorPolicy = Literal["show", "hide", "raise"]
"""What becomes of an exception that a tool raises: the model is told its class and message, or only that the tool failed,
or it leaves the call."""


def failure(error: Exception, policy: ErrorPolicy) -> ToolOutcome:
    """What the model is told of an exception: never a traceback. Raises it again where the policy says so."""
    if isinstance(error, ToolError):
        return ToolOutcome(error.content, "failed", None, error)
    if policy == "raise":
        raise error
    if policy == "hide":
        return ToolOutcome((Text("The tool failed."),), "failed", None, error)
    words = f"{type(error).__name__}: {error}".rstrip(": ")
    return ToolOutcome((Text(words[:_LONGEST]),), "failed", None, error)


def to_blocks(value: Any) -> tuple[Block, ...]:
    """A tool's result as content.

    None is no content; text is text; blocks (images, documents, ...) are themselves, alone or in a list with text; bytes of a
    PNG, JPEG, GIF, WebP or PDF file are an image or document; anything else is its JSON. Raises TypeError for what has none.
    """
    if value is None:
        return ()
    if isinstance(value, str):
        return (Text(value),)
    if isinstance(value, ToolResult):
        return value.content
    if isinstance(value, _BLOCKS):
        block: Block = value  # type: ignore[assignment]
        return (block,)
    if isinstance(value, bytes | bytearray):
        return (_media(bytes(value)),)
    if isinstance(value, list | tuple) and any(isinstance(item, _BLOCKS) for item in value):
        return _several(value)
    return (Text(msgspec.json.encode(as_json(value)).decode()),)


def _several(values: Sequence[Any]) -> tuple[Block, ...]:
    return tuple([block for value in values for block in to_blocks(value)])


def _media(data: bytes) -> Block:
    import binascii

    for start, inside, media_type in _MEDIA:
        if data.startswith(start) and inside in data[:16]:
            source = Base64(media_type, binascii.b2a_base64(data, newline=False).decode())
            return Image(source) if media_type.startswith("image/") else Document(source)
    raise TypeError("bytes of a kind that is not known: give an Image, Audio or Document block, or text")
