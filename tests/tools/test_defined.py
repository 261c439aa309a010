"""Tools of a vendor's own definition that the program runs: their calls arrive, and results go back in the vendor's form."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import msgspec
import pytest
from fault_server import FaultServer, Peer, whole

from dragoman import AsyncClient, Client, tool
from dragoman.errors import UsageError
from dragoman.testing import ScriptedProvider, Turn, block, call
from dragoman.tools import ToolContext, ToolError
from dragoman.tools.defined import DefinedTool
from dragoman.types import Base64, Computer, CustomTool, Image, Tool, ToolCall, ToolResult, VendorTool

PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
BASH = VendorTool({"type": "bash_20250124", "name": "bash"}, "anthropic_messages")
EDITOR = VendorTool({"type": "text_editor_20250728", "name": "str_replace_based_edit_tool"}, "anthropic_messages")
MEMORY = VendorTool({"type": "memory_20250818", "name": "memory"}, "anthropic_messages")
SHELL = VendorTool({"type": "local_shell"}, "openai_responses")
PATCH = VendorTool({"type": "apply_patch"}, "openai_responses")


def body(request: Any) -> str:
    return msgspec.json.encode(request).decode()


def results(messages: Any) -> list[ToolResult]:
    return [block for message in messages for block in message.content if isinstance(block, ToolResult)]


@pytest.mark.parametrize(
    ("definition", "arguments"),
    [
        (BASH, {"command": "ls"}),
        (EDITOR, {"command": "view", "path": "/a.py", "view_range": [1, 2]}),
        (MEMORY, {"command": "create", "path": "/memories/a", "file_text": "x"}),
        (Computer(1280, 800, extra={"type": "computer_20251124"}), {"action": "left_click", "coordinate": [1, 2]}),
    ],
    ids=["bash", "editor", "memory", "computer"],
)
def test_anthropics_tools(definition: Any, arguments: dict[str, Any]) -> None:
    """Shown as Anthropic wants them, called by Anthropic's names, answered as other tools are."""
    seen: list[dict[str, Any]] = []

    @tool(definition=definition)
    def run(**given: Any) -> Any:
        """Does it."""
        seen.append(given)
        return PNG if "action" in given else "done"

    provider = ScriptedProvider(Turn(call(run.name, arguments)), "Ready.")
    with Client(transport=provider.transport(), keys={"anthropic": "none"}) as client:
        plan = client.plan("anthropic:claude-sonnet-4-5", "Go.", tools=[run])
        outcome = client.run("anthropic:claude-sonnet-4-5", "Go.", tools=[run])

    (shown,) = msgspec.json.decode(plan.http.body or b"")["tools"]
    assert run.name == shown["name"]
    assert shown["type"].startswith({"str_replace_based_edit_tool": "text_editor"}.get(run.name, run.name))
    assert "input_schema" not in shown
    assert ([arguments], "Ready.") == (seen, outcome.text)
    (told,) = results(provider.requests[1].messages)
    assert not told.is_error
    assert isinstance(told.content[0], Image) == (run.name == "computer")


@pytest.mark.parametrize("face", ["blocking", "asyncio"])
def test_members_of_a_toolset_are_actions(face: str) -> None:
    """Anthropic's computer is called by the names of what it does: one after the other, and none after one that failed."""
    seen: list[str] = []

    @tool(definition=Computer(1280, 800))
    def computer(action: str, **others: Any) -> Any:
        seen.append(f"{action} {others}")
        if action == "left_click":
            raise ToolError("there is nothing to click at")
        return PNG

    def member(name: str, arguments: str = "{}") -> Any:
        return block(ToolCall(f"toolu_{name}", name, arguments, extra={"toolset_name": "computer"}))

    turn = Turn(member("screenshot"), member("left_click", '{"coordinate": [1, 2]}'), member("type", '{"text": "x"}'))
    provider = ScriptedProvider(turn, "Ready.")
    if face == "blocking":
        with Client(transport=provider.transport(), keys={"anthropic": "none"}) as client:
            outcome = client.run("anthropic:claude-sonnet-5", "Go.", tools=[computer])
    else:

        async def program() -> Any:
            async with AsyncClient(transport=provider.async_transport(), keys={"anthropic": "none"}) as client:
                return await client.run("anthropic:claude-sonnet-5", "Go.", tools=[computer])

        outcome = asyncio.run(program())

    assert ["screenshot {}", "left_click {'coordinate': [1, 2]}"] == seen
    assert [False, True, True] == [result.is_error for result in results(outcome.messages)]
    assert "Not done" in results(outcome.messages)[2].content[0].text  # type: ignore[union-attr]
    sent = msgspec.json.decode(provider.http[1].body or b"")["messages"][-1]["content"]
    assert ["computer"] * 3 == [part["toolset_name"] for part in sent if part["type"] == "tool_result"]


def test_geminis_computer_is_called_by_what_it_does() -> None:
    """Names that no tool has are its actions; without a function they are the caller's to answer."""
    seen: list[dict[str, Any]] = []

    @tool(definition=Computer(1000, 1000))
    def computer(**given: Any) -> str:
        seen.append(given)
        return "done"

    turns = (Turn(call("click_at", {"x": 1, "y": 2})), "Ready.")
    with Client(transport=ScriptedProvider(*turns).transport(), keys={"gemini": "none"}) as client:
        client.run("gemini:gemini-2.5-computer-use-preview-10-2025", "Go.", tools=[computer])
    with Client(transport=ScriptedProvider(*turns).transport(), keys={"gemini": "none"}) as client:
        alone = client.run("gemini:gemini-2.5-computer-use-preview-10-2025", "Go.", tools=[Computer(1000, 1000)])

    assert [{"action": "click_at", "x": 1, "y": 2}] == seen
    assert ("tool_calls", "click_at") == (alone.stopped, alone.response.tool_calls[0].name)


def answered(item: dict[str, Any]) -> Any:
    """OpenAI's answer of one item, as it comes over the wire."""
    return {"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": [item]}


@pytest.mark.parametrize(
    ("definition", "item", "given", "output"),
    [
        (
            SHELL,
            {"type": "local_shell_call", "action": {"type": "exec", "command": ["ls"], "env": {}}},
            {"type": "exec", "command": ["ls"], "env": {}},
            {"type": "local_shell_call_output", "output": "done"},
        ),
        (
            VendorTool({"type": "shell"}),
            {"type": "shell_call", "action": {"commands": ["ls"], "timeout_ms": 5}},
            {"commands": ["ls"], "timeout_ms": 5},
            {"type": "shell_call_output"},
        ),
        (
            PATCH,
            {"type": "apply_patch_call", "operation": {"type": "delete_file", "path": "a"}},
            {"type": "delete_file", "path": "a"},
            {"type": "apply_patch_call_output", "status": "completed", "output": "done"},
        ),
        (
            VendorTool({"type": "computer_use_preview", "display_width": 1, "display_height": 1, "environment": "browser"}),
            {"type": "computer_call", "action": {"type": "click", "x": 1, "y": 2, "button": "left"}, "pending_safety_checks": []},
            {"type": "click", "x": 1, "y": 2, "button": "left"},
            {"type": "computer_call_output"},
        ),
    ],
    ids=["local_shell", "shell", "apply_patch", "computer"],
)
def test_openais_tools(definition: Any, item: dict[str, Any], given: dict[str, Any], output: dict[str, Any]) -> None:
    """Calls are items of their own, and so are the results."""
    seen: list[dict[str, Any]] = []

    @tool(definition=definition)
    def run(**arguments: Any) -> Any:
        """Does it."""
        seen.append(arguments)
        return PNG if "x" in arguments else "done"

    said = answered(
        {"type": "message", "id": "msg_1", "role": "assistant", "content": [{"type": "output_text", "text": "Ready."}]}
    )
    waiting = [answered({"id": "it_1", "call_id": "call_1", "status": "completed", **item}), said]

    def handler(peer: Peer) -> None:
        while True:
            peer.receive()
            peer.send(whole(msgspec.json.encode(waiting.pop(0)), content_type="application/json"))

    with FaultServer(handler) as server, Client(keys={"openai-responses": "none"}, retry=False) as client:
        outcome = client.run("openai-responses:m", "Go.", tools=[run], base_url=server.url)

    first, second = [msgspec.json.decode(received.body) for received in server.received]
    assert ([given], "Ready.") == (seen, outcome.text)
    assert definition.data == first["tools"][0]
    (sent,) = [each for each in second["input"] if each.get("type", "").endswith("_output")]
    assert output == {name: sent[name] for name in output}
    assert "call_1" in (sent.get("call_id"), sent.get("id"))


def test_free_text_goes_to_the_first_parameter() -> None:
    """A custom tool's input is no JSON."""

    @tool(definition=CustomTool("query", "Runs SQL."))
    def query(sql: str, context: ToolContext[int]) -> str:
        return f"{sql} / {context.value}"

    assert "select 1 / 7" == query.call("select 1", ToolContext(7)).text
    assert CustomTool("other", "Runs SQL.") == query.named("other").definition
    assert "other" == query.named("other").name


def test_a_list_goes_to_the_first_parameter() -> None:
    """OpenAI's newer computer is called with several actions at once."""

    @tool(definition=Computer(10, 10))
    def computer(actions: list[dict[str, Any]] | None = None, **action: Any) -> str:
        return str([*(actions or ()), *([action] if action else ())])

    assert "[{'type': 'wait'}]" == computer.call('[{"type": "wait"}]').text == computer.call('{"type": "wait"}').text
    assert "invalid" == computer.call("[1").kind


def test_a_raw_definition_is_held_to() -> None:
    """A `Tool` of one's own: its schema checks the arguments, whatever the function says."""
    definition = Tool("add", "Adds.", {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]})

    @tool(definition=definition)
    def add(a: Any) -> str:
        return str(a)

    assert (definition, "1", "invalid") == (add.definition, add.call({"a": 1}).text, add.call({"a": "1"}).kind)
    assert "sum" == add.named("sum").definition.name
    assert "math__add" == add.within("math").definition.name
    assert "{}" == tool(definition=Tool("none"))(lambda **given: str(given)).call("").text


def test_methods_and_failures() -> None:
    """As of other tools."""

    class Shell:
        @tool(definition=BASH)
        def bash(self, command: str | None = None, restart: bool = False) -> str:
            if command == "fail":
                raise ToolError("exit 1")
            return f"$ {command}" if not restart else "restarted"

    shell = Shell()
    assert isinstance(shell.bash, DefinedTool)
    assert ("bash", "$ ls", "restarted") == (shell.bash.name, shell.bash.call({"command": "ls"}).text, shell.bash(restart=True))
    assert ("failed", "exit 1") == (shell.bash.call({"command": "fail"}).kind, shell.bash.call({"command": "fail"}).text)


def test_what_cannot_be_said() -> None:
    """Two definitions, another name for a vendor's tool, and no parameter for the text."""
    with pytest.raises(UsageError, match="leave out name="):
        tool(definition=BASH, name="sh")(lambda command: command)  # type: ignore[call-overload]
    bash: DefinedTool[Any, Any] = DefinedTool(lambda command: command, definition=BASH)
    for rename in (lambda: bash.named("sh"), lambda: bash.within("os")):
        with pytest.raises(UsageError, match="the vendor calls its tool 'bash'"):
            rename()
    with pytest.raises(UsageError, match="needs a parameter"):
        tool(definition=CustomTool("none"))(lambda: None).call("x")


def test_media_are_as_the_function_gives_them() -> None:
    """A picture of the screen."""

    @tool(definition=Computer(10, 10))
    def computer(**action: Any) -> Image:
        return Image(Base64("image/png", "AA=="))

    assert (Image(Base64("image/png", "AA==")),) == computer.call({"action": "screenshot"}).content
