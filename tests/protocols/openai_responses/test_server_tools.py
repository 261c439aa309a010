"""Tools that the vendor runs: their objects, the choice among them, and the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dragoman import providers
from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_responses.server_tools import OPENAI, encode_server_tool, read_tool
from dragoman.types import (
    Base64,
    CodeExecution,
    Computer,
    FileSearch,
    Image,
    Message,
    RemoteMcp,
    Request,
    Secret,
    ServerTool,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    VendorTool,
    Vicinity,
    WebFetch,
    WebSearch,
    user,
)

Json = dict[str, Any]

WIKI = RemoteMcp("wiki", "https://mcp.example.com/mcp")
FILTER: Json = {"type": "eq", "key": "region", "value": "us"}

TOOLS: list[tuple[ServerTool, Json]] = [
    (WebSearch(), {"type": "web_search"}),
    (
        # https://platform.openai.com/docs/guides/tools-web-search: domain filtering, user location
        WebSearch(
            allowed_domains=("pubmed.ncbi.nlm.nih.gov",),
            vicinity=Vicinity("London", "London", "GB", "Europe/London"),
            context="low",
            extra={"external_web_access": False},
        ),
        {
            "type": "web_search",
            "filters": {"allowed_domains": ["pubmed.ncbi.nlm.nih.gov"]},
            "user_location": {
                "type": "approximate",
                "country": "GB",
                "city": "London",
                "region": "London",
                "timezone": "Europe/London",
            },
            "search_context_size": "low",
            "external_web_access": False,
        },
    ),
    (
        # https://platform.openai.com/docs/guides/tools-file-search
        FileSearch(("vs_1", "vs_2"), max_results=2, filter=FILTER, extra={"ranking_options": {"ranker": "auto"}}),
        {
            "type": "file_search",
            "vector_store_ids": ["vs_1", "vs_2"],
            "max_num_results": 2,
            "filters": FILTER,
            "ranking_options": {"ranker": "auto"},
        },
    ),
    # https://platform.openai.com/docs/guides/tools-code-interpreter
    (CodeExecution(), {"type": "code_interpreter", "container": {"type": "auto"}}),
    (CodeExecution(files=("file-1",)), {"type": "code_interpreter", "container": {"type": "auto", "file_ids": ["file-1"]}}),
    (CodeExecution(container="cntr_1"), {"type": "code_interpreter", "container": "cntr_1"}),
    # https://platform.openai.com/docs/guides/tools-computer-use
    (Computer(1024, 768), {"type": "computer"}),
    (
        # https://platform.openai.com/docs/guides/tools-connectors-mcp
        RemoteMcp(
            "dmcp", "https://dmcp.example.com/mcp", Secret("t"), {"X-Own": Secret("x")}, ("roll",), "always", "A dice server."
        ),
        {
            "type": "mcp",
            "server_label": "dmcp",
            "server_description": "A dice server.",
            "server_url": "https://dmcp.example.com/mcp",
            "authorization": "t",
            "headers": {"X-Own": "x"},
            "allowed_tools": ["roll"],
            "require_approval": "always",
        },
    ),
]


@pytest.mark.parametrize(("tool", "expected"), TOOLS)
def test_the_vendors_objects(
    encode: Any, schema_errors: Callable[[Any, str], list[str]], tool: ServerTool, expected: Json
) -> None:
    """Every setting that OpenAI has, as its guides show it, and as its schema wants it."""
    sent = encode(user("Hi"), tools=(tool,))

    assert [expected] == sent.body["tools"]
    assert [] == sent.adaptations
    assert [] == schema_errors(expected, "Tool")


def test_the_older_tool_for_screens(target: Target) -> None:
    """Its model alone has it, and is told of the screen."""
    tool, report = Computer(1024, 768, "linux"), Report(target)

    screen = {"display_width": 1024, "display_height": 768, "environment": "linux"}
    old = encode_server_tool(tool, OPENAI, "computer-use-preview-2025-03-11", report, "t")
    assert {"type": "computer_use_preview", **screen} == old
    assert [] == report.adaptations
    assert {"type": "computer"} == encode_server_tool(tool, OPENAI, "gpt-5.6", report, "t")
    assert ["t.environment"] == [each.path for each in report.adaptations]


def test_connectors(encode: Any) -> None:
    """Are the vendor's own: no address, and the connector in its words."""
    tool = RemoteMcp("calendar", "", Secret("ya29"), extra={"connector_id": "connector_googlecalendar"})

    assert [
        {
            "type": "mcp",
            "server_label": "calendar",
            "authorization": "ya29",
            "require_approval": "never",
            "connector_id": "connector_googlecalendar",
        }
    ] == encode(user("Hi"), tools=(tool,)).body["tools"]


@pytest.mark.parametrize(
    ("tool", "paths"),
    [
        (WebFetch(), ["tools[0]"]),
        (WebSearch(max_uses=1, blocked_domains=("a",)), ["tools[0].max_uses", "tools[0].blocked_domains"]),
        (WebSearch(vicinity=Vicinity("Oslo", latitude=59.9)), ["tools[0].vicinity"]),
        (CodeExecution(container="cntr_1", files=("file-1",)), ["tools[0].files"]),
    ],
)
def test_what_openai_does_not_have(encode: Any, tool: ServerTool, paths: list[str]) -> None:
    """Is listed, or refused by policy."""
    assert paths == [each.path for each in encode(user("Hi"), tools=(tool,)).adaptations]
    with pytest.raises(Unsupported) as caught:
        encode(user("Hi"), tools=(tool,), policy={"server_tool": "strict"})
    assert "server_tool" == caught.value.feature


@pytest.mark.parametrize(
    ("choice", "expected", "listed"),
    [
        (ToolChoice("tool", "web_search"), {"type": "web_search"}, []),
        (ToolChoice("tool", "code_execution"), {"type": "code_interpreter"}, []),
        (ToolChoice("tool", "wiki"), {"type": "mcp", "server_label": "wiki"}, []),
        (ToolChoice("tool", "f"), {"type": "function", "name": "f"}, []),
        (ToolChoice("tool", "web_fetch"), None, [("tool_choice", "dropped")]),
        (
            ToolChoice("required", allowed=("web_search", "wiki", "f", "web_fetch")),
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [
                    {"type": "web_search"},
                    {"type": "mcp", "server_label": "wiki"},
                    {"type": "function", "name": "f"},
                ],
            },
            [],
        ),
        (ToolChoice("auto", allowed=("web_fetch",)), "none", [("tool_choice", "changed")]),
    ],
)
def test_choices(encode: Any, choice: ToolChoice, expected: Any, listed: list[tuple[str, str]]) -> None:
    """Name a tool by its type, an MCP server by its label; one that is not offered is never named."""
    sent = encode(user("Hi"), tools=(WebSearch(), CodeExecution(), WIKI, Tool("f"), WebFetch()), tool_choice=choice)

    assert expected == sent.body.get("tool_choice")
    assert [("server_tool", "dropped"), *listed] == sent.reported


@pytest.mark.parametrize(
    ("name", "tool", "expected"),
    [
        (
            "xai-responses",
            WebSearch(allowed_domains=("grokipedia.com",)),
            {"type": "web_search", "filters": {"allowed_domains": ["grokipedia.com"]}},
        ),
        (
            "xai-responses",
            WebSearch(blocked_domains=("grokipedia.com",)),
            {"type": "web_search", "filters": {"excluded_domains": ["grokipedia.com"]}},
        ),
        (
            "xai-responses",
            FileSearch(("collection_1",), max_results=10),
            {"type": "file_search", "vector_store_ids": ["collection_1"], "max_num_results": 10},
        ),
        ("xai-responses", CodeExecution(), {"type": "code_interpreter"}),
        (
            "xai-responses",
            RemoteMcp("wiki", "https://mcp.deepwiki.com/mcp", Secret("t"), tools=("ask",)),
            {
                "type": "mcp",
                "server_label": "wiki",
                "server_url": "https://mcp.deepwiki.com/mcp",
                "authorization": "Bearer t",
                "allowed_tools": ["ask"],
            },
        ),
        ("openrouter-responses", WebSearch(max_uses=3), {"type": "openrouter:web_search", "parameters": {"max_uses": 3}}),
        (
            "openrouter-responses",
            WebFetch(max_tokens=9),
            {"type": "openrouter:web_fetch", "parameters": {"max_content_tokens": 9}},
        ),
        (
            "huggingface-responses",
            WIKI,
            {"type": "mcp", "server_label": "wiki", "server_url": "https://mcp.example.com/mcp", "require_approval": "never"},
        ),
        ("lmstudio-responses", WIKI, {"type": "mcp", "server_label": "wiki", "server_url": "https://mcp.example.com/mcp"}),
        ("dashscope-responses", WebFetch(), {"type": "web_extractor"}),
        ("dashscope-responses", CodeExecution(), {"type": "code_interpreter"}),
        ("perplexity-responses", WebFetch(), {"type": "fetch_url"}),
        (
            "groq-responses",
            RemoteMcp("hf", "https://huggingface.co/mcp", Secret("t"), tools=("search",)),
            {
                "type": "mcp",
                "require_approval": "never",
                "server_label": "hf",
                "server_url": "https://huggingface.co/mcp",
                "headers": {"Authorization": "Bearer t"},
                "allowed_tools": ["search"],
            },
        ),
        ("groq-responses", WebSearch(), None),  # of some models only
        ("azure-responses", WebSearch(context="high"), {"type": "web_search", "search_context_size": "high"}),
        ("deepseek-responses", WebSearch(), None),
        ("bedrock-openai", WebSearch(), None),
        ("github-copilot-responses", WebSearch(), None),
    ],
)
def test_vendors(name: str, tool: ServerTool, expected: Json | None) -> None:
    """Each in its own words; what is not documented is not offered."""
    provider = providers.load(name)
    target = Target(name, provider.protocol, "m", dialect=provider.dialect)
    forms = OPENAI if provider.dialect is None else provider.dialect.server_tools
    report = Report(target)

    assert expected == encode_server_tool(tool, forms, "m", report, "t")
    assert ([] if expected else ["t"]) == [each.path for each in report.adaptations]


def test_groqs_models_have_tools(target: Target) -> None:
    """Some of them."""
    forms, report = providers.load("groq-responses").dialect.server_tools, Report(target)

    said = [encode_server_tool(tool, forms, "openai/gpt-oss-20b", report, "t") for tool in (WebSearch(), CodeExecution())]
    assert [{"type": "browser_search"}, {"type": "code_interpreter", "container": {"type": "auto"}}] == said


def test_a_vendor_that_cannot_be_told_which_tool(encode: Any) -> None:
    """Must call one, whichever."""
    dialect = providers.load("xai-responses").dialect
    sent = encode(user("Hi"), tools=(WebSearch(),), tool_choice=ToolChoice("tool", "web_search"), dialect=dialect)

    assert "required" == sent.body["tool_choice"]
    assert [("tool_choice", "changed")] == sent.reported


@pytest.mark.parametrize(("tool", "data"), [pair for pair in TOOLS if not isinstance(pair[0], Computer)])
def test_objects_are_read(tool: ServerTool, data: Json) -> None:
    """As the typed value, vendor fields beside it."""
    found = read_tool(data)
    assert (type(tool), tool.name, tool.extra) == (type(found), getattr(found, "name", None), getattr(found, "extra", None))
    assert (tool.secrets, "openai_responses" if tool.extra else None) == (getattr(found, "secrets", None), found.protocol)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"type": "web_search_preview"}, WebSearch(extra={"type": "web_search_preview"}, protocol="openai_responses")),
        (
            {"type": "web_search_2025_08_26", "filters": None},
            WebSearch(extra={"type": "web_search_2025_08_26", "filters": None}, protocol="openai_responses"),
        ),
        (
            {"type": "computer_use_preview", "display_width": 1024, "display_height": 768, "environment": "mac"},
            Computer(
                1024,
                768,
                "mac",
                extra={"type": "computer_use_preview", "display_width": 1024, "display_height": 768, "environment": "mac"},
                protocol="openai_responses",
            ),
        ),
        (
            {"type": "mcp", "server_label": "w", "server_url": "u", "require_approval": {"never": {"tool_names": ["a"]}}},
            RemoteMcp("w", "u", extra={"require_approval": {"never": {"tool_names": ["a"]}}}, protocol="openai_responses"),
        ),
        # Without a word it waits for approval, which would not come back; a connector has no address.
        *[
            (data, VendorTool(data, "openai_responses"))
            for data in (
                {"type": "mcp", "server_label": "w", "server_url": "u"},
                {"type": "mcp", "server_label": "c", "connector_id": "connector_gmail", "require_approval": "never"},
                {"type": "computer"},
                {"type": "image_generation"},
                {"type": 7},
            )
        ],
    ],
)
def test_what_else_is_read(encode: Any, asked: Callable[[Json], Request], data: Json, expected: Any) -> None:
    """Dated types and unknown forms are kept, so that the same object goes on."""
    request = asked({"model": "gpt-test", "input": "Hi", "tools": [data]})

    assert (expected,) == request.tools
    assert [data] == encode(request=request).body["tools"]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"type": "web_search_preview"}, ToolChoice("tool", "web_search")),
        ({"type": "mcp", "server_label": "w"}, ToolChoice("tool", "w")),
        (
            {
                "type": "allowed_tools",
                "mode": "auto",
                "tools": [{"type": "code_interpreter"}, {"type": "mcp", "server_label": "w"}],
            },
            ToolChoice("auto", allowed=("code_execution", "w")),
        ),
    ],
)
def test_choices_are_read(encode: Any, asked: Callable[[Json], Request], choice: Json, expected: ToolChoice) -> None:
    """By the names that all wires know."""
    tools = [
        {"type": "web_search_preview"},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {"type": "mcp", "server_label": "w", "server_url": "u", "require_approval": "never"},
    ]
    request = asked({"model": "gpt-test", "input": "Hi", "tools": tools, "tool_choice": choice})

    assert expected == request.tool_choice
    assert (tools, choice) == (encode(request=request).body["tools"], encode(request=request).body["tool_choice"])


def test_a_screen_is_used(whole: Any, encode: Any, target: Target) -> None:
    """The call comes to the caller under the tool's name, and its picture goes back as a screenshot."""
    item = {"type": "computer_call", "id": "cu", "call_id": "c1", "actions": [{"type": "screenshot"}], "status": "completed"}
    call = next(event.block for event in whole(item) if getattr(getattr(event, "block", None), "arguments", ""))
    assert isinstance(call, ToolCall)
    assert (Computer(1, 1).name, {"actions": [{"type": "screenshot"}]}) == (call.name, call.input)

    result = ToolResult(call.id, (Image(Base64("image/png", "QUJD")),))
    sent = encode(user("Look"), Message("assistant", (call,)), Message("tool", (result,)), tools=(Computer(1024, 768),))
    screenshot = {"type": "computer_screenshot", "image_url": "data:image/png;base64,QUJD"}
    assert [item, {"type": "computer_call_output", "call_id": "c1", "output": screenshot}] == sent.input[1:]
