"""Results of calls."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.openai_responses import ResponsesDialect
from dragoman.protocols.openai_responses.outputs import OUTPUT_KINDS, OutputEncoder
from dragoman.protocols.openai_responses.parts import PartEncoder
from dragoman.types import (
    Base64,
    Block,
    Cache,
    FileId,
    Image,
    Message,
    Opaque,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    assistant,
    user,
)

Json = dict[str, Any]

PICTURE = Image(Base64("image/png", "iVBO"))


def kind(name: str) -> ToolCall:
    return ToolCall("c", "t", "{}", extra={"item": {"type": name}})


@pytest.mark.parametrize(
    ("call", "result", "expected"),
    [
        pytest.param(ToolCall("c", "f"), (Text("21"),), {"type": "function_call_output", "output": "21"}, id="a function"),
        pytest.param(ToolCall("c", "f"), (), {"type": "function_call_output", "output": ""}, id="nothing"),
        pytest.param(
            ToolCall("c", "f"),
            (Text("a"), PICTURE),
            {
                "type": "function_call_output",
                "output": [
                    {"type": "input_text", "text": "a"},
                    {"type": "input_image", "image_url": "data:image/png;base64,iVBO", "detail": "auto"},
                ],
            },
            id="a picture from a function",
        ),
        pytest.param(
            ToolCall("c", "t", custom=True), (Text("x"),), {"type": "custom_tool_call_output", "output": "x"}, id="free text"
        ),
        pytest.param(
            kind("computer_call"),
            (Text("done"), PICTURE),
            {
                "type": "computer_call_output",
                "output": {"type": "computer_screenshot", "image_url": "data:image/png;base64,iVBO"},
            },
            id="a computer",
        ),
        pytest.param(
            kind("shell_call"),
            (Text("a.txt"),),
            {
                "type": "shell_call_output",
                "output": [{"stdout": "a.txt", "stderr": "", "outcome": {"type": "exit", "exit_code": 0}}],
            },
            id="a shell",
        ),
        pytest.param(
            kind("local_shell_call"),
            (Text("a"),),
            {"type": "local_shell_call_output", "id": "c", "output": "a"},
            id="a local shell",
        ),
        pytest.param(kind("apply_patch_call"), (), {"type": "apply_patch_call_output", "status": "completed"}, id="a patch"),
        pytest.param(
            kind("tool_search_call"),
            (Text('[{"type": "function"}]'),),
            {"type": "tool_search_output", "execution": "client", "status": "completed", "tools": [{"type": "function"}]},
            id="a tool search",
        ),
        pytest.param(
            kind("shell_call"),
            (Opaque({"type": "output", "value": [{"stdout": "x"}]}, extra={"field": "output"}),),
            {"type": "shell_call_output", "output": [{"stdout": "x"}]},
            id="an output in its own form",
        ),
    ],
)
def test_a_result_has_the_form_of_its_call(encode: Any, call: ToolCall, result: tuple[Block, ...], expected: Json) -> None:
    """The kind of call decides, and the call's id pairs them."""
    sent = encode(user("?"), assistant(call), Message("tool", (ToolResult("c", result),)))

    assert sent.input[-1] == {"call_id": "c", **expected}
    assert sent.reported == []


def test_failures_are_said_where_there_is_a_word(encode: Any) -> None:
    """A shell's by its exit code, a patch's by its status; a function's text has to tell, and that is reported."""

    def failed(call: ToolCall) -> Any:
        return encode(user("?"), assistant(call), Message("tool", (ToolResult("c", (Text("no"),), is_error=True),)))

    assert failed(kind("shell_call")).input[-1]["output"][0] == {
        "stdout": "",
        "stderr": "no",
        "outcome": {"type": "exit", "exit_code": 1},
    }
    assert failed(kind("apply_patch_call")).input[-1]["status"] == "failed"
    assert failed(kind("local_shell_call")).input[-1]["status"] == "incomplete"
    assert failed(ToolCall("c", "f")).reported == [("tool_error", "dropped")]


@pytest.mark.parametrize(("image", "where"), [(Url("https://a"), {"image_url": "https://a"}), (FileId("f"), {"file_id": "f"})])
def test_a_screen_by_reference(encode: Any, image: Any, where: Json) -> None:
    """A picture may be anywhere the provider can get it."""
    sent = encode(user("?"), assistant(kind("computer_call")), Message("tool", (ToolResult("c", (Image(image),)),)))

    assert sent.input[-1]["output"] == {"type": "computer_screenshot", **where}


def test_a_result_that_cannot_be_the_output_is_refused(encode: Any) -> None:
    """Nothing faithful can be sent."""
    with pytest.raises(Unsupported) as caught:
        encode(user("?"), assistant(kind("tool_search_call")), Message("tool", (ToolResult("c", (Text("none"),)),)))

    assert caught.value.feature == "tool_result"


def test_a_tool_search_that_failed_found_nothing(encode: Any) -> None:
    """The call keeps its answer, an empty one, and the change is reported."""
    result = ToolResult("c", (Text("no"),), is_error=True)
    sent = encode(user("?"), assistant(kind("tool_search_call")), Message("tool", (result,)))

    assert sent.input[-1] == {
        "type": "tool_search_output",
        "call_id": "c",
        "execution": "client",
        "status": "incomplete",
        "tools": [],
    }
    assert sent.reported == [("tool_error", "changed")]


def thought(name: str) -> Thinking:
    return Thinking("", encrypted=name, extra={"item": {"type": "reasoning", "id": name}})


def test_a_computer_call_without_a_picture_is_left_out(encode: Any) -> None:
    """It cannot be answered in words: it goes, with the reasoning that led to it alone, and the words are the user's."""
    turn = assistant(thought("r1"), ToolCall("f1", "f", "{}"), thought("r2"), kind("computer_call"))
    results = Message("tool", (ToolResult("f1", (Text("1"),)), ToolResult("c", (Text("It was not answered."),), is_error=True)))
    sent = encode(user("?"), turn, results, user("And now?"))

    assert [item.get("type") or item["role"] for item in sent.input] == [
        "user",
        "reasoning",
        "function_call",
        "function_call_output",
        "user",
        "user",
    ]
    assert [item["content"] for item in sent.input[-2:]] == ["It was not answered.", "And now?"]
    assert sent.reported == [("tool_result", "moved"), ("thinking", "dropped")]


def test_reasoning_that_leads_to_more_than_the_call_stays(encode: Any) -> None:
    """Only the call goes where something else of the model's follows it."""
    turn = assistant(thought("r1"), kind("computer_call"), ToolCall("f1", "f", "{}"))
    sent = encode(user("?"), turn, Message("tool", (ToolResult("c"), ToolResult("f1", (Text("1"),)))))

    assert [item.get("type") or item["role"] for item in sent.input] == [
        "user",
        "reasoning",
        "function_call",
        "function_call_output",
    ]
    assert sent.reported == [("tool_result", "moved")]


def test_vendors_that_take_text_only(encode: Any) -> None:
    """Media follow in a user message, texts are joined, and both are reported."""
    results = Message("tool", (ToolResult("c", (Text("a"), PICTURE, Text("b"))),))
    sent = encode(user("?"), assistant(ToolCall("c", "f")), results, dialect=ResponsesDialect(media_results=False))

    assert sent.input[-2:] == [
        {"type": "function_call_output", "call_id": "c", "output": "a\n\nb"},
        {"role": "user", "content": [{"type": "input_image", "image_url": "data:image/png;base64,iVBO", "detail": "auto"}]},
    ]
    assert sent.reported == [("tool_media", "moved"), ("content_parts", "changed")]


def test_a_mark_on_a_result_is_reported(encode: Any) -> None:
    """Parts take marks, outputs do not."""
    sent = encode(user("?"), assistant(ToolCall("c", "f")), Message("tool", (ToolResult("c", (Text("x"),), cache=Cache()),)))

    assert sent.reported == [("cache", "dropped")]


def test_a_result_tells_its_kind_where_the_call_is_held_elsewhere(encode: Any) -> None:
    """A conversation that the server holds has no call to look at."""
    result = ToolResult("c", (Text("x"),), extra={"item": {"type": "custom_tool_call_output"}})
    sent = encode(Message("tool", (result,)), extra={"previous_response_id": "resp_1"})

    assert sent.input == [{"type": "custom_tool_call_output", "call_id": "c", "output": "x"}]


def test_every_call_has_its_output(target: Any) -> None:
    """An unknown kind is answered as a function is."""
    from dragoman.protocols.base import Report

    outputs = OutputEncoder(PartEncoder(target, ResponsesDialect(), Report(target)))
    outputs.note([kind("a_kind_to_come")])

    assert outputs.encode(ToolResult("c"), "")[0]["type"] == "function_call_output"
    assert all(name.endswith("_output") for name in OUTPUT_KINDS.values())
