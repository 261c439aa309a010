"""Where a program runs: a scripted provider on 127.0.0.1, a client of it, and what must hold of every question.

A program says `await stage.ask(turn, history, ...)`: the provider will answer `turn`, the client asks. Whatever the
program is about, the stage holds the answer against the turn and what the provider understood against what was said.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import msgspec

from dragoman import AsyncClient, Client, Message, Response
from dragoman.engine.accumulate import accumulate
from dragoman.protocols import load as load_protocol
from dragoman.providers import Provider
from dragoman.testing import ScriptedProvider, Server, Turn
from dragoman.transport.local import Late, Reply
from dragoman.types import Adaptation, Block, Origin, Request, Text, TextDelta, Thinking, ToolCall, ToolChoice
from dragoman.wire.http import HttpRequest

from .compare import differences, silent
from .wires import WIRES

__all__ = ["FACES", "KEY", "Asker", "Program", "Stage", "base_url", "perform", "perform_with"]

KEY = "a-key-for-nobody"
FACES = ("sync whole", "sync stream", "async whole", "async stream")
"""The ways of asking: either client, the whole answer or its stream."""

Program = Callable[["Stage"], Coroutine[Any, Any, None]]
Asker = Callable[[bool, list[Message], dict[str, Any]], Awaitable[Response]]
"""How a client asks: whether for a stream, the messages, the options."""

# Where those vendors are that have no address of their own, or none that says on a server of many wires which it is.
_PATHS = {
    "mistral": "/mistral/v1",
    "azure": "/openai/v1",
    "databricks": "/serving-endpoints",
    "snowflake": "/api/v2/cortex/v1",
    "cloudflare": "/client/v4/accounts/a/ai/v1",
    "openai-compatible": "/v1",
}


class Stage:
    """One run of a program through one client.

    `said` are the requests as they were meant, `replies` what the client made of the answers, `adaptations` all that
    was listed on them, `failures` what a program keeps of errors. A program sets `unseen` when it could not show what it
    is about. `loses` are differences that the client makes by itself, and says nothing of.
    """

    def __init__(self, provider: Provider, model: str, *, streams: bool, loses: frozenset[str] = frozenset()) -> None:
        self.provider = provider
        self.loses = loses
        self.wire = WIRES[provider.protocol]
        self.model = model
        self.streams = streams
        self.said: list[Request] = []
        self.failures: list[Exception] = []
        self.unseen = False
        self.replies: list[Response] = []
        self.adaptations: list[Adaptation] = []
        self.scripted = ScriptedProvider(answer=lambda _: self._turn, protocols=[load_protocol(provider.protocol)])
        self.asker: Asker | None = None
        self._turn = Turn()

    @property
    def heard(self) -> list[Request]:
        """The requests as the provider understood them."""
        return self.scripted.requests

    @property
    def http(self) -> list[HttpRequest]:
        """The requests as they came."""
        return self.scripted.http

    def serve(self) -> Server:
        """The provider on 127.0.0.1.

        One that is asked at a path of its own, which may hold the model, is asked there; it understands what stands in
        the path as if it stood in the body.
        """
        dialect = self.provider.dialect
        paths = [path for name in ("path", "stream_path") if (path := getattr(dialect, name, None))]
        own = [path.format(model=self.model) for path in paths]
        usual = type(dialect)().path if own else ""

        def handle(http: HttpRequest) -> Reply | Late:
            path = next((path for path in own if http.url.endswith(path) and path != usual), None)
            if path is not None:
                body = http.body if getattr(dialect, "model_in_body", True) else _with(http.body, model=self.model)
                http = msgspec.structs.replace(http, url=http.url.removesuffix(path) + usual, body=body)
            return self.scripted.handle(http)

        return Server(handle)

    async def ask(self, turn: Turn, messages: Sequence[Message], *, stream: bool | None = None, **options: Any) -> Response:
        """What the client makes of `turn`, which the provider says to these messages."""
        reply = await self._say(turn, messages, stream, options)
        listed = list(reply.adaptations)
        self.replies.append(reply)
        self.adaptations += listed
        assert len(self.said) == len(self.heard)
        changed = differences(self.said[-1], self.heard[-1])
        unsaid = {name: pair for name, pair in silent(changed, listed).items() if not self._filled(name)}
        assert {} == unsaid, f"understood otherwise, and listed nowhere: {unsaid}"
        self._check(turn, reply)
        return reply

    async def fail(self, turn: Turn, messages: Sequence[Message], *, stream: bool | None = None) -> Exception:
        """What the client raises when the provider says `turn`."""
        try:
            await self._say(turn, messages, stream, {})
        except Exception as error:
            if isinstance(error, AssertionError):
                raise
            return error
        raise AssertionError("the client raises nothing")

    async def _say(self, turn: Turn, messages: Sequence[Message], stream: bool | None, options: dict[str, Any]) -> Response:
        assert self.asker is not None
        self._turn = turn
        streams = self.streams if stream is None else stream
        self.said.append(_request(self.model, messages, streams, options))
        return await self.asker(streams, list(messages), options)

    def _check(self, turn: Turn, reply: Response) -> None:
        """The answer is the turn: its blocks in order, its end, its counts."""
        expected = accumulate(turn.events(number=len(self.said)), Origin(self.provider.protocol))
        assert [self._shown(block) for block in expected.message.content] == [
            self._shown(block) for block in reply.message.content
        ]
        assert expected.finish is not None
        assert reply.finish is not None
        assert expected.finish.reason == reply.finish.reason
        if expected.usage.output is not None and reply.usage.output is not None:
            assert (expected.usage.input, expected.usage.output) == (reply.usage.input, reply.usage.output)

    def _filled(self, name: str) -> bool:
        """Whether something differs only because its wire demands it, or the client cannot say it."""
        return name in self.loses or (name in self.wire.fills and getattr(self.said[-1], name) is None)

    def _shown(self, block: Block) -> Any:
        match block:
            case Text(text=text):
                return ("text", text)
            case Thinking(text=text, signature=signature, encrypted=encrypted):
                return ("thinking", text, signature, encrypted)
            case ToolCall(id=id, name=name):
                return (
                    "tool_call",
                    None if "tool_call" in self.loses else id,
                    name,
                    block.input,
                    block.extra.get("thoughtSignature"),
                )
        return msgspec.structs.replace(block, origin=None, extra={})


def perform(program: Program, provider: Provider, face: str, *, model: str = "any-model") -> Stage:
    """Run a program by one of our own faces; `AssertionError` where anything is not as it was said."""
    where, form = face.split()
    stage = Stage(provider, model, streams=form == "stream")
    reference = f"{provider.name}:{model}"
    with stage.serve() as server:
        about: Any = {
            "providers": [provider],
            "base_urls": {provider.name: base_url(provider, server.url)},
            "keys": {provider.name: f"{provider.exchange.ready if provider.exchange else ''}{KEY}"},
            "retry": False,
        }
        if where == "sync":
            with Client(**about) as client:
                stage.asker = _blocking(client, reference)
                _drive(program(stage))
        else:
            asyncio.run(_perform_async(program, stage, about, reference))
        assert [] == server.errors
    return stage


def perform_with(program: Program, stage: Stage, make: Callable[[str], AbstractContextManager[Asker]]) -> None:
    """Run a program by another client: `make` opens its way of asking, from the server's address."""
    with stage.serve() as server, make(server.url) as asker:
        stage.asker = asker
        _drive(program(stage))
        assert [] == server.errors


def base_url(provider: Provider, server: str) -> str:
    """Where a provider is when it is on this machine."""
    path = urlsplit(provider.base_url or "").path
    return server + _PATHS.get(provider.name, path.translate({ord(sign): None for sign in "{}"}))


def _with(body: bytes, **fields: Any) -> bytes:
    return msgspec.json.encode({**msgspec.json.decode(body), **fields})


async def _perform_async(program: Program, stage: Stage, about: Any, reference: str) -> None:
    async with AsyncClient(**about) as client:

        async def asker(streams: bool, messages: list[Message], options: dict[str, Any]) -> Response:
            if not streams:
                return await client.chat(reference, messages, **options)
            async with client.stream(reference, messages, **options) as stream:
                words = [event.text async for event in stream if isinstance(event, TextDelta)]
            assert "".join(words) == stream.response.text
            return stream.response

        stage.asker = asker
        await program(stage)


def _blocking(client: Client, reference: str) -> Asker:
    async def asker(streams: bool, messages: list[Message], options: dict[str, Any]) -> Response:
        if not streams:
            return client.chat(reference, messages, **options)
        with client.stream(reference, messages, **options) as stream:
            words = [event.text for event in stream if isinstance(event, TextDelta)]
        assert "".join(words) == stream.response.text
        return stream.response

    return asker


def _drive(running: Coroutine[Any, Any, None]) -> None:
    """Run what never waits: a program whose client blocks."""
    try:
        running.send(None)
    except StopIteration:
        return
    running.close()
    raise AssertionError("a blocking client does not wait")


def _request(model: str, messages: Sequence[Message], streams: bool, options: dict[str, Any]) -> Request:
    """What the words of a call mean."""
    said = dict(options)
    if isinstance(said.get("system"), str):
        said["system"] = (Text(said["system"]),)
    if isinstance(said.get("tool_choice"), str):
        word = said["tool_choice"]
        said["tool_choice"] = ToolChoice(word) if word in ("auto", "none", "required") else ToolChoice("tool", word)
    for name in ("tools", "stop"):
        if name in said:
            said[name] = tuple(said[name])
    return Request(model, tuple(messages), stream=streams, **said)
