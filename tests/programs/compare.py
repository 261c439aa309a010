"""What a server understood against what a program said: the names of everything that differs.

Compared is meaning, not form: where a tool's result stands, how arguments are spaced and whose words a block is are form.
Everything else that differs has a name here, and `covered` says which adaptations may account for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from dragoman import user
from dragoman.protocols import load
from dragoman.protocols.base import Report, Target
from dragoman.types import (
    Adaptation,
    Block,
    Document,
    Image,
    Message,
    Request,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolLike,
    ToolResult,
    VendorTool,
)

__all__ = ["Difference", "differences", "silent"]

# Which features of an adaptation account for a difference.
_ACCOUNTS = {
    "tool_call": {"tool_id", "thought_signature"},
    "tool_result": {"tool_id"},
    "tool_choice": {"tool_choice", "tools"},
    "document": {"document", "document_name", "pdf", "media"},
    "image": {"image", "media"},
    "audio": {"audio", "media"},
    "reasoning": {"reasoning", "reasoning_effort"},
    "parallel_tools": {"parallel_tools", "parallel_tool_calls"},
    "output": {"output", "response_format"},
    "text": {"content_parts", "order"},
    "cache": {"cache"},
}


Difference = tuple[Any, Any]
"""What was said, what was understood."""


def differences(said: Request, received: Request) -> dict[str, Difference]:
    """What a server understood otherwise, by name."""
    before, after = _fields(said), _fields(received)
    found: dict[str, Difference] = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    told, heard = list(_blocks(said)), list(_blocks(received))
    kinds = sorted({kind for kind, _ in told + heard})
    changed = {kind: (_of(kind, told), _of(kind, heard)) for kind in kinds if _of(kind, told) != _of(kind, heard)}
    if not changed and told != heard:
        changed = {"order": (told, heard)}
    elif not changed and not all(map(_keeps, _proving(said), _proving(received))):
        changed = {"extra": (_proving(said), _proving(received))}
    return found | changed


def silent(found: dict[str, Difference], adaptations: Sequence[Adaptation]) -> dict[str, Difference]:
    """Those of the differences that no listed adaptation accounts for."""
    listed = {adaptation.feature for adaptation in adaptations}
    return {name: pair for name, pair in found.items() if not listed & _ACCOUNTS.get(name, {name})}


def _fields(request: Request) -> dict[str, Any]:
    """What a request says beside its messages."""
    choice, output, reasoning = request.tool_choice, request.output, request.reasoning
    system = [*request.system, *[block for message in request.messages if _instructs(message) for block in message.content]]
    tools = [tool for tool in request.tools if isinstance(tool, Tool)]
    return {
        "model": request.model,
        "system": "\n\n".join([block.text for block in system if isinstance(block, Text)]),
        "tools": [(tool.name, tool.description, tool.parameters) for tool in tools],
        "server_tools": [_read(tool) for tool in request.tools if not isinstance(tool, Tool)],
        "tool_choice": (choice.mode, choice.name) if choice is not None and choice.mode != "auto" else None,
        "parallel_tools": request.parallel_tools is not False,
        "output": (output.kind, output.schema) if output is not None else None,
        # How much to think has a word on every wire, and hardly the same on two: whether it was said at all.
        "reasoning": reasoning is not None,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "stop": request.stop,
        "logprobs": bool(request.logprobs),
        "stream": request.stream,
        "cache": (request.cache, [block.cache for message in request.messages for block in message.content if block.cache]),
    }


def _read(tool: ToolLike) -> ToolLike:
    """A tool as a server reads it: a vendor's object may be one of the typed values."""
    if not isinstance(tool, VendorTool) or tool.protocol is None:
        return tool
    wire, target = load(tool.protocol), Target("", tool.protocol, "m", "https://models.example.com")
    http = wire.encode_request(Request("m", (user("Hi"),), tools=(tool,)), target, Report(target))
    return wire.decode_request(http).tools[0]


def _instructs(message: Message) -> bool:
    return message.role in ("system", "developer")


def _blocks(request: Request) -> Iterator[tuple[str, Any]]:
    """Kind and content of every block that is not an instruction, with who said it."""
    for message in request.messages:
        if not _instructs(message):
            for block in message.content:
                yield _kind(block), (message.role if type(block) is not ToolResult else "tool", *_content(block))


def _kind(block: Block) -> str:
    return str(block.__struct_config__.tag)


def _content(block: Block) -> tuple[Any, ...]:
    match block:
        case Text(text=text):
            return (text,)
        case Thinking(text=text, signature=signature, encrypted=encrypted):
            return (text, signature, encrypted)
        case ToolCall(id=id, name=name):
            return (id, name, block.input)
        case ToolResult(id=id, content=content):
            return (id, [_content(inner) for inner in content])
        case Document(source=source) | Image(source=source):
            return (source,)
    return (msgspec.structs.replace(block, origin=None),)


def _proving(request: Request) -> list[Block]:
    """Reasoning, and the calls that may prove it."""
    return [block for message in request.messages for block in message.content if isinstance(block, Thinking | ToolCall)]


def _keeps(said: Block, heard: Block) -> bool:
    """Whether the vendor's fields of a block came back, beside whatever else came.

    The body field that a text stood in is the vendor's habit; where it goes back is the dialect's.
    """
    return all(heard.extra.get(name) == value for name, value in said.extra.items() if name != "field")


def _of(kind: str, blocks: Sequence[tuple[str, Any]]) -> list[Any]:
    return [content for found, content in blocks if found == kind]
