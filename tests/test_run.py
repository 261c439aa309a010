"""One agent program on every wire: it reads code with tools, mends a failing test and reports, whoever answers."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from dragoman import Client, Tool, tool, user
from dragoman.errors import Cancelled, Overloaded, UsageError
from dragoman.protocols import NAMES, load
from dragoman.providers import Provider
from dragoman.testing import ScriptedProvider, Turn, block, call, fail, text, think
from dragoman.tools import ToolContext
from dragoman.types import (
    Approval,
    Message,
    RunPolicy,
    RunResult,
    ServerToolCall,
    ServerToolResult,
    StepFinished,
    StepStarted,
    Text,
    TextDelta,
    ToolCall,
    ToolFinished,
    ToolResult,
    ToolStarted,
    VendorTool,
    WebSearch,
)

BROKEN, MENDED = "def add(a, b):\n    return a - b\n", "def add(a, b):\n    return a + b\n"
TURNS = (
    Turn(think("I look first.", signature="sig"), text("Let me look."), call("list_files"), call("read", {"path": "add.py"})),
    Turn(call("run_tests")),
    Turn(call("write", {"path": "add.py", "text": MENDED})),
    Turn(call("run_tests"), call("reed", {"path": "add.py"})),
    Turn("It subtracted; now it adds, and the test passes."),
)


class Workshop:
    """A small code base in a folder, with the tools to mend it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "add.py").write_text(BROKEN)
        self.calls: list[str] = []

    @tool
    def list_files(self) -> list[str]:
        """The files there are."""
        self.calls.append("list_files")
        return sorted(path.name for path in self.folder.iterdir())

    @tool
    def read(self, path: str) -> str:
        """A file's text."""
        self.calls.append("read")
        return (self.folder / path).read_text()

    @tool
    def write(self, path: str, text: str) -> str:
        """Replace a file's text."""
        self.calls.append("write")
        (self.folder / path).write_text(text)
        return "written"

    @tool
    def run_tests(self) -> str:
        """Run the tests."""
        self.calls.append("run_tests")
        names: dict[str, Any] = {}
        exec((self.folder / "add.py").read_text(), names)
        return "1 passed" if names["add"](2, 2) == 4 else "1 failed: add(2, 2) is not 4"

    @property
    def tools(self) -> list[Any]:
        return [self.list_files, self.read, self.write, self.run_tests]


def client(name: str, provider: ScriptedProvider, **more: Any) -> Client:
    own = Provider("p", "P", "http://127.0.0.1/mistral/v1", protocol=name, key_required=False)
    return Client(transport=provider.transport(), providers=[own], retry=False, **more)


def scripted(name: str, *turns: Turn | str) -> ScriptedProvider:
    return ScriptedProvider(*(turns or TURNS), protocols=[load(name)])


def told(messages: tuple[Message, ...]) -> list[str]:
    """What the model was told of each call."""
    results = [block for message in messages for block in message.content if isinstance(block, ToolResult)]
    return ["".join([block.text for block in result.content]) for result in results]  # type: ignore[union-attr]


@pytest.mark.parametrize("name", NAMES)
def test_the_agent_mends_the_code_on_every_wire(name: str, tmp_path: Path) -> None:
    """The same program, the same end: results in order, a misspelt tool told, thinking and history kept."""
    provider, shop = scripted(name), Workshop(tmp_path)
    with client(name, provider) as asking:
        run = asking.run("p:m", "Mend the failing test.", tools=shop.tools, max_tokens=999)

    assert (TURNS_END, "done", 5) == (run.text, run.stopped, len(run.steps))
    assert MENDED == (tmp_path / "add.py").read_text()
    assert ["['add.py']", BROKEN, "1 failed: add(2, 2) is not 4", "written", "1 passed"] == [
        words.replace('"', "'") for words in told(run.messages)[:5]
    ]
    assert "There is no tool 'reed'" in told(run.messages)[5]
    assert 5 == len(provider.requests)
    assert all(tool.name in {"list_files", "read", "write", "run_tests"} for tool in provider.requests[-1].tools)  # type: ignore[union-attr]


TURNS_END = "It subtracted; now it adds, and the test passes."


@pytest.mark.parametrize("name", NAMES)
def test_killed_and_resumed_at_every_step_the_end_is_the_same(name: str, tmp_path: Path) -> None:
    """A new run takes up the saved messages of one that was stopped, answers what is open, and goes on."""
    for stop in range(1, 6):
        folder = tmp_path / str(stop)
        folder.mkdir()
        provider, shop = scripted(name), Workshop(folder)
        with client(name, provider) as asking:
            history = [user("Mend the failing test.")]
            with asking.run_stream("p:m", history, tools=shop.tools, max_tokens=999) as run:
                for event in run:
                    if isinstance(event, StepFinished) and event.number == stop:
                        break
            history += run.messages
            run_on = asking.run("p:m", history, tools=shop.tools, max_tokens=999) if stop < 5 else None

        assert MENDED == (folder / "add.py").read_text()
        assert TURNS_END == (run_on.text if run_on else history[-1].text)
        assert ["list_files", "read", "run_tests", "run_tests", "write"] == sorted(shop.calls)


def test_a_stream_tells_of_steps_and_tools(tmp_path: Path) -> None:
    """Deltas of every answer in between, in order."""
    shop = Workshop(tmp_path)
    with (
        client("openai_chat", scripted("openai_chat")) as asking,
        asking.run_stream("p:m", "Mend it.", tools=shop.tools) as run,
    ):
        events = list(run)

    steps = [event for event in events if isinstance(event, StepStarted | StepFinished)]
    assert [1, 1, 2, 2, 3, 3, 4, 4, 5, 5] == [event.number for event in steps]
    assert ["list_files", "read", "run_tests", "write", "run_tests"] == [
        event.call.name for event in events if isinstance(event, ToolStarted)
    ]
    assert 6 == len([event for event in events if isinstance(event, ToolFinished)])
    assert TURNS_END in "".join([event.text for event in events if isinstance(event, TextDelta)])
    assert TURNS_END == run.result.text


def test_tools_run_side_by_side() -> None:
    """Two that wait for each other both end."""
    meeting = threading.Barrier(2, timeout=10)

    @tool
    def meet(who: str) -> str:
        """Wait for the other one."""
        meeting.wait()
        return f"{who} met"

    provider = scripted("openai_chat", Turn(call("meet", {"who": "a"}), call("meet", {"who": "b"})), "Both met.")
    run = client("openai_chat", provider).run("p:m", "Meet.", tools=[meet])

    assert ["a met", "b met"] == told(run.messages)


def test_a_definition_alone_is_the_callers_to_answer() -> None:
    """The run ends there, with its own tools' calls answered."""

    @tool
    def own(at: str) -> str:
        """Look."""
        return f"seen {at}"

    theirs = Tool("browser", "Opens a page", {"type": "object"})
    provider = scripted("openai_chat", Turn(call("own", {"at": "x"}), call("browser", {})), "never")
    run = client("openai_chat", provider).run("p:m", "Go.", tools=[own, theirs])

    assert ("tool_calls", ["seen x"]) == (run.stopped, told(run.messages))
    assert ["own", "browser"] == [made.name for made in run.response.tool_calls]


FOUND = {"type": "web_search_result", "url": "https://x", "title": "X", "encrypted_content": "abc"}
SEARCHED: dict[str, tuple[Any, ...]] = {
    "anthropic_messages": (
        ServerToolCall("srvtoolu_1", "web_search", '{"query":"Oslo"}', "server_tool_use"),
        ServerToolResult("srvtoolu_1", "web_search_tool_result", [FOUND]),
    ),
    "openai_responses": (
        ServerToolCall("ws_1", "web_search", '{"type":"search","query":"Oslo"}', "web_search_call", extra={"field": "action"}),
    ),
}


@pytest.mark.parametrize("name", SEARCHED)
def test_the_vendors_tools_are_mixed_in(name: str) -> None:
    """What the vendor ran is neither run nor answered here, stays in its place, and goes back beside the results of functions."""
    said = SEARCHED[name]
    provider = scripted(name, Turn(text("I search."), *[block(each) for each in said], call("clock")), "Noon.")

    @tool
    def clock() -> str:
        """The time."""
        return "12:00"

    with client(name, provider) as asking:
        run = asking.run("p:m", "When is it noon in Oslo?", tools=[clock, WebSearch(max_uses=2)])

    kinds = [type(each) for each in run.messages[0].content]
    assert [Text, *[type(each) for each in said], ToolCall] == kinds
    assert (["12:00"], "Noon.", "done") == (told(run.messages), run.text, run.stopped)
    first, second = provider.requests
    assert ["clock", "web_search"] == [each.name for each in first.tools if not isinstance(each, VendorTool)]
    assert first.tools == second.tools
    assert kinds == [type(each) for message in second.messages[1:] if message.role == "assistant" for each in message.content]


def test_context_is_given_to_tools_that_ask() -> None:
    """With the call, the conversation so far and the step."""
    seen: list[ToolContext[dict[str, int]]] = []

    @tool
    def count(by: int, context: ToolContext[dict[str, int]]) -> int:
        """Count on."""
        seen.append(context)
        context.value["n"] += by
        return context.value["n"]

    provider = scripted("openai_chat", Turn(call("count", {"by": 2})), Turn(call("count", {"by": 3})), "5")
    state = {"n": 0}
    client("openai_chat", provider).run("p:m", "Count.", tools=[count], context=state)

    assert ({"n": 5}, [1, 2]) == (state, [context.step for context in seen])
    assert ["user", "assistant", "tool", "assistant"] == [message.role for message in seen[1].messages]


def test_arguments_that_do_not_fit_go_back_to_the_model() -> None:
    """The function does not run, the model is told what was wrong, and may try again so often."""

    @tool
    def square(number: int) -> int:
        """The square."""
        return number * number

    wrong = Turn(call("square", {"number": "seven"}))
    provider = scripted("openai_chat", wrong, Turn(call("square", {"number": 7})), "49")
    run = client("openai_chat", provider).run("p:m", "Square 7.", tools=[square])
    assert "number" in told(run.messages)[0]
    assert "49" == told(run.messages)[1]

    provider = scripted("openai_chat", *[wrong] * 9)
    run = client("openai_chat", provider).run("p:m", "Square 7.", tools=[square], policy=RunPolicy(repairs=2))
    assert "repairs" == run.stopped


def test_approval_and_conditions_are_the_callers() -> None:
    """Hooks by keyword, as plain functions."""

    @tool
    def remove(path: str) -> str:
        """Remove a file."""
        return f"removed {path}"

    turns = [Turn(call("remove", {"path": path})) for path in ("/etc", "tmp")]
    provider = scripted("openai_chat", *turns, "Done.")
    run = client("openai_chat", provider).run(
        "p:m", "Clean up.", tools=[remove], approve=lambda made: Approval(made.input["path"] == "tmp", "Not that.")
    )
    assert ["Not that.", "removed tmp"] == told(run.messages)

    def two(so_far: RunResult) -> bool:
        return len(so_far.steps) == 1

    run = client("openai_chat", scripted("openai_chat", *turns, "Done.")).run("p:m", "Go.", tools=[remove], stop_when=two)
    assert ("asked", 1) == (run.stopped, len(run.steps))


def test_a_run_can_be_steered_and_cancelled_from_another_thread() -> None:
    """What was said comes next; a cancelled run keeps what it had done."""
    started, never = threading.Event(), threading.Event()

    @tool
    def wait() -> str:
        """Wait."""
        started.set()
        never.wait(10)
        return "waited"

    provider = scripted("openai_chat", Turn(call("wait")), "never")
    with client("openai_chat", provider) as asking, asking.run_stream("p:m", "Wait.", tools=[wait]) as run:

        def cancel() -> None:
            started.wait(10)
            run.steer("Hurry up.")
            run.cancel()

        threading.Thread(target=cancel).start()
        with pytest.raises(Cancelled):
            list(run)
    never.set()

    assert ["assistant"] == [message.role for message in run.messages]
    with pytest.raises(UsageError, match="has not ended"):
        _ = run.result


def test_a_failing_step_raises_and_the_run_can_go_on() -> None:
    """The provider is back: the saved messages are taken up."""

    @tool
    def look() -> str:
        """Look."""
        return "seen"

    provider = scripted("openai_chat", Turn(call("look")), Turn(fail(503, "overloaded", "no room")), "Done.")
    asking = client("openai_chat", provider)
    run = asking.run_stream("p:m", "Go.", tools=[look])
    with pytest.raises(Overloaded), run:
        list(run)

    assert "Done." == asking.run("p:m", [user("Go."), *run.messages], tools=[look]).text


def test_two_tools_of_one_name_are_refused() -> None:
    """Before anything is sent."""

    @tool
    def look() -> str:
        """Look."""
        return "seen"

    with pytest.raises(UsageError, match="two tools are called 'look'"):
        client("openai_chat", scripted("openai_chat")).run("p:m", "Go.", tools=[look, Tool("look", "other")])
