"""The vendor's own tools: each as the vendor documents it, what is lost, and back again."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from discovery import by_discovery
from strict import by_schema

from dragoman import providers
from dragoman.errors import Unsupported
from dragoman.protocols.gemini import GeminiDialect
from dragoman.protocols.gemini.encode_parts import encode_part
from dragoman.protocols.gemini.server_tools import read_entry
from dragoman.types import (
    CodeExecution,
    Computer,
    FileSearch,
    Image,
    Message,
    RemoteMcp,
    Request,
    Secret,
    ServerTool,
    ServerToolCall,
    Text,
    Tool,
    ToolCall,
    ToolResult,
    VendorTool,
    Vicinity,
    WebFetch,
    WebSearch,
    user,
)
from dragoman.types.content import Base64

Json = dict[str, Any]
Encode = Callable[..., Any]
Ask = Callable[..., Request]

ASK = user("q")
OSLO = Vicinity("Oslo", country="NO", latitude=59.9, longitude=10.7)
CORPUS = "projects/p/locations/l/ragCorpora/1"


def vertex(name: str = "vertex") -> GeminiDialect:
    found = providers.load(name).dialect
    assert isinstance(found, GeminiDialect)
    return found


TABLE: list[tuple[ServerTool, Json]] = [
    # https://ai.google.dev/gemini-api/docs/google-search
    (WebSearch(), {"googleSearch": {}}),
    (
        WebSearch(extra={"timeRangeFilter": {"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-02-01T00:00:00Z"}}),
        {"googleSearch": {"timeRangeFilter": {"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-02-01T00:00:00Z"}}},
    ),
    # https://ai.google.dev/gemini-api/docs/url-context
    (WebFetch(), {"urlContext": {}}),
    # https://ai.google.dev/gemini-api/docs/code-execution
    (CodeExecution(), {"codeExecution": {}}),
    # https://ai.google.dev/gemini-api/docs/file-search
    (
        FileSearch(("fileSearchStores/a", "fileSearchStores/b")),
        {"fileSearch": {"fileSearchStoreNames": ["fileSearchStores/a", "fileSearchStores/b"]}},
    ),
    (
        FileSearch(("fileSearchStores/a",), 3, 'author = "Robert Graves"'),
        {"fileSearch": {"fileSearchStoreNames": ["fileSearchStores/a"], "topK": 3, "metadataFilter": 'author = "Robert Graves"'}},
    ),
    # https://ai.google.dev/gemini-api/docs/generate-content/computer-use
    (Computer(1440, 900), {"computerUse": {"environment": "ENVIRONMENT_BROWSER"}}),
    (
        Computer(1440, 900, extra={"excludedPredefinedFunctions": ["drag_and_drop"]}),
        {"computerUse": {"environment": "ENVIRONMENT_BROWSER", "excludedPredefinedFunctions": ["drag_and_drop"]}},
    ),
    # https://ai.google.dev/api/caching#McpServer
    (
        RemoteMcp("wiki", "https://api.example.com/mcp", Secret("t"), {"x-a": Secret("b"), "y": "c"}, extra={"odd_one": 1}),
        {
            "mcpServers": [
                {
                    "name": "wiki",
                    "streamableHttpTransport": {
                        "url": "https://api.example.com/mcp",
                        "headers": {"x-a": "b", "y": "c", "Authorization": "Bearer t"},
                    },
                    "odd_one": 1,
                }
            ]
        },
    ),
    (RemoteMcp("wiki", "https://a/mcp"), {"mcpServers": [{"name": "wiki", "streamableHttpTransport": {"url": "https://a/mcp"}}]}),
]


@pytest.mark.parametrize(("tool", "entry"), TABLE)
def test_each_tool_as_it_is_documented(encode: Encode, tool: ServerTool, entry: Json) -> None:
    """Nothing is lost of what the vendor can be told, and the vendor's schema takes it."""
    sent = encode(ASK, tools=(tool,))

    assert ([entry], []) == (sent.body["tools"], sent.adaptations)
    assert "toolConfig" not in sent.body
    check = by_schema("gemini", "GenerateContentRequest")
    if check is not None and "odd_one" not in tool.extra:
        assert [] == check(sent.body)


VERTEX: list[tuple[ServerTool, Json]] = [
    (WebSearch(blocked_domains=("a.com", "b.com")), {"googleSearch": {"excludeDomains": ["a.com", "b.com"]}}),
    (WebFetch(), {"urlContext": {}}),
    (CodeExecution(), {"codeExecution": {}}),
    (FileSearch((CORPUS,)), {"retrieval": {"vertexRagStore": {"ragResources": [{"ragCorpus": CORPUS}]}}}),
    (
        FileSearch((CORPUS,), 3, "a = 1"),
        {
            "retrieval": {
                "vertexRagStore": {
                    "ragResources": [{"ragCorpus": CORPUS}],
                    "ragRetrievalConfig": {"topK": 3, "filter": {"metadataFilter": "a = 1"}},
                }
            }
        },
    ),
    (
        FileSearch((CORPUS,), 3),
        {"retrieval": {"vertexRagStore": {"ragResources": [{"ragCorpus": CORPUS}], "ragRetrievalConfig": {"topK": 3}}}},
    ),
    (Computer(9, 9, "mobile"), {"computerUse": {"environment": "ENVIRONMENT_MOBILE"}}),
]


@pytest.mark.parametrize(("tool", "entry"), VERTEX)
def test_each_tool_on_vertex(encode: Encode, tool: ServerTool, entry: Json) -> None:
    """Vertex AI has other fields; Google's description of it knows them all."""
    sent = encode(ASK, tools=(tool,), dialect=vertex())

    assert ([entry], []) == (sent.body["tools"], sent.adaptations)
    check = by_discovery("GoogleCloudAiplatformV1GenerateContentRequest")
    if check is not None:
        assert [] == check(sent.body)


def test_a_local_search(encode: Encode) -> None:
    """Vertex AI takes coordinates, beside the tools; the rest of a vicinity is left out. AI Studio documents neither."""
    tools = (WebSearch(vicinity=OSLO),)
    there = encode(ASK, tools=tools, dialect=vertex())
    check = by_discovery("GoogleCloudAiplatformV1GenerateContentRequest")
    pure = encode(ASK, tools=(WebSearch(vicinity=Vicinity(latitude=1.5, longitude=2.5)),), dialect=vertex())
    vague = encode(ASK, tools=(WebSearch(vicinity=Vicinity("Oslo")),), dialect=vertex())
    here = encode(ASK, tools=tools)

    assert {"retrievalConfig": {"latLng": {"latitude": 59.9, "longitude": 10.7}}} == there.body["toolConfig"]
    assert {"retrievalConfig": {"latLng": {"latitude": 1.5, "longitude": 2.5}}} == pure.body["toolConfig"]
    assert [("server_tool", "changed")] == there.reported == here.reported == vague.reported
    assert [] == pure.reported
    assert not (here.body | vague.body).keys() & {"toolConfig"}
    assert check is None or [] == check(there.body)


@pytest.mark.parametrize(
    ("tool", "lost"),
    [
        (
            WebSearch(max_uses=1, allowed_domains=("a",), blocked_domains=("b",), context="low"),
            ["max_uses", "allowed_domains", "blocked_domains", "context"],
        ),
        (WebFetch(max_uses=1, max_tokens=2, citations=True), ["max_uses", "max_tokens", "citations"]),
        (CodeExecution(container="c", files=("f",)), ["container", "files"]),
        (FileSearch(("s",), filter={"a": "b"}), ["filter"]),
        (Computer(1, 1, "mac"), ["environment"]),
        (Computer(1, 1, "amiga"), ["environment"]),
        (RemoteMcp("m", "u", description="d"), ["description"]),
    ],
)
def test_what_cannot_be_told(encode: Encode, tool: ServerTool, lost: list[str]) -> None:
    """Each setting that is left out is listed, and refused by policy."""
    sent = encode(ASK, tools=(tool,))

    assert [("server_tool", f"tools[0].{name}") for name in lost] == [(item.feature, item.path) for item in sent.adaptations]
    assert 1 == len(sent.body["tools"])
    with pytest.raises(Unsupported) as caught:
        encode(ASK, tools=(tool,), policy={"server_tool": "strict"})
    assert "server_tool" == caught.value.feature


@pytest.mark.parametrize(
    ("tool", "dialect"),
    [
        (RemoteMcp("m", "u", tools=("ask",)), GeminiDialect()),
        (RemoteMcp("m", "u"), vertex()),
        (RemoteMcp("m", "u"), vertex("vertex-express")),
        (FileSearch((CORPUS,)), vertex("vertex-express")),
    ],
)
def test_what_is_not_offered(encode: Encode, tool: ServerTool, dialect: GeminiDialect) -> None:
    """A tool that is not there, and a server of which some tools only may be used, which nothing would see to."""
    sent = encode(ASK, tools=(tool,), dialect=dialect)

    assert "tools" not in sent.body
    assert [("server_tool", "dropped")] == sent.reported
    with pytest.raises(Unsupported):
        encode(ASK, tools=(tool,), dialect=dialect, policy="strict")


def test_other_vendors_fields(encode: Encode) -> None:
    """They are left out and listed, where the vendor's own are sent."""
    foreign = encode(ASK, tools=(WebSearch(extra={"type": "web_search_20250305"}, protocol="anthropic_messages"),))
    own = encode(ASK, tools=(WebSearch(extra={"searchTypes": {"webSearch": {}}}, protocol="gemini"),))

    assert ([{"googleSearch": {}}], [("extra", "dropped")]) == (foreign.body["tools"], foreign.reported)
    assert ([{"googleSearch": {"searchTypes": {"webSearch": {}}}}], []) == (own.body["tools"], own.reported)


# --- and back ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entry", "tool"),
    [
        ({"googleSearch": {}}, WebSearch()),
        ({"googleSearch": {"excludeDomains": ["a"]}}, WebSearch(blocked_domains=("a",))),
        ({"googleSearch": {"excludeDomains": "a"}}, WebSearch(extra={"excludeDomains": "a"}, protocol="gemini")),
        ({"googleSearch": {"searchTypes": {}}}, WebSearch(extra={"searchTypes": {}}, protocol="gemini")),
        ({"urlContext": {}}, WebFetch()),
        ({"codeExecution": {"x": 1}}, CodeExecution(extra={"x": 1}, protocol="gemini")),
        ({"fileSearch": {"fileSearchStoreNames": ["a"], "topK": 2, "metadataFilter": "f"}}, FileSearch(("a",), 2, "f")),
        (
            {"fileSearch": {"fileSearchStoreNames": ["a"], "topK": 2.5}},
            FileSearch(("a",), extra={"topK": 2.5}, protocol="gemini"),
        ),
        ({"mcpServers": [{"name": "m", "streamableHttpTransport": {"url": "u"}}]}, RemoteMcp("m", "u")),
        (
            {
                "mcpServers": [
                    {"name": "m", "streamableHttpTransport": {"url": "u", "headers": {"Authorization": "Bearer t", "a_b": "c"}}}
                ]
            },
            RemoteMcp("m", "u", Secret("t"), {"a_b": "c"}),
        ),
        (
            {"mcpServers": [{"name": "m", "streamableHttpTransport": {"url": "u", "timeout": "3s"}}]},
            RemoteMcp("m", "u", extra={"streamableHttpTransport": {"url": "u", "timeout": "3s"}}, protocol="gemini"),
        ),
    ],
)
def test_what_is_read_as_typed(ask: Ask, encode: Encode, entry: Json, tool: ServerTool) -> None:
    """An object of which the type says all, or which fields beside it complete, and which is sent as it came."""
    assert (tool,) == ask({"contents": [], "tools": [entry]}).tools
    assert [entry] == encode(ASK, tools=(tool,), dialect=GeminiDialect(search_settings=("blocked_domains",))).body["tools"]


@pytest.mark.parametrize(
    "entry",
    [
        {"googleSearch": 3},
        {"googleMaps": {}},
        {"enterpriseWebSearch": {}},
        {"retrieval": {"vertexRagStore": {}}},
        {"computerUse": {"environment": "ENVIRONMENT_BROWSER"}},
        {"fileSearch": {"topK": 3}},
        {"fileSearch": {"fileSearchStoreNames": [3]}},
        {"mcpServers": []},
        {"mcpServers": {"name": "m"}},
        {"mcpServers": [{"name": "m"}]},
        {"mcpServers": [{"name": "m", "streamableHttpTransport": {"url": "u"}}, 3]},
        {"mcpServers": [{"name": "m", "streamableHttpTransport": {"url": "u", "headers": {"a": 3}}}]},
    ],
)
def test_what_stays_as_it_came(ask: Ask, encode: Encode, entry: Json) -> None:
    """What no type says all of goes on as the vendor's own object, and is sent again so."""
    request = ask({"contents": [], "tools": [entry]})

    assert [entry] == encode(request=request).body["tools"]
    assert all(isinstance(tool, VendorTool) for tool in request.tools) or "headers" in json.dumps(entry)


def test_several_servers_are_several_tools() -> None:
    """Each has a name of its own to be chosen by."""
    servers = [{"name": name, "streamableHttpTransport": {"url": f"https://{name}"}} for name in ("a", "b")]

    assert [RemoteMcp("a", "https://a"), RemoteMcp("b", "https://b")] == read_entry("mcpServers", servers)


# --- calls ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("web_search", "GOOGLE_SEARCH_WEB"),
        ("web_fetch", "URL_CONTEXT"),
        ("file_search", "FILE_SEARCH"),
        ("GOOGLE_MAPS", "GOOGLE_MAPS"),
    ],
)
def test_names_in_calls(name: str, word: str) -> None:
    """The vendor's word comes back for the neutral one."""
    assert {"toolCall": {"id": "1", "toolType": word}} == encode_part(ServerToolCall("1", name, kind="toolCall"))


def test_a_screen_is_the_callers(encode: Encode, whole: Callable[..., Any], say: Callable[..., Json]) -> None:
    """Its calls are functions, answered with a picture of the screen and the page's address
    (https://ai.google.dev/gemini-api/docs/generate-content/computer-use)."""
    from dragoman.engine.accumulate import accumulate

    call = {"functionCall": {"id": "c", "name": "click_at", "args": {"x": 371, "y": 470}}, "thoughtSignature": "s"}
    answer = accumulate(whole(say(call, finishReason="STOP"))).message
    (block,) = answer.content
    assert isinstance(block, ToolCall)
    assert ("click_at", {"x": 371, "y": 470}) == (block.name, block.input)

    shown = (Text('{"url":"https://a"}'), Image(Base64("image/png", "iVBO")))
    result = ToolResult("c", shown, name="click_at")
    sent = encode(ASK, answer, Message("tool", (result,)), tools=(Computer(1440, 900), Tool("f")))
    part = {"inlineData": {"mimeType": "image/png", "data": "iVBO"}}
    response = {"id": "c", "name": "click_at", "response": {"url": "https://a"}, "parts": [part]}
    assert [{"functionResponse": response}] == sent.contents[-1]["parts"]
    assert [call] == sent.contents[1]["parts"]
    assert [] == sent.adaptations
    assert "toolConfig" not in sent.body
