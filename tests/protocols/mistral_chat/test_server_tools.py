"""The vendor's own tools on this wire: a search in libraries, and what is not offered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.mistral_chat import MistralDialect
from dragoman.types import (
    CodeExecution,
    Computer,
    FileSearch,
    RemoteMcp,
    Request,
    ServerTool,
    Tool,
    ToolChoice,
    VendorTool,
    WebFetch,
    WebSearch,
    user,
)

Json = dict[str, Any]
Encode = Callable[..., Any]
Decode = Callable[..., Request]

ASK = user("q")
F = {"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {}}}}
LIBRARY = {"type": "document_library", "library_ids": ["06835a9c-262c-7e83"]}
SEARCH = FileSearch(("06835a9c-262c-7e83",))


def test_a_search_in_libraries(encode: Encode, decode: Decode) -> None:
    """As the vendor's library has it; fields beside it go with it and come back."""
    configured = {**LIBRARY, "tool_configuration": {"include": ["search"]}}
    more = FileSearch(SEARCH.stores, extra={"tool_configuration": {"include": ["search"]}}, protocol="mistral_chat")

    assert ([LIBRARY], []) == ((sent := encode(ASK, tools=(SEARCH,))).body["tools"], sent.adaptations)
    assert [configured] == encode(ASK, tools=(more,)).body["tools"]
    assert (SEARCH, more) == decode(tools=[LIBRARY, configured]).tools


def test_what_cannot_be_told(encode: Encode) -> None:
    """Settings that a library has no word for are listed, and refused by policy; so are another vendor's fields."""
    sent = encode(ASK, tools=(FileSearch(("a",), 3, "x", extra={"ranking": 1}, protocol="openai_responses"),))

    assert ["tools[0].max_results", "tools[0].filter", "tools[0]"] == [item.path for item in sent.adaptations]
    assert [{"type": "document_library", "library_ids": ["a"]}] == sent.body["tools"]
    with pytest.raises(Unsupported):
        encode(ASK, tools=(FileSearch(("a",), 3),), policy="strict")


@pytest.mark.parametrize(
    "tool", [WebSearch(), WebFetch(), CodeExecution(), Computer(1, 1), RemoteMcp("m", "u")], ids=lambda tool: tool.name
)
def test_what_is_not_offered(encode: Encode, tool: ServerTool) -> None:
    """Search and code are tools of another endpoint, servers must be registered: listed, or refused."""
    sent = encode(ASK, tools=(Tool("f"), tool))

    assert [F] == sent.body["tools"]
    assert [("server_tool", "tools[1]")] == [(item.feature, item.path) for item in sent.adaptations]
    with pytest.raises(Unsupported) as caught:
        encode(ASK, tools=(tool,), policy="strict")
    assert "server_tool" == caught.value.feature


def test_a_server_without_libraries(encode: Encode) -> None:
    """A dialect says what there is."""
    assert "tools" not in encode(ASK, tools=(SEARCH,), dialect=MistralDialect(server_tools=())).body


@pytest.mark.parametrize(
    ("choice", "tools", "said", "reported"),
    [
        (ToolChoice("auto"), [F, LIBRARY], "auto", []),
        (ToolChoice("none"), [F, LIBRARY], "none", []),
        (ToolChoice("required"), [F, LIBRARY], "any", []),
        (ToolChoice("tool", "f"), [F, LIBRARY], {"type": "function", "function": {"name": "f"}}, []),
        (ToolChoice("tool", "file_search"), [LIBRARY], "any", [("tool_choice", "changed")]),
        (ToolChoice(allowed=("file_search",)), [LIBRARY], "auto", [("tool_choice", "changed")]),
    ],
)
def test_a_choice_among_tools(encode: Encode, choice: ToolChoice, tools: Any, said: Any, reported: Any) -> None:
    """A choice names functions only: to force the search, nothing else is offered."""
    sent = encode(ASK, tools=(Tool("f"), SEARCH), tool_choice=choice)

    assert (tools, said, reported) == (sent.body["tools"], sent.body["tool_choice"], sent.reported)


def test_what_is_not_there_is_not_chosen(encode: Encode) -> None:
    """The others stay, and the choice is dropped."""
    sent = encode(ASK, tools=(Tool("f"), WebSearch()), tool_choice=ToolChoice("tool", "web_search"))

    assert [F] == sent.body["tools"]
    assert "tool_choice" not in sent.body
    assert [("tool_choice", "dropped"), ("server_tool", "dropped")] == sent.reported


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "image_generation"},
        {"type": "connector", "connector_id": "my_deepwiki"},
        {"type": "document_library"},
        {"type": "document_library", "library_ids": [3]},
        {"type": "function", "function": 3},
        {"type": "web_search"},
    ],
)
def test_what_stays_as_it_came(decode: Decode, tool: Json) -> None:
    """What no type says all of goes on as the vendor's own object."""
    assert (VendorTool(tool, "mistral_chat"),) == decode(tools=[tool]).tools
