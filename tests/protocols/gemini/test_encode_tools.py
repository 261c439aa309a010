"""Which tools are offered and how they may be used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman.protocols.gemini import GeminiDialect
from dragoman.types import CodeExecution, Computer, FileSearch, RemoteMcp, Tool, ToolChoice, VendorTool, WebSearch, user

Encode = Callable[..., Any]

ASK = user("q")
F, G = Tool("f"), Tool("g")
SEARCH, CODE = {"googleSearch": {}}, {"codeExecution": {}}
SHOWN = {"includeServerSideToolInvocations": True}


def functions(*names: str) -> dict[str, Any]:
    return {"functionDeclarations": [{"name": name} for name in names]}


def test_functions_next_to_each_other_share_an_entry(encode: Encode) -> None:
    """Each of the vendor's tools has its own; one that is not offered parts nothing."""
    tools = (F, FileSearch(("s",)), G, WebSearch(), F, VendorTool({"googleMaps": {}}), G)
    sent = encode(ASK, tools=tools, dialect=GeminiDialect(server_tools=("web_search",)))

    assert [functions("f", "g"), SEARCH, functions("f"), {"googleMaps": {}}, functions("g")] == sent.body["tools"]


@pytest.mark.parametrize(
    ("tools", "model", "dialect", "expected"),
    [
        ((F, WebSearch()), "gemini-3-flash", None, SHOWN),
        ((F, WebSearch()), "models/gemini-3-flash", None, SHOWN),
        ((WebSearch(),), "gemini-3-flash", None, None),
        ((F,), "gemini-3-flash", None, None),
        ((F, Computer(1, 1)), "gemini-3-flash", None, None),
        ((F, WebSearch()), "gemini-2.5-flash", None, None),
        ((F, WebSearch()), "gemini-3-flash", GeminiDialect(shows_tools=False), None),
        ((F, WebSearch()), "gemini-3-flash", GeminiDialect(server_tools=()), None),
    ],
)
def test_functions_beside_the_vendors_tools(encode: Encode, tools: Any, model: str, dialect: Any, expected: Any) -> None:
    """Models that take both take them where calls of the vendor's tools are shown, too."""
    assert expected == encode(ASK, tools=tools, model=model, dialect=dialect).body.get("toolConfig")


def test_the_callers_word_counts(encode: Encode) -> None:
    """What `extra` says of it wins, and is said where nothing else would."""
    asked = encode(ASK, tools=(WebSearch(),), extra={"toolConfig": SHOWN})
    refused = encode(ASK, tools=(F, WebSearch()), extra={"toolConfig": {"includeServerSideToolInvocations": False}})

    assert SHOWN == asked.body["toolConfig"]
    assert {"includeServerSideToolInvocations": False} == refused.body["toolConfig"]


MCP = RemoteMcp("wiki", "https://a")
CHOICES: list[tuple[ToolChoice, list[Any], Any, list[str]]] = [
    (ToolChoice("auto"), [functions("f"), SEARCH, CODE], {"mode": "AUTO"}, []),
    (ToolChoice("none"), [functions("f")], {"mode": "NONE"}, ["changed"]),
    (ToolChoice("required"), [functions("f"), SEARCH, CODE], {"mode": "ANY"}, []),
    (ToolChoice("tool", "f"), [functions("f"), SEARCH, CODE], {"mode": "ANY", "allowedFunctionNames": ["f"]}, []),
    (ToolChoice("tool", "web_search"), [SEARCH], None, ["changed"]),
    (ToolChoice("tool", "file_search"), [functions("f"), SEARCH, CODE], None, []),
    (
        ToolChoice(allowed=("f", "web_search")),
        [functions("f"), SEARCH],
        {"mode": "VALIDATED", "allowedFunctionNames": ["f"]},
        ["changed"],
    ),
    (ToolChoice(allowed=("f",)), [functions("f")], {"mode": "VALIDATED", "allowedFunctionNames": ["f"]}, ["changed"]),
    (ToolChoice(allowed=("code_execution",)), [CODE], {"mode": "AUTO"}, ["changed"]),
    (ToolChoice("required", allowed=("code_execution",)), [CODE], {"mode": "ANY"}, ["changed"]),
]


@pytest.mark.parametrize(("choice", "tools", "calling", "actions"), CHOICES)
def test_a_choice_among_tools(encode: Encode, choice: ToolChoice, tools: Any, calling: Any, actions: list[str]) -> None:
    """Functions are named and forced; the vendor's tools are offered or not, and that they cannot be forced is listed."""
    sent = encode(ASK, tools=(F, WebSearch(), CodeExecution()), tool_choice=choice, dialect=GeminiDialect(shows_tools=False))

    if choice.name == "file_search":  # a function, for all that is known
        calling = {"mode": "ANY", "allowedFunctionNames": ["file_search"]}
    assert tools == sent.body["tools"]
    assert calling == sent.body.get("toolConfig", {}).get("functionCallingConfig")
    assert [("tool_choice", action) for action in actions] == sent.reported


def test_a_server_is_chosen_by_its_name(encode: Encode) -> None:
    """It is the only tool then."""
    sent = encode(ASK, tools=(F, MCP, RemoteMcp("other", "https://b")), tool_choice=ToolChoice("tool", "wiki"))

    assert [{"mcpServers": [{"name": "wiki", "streamableHttpTransport": {"url": "https://a"}}]}] == sent.body["tools"]
    assert [("tool_choice", "changed")] == sent.reported


def test_a_tool_that_is_not_there_is_not_chosen(encode: Encode) -> None:
    """The others stay, and the choice is dropped."""
    sent = encode(ASK, tools=(F, MCP), tool_choice=ToolChoice("tool", "wiki"), dialect=GeminiDialect(server_tools=()))

    assert [functions("f")] == sent.body["tools"]
    assert [("tool_choice", "dropped"), ("server_tool", "dropped")] == sent.reported
    assert "toolConfig" not in sent.body
