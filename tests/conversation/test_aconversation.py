"""Conversations with the asynchronous client: the same as the blocking ones, beside other tasks."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from dragoman import errors
from dragoman.aclient import AsyncClient
from dragoman.conversation import Store
from dragoman.conversation.aconversation import AsyncConversation
from dragoman.conversation.astreamed import AsyncConversationStream
from dragoman.conversation.conversation import Conversation
from dragoman.conversation.core import Core
from dragoman.conversation.streamed import ConversationStream
from dragoman.testing import ScriptedProvider, Turn, delay, fail, fault, text
from dragoman.types import Model, TextDelta

KEYS = dict.fromkeys(("openai", "anthropic"), "none")


def run(program: Coroutine[Any, Any, None]) -> None:
    asyncio.run(program)


def client(provider: ScriptedProvider, **settings: Any) -> AsyncClient:
    return AsyncClient(transport=provider.async_transport(), keys=KEYS, retry=False, **settings)


def texts(talk: AsyncConversation) -> list[str]:
    return [message.text for message in talk.messages]


def public(kind: type) -> dict[str, str | None]:
    """The public members of a class with their signatures, in words that both worlds share."""

    def plain(name: str) -> str:
        return name.replace("__a", "__")

    special = {"__init__", "__enter__", "__aenter__", "__exit__", "__aexit__", "__iter__", "__aiter__"}
    members = {plain(name): value for name, value in vars(kind).items() if not name.startswith("_") or name in special}
    return {
        name: str(inspect.signature(getattr(value, "__func__", value))).replace("Async", "")
        if not isinstance(value, property)
        else None
        for name, value in members.items()
    }


@pytest.mark.parametrize(
    ("blocking", "asynchronous"), [(Conversation, AsyncConversation), (ConversationStream, AsyncConversationStream)]
)
def test_both_faces_have_the_same_signatures(blocking: type, asynchronous: type) -> None:
    """Members, parameters, defaults and results differ only in `async`."""
    assert public(blocking) == public(asynchronous)


def test_it_remembers(tmp_path: Path) -> None:
    """Through a store, streamed and not, with everything that can be done to it."""

    async def program() -> None:
        provider = ScriptedProvider("a", Turn("b", "c"), "d", "e", "f")
        path = tmp_path / "talks.db"
        async with client(provider) as it:
            async with await it.conversation("openai:m", store=path, id="one") as talk:
                await talk.chat("1")
                async with talk.stream("2") as stream:
                    assert 2 == len([event async for event in stream if isinstance(event, TextDelta)])
                assert "bc" == stream.response.text
                await talk.edit("two")
                await talk.regenerate()
                async with await talk.fork(id="two") as fork:
                    await fork.chat("3")
                await talk.undo()
                await talk.describe(title="t")
                await talk.add("4")
                await talk.trim(max_turns=1)
                await talk.save(tmp_path / "talk.json")
                assert ["4"] == texts(talk)
                assert not [turn for turn in talk.turns if turn.interrupted]
                await talk.goto(talk.turns[1].id)
                await talk.refresh()
            async with await it.conversation(store=path, id="one") as again:
                assert (talk.history, "t", talk.model) == (again.history, again.title, again.model)
            loaded = await it.conversation(saved=tmp_path / "talk.json")
            assert ["4"] == texts(loaded)
        with Store(path) as store:
            assert ["1", "a", "two", "e", "3", "f"] == [m.text for m in store.read("two").history.messages()]  # type: ignore[union-attr]
            assert {"one", "two"} == {record.id for record in store.recent()}

    run(program())


def test_text_and_shape() -> None:
    """Text alone, the plan, size and totals need no waiting."""

    async def program() -> None:
        async with client(ScriptedProvider(Turn(text("a", "b")))) as it:
            talk = await it.conversation("openai:m", system="Rule.", notes={"k": 1}, id="x")
            async with talk.stream("1") as stream:
                assert ["a", "b"] == [piece async for piece in stream.text_stream]
            assert b'"2"' in (talk.plan("2").http.body or b"")
            assert (1, True) == (talk.totals.calls, talk.size("3").estimated)
            assert ("x", "Rule.", {"k": 1}) == (talk.id, talk.system[0].text, talk.notes)
            assert "<AsyncConversation x of 2 turns with 'openai:m'>" == repr(talk)
            with pytest.raises(errors.UsageError, match="this stream is over"):
                aiter(stream)

    run(program())


def test_the_store_does_not_hold_up_the_loop() -> None:
    """While a turn waits for the disk, other tasks go on: here the disk waits for one of them."""

    async def program() -> None:
        go_on, waiting = threading.Event(), threading.Event()

        class Slow(Store):
            def write(self, *arguments: Any) -> Any:
                waiting.set()
                assert go_on.wait(30), "the loop stood still"
                return super().write(*arguments)

        async def elsewhere() -> None:
            while not waiting.is_set():
                await asyncio.sleep(0)
            go_on.set()

        with Slow(":memory:") as store:
            async with client(ScriptedProvider("a")) as it:
                talk = await it.conversation("openai:m", store=store)
                await asyncio.gather(talk.chat("1"), elsewhere())
        assert ["1", "a"] == texts(talk)

    run(program())


def test_cancelled_while_it_is_stored() -> None:
    """A commit cannot be stopped: the task waits for it, and the conversation knows what was stored."""

    async def program() -> None:
        go_on, waiting = threading.Event(), threading.Event()

        class Slow(Store):
            def write(self, *arguments: Any) -> Any:
                waiting.set()
                assert go_on.wait(30)
                return super().write(*arguments)

        with Slow(":memory:") as store:
            async with client(ScriptedProvider("a", "b")) as it:
                talk = await it.conversation("openai:m", store=store)
                task = asyncio.create_task(talk.chat("1"))
                while not waiting.is_set():
                    await asyncio.sleep(0)
                for _ in range(2):
                    task.cancel()
                    await asyncio.sleep(0)
                assert not task.done()
                go_on.set()
                with pytest.raises(asyncio.CancelledError):
                    await task
                await talk.chat("2")
                assert ["1", "a", "2", "b"] == texts(talk)
                assert talk.history == store.read(talk.id).history  # type: ignore[union-attr]

    run(program())


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("how", ["left", "cancelled", "task", "cut"])
def test_an_answer_that_broke_off(how: str, keep: bool) -> None:
    """Left early, cancelled, its task cancelled, or cut: kept by choice, and gone on from."""

    async def program() -> None:
        parts = ["One ", fault("end")] if how == "cut" else ["One ", fault("stall")]
        provider = ScriptedProvider(Turn(text(*parts)), "Again.")
        with Store(":memory:") as store, provider.serve() as server:
            async with AsyncClient(keys=KEYS, base_urls={"anthropic": server.url}, retry=False) as it:
                talk = await it.conversation("anthropic:m", keep_partial=keep, store=store)
                begun = asyncio.Event()

                async def read() -> None:
                    async with talk.stream("Count.") as stream:
                        async for event in stream:
                            if not isinstance(event, TextDelta):
                                continue
                            begun.set()
                            if how == "left":
                                break
                            if how == "cancelled":
                                stream.cancel()

                task = asyncio.create_task(read())
                await begun.wait()
                await asyncio.sleep(0)
                if how == "task":
                    task.cancel()
                expected = {"cancelled": errors.Cancelled, "task": asyncio.CancelledError, "cut": errors.StreamCut}
                if how in expected:
                    with pytest.raises(expected[how]):
                        await task
                else:
                    await task

                assert [False, True] * keep == [turn.interrupted for turn in talk.turns]
                saved = store.read(talk.id)
                assert talk.turns == (saved.history.path() if saved is not None else ())
                await talk.chat("Once more.")
                assert (["Count.", "One "] * keep) + ["Once more.", "Again."] == texts(talk)

    run(program())


def test_a_cancelled_chat_adds_nothing() -> None:
    """Its task is over, the conversation free and as it was."""

    async def program() -> None:
        async with client(ScriptedProvider(Turn(delay(600), "a"), "b")) as it:
            talk = await it.conversation("openai:m")
            task = asyncio.create_task(talk.chat("1"))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert () == talk.turns
            await talk.chat("2")
            assert ["2", "b"] == texts(talk)

    run(program())


def test_one_call_at_a_time() -> None:
    """Two tasks that ask at once are told to take turns, or a fork."""

    async def program() -> None:
        async with client(ScriptedProvider("a", "b")) as it:
            talk = await it.conversation("openai:m")
            outcomes = await asyncio.gather(talk.chat("1"), talk.chat("2"), return_exceptions=True)
            assert [True, False] == [isinstance(outcome, errors.UsageError) for outcome in reversed(outcomes)]
            assert ["1", "a"] == texts(talk)

    run(program())


def test_it_is_shortened() -> None:
    """A conversation that is too long gets a summary, once."""

    async def program() -> None:
        long = "word " * 400
        too_long = Turn(fail(400, "invalid_request_error", "prompt is too long: 300000 tokens > 200000 maximum"))
        async with client(ScriptedProvider(long, "b", too_long, "SHORT", "c", "AGAIN")) as it:
            talk = await it.conversation("anthropic:m")
            await talk.chat(long)
            await talk.chat("2")
            reply = await talk.chat("3")
            assert ["history"] == [note.feature for note in reply.adaptations]
            assert ["2", "b", "3", "c"] == texts(talk)[1:]
            assert await talk.compact() is not None

    run(program())


def test_a_stream_that_was_never_read() -> None:
    """Nothing was asked, nothing is stored; one cancelled before it begins says so."""

    async def program() -> None:
        provider = ScriptedProvider("One.")
        async with client(provider, models=[Model("openai", "m", context=1000)]) as it:
            talk = await it.conversation("openai:m")
            async with talk.stream("Count.") as stream:
                assert "" == stream.response.text
            async with talk.stream("Count.") as stream:
                stream.cancel()
                with pytest.raises(errors.Cancelled):
                    _ = [event async for event in stream]
            assert ((), []) == (talk.turns, provider.requests)

    run(program())


def test_opening_waits_in_a_thread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a file of conversations does not hold up the loop either."""

    async def program() -> None:
        seen: list[int] = []
        real = Core.open

        def watched(*arguments: Any) -> Core:
            seen.append(threading.get_ident())
            return real(*arguments)

        monkeypatch.setattr(Core, "open", watched)
        async with client(ScriptedProvider()) as it, await it.conversation("openai:m", store=tmp_path / "talks.db"):
            assert 1 == len(seen)
            assert threading.get_ident() not in seen

    run(program())
