"""The comparison that the programs rest on finds what a server understood otherwise, and what is listed of it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dragoman import assistant, tool_result, user
from dragoman.types import (
    Adaptation,
    Base64,
    Cache,
    Image,
    Message,
    Origin,
    Output,
    Reasoning,
    Request,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    VendorTool,
    WebSearch,
)

from .compare import differences, silent

CALL = ToolCall("c", "f", '{"a": 1}', extra={"sign": "s"})
SAID = Request(
    "m",
    (user("Hi", Image(Base64("image/png", "AA=="))), assistant(Thinking("Hm", "s"), "Ho", CALL), tool_result(CALL, "r")),
    system=(Text("Be brief."),),
    tools=(Tool("f", "does f", {"type": "object"}),),
)


def with_content(place: int, *content: Any) -> Request:
    messages = list(SAID.messages)
    messages[place] = msgspec.structs.replace(messages[place], content=content)
    return msgspec.structs.replace(SAID, messages=tuple(messages))


def changed(**fields: Any) -> Request:
    return msgspec.structs.replace(SAID, **fields)


@pytest.mark.parametrize(
    ("received", "names"),
    [
        (changed(model="n"), {"model"}),
        (changed(system=()), {"system"}),
        (changed(tools=()), {"tools"}),
        (changed(tools=(*SAID.tools, VendorTool({"type": "x"}))), {"server_tools"}),
        (changed(tool_choice=ToolChoice("required")), {"tool_choice"}),
        (changed(parallel_tools=False), {"parallel_tools"}),
        (changed(output=Output({})), {"output"}),
        (changed(reasoning=Reasoning("low")), {"reasoning"}),
        (changed(max_tokens=5), {"max_tokens"}),
        (changed(temperature=0.0), {"temperature"}),
        (changed(stop=("x",)), {"stop"}),
        (changed(logprobs=True), {"logprobs"}),
        (changed(stream=True), {"stream"}),
        (changed(cache=Cache()), {"cache"}),
        (with_content(0, "Hi"), {"image"}),
        (with_content(0, Text("Hello"), SAID.messages[0].content[1]), {"text"}),
        (with_content(0, *reversed(SAID.messages[0].content)), {"order"}),
        (with_content(1, Thinking("Hm"), Text("Ho"), CALL), {"thinking"}),
        (with_content(1, *SAID.messages[1].content[1:]), {"thinking"}),
        (with_content(1, Thinking("Hm", "s"), Text("Ho"), ToolCall("d", "f", '{"a":1}')), {"tool_call"}),
        (with_content(1, Thinking("Hm", "s"), Text("Ho"), ToolCall("c", "f", '{"a":1}')), {"extra"}),
        (with_content(2), {"tool_result"}),
    ],
)
def test_every_difference_has_its_name(received: Request, names: set[str]) -> None:
    """Whatever is lost, added or moved is found."""
    received = msgspec.structs.replace(received, messages=tuple([as_blocks(message) for message in received.messages]))

    assert names == differences(SAID, received).keys()


def as_blocks(message: Message) -> Message:
    return msgspec.structs.replace(message, content=tuple([Text(b) if isinstance(b, str) else b for b in message.content]))


def test_form_is_no_difference() -> None:
    """Spaces in arguments, whose words they are, who carries a result, and where instructions stand do not count."""
    here = Origin("openai_chat", "x")
    heard = Request(
        "m",
        (
            Message("developer", (Text("Be brief."),)),
            SAID.messages[0],
            assistant(
                Thinking("Hm", "s", origin=here, extra={"field": "x"}),
                Text("Ho", origin=here),
                ToolCall("c", "f", '{"a":1}', extra={"sign": "s", "more": 1}),
            ),
            Message("user", SAID.messages[2].content),
        ),
        tools=SAID.tools,
        headers={"x": "1"},
    )

    assert {} == differences(SAID, heard)


def test_only_what_is_listed_is_not_silent() -> None:
    """An adaptation accounts for the difference it names, and for no other."""
    found = differences(SAID, changed(max_tokens=5, temperature=1.0))

    assert {"max_tokens"} == silent(found, [Adaptation("temperature", "added", "")]).keys()
    assert {"max_tokens", "temperature"} == silent(found, [Adaptation("thinking", "dropped", "")]).keys()


def test_a_vendors_object_is_the_value_that_a_server_reads() -> None:
    """One that has a typed value is that value, another one is itself."""
    search = VendorTool({"type": "web_search_20250305", "name": "web_search"}, "anthropic_messages")
    typed = WebSearch(extra={"type": "web_search_20250305"}, protocol="anthropic_messages")

    assert {} == differences(changed(tools=(search,)), changed(tools=(typed,)))
    assert {"server_tools"} == differences(changed(tools=(search,)), changed(tools=(WebSearch(),))).keys()
