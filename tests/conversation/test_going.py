"""Runs of a conversation: every step is kept as it comes, through cancelling, failing and `kill -9`, and gone on from."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import dragoman
from dragoman import AsyncClient, Client, Tool, errors, tool, tool_result, user
from dragoman.conversation import Store
from dragoman.conversation.history import arranged
from dragoman.protocols import NAMES
from dragoman.spending import Budget
from dragoman.testing import ScriptedProvider, Turn, call, fail, text, usage
from dragoman.tools import ToolContext
from dragoman.types import (
    Message,
    Model,
    Price,
    RunPolicy,
    StepFinished,
    StepStarted,
    TextDelta,
    ToolFinished,
    ToolResult,
    ToolStarted,
)

KEYS = dict.fromkeys(("openai", "anthropic", "gemini"), "none")
SOURCE = str(Path(dragoman.__file__).resolve().parent.parent)
TURNS = (Turn("Let me look.", call("look", {"at": "a"}), call("look", {"at": "b"})), Turn(call("look", {"at": "c"})), "Done.")


class Looker:
    """A tool that remembers what it was asked."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    @tool
    def look(self, at: str) -> str:
        """Look somewhere."""
        self.seen.append(at)
        return f"{at} seen"


def client(provider: ScriptedProvider, **settings: Any) -> Client:
    return Client(transport=provider.transport(), keys=KEYS, retry=False, **settings)


def roles(messages: tuple[Message, ...]) -> str:
    return "".join(message.role[0] for message in messages)


def told(messages: tuple[Message, ...]) -> list[str]:
    results = [block for message in messages for block in message.content if isinstance(block, ToolResult)]
    return ["".join([block.text for block in result.content]) for result in results]  # type: ignore[union-attr]


def test_every_step_is_on_the_disk_before_it_is_told_of(tmp_path: Path) -> None:
    """Whoever sees an event finds what it says in the store: answers with their question, results one by one."""
    looker, kept = Looker(), []
    with Store(tmp_path / "talks.db") as store, client(ScriptedProvider(*TURNS)) as it:
        talk = it.conversation("anthropic:m", store=store, id="one", tools=[looker.look])
        with talk.run_stream("Look around.", policy=RunPolicy(parallel=1)) as run:
            for event in run:
                saved = store.read("one")
                turns = saved.history.messages() if saved is not None else ()
                if isinstance(event, StepStarted | StepFinished | ToolStarted | ToolFinished):
                    kept.append((type(event).__name__, roles(turns)))
        assert talk.history == store.read("one").history  # type: ignore[union-attr]

    assert [
        ("StepStarted", ""),
        ("StepFinished", "ua"),
        ("ToolStarted", "ua"),
        ("ToolFinished", "uat"),
        ("ToolStarted", "uat"),
        ("ToolFinished", "uatt"),
        ("StepStarted", "uatt"),
        ("StepFinished", "uatta"),
        ("ToolStarted", "uatta"),
        ("ToolFinished", "uattat"),
        ("StepStarted", "uattat"),
        ("StepFinished", "uattata"),
    ] == kept
    assert ("Done.", "done", 3) == (run.result.text, run.result.stopped, len(run.result.steps))
    assert ["a seen", "b seen", "c seen"] == told(talk.messages)


def test_results_are_sent_in_the_order_of_their_calls() -> None:
    """Whichever tool ends first, in one message; so that what was sent once is sent again, after a kill too."""
    first = threading.Event()

    @tool
    def wait(name: str) -> str:
        """Wait."""
        if name == "slow":
            assert first.wait(30)
        return name

    provider = ScriptedProvider(Turn(call("wait", {"name": "slow"}), call("wait", {"name": "quick"})), "Done.", "Yes.")
    with client(provider) as it:
        talk = it.conversation("openai:m", tools=[wait])
        with talk.run_stream("Wait.") as run:
            for event in run:
                if isinstance(event, ToolFinished):
                    first.set()
        talk.chat("Really?")

    assert ["quick", "slow"] == told(talk.messages)
    assert [["slow", "quick"]] * 2 == [told(request.messages) for request in provider.requests[1:]]
    assert provider.requests[1].messages == provider.requests[2].messages[: len(provider.requests[1].messages)]


@pytest.mark.parametrize("kind", [StepStarted, StepFinished, ToolStarted, ToolFinished])
def test_a_run_that_is_left_goes_on(kind: type) -> None:
    """What was kept is not done again, and nothing is asked twice."""
    looker, provider = Looker(), ScriptedProvider(*TURNS)
    with client(provider) as it:
        talk = it.conversation("anthropic:m", tools=[looker.look])
        with talk.run_stream("Look around.", policy=RunPolicy(parallel=1)) as run:
            for event in run:
                if isinstance(event, kind):
                    break
        result = talk.run(None if talk.turns else "Look around.")

    assert "Done." == result.text
    assert ["a", "b", "c"] == sorted({*looker.seen})
    assert 3 == len(provider.requests)
    assert "utat" not in roles(talk.messages)
    assert "uatata" == roles(arranged(talk.messages))


def test_a_run_that_is_over_is_not_run_again() -> None:
    """Whoever was killed after the last answer, and asks again, is given it; nobody is asked."""
    looker, provider = Looker(), ScriptedProvider("Yes.", Turn('{"value": 7}'))
    with client(provider) as it:
        talk = it.conversation("openai:m", tools=[looker.look])
        talk.run("Well?")
        again = talk.run()
        assert ("Yes.", "done", (), 1) == (again.text, again.stopped, again.messages, len(provider.requests))
        talk.run("How many?", output=int)
        assert 7 == talk.run(output=int).output
        assert 2 == len(provider.requests)


def test_an_answer_that_broke_off_has_called_nothing() -> None:
    """Kept by choice, its calls are not run, for they may not be whole; the model is asked again."""
    looker = Looker()
    provider = ScriptedProvider(Turn("Let me ", text("look"), call("look", {"at": "a"})), "Done.")
    with client(provider) as it:
        talk = it.conversation("anthropic:m", tools=[looker.look], keep_partial=True)
        with talk.run_stream("Look.") as run:
            for event in run:
                if isinstance(event, TextDelta):
                    break
        assert ("ua", [False, True]) == (roles(talk.messages), [turn.interrupted for turn in talk.turns])
        assert "Done." == talk.run().text
    assert [] == looker.seen


def test_an_answer_that_was_whole_when_the_reader_left_is_kept() -> None:
    """It was paid for; its calls are answered by the next run."""
    looker, provider = Looker(), ScriptedProvider(*TURNS)
    with client(provider) as it:
        talk = it.conversation("anthropic:m", tools=[looker.look])
        with talk.run_stream("Look.") as run:
            for event in run:
                if type(event).__name__ == "Finished":
                    break
        assert "ua" == roles(talk.messages)
        assert "Done." == talk.run().text


def test_a_cancelled_run_keeps_what_it_had_done() -> None:
    """A result that had come is kept although another tool was still at work; that one runs again."""
    started, never = threading.Event(), threading.Event()
    runs: list[str] = []

    @tool
    def work(name: str) -> str:
        """Work."""
        runs.append(name)
        if name == "slow" and runs.count("slow") == 1:
            started.set()
            never.wait(30)
        return name

    provider = ScriptedProvider(Turn(call("work", {"name": "slow"}), call("work", {"name": "quick"})), "Done.")
    with client(provider) as it:
        talk = it.conversation("openai:m", tools=[work])
        run = talk.run_stream("Work.")

        def read() -> None:
            for event in run:
                if isinstance(event, ToolFinished):
                    started.wait(30)
                    run.cancel()

        with pytest.raises(errors.Cancelled), run:
            read()
        never.set()
        assert ["quick"] == told(talk.messages)
        assert "Done." == talk.run().text

    assert ["quick", "slow", "slow"] == sorted(runs)
    assert ["slow", "quick"] == told(provider.requests[1].messages)


def test_a_failing_step_keeps_the_steps_before_it() -> None:
    """And one that fails before the first answer adds nothing, as a call does."""
    looker = Looker()
    provider = ScriptedProvider(Turn(fail(503, "overloaded", "full")), TURNS[1], Turn(fail(503, "overloaded", "full")), "Done.")
    with client(provider) as it:
        talk = it.conversation("openai:m", tools=[looker.look])
        with pytest.raises(errors.Overloaded):
            talk.run("Look.")
        assert () == talk.turns
        with pytest.raises(errors.Overloaded):
            talk.run("Look.")
        assert "uat" == roles(talk.messages)
        assert "Done." == talk.run().text
        assert "uata" == roles(talk.messages)


def test_what_is_said_meanwhile_belongs_to_the_exchange() -> None:
    """It is kept when it is sent; undoing takes the whole run back."""
    looker = Looker()
    with client(ScriptedProvider("Hello.", *TURNS)) as it:
        talk = it.conversation("anthropic:m", tools=[looker.look])
        talk.chat("Hi.")
        with talk.run_stream("Look.") as run:
            for event in run:
                if isinstance(event, StepFinished) and event.number == 1:
                    run.steer("Quietly!")
        assert "uauattuata" == roles(talk.messages)
        assert [False] * 6 + [True] + [False] * 3 == [turn.steered for turn in talk.turns]
        assert "Look." == talk.history.question()[-1].message.text  # type: ignore[union-attr]
        fork = talk.fork()
        talk.undo()
        assert "ua" == roles(talk.messages)
        fork.trim(max_turns=8)
        assert "uattuata" == roles(fork.messages)


def test_what_is_said_before_the_first_answer_goes_with_the_question() -> None:
    """Both are kept with it."""
    provider = ScriptedProvider("Done.")
    with client(provider) as it:
        talk = it.conversation("openai:m")
        with talk.run_stream("Look.") as run:
            run.steer("Quietly!")
            assert StepFinished in [type(event) for event in run]
    assert ["Look.", "Quietly!", "Done."] == [message.text for message in talk.messages]
    assert 0 == len(talk.history.at(talk.turns[0].parent).path()) == len([turn for turn in talk.turns if turn.steered])


def test_calls_of_the_callers_own_tools_are_answered_and_gone_on_with() -> None:
    """The run ends there; the result is what is said next."""
    looker, theirs = Looker(), Tool("browser", "Opens a page", {"type": "object"})
    provider = ScriptedProvider(Turn(call("look", {"at": "a"}), call("browser")), "Done.")
    with client(provider) as it:
        talk = it.conversation("anthropic:m", tools=[looker.look, theirs])
        run = talk.run("Go.")
        assert ("tool_calls", ["a seen"]) == (run.stopped, told(talk.messages))
        assert "Done." == talk.run([tool_result(run.response.tool_calls[1], "a page")]).text
    assert ["a seen", "a page"] == told(provider.requests[1].messages)
    assert "uatta" == roles(talk.messages)


def test_a_run_is_shortened_when_the_window_fills() -> None:
    """In the middle of it too; the summary counts in what the run took, and in the totals of the conversation."""

    @tool
    def long(page: int) -> str:
        """A long page."""
        return f"page {page} " + "word " * 300

    def answer(request: Any) -> Turn:
        if "about to be shortened" in request.messages[-1].text:
            return Turn("SHORT", usage(input=10, output=10))
        page = len(told(request.messages)) + 1
        count = usage(input=400 * page, output=10)
        return Turn(call("long", {"page": page}, id=f"c{len(provider.requests)}"), count) if page < 4 else Turn("Done.", count)

    provider = ScriptedProvider(answer=answer)
    model = Model("anthropic", "m", context=1500, price=Price(Decimal(1), Decimal(1)))
    with client(provider, models=[model]) as it:
        talk = it.conversation("anthropic:m", tools=[long])
        run = talk.run("Read.", policy=RunPolicy(steps=4), max_tokens=10)

    marks = [turn for turn in talk.turns if turn.kind == "summary"]
    assert marks
    assert ["history"] == [note.feature for step in run.steps for note in step.adaptations if note.feature == "history"][:1]
    assert talk.totals.usage.output == run.usage.output == 10 * len(provider.requests)
    assert talk.totals.cost == run.cost
    assert len(marks) + len(run.steps) == talk.totals.calls


def test_limits_and_budgets_hold_for_runs() -> None:
    """A budget that is used up stops the run with an error, and what was done is kept."""
    looker = Looker()
    turns = [Turn(call("look", {"at": "a"}), usage(input=10, output=10)) for _ in range(3)]
    with client(ScriptedProvider(*turns), budget=Budget(tokens=1200)) as it:
        talk = it.conversation("openai:m", tools=[looker.look], max_tokens=1000)
        assert "steps" == talk.run("Look.", policy=RunPolicy(steps=1)).stopped
        with pytest.raises(errors.BudgetExceeded):
            talk.run(max_tokens=5000)
    assert "uat" == roles(talk.messages)


def test_a_conflict_ends_the_run_and_keeps_a_branch(tmp_path: Path) -> None:
    """Somebody else goes on with the conversation while a tool works: nothing is overwritten, and nothing lost."""
    with Store(tmp_path / "talks.db") as store, client(ScriptedProvider(Turn(call("meddle")), "Mine.", "Theirs.")) as it:

        @tool
        def meddle() -> str:
            """Go on elsewhere."""
            it.conversation(store=store, id="one").add("Me first.")
            return "meddled"

        talk = it.conversation("openai:m", store=store, id="one", tools=[meddle])
        with pytest.raises(errors.StoreConflict):
            talk.run("Go.")
        assert "ua" == roles(talk.messages)
        talk.refresh()
        assert "uau" == roles(talk.messages)
        assert {"meddled"} == {words for leaf in talk.history.leaves() for words in told(talk.history.at(leaf.id).messages())}
        store.delete("one")
        with pytest.raises(errors.StoreConflict):
            talk.run("Again.")


def test_one_run_at_a_time_and_then_free() -> None:
    """While a run is under way nobody else may ask; afterwards, however it ended, anybody may."""
    looker = Looker()
    with client(ScriptedProvider(*TURNS, "Hello.")) as it:
        talk = it.conversation("openai:m", tools=[looker.look])
        with talk.run_stream("Look.") as run:
            events = iter(run)
            next(events)
            with pytest.raises(errors.UsageError, match="answered already"):
                talk.chat("Hi.")
            other = talk.run_stream("Hi.")
            with pytest.raises(errors.UsageError, match="answered already"), other:
                list(other)
        talk.run_stream("Never begun.").close()
        assert "Done." == talk.run("Look.").text
        with pytest.raises(errors.UsageError, match="nothing to answer"):
            it.conversation("openai:m").run()


def test_tools_see_the_conversation() -> None:
    """What a tool may ask about its call, with what was said before the run."""
    seen: list[int] = []

    @tool
    def count(context: ToolContext[str]) -> int:
        """Count."""
        seen.append(len(context.messages))
        return len(context.value)

    with client(ScriptedProvider("Hello.", Turn(call("count")), "3")) as it:
        talk = it.conversation("openai:m", tools=[count])
        talk.chat("Hi.")
        talk.run("Count.", context="abc")
    assert ([4], ["3"]) == (seen, told(talk.messages))


def test_the_asyncio_face(tmp_path: Path) -> None:
    """The same with `await`: kept before it is told of, cancelled with its task, gone on from."""

    async def program() -> None:
        entered, never = asyncio.Event(), asyncio.Event()
        runs: list[str] = []

        @tool
        async def work(name: str) -> str:
            """Work."""
            runs.append(name)
            if name == "slow" and runs.count("slow") == 1:
                entered.set()
                await never.wait()
            return name

        provider = ScriptedProvider(Turn(call("work", {"name": "slow"}), call("work", {"name": "quick"})), "Done.")
        with Store(tmp_path / "talks.db") as store:
            async with AsyncClient(transport=provider.async_transport(), keys=KEYS) as it:
                talk = await it.conversation("anthropic:m", store=store, id="one", tools=[work])
                kept = []

                async def read() -> None:
                    async with talk.run_stream("Work.") as run:
                        async for event in run:
                            saved = store.read("one")
                            kept.append((type(event).__name__, roles(saved.history.messages()) if saved else ""))

                task = asyncio.create_task(read())
                await entered.wait()
                while ("ToolFinished", "uat") not in kept:
                    await asyncio.sleep(0)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert ["quick"] == told(talk.messages)
                assert "Done." == (await talk.run()).text
                assert "Done." == (await talk.run()).text
                assert talk.history == store.read("one").history  # type: ignore[union-attr]
        assert ("StepFinished", "ua") in kept
        assert ["quick", "slow", "slow"] == sorted(runs)

    asyncio.run(program())


# A program that has children run an agent and kills each at another step, then has the run gone on with, and tells what is left.
NURSERY = """
import asyncio, json, os, signal, sys
from dragoman import AsyncClient, Client, tool
from dragoman.conversation import Store
from dragoman.conversation.history import arranged
from dragoman.protocols import load
from dragoman.providers import Provider
from dragoman.testing import ScriptedProvider, Turn, call, text, think
from dragoman.types import RunPolicy, StepFinished, StepStarted, ToolFinished, ToolStarted, dump

wire, face, folder = sys.argv[1:]
own = Provider("p", "P", "http://127.0.0.1/mistral/v1", protocol=wire, key_required=False)

def called(at):
    return call("look", {"at": at}, id=f"call0000{at}")

TURNS = [
    Turn(think("I look first.", signature="sig"), text("Let me look."), called("a"), called("b")),
    Turn(called("c")),
    Turn("All is well."),
]
STEPS = StepStarted | StepFinished | ToolStarted | ToolFinished

def provider():
    return ScriptedProvider(
        answer=lambda request: TURNS[sum(message.role == "assistant" for message in request.messages)], protocols=[load(wire)]
    )

def program(path, log, stop=None):
    said, asked = [0], provider()

    @tool
    def look(at: str) -> str:
        '''Look somewhere.'''
        os.write(log, at.encode())
        return f"{at} seen"

    def watch(event):
        if isinstance(event, STEPS):
            said[0] += 1
            if said[0] == stop:
                os.kill(os.getpid(), signal.SIGKILL)

    words = {"tools": [look], "max_tokens": 999, "policy": RunPolicy(parallel=1)}

    def blocking():
        with Client(transport=asked.transport(), providers=[own]) as client, Store(path) as store:
            talk = client.conversation("p:m", store=store, id="talk")
            with talk.run_stream(None if talk.turns else "Look around.", **words) as run:
                for event in run:
                    watch(event)
            store.verify()
            return run.result.text, talk.messages

    async def asynchronous():
        async with AsyncClient(transport=asked.async_transport(), providers=[own]) as client:
            with Store(path) as store:
                talk = await client.conversation("p:m", store=store, id="talk")
                async with talk.run_stream(None if talk.turns else "Look around.", **words) as run:
                    async for event in run:
                        watch(event)
                store.verify()
                return run.result.text, talk.messages

    text, messages = blocking() if face == "blocking" else asyncio.run(asynchronous())
    requests = [dump(request.messages).decode() for request in asked.requests[-1:]]
    return {"text": text, "messages": dump(messages).decode(), "last": requests, "steps": said[0]}

def once(path, stop):
    # Kill at one step, then go on to the end.
    read, write = os.pipe()
    if not os.fork():
        try:
            program(path, write, stop)
        finally:
            os._exit(1)
    _, status = os.wait()
    assert os.WIFSIGNALED(status), "a child ended by itself"
    outcome = program(path, write)
    os.close(write)
    with os.fdopen(read) as log:
        return {**outcome, "looked": log.read()}

whole_log = os.open(os.path.join(folder, "log"), os.O_CREAT | os.O_RDWR)
whole = program(os.path.join(folder, "whole.db"), whole_log)
found = [once(os.path.join(folder, f"{stop}.db"), stop) for stop in range(1, whole["steps"] + 1)]
print(json.dumps({"whole": whole, "found": found}))
"""


def killed(wire: str, face: str, folder: Path) -> dict[str, Any]:
    outcome = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", NURSERY, wire, face, str(folder)],
        env={"PYTHONPATH": SOURCE, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "" == outcome.stderr
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


@pytest.mark.parametrize(("wire", "face"), [*[(wire, "blocking") for wire in NAMES], ("anthropic_messages", "asyncio")])
def test_killed_at_every_step_it_goes_on_to_the_same_end(wire: str, face: str, tmp_path: Path) -> None:
    """`kill -9` at each event of a run: the same conversation in the end, the same last request, and no kept result twice."""
    outcome = killed(wire, face, tmp_path)
    whole, found = outcome["whole"], outcome["found"]

    assert "All is well." == whole["text"]
    assert 12 == len(found)
    assert [(whole["text"], whole["messages"])] * 12 == [(each["text"], each["messages"]) for each in found]
    assert [whole["last"]] * 11 + [[]] == [each["last"] for each in found]
    # A tool that had begun when the program was killed begins again; whether it had done anything nobody knows.
    begun = {3: "aabc", 5: "abbc", 9: "abcc"}
    assert {"abc"} == {each["looked"] for number, each in enumerate(found, 1) if number not in begun}
    assert all(found[number - 1]["looked"] in ("abc", looked) for number, looked in begun.items())


def test_a_run_of_nothing_but_a_message() -> None:
    """Any message may be what is said."""
    with client(ScriptedProvider("Hello.")) as it:
        talk = it.conversation("openai:m")
        assert "Hello." == talk.run([user("Hi."), user("There.")]).text
    assert "uua" == roles(talk.messages)


def test_results_that_are_not_alone_stay_as_they_are() -> None:
    """Only messages of results alone are put together, and each with the calls before it."""
    a, b = [tool_result(made, made) for made in ("a", "b")]
    plain = Message("user", (*a.content, *user("And?").content))
    make: Callable[..., Message] = Message

    assert (a, plain) == arranged((a, plain))
    assert (make("tool", (*a.content, *b.content)),) == arranged((a, b))
