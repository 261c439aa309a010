"""Tools that the vendor runs: objects in `tools` or fields of the request, each vendor in its own words."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from dragoman import providers
from dragoman.errors import Unsupported
from dragoman.protocols.base import Report, Target
from dragoman.protocols.openai_chat import PROTOCOL, ChatDialect
from dragoman.protocols.openai_chat.server_tools import read_options, read_tool
from dragoman.protocols.tool_forms import Form
from dragoman.types import (
    CodeExecution,
    FileSearch,
    RemoteMcp,
    Request,
    ServerTool,
    Tool,
    ToolChoice,
    VendorTool,
    Vicinity,
    WebFetch,
    WebSearch,
    user,
)
from dragoman.wire.http import HttpRequest

Json = dict[str, Any]
Encode = Callable[..., Any]

F = Tool("f")
PLAIN: Json = {"type": "function", "function": {"name": "f"}}


def said(name: str, model: str, *tools: ServerTool | Tool, choice: ToolChoice | None = None) -> tuple[Json, list[Any]]:
    """What a vendor is told beyond model and messages, and what is listed."""
    target = Target(name, "openai_chat", model, "https://api.test", providers.load(name).dialect)
    report = Report(target)
    http = PROTOCOL.encode_request(Request(model, (user("Hi"),), tools=tools, tool_choice=choice), target, report)
    body = json.loads(http.body)
    return {name: value for name, value in body.items() if name not in ("model", "messages", "reasoning_split")}, [
        (each.feature, each.path) for each in report.adaptations
    ]


COMPOUND = "compound_custom"
PLACE = Vicinity("San Francisco", "California", "US", "America/Los_Angeles", 37.7749, -122.4194)


@pytest.mark.parametrize(
    ("name", "model", "tool", "fields"),
    [
        # https://platform.openai.com/docs/guides/tools-web-search#chat-completions
        ("openai", "gpt-5-search-api", WebSearch(), {"web_search_options": {}}),
        (
            "openai",
            "gpt-4o-search-preview",
            WebSearch(context="low", vicinity=Vicinity("London", "London", "GB")),
            {
                "web_search_options": {
                    "search_context_size": "low",
                    "user_location": {
                        "type": "approximate",
                        "approximate": {"country": "GB", "city": "London", "region": "London"},
                    },
                }
            },
        ),
        (
            "openrouter",
            "a/b",
            WebSearch(max_uses=1, allowed_domains=("a.test",), vicinity=Vicinity(country="GB")),
            {
                "tools": [
                    {
                        "type": "openrouter:web_search",
                        "parameters": {
                            "max_uses": 1,
                            "allowed_domains": ["a.test"],
                            "user_location": {"type": "approximate", "country": "GB"},
                        },
                    }
                ]
            },
        ),
        ("openrouter", "a/b", WebFetch(), {"tools": [{"type": "openrouter:web_fetch"}]}),
        # https://docs.perplexity.ai/api-reference/chat-completions-post: it searches unasked
        ("perplexity", "sonar", WebSearch(), {}),
        (
            "perplexity",
            "sonar",
            WebSearch(blocked_domains=("reddit.com",), context="medium", vicinity=Vicinity(country="US", latitude=37.7749)),
            {
                "search_domain_filter": ["-reddit.com"],
                "web_search_options": {
                    "search_context_size": "medium",
                    "user_location": {"country": "US", "latitude": 37.7749},
                },
            },
        ),
        # https://console.groq.com/docs/web-search, https://console.groq.com/docs/browser-search
        (
            "groq",
            "groq/compound",
            WebSearch(allowed_domains=("python.org",), blocked_domains=("w3schools.com",)),
            {
                COMPOUND: {"tools": {"enabled_tools": ["web_search"]}},
                "search_settings": {"include_domains": ["python.org"], "exclude_domains": ["w3schools.com"]},
            },
        ),
        ("groq", "groq/compound-mini", CodeExecution(), {COMPOUND: {"tools": {"enabled_tools": ["code_interpreter"]}}}),
        ("groq", "openai/gpt-oss-20b", WebSearch(), {"tools": [{"type": "browser_search"}]}),
        ("groq", "openai/gpt-oss-20b", CodeExecution(), {"tools": [{"type": "code_interpreter"}]}),
        (
            "zai",
            "glm-5.2",
            WebSearch(allowed_domains=("sohu.com",), context="high"),
            {
                "tools": [
                    {
                        "type": "web_search",
                        "web_search": {
                            "enable": True,
                            "search_engine": "search-prime",
                            "search_result": True,
                            "search_domain_filter": "sohu.com",
                            "content_size": "high",
                        },
                    }
                ]
            },
        ),
        (
            "zhipu",
            "glm-5.2",
            WebSearch(),
            {
                "tools": [
                    {
                        "type": "web_search",
                        "web_search": {"enable": True, "search_engine": "search_std", "search_result": True},
                    }
                ]
            },
        ),
        ("dashscope", "qwen3-max", WebSearch(), {"enable_search": True}),
        ("dashscope", "qwen3-max", CodeExecution(), {"enable_code_interpreter": True}),
        ("venice", "m", WebSearch(), {"venice_parameters": {"enable_web_search": "auto", "enable_web_citations": True}}),
        (
            "writer",
            "palmyra-x5",
            WebSearch(allowed_domains=("wikipedia.org",), blocked_domains=("quora.com",)),
            {
                "tools": [
                    {"type": "web_search", "function": {"include_domains": ["wikipedia.org"], "exclude_domains": ["quora.com"]}}
                ]
            },
        ),
        (
            "writer",
            "palmyra-x5",
            FileSearch(("graph-1",)),
            {"tools": [{"type": "graph", "function": {"graph_ids": ["graph-1"], "subqueries": False}}]},
        ),
        ("vertex-chat", "google/gemini-2.5-pro", WebSearch(), {"web_search_options": {}}),
    ],
)
def test_vendors(name: str, model: str, tool: ServerTool, fields: Json) -> None:
    """What their documentation shows."""
    assert (fields, []) == said(name, model, tool)


@pytest.mark.parametrize(
    ("name", "model", "tool"),
    [
        ("openai", "gpt-5.6", WebSearch()),
        ("openai", "gpt-5-search-api", CodeExecution()),
        ("azure", "my-search-deployment", WebSearch()),
        ("groq", "qwen/qwen3-32b", WebSearch()),
        ("vertex-chat", "meta/llama", WebSearch()),
        ("xai", "grok-4.3", WebSearch()),
        ("moonshot", "kimi-k3", WebSearch()),
        ("deepseek", "m", WebSearch()),
        ("vllm", "m", RemoteMcp("w", "https://w")),
    ],
)
def test_what_is_not_there_is_not_offered(name: str, model: str, tool: ServerTool) -> None:
    """By vendor, and by model."""
    assert ({}, [("server_tool", "tools[0]")]) == said(name, model, tool)
    target = Target(name, "openai_chat", model, "https://api.test", providers.load(name).dialect)
    with pytest.raises(Unsupported):
        PROTOCOL.encode_request(Request(model, (user("Hi"),), tools=(tool,)), target, Report(target, "strict"))


@pytest.mark.parametrize(
    ("name", "model", "tool", "lost"),
    [
        ("openai", "gpt-5-search-api", WebSearch(max_uses=1, allowed_domains=("a",), vicinity=PLACE), ["max_uses"]),
        ("zai", "glm-5.2", WebSearch(allowed_domains=("a", "b"), context="low"), ["allowed_domains", "context"]),
        ("groq", "groq/compound", WebSearch(vicinity=PLACE), ["vicinity"]),
        ("groq", "openai/gpt-oss-20b", WebSearch(allowed_domains=("a",)), ["allowed_domains"]),
        ("perplexity", "sonar", WebSearch(vicinity=PLACE, max_uses=3), ["vicinity", "max_uses"]),
    ],
)
def test_settings_that_a_vendor_lacks(name: str, model: str, tool: ServerTool, lost: list[str]) -> None:
    """Are listed one by one."""
    listed = [path for feature, path in said(name, model, tool)[1] if feature == "server_tool"]
    assert {f"tools[0].{field}" for field in lost} <= {*listed}


def test_several_tools_beside_functions() -> None:
    """Objects keep their places; lists of the request's fields join."""
    tools, listed = said("groq", "openai/gpt-oss-20b", WebSearch(), F, CodeExecution())
    assert [{"type": "browser_search"}, PLAIN, {"type": "code_interpreter"}] == tools["tools"]
    assert [] == listed
    both, _ = said("groq", "groq/compound", WebSearch(), CodeExecution())
    assert {COMPOUND: {"tools": {"enabled_tools": ["web_search", "code_interpreter"]}}} == both


SEARCH = {"web_search": (Form({"type": "search"}),)}
OPTION = {"web_search": (Form({"search": True}, in_body=True),)}


@pytest.mark.parametrize(
    ("dialect", "choice", "expected", "reported"),
    [
        ({"server_tools": SEARCH, "forced_tools": True}, ToolChoice("tool", "web_search"), {"type": "search"}, []),
        ({"server_tools": SEARCH}, ToolChoice("tool", "web_search"), "required", ["tool_choice"]),
        ({"server_tools": SEARCH}, ToolChoice("tool", "f"), PLAIN, []),
        ({"server_tools": OPTION}, ToolChoice("tool", "web_search"), None, ["tool_choice"]),
        ({}, ToolChoice("tool", "web_search"), None, ["server_tool", "tool_choice"]),
        (
            {"server_tools": SEARCH, "tool_choices": ("auto",)},
            ToolChoice("required", allowed=("f",)),
            "auto",
            2 * ["tool_choice"],
        ),
    ],
)
def test_choices(encode: Encode, dialect: Json, choice: ToolChoice, expected: Any, reported: list[str]) -> None:
    """A tool is named where the vendor has a word for that; what is not there is never named."""
    sent = encode(user("Hi"), tools=(F, WebSearch()), tool_choice=choice, dialect=ChatDialect(**dialect))

    assert expected == sent.body.get("tool_choice")
    assert reported == [feature for feature, _ in sent.reported]


@pytest.mark.parametrize(
    ("choice", "searches"),
    [
        (ToolChoice("none"), False),
        (ToolChoice("auto", allowed=("f",)), False),
        (ToolChoice("auto", allowed=("f", "web_search")), True),
        (ToolChoice("required"), True),
    ],
)
def test_a_choice_governs_fields_too(encode: Encode, choice: ToolChoice, searches: bool) -> None:
    """Where it leaves a tool out, the request does not ask for it, and that is told."""
    sent = encode(user("Hi"), tools=(F, WebSearch()), tool_choice=choice, dialect=ChatDialect(server_tools=OPTION))

    assert searches == ("search" in sent.body)
    assert ([] if searches else [("tool_choice", "changed")]) == sent.reported


def test_the_vendors_own_fields(encode: Encode) -> None:
    """Go where the tool goes; the request's own win over them."""
    tool = WebSearch(extra={"search_options": {"forced_search": True}})
    sent = encode(user("Hi"), tools=(tool,), dialect=providers.load("dashscope").dialect, extra={"enable_search": False})

    assert (False, {"forced_search": True}) == (sent.body["enable_search"], sent.body["search_options"])


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"type": "openrouter:web_search", "parameters": {"max_uses": 1, "engine": "exa"}},
            WebSearch(max_uses=1, extra={"parameters": {"max_uses": 1, "engine": "exa"}}, protocol="openai_chat"),
        ),
        ({"type": "openrouter:web_fetch", "parameters": {"max_content_tokens": 9}}, WebFetch(max_tokens=9)),
        ({"type": "openrouter:datetime"}, VendorTool({"type": "openrouter:datetime"}, "openai_chat")),
        ({"type": ["x"]}, VendorTool({"type": ["x"]}, "openai_chat")),
    ],
)
def test_tools_are_read(data: Json, expected: Any) -> None:
    """Those of OpenRouter; all others stay as they came."""
    assert expected == read_tool(data)


@pytest.mark.parametrize(
    ("model", "options", "expected"),
    [
        ("gpt-5-search-api", {"search_context_size": "high"}, WebSearch(context="high")),
        (
            "gpt-5-search-api",
            {"user_location": {"type": "approximate", "approximate": {"city": "Oslo"}}},
            WebSearch(vicinity=Vicinity("Oslo")),
        ),
        ("gpt-5-search-api", {}, WebSearch()),
        ("gpt-5-search-api", {"odd": 1}, None),
        ("gpt-5-search-api", 7, None),
        ("gpt-5.6", {}, None),
    ],
)
def test_options_are_read(model: str, options: Any, expected: WebSearch | None) -> None:
    """Where they would be said again just so; else they stay where they are."""
    rest = {"web_search_options": options}

    assert expected == read_options(rest, model)
    assert (expected is None) == ("web_search_options" in rest)


def test_a_request_goes_on_as_it_came() -> None:
    """Tools, fields, and the choice among them."""
    body = {
        "model": "a/b",
        "messages": [{"role": "user", "content": "Hi"}],
        "tools": [PLAIN, {"type": "openrouter:web_search", "parameters": {"max_uses": 2}}],
        "tool_choice": {"type": "openrouter:web_search"},
    }
    request = PROTOCOL.decode_request(HttpRequest("POST", "https://x/chat/completions", {}, json.dumps(body).encode()))
    target = Target("openrouter", "openai_chat", "a/b", "https://x", providers.load("openrouter").dialect)

    assert ((Tool("f"), WebSearch(max_uses=2)), ToolChoice("tool", "web_search")) == (request.tools, request.tool_choice)
    assert body == json.loads(PROTOCOL.encode_request(request, target, Report(target)).body)
