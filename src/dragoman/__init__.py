"""One client for every model provider, each in its native protocol.

    import dragoman

    client = dragoman.Client()
    reply = client.chat("anthropic:claude-sonnet-5", "Why is the sky blue?")
    print(reply.text, reply.usage.output)

Every public name is bound on first use, so that `import dragoman` costs next to nothing. What is needed seldom stays
in its module: the rarer events and the unions `Block` and `Event` in `dragoman.types`, every error in
`dragoman.errors`, what tests need in `dragoman.testing`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in typing, whose import would be most of what `import dragoman` costs
if TYPE_CHECKING:
    from . import errors
    from .aclient import AsyncClient, AsyncStream
    from .client import Client, Stream
    from .engine.policy import Retry, Timeouts
    from .engine.route import Route
    from .errors import APIError, DragomanError, RateLimited, StreamCut, Unsupported
    from .tools.function import tool
    from .types import (
        ArgumentsDelta,
        Audio,
        AudioDelta,
        AudioOutput,
        Base64,
        BlockStart,
        BlockStop,
        Cache,
        Cost,
        CustomTool,
        Document,
        FileId,
        Finish,
        Finished,
        Image,
        Message,
        Opaque,
        Output,
        Reasoning,
        Refusal,
        RefusalDelta,
        Response,
        Secret,
        ServerToolCall,
        ServerToolResult,
        Started,
        Text,
        TextDelta,
        Thinking,
        ThinkingDelta,
        Tool,
        ToolCall,
        ToolChoice,
        ToolResult,
        Url,
        Usage,
        UsageUpdate,
        VendorTool,
        Video,
        assistant,
        dump,
        load,
        system,
        tool_result,
        user,
    )
    from .version import __version__

__all__ = [
    "APIError",
    "ArgumentsDelta",
    "AsyncClient",
    "AsyncStream",
    "Audio",
    "AudioDelta",
    "AudioOutput",
    "Base64",
    "BlockStart",
    "BlockStop",
    "Cache",
    "Client",
    "Cost",
    "CustomTool",
    "Document",
    "DragomanError",
    "FileId",
    "Finish",
    "Finished",
    "Image",
    "Message",
    "Opaque",
    "Output",
    "RateLimited",
    "Reasoning",
    "Refusal",
    "RefusalDelta",
    "Response",
    "Retry",
    "Route",
    "Secret",
    "ServerToolCall",
    "ServerToolResult",
    "Started",
    "Stream",
    "StreamCut",
    "Text",
    "TextDelta",
    "Thinking",
    "ThinkingDelta",
    "Timeouts",
    "Tool",
    "ToolCall",
    "ToolChoice",
    "ToolResult",
    "Unsupported",
    "Url",
    "Usage",
    "UsageUpdate",
    "VendorTool",
    "Video",
    "__version__",
    "assistant",
    "dump",
    "errors",
    "load",
    "system",
    "tool",
    "tool_result",
    "user",
]

# Where the names live that are not values of `types`.
_HOMES = {
    "APIError": "errors",
    "AsyncClient": "aclient",
    "AsyncStream": "aclient",
    "Client": "client",
    "DragomanError": "errors",
    "RateLimited": "errors",
    "Retry": "engine.policy",
    "Route": "engine.route",
    "Stream": "client",
    "StreamCut": "errors",
    "Timeouts": "engine.policy",
    "Unsupported": "errors",
    "__version__": "version",
    "tool": "tools.function",
}


if not TYPE_CHECKING:  # a checker that sees it takes every misspelt name for an object

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        if name == "errors":
            return import_module(".errors", __name__)
        value = getattr(import_module(f".{_HOMES.get(name, 'types')}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
