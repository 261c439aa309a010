"""The official `mcp` package, as a connection whose answers are plain JSON values.

Facts about it, read in its source (version 2.3): one task must enter and leave its client; a request may be made from any task
of the same loop; a request that is cancelled, or takes too long, is called off at the server; a stdio server gets a few harmless
variables of the environment besides what it is given, and its whole process tree is ended with the connection; redirects are
followed within their origin only.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

from ..errors import APIError, ConnectionFailed, DragomanError, TimedOut
from ..version import __version__
from .targets import Http, Target, revealed

try:
    from mcp import Client, MCPError
    from mcp.client.stdio import StdioServerParameters, stdio_client
    from mcp.client.streamable_http import streamable_http_client
    from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
    from mcp.shared._httpx_utils import create_mcp_http_client
    from mcp.types import CONNECTION_CLOSED, INVALID_REQUEST, REQUEST_TIMEOUT, Implementation
except ImportError as error:
    raise ImportError(f"MCP servers need the official package: pip install dragoman[mcp] ({error})") from error

__all__ = ["Lost", "Session", "opened"]

Json = dict[str, Any]
_log: Final = logging.getLogger("dragoman.mcp")
_PAGES: Final = 1_000

_NOTIFIED: Final = {
    "notifications/tools/list_changed": "tools",
    "notifications/resources/list_changed": "resources",
    "notifications/prompts/list_changed": "prompts",
}


class Lost(ConnectionFailed):
    """The connection is over; `asked` is whether the server may have taken up the request."""

    kind = "closed"
    asked = True


class Session:
    """What can be asked of a server while it is there. Raises Lost, TimedOut, and APIError for what the server refuses."""

    def __init__(self, client: Client, label: str, timeout: float | None, over: asyncio.Event) -> None:
        self._client = client
        self._label = label
        self._timeout = timeout
        self._over = over

    @property
    def instructions(self) -> str | None:
        """What the server says about its use."""
        return self._client.instructions

    def offers(self, what: str) -> bool:
        """Whether the server says that it has `tools`, `resources` or `prompts`."""
        return getattr(self._client.server_capabilities, what) is not None

    async def call(self, name: str, arguments: Json) -> Json:
        """A `tools/call` result."""
        return await self._ask(lambda: self._client.call_tool(name, arguments))

    async def read(self, uri: str) -> Json:
        """A `resources/read` result."""
        return await self._ask(lambda: self._client.read_resource(uri))

    async def prompt(self, name: str, arguments: dict[str, str]) -> Json:
        """A `prompts/get` result."""
        return await self._ask(lambda: self._client.get_prompt(name, arguments))

    async def listed(self, what: str) -> list[Json]:
        """All `tools`, `resources`, `resource_templates` or `prompts`, whatever the number of pages."""
        method = getattr(self._client, f"list_{what}")
        key = "resourceTemplates" if what == "resource_templates" else what
        found: list[Json] = []
        cursor: str | None = None
        for _ in range(_PAGES):
            page = await self._ask(lambda cursor=cursor: method(cursor=cursor))  # type: ignore[misc]
            found += page.get(key, ())
            cursor = page.get("nextCursor")
            if cursor is None:
                return found
        raise APIError(f"the MCP server {self._label} lists {what} without an end")

    async def _ask(self, request: Callable[[], Awaitable[Any]]) -> Json:
        if self._over.is_set():
            raise self._lost(asked=False)
        try:
            async with asyncio.timeout(self._timeout):
                result = await request()
        except MCPError as error:
            raise self._named(error) from error
        except TimeoutError as error:
            raise self._late() from error
        except Exception as error:
            raise APIError(f"the MCP server {self._label} answered what cannot be used: {_words(error)}") from error
        dumped: Json = result.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return dumped

    def _named(self, error: MCPError) -> DragomanError:
        """The package's error as one of ours."""
        if error.code == CONNECTION_CLOSED:
            self._over.set()
            return self._lost(asked=True)
        if error.code == REQUEST_TIMEOUT:
            return self._late()
        if error.code == INVALID_REQUEST and error.message == "Session terminated":
            # The package's words for 404: the server does not know this session, for it was started anew.
            self._over.set()
            return self._lost(asked=False)
        return APIError(f"the MCP server {self._label} refused: {error.message}", code=str(error.code), body=error.data)

    def _lost(self, *, asked: bool) -> Lost:
        lost = Lost(f"the MCP server {self._label} has ended")
        lost.asked = asked
        return lost

    def _late(self) -> TimedOut:
        return TimedOut(f"The MCP server {self._label} took longer than {self._timeout:g} s")


@asynccontextmanager
async def opened(
    target: Target, label: str, timeout: float | None, over: asyncio.Event, on_change: Callable[[str], None]
) -> AsyncIterator[Session]:
    """A session with a server, which is started for it where it is a program. `over` is set when the connection ends.

    To be entered and left by one task.
    """

    async def heard(message: Any) -> None:
        if (what := _NOTIFIED.get(getattr(message, "method", ""))) is not None:
            on_change(what)

    async with AsyncExitStack() as stack:
        client = Client(
            _watched(_transport(target, stack), over),
            message_handler=heard,
            client_info=Implementation(name="dragoman", version=__version__),
            # Listings are asked for when somebody wants them, and are not kept: what is kept may be out of date.
            cache=None,
        )
        await stack.enter_async_context(client)
        listening = asyncio.create_task(_listen(client, label))
        stack.push_async_callback(_ended, listening)
        yield Session(client, label, timeout, over)


async def _listen(client: Client, label: str) -> None:
    """Hear of changes, which servers of the newest revision tell those only who ask to be told."""
    has = client.server_capabilities
    tools, resources, prompts = [bool(part and part.list_changed) for part in (has.tools, has.resources, has.prompts)]
    if not (tools or resources or prompts):
        return
    try:
        async with client.listen(
            tools_list_changed=tools, resources_list_changed=resources, prompts_list_changed=prompts
        ) as subscription:
            async for _ in subscription:
                pass  # the package tells the message handler of each, as it does with servers of older revisions
    except ListenNotSupportedError:
        return
    except (MCPError, SubscriptionLost, TimeoutError) as error:
        _log.debug("the MCP server %s tells no more of changes: %s", label, error)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def _transport(target: Target, stack: AsyncExitStack) -> Any:
    if isinstance(target, Http):
        return _over_http(target)
    directory = None if target.directory is None else str(target.directory)
    program = StdioServerParameters(
        command=target.command,
        args=list(target.arguments),
        env=revealed(target.env),
        cwd=directory,
        encoding_error_handler="replace",
    )
    return stdio_client(
        program, errlog=_standard_error() if target.log is None else stack.enter_context(open(target.log, "a", encoding="utf-8"))
    )


def _standard_error() -> Any:
    """Where a server may write to: a file of the system's, which what stands in for `sys.stderr` may not be."""
    for stream in (sys.stderr, sys.__stderr__):
        try:
            if stream is not None and stream.fileno() >= 0:
                return stream
        except (OSError, ValueError):
            continue
    return asyncio.subprocess.DEVNULL


@asynccontextmanager
async def _over_http(target: Http) -> AsyncIterator[Any]:
    async with (
        create_mcp_http_client(headers=target.sent_headers()) as http,
        streamable_http_client(target.url, http_client=http) as streams,
    ):
        yield streams


@asynccontextmanager
async def _watched(transport: Any, over: asyncio.Event) -> AsyncIterator[Any]:
    async with transport as (incoming, outgoing):
        yield _Incoming(incoming, over), outgoing


class _Incoming:
    """The messages of a server, and a note of their end."""

    def __init__(self, stream: Any, over: asyncio.Event) -> None:
        self._stream = stream
        self._over = over

    async def receive(self) -> Any:
        try:
            return await self._stream.receive()
        except Exception:
            self._over.set()
            raise

    async def aclose(self) -> None:
        await self._stream.aclose()

    def __aiter__(self) -> _Incoming:
        return self

    async def __anext__(self) -> Any:
        try:
            return await self._stream.__anext__()
        except (StopAsyncIteration, Exception):
            self._over.set()
            raise

    async def __aenter__(self) -> _Incoming:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *about: Any) -> Any:
        return await self._stream.__aexit__(*about)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:1000]
