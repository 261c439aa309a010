"""Tools that a vendor runs itself, said once for all vendors; each wire format says them in its own words.

| value | the model may | runs at |
|---|---|---|
| `WebSearch` | search the web | the vendor |
| `WebFetch` | read pages whose addresses it has | the vendor |
| `CodeExecution` | run code in a sandbox | the vendor |
| `FileSearch` | search files that were uploaded to the vendor | the vendor |
| `RemoteMcp` | use the tools of an MCP server that the vendor calls | the vendor |
| `Computer` | see a screen and use mouse and keyboard | the caller, who answers its calls with screenshots |

What a vendor's tool cannot be told is left out and listed; a tool that a vendor does not have at all is not offered, and that is
listed too, or refused, by the policy `server_tool`. Calls and results are `ServerToolCall` and `ServerToolResult` blocks; what
the answer says of its sources are the `citations` of its texts.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .secret import Secret

__all__ = ["CodeExecution", "Computer", "FileSearch", "RemoteMcp", "ServerTool", "Vicinity", "WebFetch", "WebSearch"]


class Vicinity(msgspec.Struct, frozen=True, omit_defaults=True):
    """About where the user is: `country` in two letters (ISO 3166-1), `timezone` by its IANA name, degrees for the rest."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    timezone: str | None = None
    latitude: float | None = None
    longitude: float | None = None


class ServerTool(msgspec.Struct, frozen=True, tag="server_tool", omit_defaults=True, kw_only=True):
    """What these tools have in common.

    `extra` are fields of the vendor's own object, which win over all others. `protocol` is the wire format whose words they are;
    None takes them for the target's.
    """

    extra: dict[str, Any] = {}
    protocol: str | None = None

    @property
    def name(self) -> str:
        """What `ToolChoice` calls it: `web_search`, `web_fetch`, ..., for an MCP server its own name."""
        return str(self.__struct_config__.tag)

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What must not be shown of it."""
        return ()


class WebSearch(ServerTool, frozen=True, tag="web_search", omit_defaults=True, kw_only=True):
    """Search the web.

    `max_uses` bounds the searches of one answer. Either `allowed_domains` or `blocked_domains` narrows where they look
    (`"example.com"`, without a scheme). `vicinity` makes results local. `context` is how much of what is found the model reads.
    """

    max_uses: int | None = None
    allowed_domains: tuple[str, ...] = ()
    blocked_domains: tuple[str, ...] = ()
    vicinity: Vicinity | None = None
    context: Literal["low", "medium", "high"] | None = None


class WebFetch(ServerTool, frozen=True, tag="web_fetch", omit_defaults=True, kw_only=True):
    """Read pages and PDF files by their addresses.

    `max_uses` bounds the pages of one answer, `max_tokens` how much of one is read. `citations` asks for them.
    """

    max_uses: int | None = None
    allowed_domains: tuple[str, ...] = ()
    blocked_domains: tuple[str, ...] = ()
    max_tokens: int | None = None
    citations: bool | None = None


class CodeExecution(ServerTool, frozen=True, tag="code_execution", omit_defaults=True, kw_only=True):
    """Run code in the vendor's sandbox.

    `container` is the id of one that goes on from an earlier answer; `files` are ids of uploaded files it finds there.
    """

    container: str | None = None
    files: tuple[str, ...] = ()


class FileSearch(ServerTool, frozen=True, tag="file_search", omit_defaults=True):
    """Search the files in `stores`, the vendor's ids of vector stores, file-search stores or libraries.

    `max_results` bounds what one search gives; `filter` is the vendor's own expression over the files' metadata.
    """

    stores: tuple[str, ...]
    max_results: int | None = None
    filter: dict[str, Any] | str | None = None


class Computer(ServerTool, frozen=True, tag="computer", omit_defaults=True):
    """Use a screen of `width` × `height` pixels with mouse and keyboard: its calls are the caller's to carry out.

    `environment` is what is seen on it.
    """

    width: int
    height: int
    environment: Literal["browser", "linux", "mac", "windows"] | str = "browser"


class RemoteMcp(ServerTool, frozen=True, tag="remote_mcp", omit_defaults=True):
    """Use the tools of an MCP server (streamable HTTP) which the vendor calls; for servers you call, see `dragoman.mcp`.

    `name` tells its tools from others. `token` is sent to it as a bearer token, `headers` beside it. `tools` are the only ones
    the model may use, all when empty. `approval="always"` asks the caller before each call, where the vendor can.
    """

    name: str
    url: str
    token: Secret | None = None
    headers: dict[str, str | Secret] = {}
    tools: tuple[str, ...] = ()
    approval: Literal["never", "always"] = "never"
    description: str | None = None

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What must not be shown of it."""
        found = [value for value in (self.token, *self.headers.values()) if isinstance(value, Secret)]
        return tuple(found)
