"""Stopping a call from anywhere, at every point where it may stand, in both faces: over real sockets."""

from __future__ import annotations

import asyncio
import gc
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fault_server import PATIENCE, STREAM, FaultServer, Peer, answering, chunked, head, stalling, whole

from dragoman import errors
from dragoman.aclient import AsyncClient, AsyncStream
from dragoman.client import Client, Stream
from dragoman.engine.credentials import Access, Grant, Source
from dragoman.engine.effects import Call
from dragoman.engine.gate import Limits
from dragoman.engine.policy import Retry, Timeouts
from dragoman.testing import ScriptedProvider, Turn
from dragoman.types import ArgumentsDelta, Finished, Response, TextDelta, Tool, user
from dragoman.types.content import Text, ToolCall, ToolResult

MODEL = "openai:m"
KEYS = {"openai": "sk-marker-0123456789"}


def said(text: str) -> bytes:
    return b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"%b"}}]}\n\n' % text.encode()


FINISH = b'data: {"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
BEGUN = [head(**STREAM), *chunked([said("one "), said("two ")], end=False)]
BUSY = whole(b'{"error":{"message":"slow down"}}', "429 Too Many Requests", retry_after="50")


def reading(stream: Stream, seen: Callable[[TextDelta], None] = lambda event: None) -> errors.Cancelled:
    """Read to the end that must be `Cancelled`."""
    try:
        for event in stream:
            if isinstance(event, TextDelta):
                seen(event)
    except errors.Cancelled as error:
        return error
    pytest.fail("the stream came to its end")


async def areading(stream: AsyncStream, seen: Callable[[TextDelta], None] = lambda event: None) -> errors.Cancelled:
    try:
        async for event in stream:
            if isinstance(event, TextDelta):
                seen(event)
    except errors.Cancelled as error:
        return error
    pytest.fail("the stream came to its end")


class Stage:
    """A server, and a stream of either face that another thread cancels at a moment."""

    def __init__(self, asynchronous: bool, pool: ThreadPoolExecutor) -> None:
        self._asynchronous = asynchronous
        self._pool = pool

    def cancelled(
        self,
        server: FaultServer,
        moment: Callable[[], Any],
        *,
        seen: Callable[[TextDelta], None] = lambda event: None,
        use: Callable[[Client | AsyncClient], Any] | None = None,
        **settings: Any,
    ) -> tuple[errors.Cancelled, Response]:
        """Read while another thread waits for the moment and cancels twice; the error, and the stream's own response."""
        options: dict[str, Any] = {"keys": KEYS, "base_urls": {"openai": server.url.removesuffix("/answer")}, **settings}

        def cancel(stream: Stream | AsyncStream) -> None:
            assert moment() is not False
            stream.cancel()
            stream.cancel()

        if self._asynchronous:

            async def program() -> tuple[errors.Cancelled, Response]:
                async with AsyncClient(**options) as client:
                    stream = client.stream(MODEL, "Hi")
                    cancelling = asyncio.get_running_loop().run_in_executor(self._pool, cancel, stream)
                    error = await areading(stream, seen)
                    await cancelling
                    if use is not None:
                        await use(client)
                    return error, stream.response

            return asyncio.run(program())
        with Client(**options) as client:
            stream = client.stream(MODEL, "Hi")
            cancelling = self._pool.submit(cancel, stream)
            error = reading(stream, seen)
            cancelling.result(PATIENCE)
            if use is not None:
                use(client)
            return error, stream.response


@pytest.fixture(params=["blocking", "asyncio"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    with ThreadPoolExecutor(2) as pool:
        yield Stage(request.param == "asyncio", pool)


def test_while_the_head_is_waited_for(stage: Stage) -> None:
    """The connection is cut and nothing is tried again; there is no partial."""
    with FaultServer(stalling()) as server:
        error, response = stage.cancelled(server, lambda: server.waiting.wait(PATIENCE))
        assert server.gone.wait(PATIENCE)
        assert 1 == len(server.received)

    assert (None, "", "openai") == (error.partial, response.text, error.provider)
    assert ["Cancelled"] == [attempt.error for attempt in error.attempts]


def test_while_the_connection_is_made(stage: Stage) -> None:
    """TLS that does not come about."""
    with FaultServer(Peer.watch) as server:
        url = server.url.replace("http", "https").removesuffix("/answer")
        stage.cancelled(server, lambda: server.waiting.wait(PATIENCE), base_urls={"openai": url})
        assert server.gone.wait(PATIENCE)


def test_in_the_middle_of_an_answer(stage: Stage) -> None:
    """What arrived is the partial, and the connection is cut while the reader waits."""
    second = threading.Event()
    with FaultServer(stalling(*BEGUN)) as server:
        error, response = stage.cancelled(
            server,
            lambda: second.wait(PATIENCE),
            seen=lambda event: second.set() if event.text == "two " else None,
        )
        assert server.gone.wait(PATIENCE)

    assert error.partial is not None
    assert error.partial.message == response.message
    assert ("one two ", None) == (response.text, response.finish)


def test_while_the_reader_is_busy(stage: Stage) -> None:
    """The connection is cut at once, although nobody reads; the reader is told when it comes back."""
    arrived, cut = threading.Event(), threading.Event()
    with FaultServer(stalling(*BEGUN)) as server:

        def seen(event: TextDelta) -> None:
            arrived.set()
            if stage._asynchronous:
                return  # the loop must have its turn to cut anything
            assert server.gone.wait(PATIENCE)
            cut.set()

        error, _ = stage.cancelled(server, lambda: arrived.wait(PATIENCE), seen=seen)
        assert server.gone.wait(PATIENCE)

    assert isinstance(error, errors.Cancelled)
    assert cut.is_set() is not stage._asynchronous


def test_while_another_try_is_waited_for(stage: Stage) -> None:
    """The wait ends, and there is no other try."""
    told = threading.Event()
    retry = Retry(on_retry=lambda error, tries, wait: told.set())
    with FaultServer(answering(BUSY)) as server:
        error, _ = stage.cancelled(server, lambda: told.wait(PATIENCE), retry=retry)
        assert 1 == len(server.received)

    assert ["RateLimited"] == [attempt.error for attempt in error.attempts]


def test_before_it_begins(stage: Stage) -> None:
    """Nothing is sent; a call of the client's afterwards is another matter."""
    with FaultServer(answering(whole(said("ok") + FINISH))) as server:
        if stage._asynchronous:

            async def program() -> None:
                async with AsyncClient(keys=KEYS, base_urls={"openai": server.url}) as client:
                    stream = client.stream(MODEL, "Hi")
                    stream.cancel()
                    await areading(stream)
                    assert [] == server.received
                    assert "ok" == (await client.chat(MODEL, "Hi")).text

            asyncio.run(program())
        else:
            with Client(keys=KEYS, base_urls={"openai": server.url}) as client:
                stream = client.stream(MODEL, "Hi")
                stream.cancel()
                reading(stream)
                assert [] == server.received
                assert "ok" == client.chat(MODEL, "Hi").text


def test_from_within_its_own_loop() -> None:
    """No event comes after that, although more of them had arrived together."""
    got: list[str] = []
    with FaultServer(stalling(head(**STREAM), *chunked([b"".join([said(str(n)) for n in range(9)])], end=False))) as server:
        with Client(keys=KEYS, base_urls={"openai": server.url}) as client:
            stream = client.stream(MODEL, "Hi")

            def seen(event: TextDelta) -> None:
                got.append(event.text)
                if event.text == "3":
                    stream.cancel()

            error = reading(stream, seen)
        assert server.gone.wait(PATIENCE)

        async def program() -> None:
            async with AsyncClient(keys=KEYS, base_urls={"openai": server.url}) as client:
                stream = client.stream(MODEL, "Hi")

                def seen(event: TextDelta) -> None:
                    got.append(event.text)
                    if event.text == "3":
                        stream.cancel()

                await areading(stream, seen)

        asyncio.run(program())

    assert ["0", "1", "2", "3"] * 2 == got
    assert "012345678" == (error.partial and error.partial.text)


def test_after_the_end_it_does_nothing() -> None:
    """Nor when the whole answer is there and its end has not been taken yet."""
    with FaultServer(answering(whole(said("ok") + FINISH))) as server:
        with Client(keys=KEYS, base_urls={"openai": server.url}) as client, client.stream(MODEL, "Hi") as stream:
            for event in stream:
                if isinstance(event, TextDelta):
                    stream.cancel()
            stream.cancel()
            assert isinstance(event, Finished)
            assert ("ok", "stop") == (stream.response.text, stream.response.finish and stream.response.finish.reason)

        async def program() -> None:
            async with AsyncClient(keys=KEYS, base_urls={"openai": server.url}) as client:
                async with client.stream(MODEL, "Hi") as stream:
                    async for event in stream:
                        if isinstance(event, TextDelta):
                            stream.cancel()
                    stream.cancel()
                assert isinstance(event, Finished)
                assert "ok" == stream.response.text
                assert "ok" == (await client.chat(MODEL, "Hi")).text

        asyncio.run(program())


def test_while_it_waits_for_its_turn(stage: Stage) -> None:
    """The place in the queue is given up, and the next one passes."""
    answers, leave = threading.Semaphore(1), threading.Event()

    def handler(peer: Peer) -> None:
        peer.receive()
        if not answers.acquire(blocking=False):
            peer.send(whole(said("ok") + FINISH))
            return
        peer.server.waiting.set()
        leave.wait(PATIENCE)
        peer.send(whole(said("first") + FINISH))

    limits = {"openai": Limits(in_flight=1)}
    with FaultServer(handler) as server:
        options: dict[str, Any] = {"keys": KEYS, "base_urls": {"openai": server.url}, "limits": limits}
        if stage._asynchronous:

            async def program() -> None:
                async with AsyncClient(**options) as client:
                    first = asyncio.create_task(client.chat(MODEL, "Hi"))
                    await asyncio.to_thread(server.waiting.wait, PATIENCE)
                    second = client.stream(MODEL, "Hi")
                    third = asyncio.create_task(client.chat(MODEL, "Hi"))
                    asyncio.get_running_loop().call_soon(second.cancel)
                    await areading(second)
                    leave.set()
                    assert ["first", "ok"] == [reply.text for reply in await asyncio.gather(first, third)]

            asyncio.run(program())
        else:
            with Client(**options) as client:
                first = stage._pool.submit(client.chat, MODEL, "Hi")
                assert server.waiting.wait(PATIENCE)
                second = client.stream(MODEL, "Hi")
                cancelling = threading.Timer(0.01, second.cancel)
                cancelling.start()
                reading(second)
                cancelling.join()
                leave.set()
                assert ["first", "ok"] == [first.result(PATIENCE).text, client.chat(MODEL, "Hi").text]


class Slow(Source):
    """A credential that takes its time in a thread."""

    def __init__(self) -> None:
        self.reached, self.leave = threading.Event(), threading.Event()

    def obtain(self, timeouts: Timeouts) -> Any:
        def ask() -> Grant:
            self.reached.set()
            self.leave.wait(PATIENCE)
            return Grant(None)

        return (yield Call(ask, blocks=True))


def test_while_a_credential_is_fetched(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever fetches it is left to it."""
    slow = Slow()
    monkeypatch.setattr("dragoman.access.Entrance.access", lambda *_: Access(slow))
    with FaultServer(stalling()) as server:

        def moment() -> None:
            assert slow.reached.wait(PATIENCE)
            threading.Timer(0.05, slow.leave.set).start()

        stage.cancelled(server, moment)
        assert [] == server.received


def test_whole_answers_end_when_their_client_is_closed(stage: Stage) -> None:
    """The call under way raises Cancelled."""
    with FaultServer(stalling()) as server:
        if stage._asynchronous:

            async def program() -> None:
                client = AsyncClient(keys=KEYS, base_urls={"openai": server.url})
                asking = asyncio.create_task(client.chat(MODEL, "Hi"))
                await asyncio.to_thread(server.waiting.wait, PATIENCE)
                await client.close()
                with pytest.raises(errors.Cancelled):
                    await asking

            asyncio.run(program())
        else:
            client = Client(keys=KEYS, base_urls={"openai": server.url})
            asking = stage._pool.submit(client.chat, MODEL, "Hi")
            assert server.waiting.wait(PATIENCE)
            client.close()
            with pytest.raises(errors.Cancelled):
                asking.result(PATIENCE)
        assert server.gone.wait(PATIENCE)


def test_a_signal_handler_may_cancel() -> None:
    """In the thread that reads."""
    with FaultServer(stalling(*BEGUN)) as server, Client(keys=KEYS, base_urls={"openai": server.url}) as client:
        stream = client.stream(MODEL, "Hi")
        before = signal.signal(signal.SIGUSR1, lambda *_: stream.cancel())
        main = threading.main_thread().ident or 0

        def interrupt() -> None:
            server.waiting.wait(PATIENCE)
            signal.pthread_kill(main, signal.SIGUSR1)

        other = threading.Thread(target=interrupt)
        other.start()
        try:
            reading(stream)
        finally:
            other.join(PATIENCE)
            signal.signal(signal.SIGUSR1, before)


def test_a_cancelled_task_is_a_cancelled_task() -> None:
    """`task.cancel()` beside `stream.cancel()` stays what asyncio makes of it."""

    async def program(server: FaultServer) -> None:
        async with AsyncClient(keys=KEYS, base_urls={"openai": server.url}) as client:
            stream = client.stream(MODEL, "Hi")

            async def read() -> None:
                async for _ in stream:
                    pass

            task = asyncio.create_task(read())
            await asyncio.to_thread(server.waiting.wait, PATIENCE)
            stream.cancel()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    with FaultServer(stalling()) as server:
        asyncio.run(program(server))
        assert server.gone.wait(PATIENCE)


def test_a_timeout_around_it_still_works() -> None:
    """The task's own account of cancellations is left in order: asyncio.timeout afterwards is not confused."""

    async def program(server: FaultServer) -> None:
        async with AsyncClient(keys=KEYS, base_urls={"openai": server.url}) as client:
            stream = client.stream(MODEL, "Hi")
            asyncio.get_running_loop().call_later(0.02, stream.cancel)
            async with asyncio.timeout(PATIENCE):
                await areading(stream)
            task = asyncio.current_task()
            assert task is not None
            assert 0 == task.cancelling()
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await asyncio.Event().wait()

    with FaultServer(stalling()) as server:
        asyncio.run(program(server))


def let_go(make: Callable[[], object]) -> None:
    make()
    gc.collect()


def test_a_stream_that_is_let_go_of_closes_its_connection() -> None:
    """Breaking out of the loop without a block, or losing the stream in a cycle, leaves nothing behind and warns of nothing."""

    def broken_off(client: Client) -> None:
        for _ in client.stream(MODEL, "Hi"):
            break

    def lost(client: Client) -> None:
        cycle: list[Any] = [iter(client.stream(MODEL, "Hi"))]
        cycle.append(cycle)
        next(cycle[0])

    for leave in (broken_off, lost):
        with FaultServer(stalling(*BEGUN)) as server, Client(keys=KEYS, base_urls={"openai": server.url}) as client:
            leave(client)
            gc.collect()
            assert server.gone.wait(PATIENCE)


def test_an_asyncio_stream_that_is_let_go_of_closes_its_connection() -> None:
    """In the loop's next turn."""

    async def gone(server: FaultServer) -> None:
        assert await asyncio.to_thread(server.gone.wait, PATIENCE)

    async def program(server: FaultServer, leave: Callable[[AsyncClient], Awaitable[None]]) -> None:
        async with AsyncClient(keys=KEYS, base_urls={"openai": server.url}) as client:
            await leave(client)
            gc.collect()
            await gone(server)

    async def broken_off(client: AsyncClient) -> None:
        async for _ in client.stream(MODEL, "Hi"):
            break

    async def lost(client: AsyncClient) -> None:
        cycle: list[Any] = [aiter(client.stream(MODEL, "Hi"))]
        cycle.append(cycle)
        await anext(cycle[0])

    for leave in (broken_off, lost):
        with FaultServer(stalling(*BEGUN)) as server:
            asyncio.run(program(server, leave))


def test_a_stream_that_is_never_read_costs_nothing() -> None:
    """Nothing is sent and nothing warns."""
    with FaultServer(stalling()) as server:
        with Client(keys=KEYS, base_urls={"openai": server.url}) as client:
            let_go(lambda: client.stream(MODEL, "Hi"))

        async def program() -> None:
            async with AsyncClient(keys=KEYS, base_urls={"openai": server.url}) as client:
                let_go(lambda: client.stream(MODEL, "Hi"))

        asyncio.run(program())
        assert [] == server.received


CALL = (
    b'data: {"id":"c","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"call_1","type":"function",'
    b'"function":{"name":"weather","arguments":"{\\"city\\":\\"Par"}}]}}]}\n\n'
)


def test_an_unfinished_call_is_never_run_and_the_conversation_goes_on() -> None:
    """It is visibly malformed; sent back, it is answered with an error, and its arguments are what the wire can take."""
    with (
        FaultServer(stalling(head(**STREAM), *chunked([said("I look."), CALL], end=False))) as server,
        Client(keys=KEYS, base_urls={"openai": server.url}) as client,
    ):
        stream = client.stream(MODEL, "Weather?")
        events = iter(stream)
        while not isinstance(next(events), ArgumentsDelta):
            pass
        stream.cancel()
        with pytest.raises(errors.Cancelled) as caught:
            next(events)
        error = caught.value

    assert error.partial is not None
    (unfinished,) = error.partial.message.tool_calls
    assert ('{"city":"Par', True) == (unfinished.arguments, unfinished.malformed)

    tools = [Tool("weather", "Today's weather.", {"type": "object", "properties": {"city": {"type": "string"}}})]
    for model in ("openai:m", "anthropic:m", "gemini:m"):
        provider = ScriptedProvider(Turn("Sunny."))
        with Client(transport=provider.transport(), keys=dict.fromkeys(("openai", "anthropic", "gemini"), "k")) as client:
            history = [user("Weather?"), error.partial.message, user("go on")]
            reply = client.chat(model, history, tools=tools)
        blocks = [block for message in provider.requests[0].messages for block in message.content]
        assert "Sunny." == reply.text
        assert ["weather"] == [block.name for block in blocks if isinstance(block, ToolCall)]
        assert [True] == [bool(block.content) for block in blocks if isinstance(block, ToolResult)]
        assert "I look." in [block.text for block in blocks if isinstance(block, Text)]
        assert "orphan_call" in [adaptation.feature for adaptation in reply.adaptations]
