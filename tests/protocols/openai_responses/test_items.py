"""Items to blocks."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dragoman.protocols.openai_responses.items import ItemReader
from dragoman.types import (
    Base64,
    Citation,
    Image,
    Opaque,
    Origin,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
)

Json = dict[str, Any]

HERE = Origin("openai_responses", "openai-responses", "gpt-test")
READER = ItemReader(HERE)


def test_a_message_is_a_block_a_part() -> None:
    """Each part carries the item's fields and, behind the first, its place; citations keep the vendor's object."""
    cited = {"type": "url_citation", "url": "https://a", "title": "A", "start_index": 0, "end_index": 2}
    item: Json = {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "completed",
        "phase": "final_answer",
        "content": [
            {"type": "output_text", "text": "Hi", "annotations": [cited], "logprobs": [{"token": "Hi"}]},
            {"type": "refusal", "refusal": "No.", "why": 1},
            {"type": "output_hologram", "data": "x"},
        ],
    }
    fields = {"id": "msg_1", "phase": "final_answer"}

    assert READER.decode(item) == [
        Text(
            "Hi",
            citations=(Citation("url_citation", "https://a", "A", None, 0, 2, cited),),
            logprobs=({"token": "Hi"},),
            extra={"item": fields},
            origin=HERE,
        ),
        Refusal("No.", extra={"item": fields, "part": 1, "fields": {"why": 1}}, origin=HERE),
        Opaque({"type": "output_hologram", "data": "x"}, extra={"item": fields, "part": 2}, origin=HERE),
    ]


def test_a_status_that_is_not_completed_is_kept() -> None:
    """An item that was cut says so."""
    item = {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "f", "arguments": '{"a', "status": "incomplete"}

    (call,) = READER.decode(item)

    assert call == ToolCall("c", "f", '{"a', extra={"item": {"id": "fc_1", "status": "incomplete"}}, origin=HERE)


@pytest.mark.parametrize(
    ("fields", "text", "extra"),
    [
        pytest.param({"summary": []}, "", {}, id="hidden"),
        pytest.param({"summary": [{"type": "summary_text", "text": "Hm"}]}, "Hm", {}, id="one part"),
        pytest.param(
            {"summary": [{"type": "summary_text", "text": "Hm"}, {"type": "summary_text", "text": "Ah"}]},
            "HmAh",
            {"summary": [2, 2]},
            id="two parts",
        ),
        pytest.param(
            {"summary": [], "content": [{"type": "reasoning_text", "text": "Raw"}]},
            "Raw",
            {"summary": [], "content": [3]},
            id="the reasoning itself",
        ),
        pytest.param(
            {"summary": [{"type": "summary_text", "text": "Hm", "lang": "en"}]},
            "Hm",
            {"summary": [{"type": "summary_text", "text": "Hm", "lang": "en"}]},
            id="a part that says more",
        ),
    ],
)
def test_reasoning_is_one_block_whatever_its_parts(fields: Json, text: str, extra: Json) -> None:
    """Text of summary and content, joined; where it is cut is kept where it is not plain."""
    item = {"type": "reasoning", "id": "rs_1", "encrypted_content": "gAAA", **fields}

    assert READER.decode(item) == [Thinking(text, encrypted="gAAA", extra={"item": {"id": "rs_1"}, **extra}, origin=HERE)]


@pytest.mark.parametrize(
    ("item", "name", "arguments", "extra"),
    [
        pytest.param(
            {"type": "local_shell_call", "id": "l", "call_id": "c", "action": {"type": "exec", "command": ["ls"]}},
            "local_shell",
            '{"type":"exec","command":["ls"]}',
            {"item": {"type": "local_shell_call", "id": "l"}, "field": "action"},
            id="a local shell",
        ),
        pytest.param(
            {"type": "computer_call", "call_id": "c", "actions": [{"type": "click"}], "pending_safety_checks": []},
            "computer",
            '{"actions":[{"type":"click"}]}',
            {"item": {"type": "computer_call", "pending_safety_checks": []}, "field": "actions", "form": "wrapped"},
            id="a computer",
        ),
        pytest.param(
            {"type": "shell_call", "call_id": "c", "action": {"commands": ["ls"]}, "environment": {"type": "local"}},
            "shell",
            '{"commands":["ls"]}',
            {"item": {"type": "shell_call", "environment": {"type": "local"}}, "field": "action"},
            id="a shell here",
        ),
        pytest.param(
            {"type": "apply_patch_call", "call_id": "c", "operation": {"type": "delete_file", "path": "a"}},
            "apply_patch",
            '{"type":"delete_file","path":"a"}',
            {"item": {"type": "apply_patch_call"}, "field": "operation"},
            id="a patch",
        ),
        pytest.param(
            {"type": "tool_search_call", "call_id": "c", "execution": "client", "arguments": {"goal": "x"}},
            "tool_search",
            '{"goal":"x"}',
            {"item": {"type": "tool_search_call", "execution": "client"}, "field": "arguments"},
            id="a tool search here",
        ),
    ],
)
def test_vendor_tools_that_the_caller_runs_are_calls(item: Json, name: str, arguments: str, extra: Json) -> None:
    """They wait for a result like any call: named by the tool, with the action as arguments."""
    assert READER.decode(item) == [ToolCall("c", name, arguments, extra=extra, origin=HERE)]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param(
            {"type": "web_search_call", "id": "ws", "status": "completed", "action": {"type": "search", "query": "q"}},
            [
                ServerToolCall(
                    "ws",
                    "web_search",
                    '{"type":"search","query":"q"}',
                    "web_search_call",
                    extra={"item": {"id": "ws", "status": "completed"}, "field": "action"},
                    origin=HERE,
                )
            ],
            id="web search",
        ),
        pytest.param(
            {"type": "web_search_call", "id": "ws", "call_id": "", "name": "browse_page", "arguments": '{"url": "x"}'},
            [
                ServerToolCall(
                    "ws",
                    "browse_page",
                    '{"url": "x"}',
                    "web_search_call",
                    extra={"item": {"id": "ws", "call_id": "", "name": "browse_page"}, "field": "arguments", "form": "text"},
                    origin=HERE,
                )
            ],
            id="xAI's web search",
        ),
        pytest.param(
            {"type": "code_interpreter_call", "id": "ci", "code": "1+1", "outputs": [{"type": "logs", "logs": "2"}]},
            [
                ServerToolCall(
                    "ci",
                    "code_execution",
                    '{"code":"1+1"}',
                    "code_interpreter_call",
                    extra={"item": {"id": "ci"}, "field": "code", "form": "wrapped"},
                    origin=HERE,
                ),
                ServerToolResult(
                    "ci", "code_interpreter_call", [{"type": "logs", "logs": "2"}], extra={"field": "outputs"}, origin=HERE
                ),
            ],
            id="code with its output",
        ),
        pytest.param(
            {"type": "mcp_call", "id": "m", "server_label": "zip", "name": "f", "arguments": "{}", "output": None, "error": "no"},
            [
                ServerToolCall(
                    "m",
                    "f",
                    "{}",
                    "mcp_call",
                    "zip",
                    extra={
                        "item": {"id": "m", "server_label": "zip", "name": "f", "output": None},
                        "field": "arguments",
                        "form": "text",
                    },
                    origin=HERE,
                ),
                ServerToolResult("m", "mcp_call", "no", is_error=True, extra={"field": "error"}, origin=HERE),
            ],
            id="an MCP call that failed",
        ),
        pytest.param(
            {"type": "shell_call", "id": "s", "call_id": "c", "action": {}, "environment": {"type": "container_reference"}},
            [
                ServerToolCall(
                    "c",
                    "shell",
                    "{}",
                    "shell_call",
                    extra={
                        "item": {"id": "s", "call_id": "c", "environment": {"type": "container_reference"}},
                        "field": "action",
                    },
                    origin=HERE,
                )
            ],
            id="a shell in a container",
        ),
        pytest.param(
            {"type": "shell_call_output", "id": "o", "call_id": "c", "output": [{"stdout": "x"}]},
            [
                ServerToolResult(
                    "c",
                    "shell_call_output",
                    [{"stdout": "x"}],
                    extra={"item": {"id": "o", "call_id": "c"}, "field": "output"},
                    origin=HERE,
                )
            ],
            id="its output",
        ),
    ],
)
def test_vendor_tools_that_the_vendor_runs(item: Json, expected: list[Any]) -> None:
    """The call is never the caller's to answer; what came back inside the item is a result of its own."""
    assert READER.decode(item) == expected


def test_a_picture_is_a_picture() -> None:
    """What the model painted is an image in the answer; a reference without it is the tool's call."""
    item = {"type": "image_generation_call", "id": "ig", "output_format": "webp", "result": "UklG"}

    assert READER.decode(item) == [
        Image(Base64("image/webp", "UklG"), extra={"item": {"id": "ig", "output_format": "webp"}}, origin=HERE)
    ]
    (call,) = READER.decode({"type": "image_generation_call", "id": "ig"})
    assert isinstance(call, ServerToolCall)


@pytest.mark.parametrize(
    "item",
    [
        {"type": "compaction", "id": "c", "encrypted_content": "gAAA"},
        {"type": "mcp_approval_request", "id": "m", "name": "f", "arguments": "{}"},
        {"type": "mcp_list_tools", "id": "m", "tools": []},
        {"type": "a_kind_to_come"},
        {"type": "function_call", "arguments": "{}"},
        {"no": "type"},
        {"type": "message", "content": []},
    ],
)
def test_everything_else_is_kept_as_it_is(item: Json) -> None:
    """A kind without a word, and an item that lacks what its kind needs."""
    assert READER.decode(item) == [Opaque(item, origin=HERE)]


def test_free_text_calls_are_the_callers_unless_the_vendor_has_none_of_those() -> None:
    """xAI states calls of its own tools so."""
    item = {
        "type": "custom_tool_call",
        "id": "i",
        "call_id": "c",
        "name": "x_keyword_search",
        "input": "{}",
        "status": "completed",
    }

    assert READER.decode(item) == [ToolCall("c", "x_keyword_search", "{}", True, extra={"item": {"id": "i"}}, origin=HERE)]
    assert ItemReader(HERE, True).decode(item) == [
        ServerToolCall("c", "x_keyword_search", "{}", "custom_tool_call", extra={"item": {"id": "i"}}, origin=HERE)
    ]


def test_an_announced_item_says_what_is_certain() -> None:
    """What comes in deltas, and what a running tool may still change, is left out; an item that is complete is read whole."""
    reasoning = {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "half", "status": "in_progress"}
    search: Json = {"type": "web_search_call", "id": "ws", "status": "in_progress", "action": {"type": "search"}}

    assert READER.announced(reasoning) == Thinking(extra={"item": {"id": "rs"}}, origin=HERE)
    assert READER.announced(search) == ServerToolCall(
        "ws", "web_search", kind="web_search_call", extra={"item": {"id": "ws"}}, origin=HERE
    )
    assert [READER.announced({**search, "status": "completed"})] == READER.decode({**search, "status": "completed"})


@pytest.mark.parametrize(
    ("item", "name", "asked", "found"),
    [
        ({"type": "search_results", "queries": ["a"], "results": [{"id": 1}]}, "web_search", {"queries": ["a"]}, [{"id": 1}]),
        ({"type": "fetch_url_results", "contents": [{"url": "u"}]}, "web_fetch", {}, [{"url": "u"}]),
        (
            {"type": "sandbox_results", "code": "1", "results": [{"stdout": "1"}]},
            "code_execution",
            {"code": "1"},
            [{"stdout": "1"}],
        ),
    ],
)
def test_what_perplexity_found_is_a_call_and_its_result(item: Json, name: str, asked: Json, found: Any) -> None:
    """One item holds both."""
    call, result = READER.decode(item)

    assert isinstance(call, ServerToolCall)
    assert isinstance(result, ServerToolResult)
    assert (name, asked) == (call.name, json.loads(call.arguments or "{}"))
    assert (call.id, found) == (result.id, result.content)


def test_a_summary_of_plain_texts() -> None:
    """Venice has texts where others have parts."""
    (block,) = READER.decode({"type": "reasoning", "id": "rs", "summary": ["I ", "think."]})

    assert isinstance(block, Thinking)
    assert block.text == "I think."
