"""Blocks to items."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from dragoman.protocols.openai_responses.items import ItemReader
from dragoman.protocols.openai_responses.say import is_part, message_item, say_item, say_items, say_part
from dragoman.types import (
    Audio,
    Base64,
    Block,
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
    Video,
)

Json = dict[str, Any]

READER = ItemReader(Origin("openai_responses", "openai-responses", "gpt-test"))


def plain(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


TEXT: Json = {"type": "output_text", "text": "Hi", "annotations": [], "logprobs": []}

ITEMS: list[Json] = [
    {"type": "message", "id": "m1", "role": "assistant", "status": "completed", "content": [TEXT, {**TEXT, "text": "there"}]},
    {"type": "message", "id": "m2", "role": "assistant", "status": "incomplete", "phase": "commentary", "content": [TEXT]},
    {
        "type": "message",
        "id": "m3",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "refusal", "refusal": "No"}],
    },
    {"type": "message", "id": "m4", "role": "assistant", "status": "completed", "content": [{"type": "output_new", "x": 1}]},
    {"type": "message", "id": "m5", "role": "user", "status": "completed", "content": [{"type": "input_text", "text": "?"}]},
    {"type": "message", "id": "m6", "role": "assistant", "status": "completed", "content": []},
    {"type": "reasoning", "id": "r1", "summary": [], "encrypted_content": "gAAA"},
    {"type": "reasoning", "id": "r2", "summary": [{"type": "summary_text", "text": "a"}, {"type": "summary_text", "text": "bc"}]},
    {
        "type": "reasoning",
        "id": "r3",
        "summary": [{"type": "summary_text", "text": "a"}],
        "content": [{"type": "reasoning_text", "text": "b"}],
        "status": "completed",
    },
    {"type": "reasoning", "id": "r4", "summary": [{"type": "summary_text", "text": "a", "more": 1}]},
    {
        "type": "function_call",
        "id": "f1",
        "call_id": "c1",
        "name": "f",
        "arguments": "{}",
        "status": "completed",
        "namespace": "n",
    },
    {"type": "function_call", "id": "f2", "call_id": "c2", "name": "f", "arguments": '{"a', "status": "incomplete"},
    {"type": "custom_tool_call", "id": "t1", "call_id": "c3", "name": "t", "input": "words", "status": "completed"},
    {"type": "local_shell_call", "id": "l", "call_id": "c4", "action": {"command": ["ls"]}, "status": "completed"},
    {"type": "computer_call", "id": "k", "call_id": "c5", "actions": [{"type": "wait"}], "pending_safety_checks": []},
    {"type": "tool_search_call", "id": "ts", "call_id": None, "execution": "server", "arguments": {"paths": ["x"]}},
    {"type": "tool_search_output", "id": "to", "call_id": None, "execution": "server", "tools": [{"type": "function"}]},
    {"type": "web_search_call", "id": "w", "status": "completed", "action": {"type": "search", "query": "q"}},
    {"type": "web_search_call", "id": "w2", "status": "completed", "call_id": "", "name": "web_search", "arguments": "{}"},
    {"type": "file_search_call", "id": "s", "status": "completed", "queries": ["q"], "results": None},
    {"type": "file_search_call", "id": "s", "status": "completed", "queries": ["q"], "results": [{"file_id": "f"}]},
    {"type": "code_interpreter_call", "id": "ci", "code": "1", "container_id": "x", "outputs": [], "status": "completed"},
    {"type": "mcp_call", "id": "m", "server_label": "z", "name": "f", "arguments": "{}", "output": "ok", "error": None},
    {"type": "image_generation_call", "id": "i", "result": "UklG", "output_format": "png", "status": "completed"},
    {"type": "image_generation_call", "id": "i"},
    {"type": "shell_call", "id": "s", "call_id": "c", "action": {"commands": []}, "environment": {"type": "container_auto"}},
    {"type": "shell_call_output", "id": "s", "call_id": "c", "output": [], "max_output_length": None},
    {"type": "compaction", "id": "cmp", "encrypted_content": "gAAA"},
    {"type": "mcp_approval_request", "id": "mcpr", "name": "f", "arguments": "{}", "server_label": "z"},
]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item['type']} {item['id']}")
def test_an_item_comes_back_as_it_was(item: Json) -> None:
    """Reading and saying again gives the same item, whatever its kind."""
    assert plain(say_items(READER.decode(item), answer=True)) == [item]


def test_a_turn_comes_back_in_order() -> None:
    """All kinds in a row, parts and results joined to the items they are of."""
    blocks = [block for item in ITEMS for block in READER.decode(item)]

    assert plain(say_items(blocks, answer=True)) == ITEMS


def test_a_request_has_no_probabilities() -> None:
    """They are of answers."""
    (item,) = say_items(READER.decode(ITEMS[1]), answer=False)

    assert item["content"] == [{"type": "output_text", "text": "Hi", "annotations": []}]


def test_plain_turns_are_short_in_requests_and_full_in_answers() -> None:
    """In a request one text is its message's content; texts that follow one another are parts; ids are for answers."""
    assert say_items([Text("Hi")], answer=False) == [{"role": "assistant", "content": "Hi"}]
    assert say_items([Text("a"), Text("b")], answer=False) == [
        {
            "type": "message",
            "role": "assistant",
            "content": [
                {"type": "output_text", "text": "a", "annotations": []},
                {"type": "output_text", "text": "b", "annotations": []},
            ],
        }
    ]
    assert say_items([Text("Hi"), ToolCall("c", "f"), Text("So")], answer=True) == [
        {
            "type": "message",
            "id": "msg_0",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "Hi", "annotations": [], "logprobs": ()}],
        },
        {"type": "function_call", "id": "fc_1", "status": "completed", "call_id": "c", "name": "f", "arguments": "{}"},
        {
            "type": "message",
            "id": "msg_2",
            "role": "assistant",
            "status": "completed",
            "content": [{"type": "output_text", "text": "So", "annotations": [], "logprobs": ()}],
        },
    ]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        pytest.param(
            Thinking("Hm", signature="sig"),
            {"type": "reasoning", "id": "rs_0", "summary": [{"type": "summary_text", "text": "Hm"}], "signature": "sig"},
            id="signed thinking",
        ),
        pytest.param(
            ServerToolCall("srv", "search", '{"q": 1}', kind="server_tool_use"),
            {
                "type": "mcp_call",
                "id": "srv",
                "status": "completed",
                "server_label": "server_tool_use",
                "name": "search",
                "arguments": '{"q": 1}',
            },
            id="a server's call",
        ),
        pytest.param(
            Image(Base64("image/png", "iVBO")),
            {"type": "image_generation_call", "id": "ig_0", "status": "completed", "output_format": "png", "result": "iVBO"},
            id="a picture",
        ),
        pytest.param(
            Audio(Base64("audio/wav", "UklG"), "Hello"),
            {
                "type": "message",
                "id": "msg_0",
                "role": "assistant",
                "status": "completed",
                "content": [{"type": "output_text", "text": "Hello", "annotations": [], "logprobs": ()}],
            },
            id="sound",
        ),
        pytest.param(Opaque({"type": "odd"}), {"type": "odd"}, id="an unknown block"),
        pytest.param(
            ServerToolResult("srv", "web_result", [1]),
            {"type": "web_result", "call_id": "srv", "output": [1]},
            id="a result without its call",
        ),
    ],
)
def test_blocks_of_other_wires_in_an_answer(block: Block, expected: Json) -> None:
    """They are said in the nearest item, with an id."""
    assert say_items([block], answer=True) == [expected]


def test_a_foreign_result_stands_in_the_item_of_its_call() -> None:
    """A call that another vendor ran, and its result, are one item here."""
    blocks = [ServerToolCall("srv", "search"), ServerToolResult("srv", "web_search_tool_result", [{"url": "x"}])]

    (item,) = say_items(blocks, answer=True)

    assert item["output"] == '[{"url":"x"}]'


def test_citations_of_another_wire_are_annotations() -> None:
    """The vendor's own annotation goes back as it is; another's is said as a web citation."""
    own = {"type": "url_citation", "url": "https://a", "title": "A", "start_index": 0, "end_index": 1}
    chat = {"type": "url_citation", "url_citation": {"url": "https://a"}}

    part = say_part(Text("x", citations=(Citation(raw=own), Citation(url="https://a", raw=chat))), answer=False)

    assert part["annotations"] == [own, {**own, "title": "", "end_index": 0}]


def test_edited_reasoning_is_one_part() -> None:
    """Where the text no longer fits the parts it came in, it is sent whole."""
    (block,) = READER.decode(ITEMS[7])
    edited = msgspec.structs.replace(block, text="something else")

    assert say_item(edited, answer=True)["summary"] == [{"type": "summary_text", "text": "something else"}]


def test_edited_arguments_are_said_as_they_are() -> None:
    """Arguments that are no JSON any more stand in their field as text."""
    (block,) = READER.decode(ITEMS[13])

    assert say_item(msgspec.structs.replace(block, arguments="ls -l"), answer=True)["action"] == "ls -l"


def test_what_is_a_part() -> None:
    """Words are parts of a message; an unknown block is one only where it came from one."""
    assert is_part(Text("x"))
    assert is_part(Refusal("x"))
    assert is_part(Opaque({}, extra={"item": {}}))
    assert not is_part(Opaque({}))


def test_only_parts_are_said_as_parts() -> None:
    """A picture in a message's content would be refused by every client: it is a mistake of ours."""
    with pytest.raises(TypeError, match="Video"):
        say_part(Video(Base64("video/mp4", "AAAA")), answer=True)


def test_a_message_without_marks_has_the_id_it_is_given() -> None:
    """Marks win over it."""
    assert message_item(Text("x"), "msg_9")["id"] == "msg_9"
    assert message_item(Text("x", extra={"item": {"id": "mine"}}), "msg_9")["id"] == "mine"
    assert "id" not in message_item(Text("x"), None)
