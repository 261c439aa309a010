"""Requests: everything one call says, independent of any wire format."""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec

from .content import Cache, Text
from .messages import Message
from .secret import Secret
from .server_tools import ServerTool

__all__ = [
    "AudioOutput",
    "CustomTool",
    "Defined",
    "Output",
    "Reasoning",
    "Request",
    "Tool",
    "ToolChoice",
    "ToolLike",
    "VendorTool",
]


class Tool(msgspec.Struct, frozen=True, tag="function", omit_defaults=True):
    """A function the model may call: `parameters` is a JSON Schema object, None when it takes no arguments.

    `extra` holds vendor fields of the definition (`input_examples`, `defer_loading`, ...).
    """

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    cache: Cache | None = None
    extra: dict[str, Any] = {}


class CustomTool(msgspec.Struct, frozen=True, tag="custom", omit_defaults=True):
    """A tool whose input is free text; `grammar` and its `syntax` (`"lark"`, `"regex"`) constrain it."""

    name: str
    description: str | None = None
    syntax: str | None = None
    grammar: str | None = None
    extra: dict[str, Any] = {}


class VendorTool(msgspec.Struct, frozen=True, tag="vendor", omit_defaults=True):
    """A tool the vendor defines, by its own object (`{"type": "web_search_20250305", "name": "web_search"}`)."""

    data: dict[str, Any]
    protocol: str | None = None


ToolLike = Tool | CustomTool | VendorTool | ServerTool
"""What a model may be offered: `Tool` and `CustomTool` are the caller's, the rest is the vendor's (`types.server_tools`)."""


class Defined(Protocol):
    """Something that has a definition for the model, such as what `@tool` makes."""

    @property
    def definition(self) -> ToolLike:
        """What the model is shown."""
        ...


class ToolChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether the model may, must or must not call tools.

    `mode="tool"` forces the one called `name` (`custom` for a custom tool); `allowed` narrows auto and required
    to these names. `extra` holds vendor fields.
    """

    mode: Literal["auto", "none", "required", "tool"] | str = "auto"
    name: str | None = None
    custom: bool = False
    allowed: tuple[str, ...] = ()
    extra: dict[str, Any] = {}


class Output(msgspec.Struct, frozen=True, omit_defaults=True):
    """The form of the answer: `json_schema` with a schema, `json_object` (any JSON), or `text`."""

    schema: dict[str, Any] | None = None
    name: str = "output"
    strict: bool | None = None
    description: str | None = None
    kind: Literal["json_schema", "json_object", "text"] | str = "json_schema"
    extra: dict[str, Any] = {}


class Reasoning(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much the model should think, in the words it takes.

    `effort` is a level (`none`, `minimal`, `low`, `medium`, `high`, `xhigh`, `max`); `budget` a number of tokens;
    `mode` the vendor's switch (`enabled`, `disabled`, `adaptive`, `between_tools`); `summary` how thinking is shown
    (`auto`, `summarized`, `omitted`, ...).
    """

    effort: str | None = None
    budget: int | None = None
    mode: str | None = None
    summary: str | None = None
    extra: dict[str, Any] = {}


class AudioOutput(msgspec.Struct, frozen=True, omit_defaults=True):
    """Spoken answers: the vendor's voice and file format."""

    voice: str | dict[str, Any]
    format: str


class Request(msgspec.Struct, frozen=True, omit_defaults=True):
    """One call to a model.

    Whatever is None or empty is not sent. `system` stands before all messages. `max_tokens` counts output tokens,
    reasoning included. `cache` marks the whole prompt, `cache_key` routes equal prefixes together. `routing` is a
    provider's typed routing value, `extra` goes into the body as it is and wins over everything else, `headers`
    are added to the request.
    """

    model: str
    messages: tuple[Message, ...]
    system: tuple[Text, ...] = ()
    tools: tuple[ToolLike, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tools: bool | None = None
    output: Output | None = None
    reasoning: Reasoning | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    n: int | None = None
    modalities: tuple[str, ...] = ()
    audio: AudioOutput | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None
    service_tier: str | None = None
    cache: Cache | None = None
    cache_key: str | None = None
    routing: Any = None
    stream: bool = False
    extra: dict[str, Any] = {}
    headers: dict[str, str] = {}

    def secrets(self) -> tuple[Secret, ...]:
        """What must not be seen in anything that is said about it: the tokens of MCP servers that the vendor calls."""
        return tuple([secret for tool in self.tools if isinstance(tool, ServerTool) for secret in tool.secrets])
