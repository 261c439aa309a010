"""Promise 4 on every wire: each word of a request is sent, or its loss is listed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from dragoman.errors import Unsupported
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Report, Target
from dragoman.providers.openrouter import OpenRouterRouting
from dragoman.types import AudioOutput, Cache, CustomTool, Output, Reasoning, Request, Text, Tool, ToolChoice, VendorTool, user

TOOL = Tool("f", "does f", {"type": "object", "properties": {"a": {"type": "string"}}})
BASE = Request("m", (user("Hi"),), tools=(TOOL,))
WORDS: dict[str, Any] = {
    "system": (Text("Be brief."),),
    "tools": (TOOL, CustomTool("c", "free text")),
    "tool_choice": ToolChoice("required"),
    "parallel_tools": False,
    "output": Output({"type": "object", "properties": {"a": {"type": "string"}}}),
    "reasoning": Reasoning(effort="high"),
    "max_tokens": 1234,
    "temperature": 0.25,
    "top_p": 0.5,
    "top_k": 7,
    "stop": ("END",),
    "seed": 42,
    "presence_penalty": 0.5,
    "frequency_penalty": 0.5,
    "logprobs": True,
    "n": 2,
    "modalities": ("text", "audio"),
    "audio": AudioOutput("alloy", "wav"),
    "user": "somebody",
    "metadata": {"team": "search"},
    "service_tier": "priority",
    "cache": Cache("1h"),
    "cache_key": "conversation-7",
    "routing": OpenRouterRouting(order=("x",)),
    "stream": True,
    "extra": {"odd": 1},
    "headers": {"x-odd": "1"},
}
FOREIGN = VendorTool({"type": "elsewhere"}, protocol="nowhere")


def said(name: str, request: Request) -> tuple[Any, list[str]]:
    target = Target("somewhere", name, "m", "https://models.example.com")
    report = Report(target)
    http = load(name).encode_request(request, target, report)
    return (http.url, http.headers, http.body), [adaptation.feature for adaptation in report.adaptations]


def test_every_word_is_tried() -> None:
    """A field that joins the request joins this test."""
    assert {*Request.__struct_fields__} - {"model", "messages", "top_logprobs"} == WORDS.keys()


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("name", NAMES)
def test_a_word_is_sent_or_its_loss_is_listed(name: str, word: str) -> None:
    """Either the request is another one than without it, or the report names something, or it is refused."""
    try:
        changed, listed = said(name, msgspec.structs.replace(BASE, **{word: WORDS[word]}))
    except Unsupported:
        return
    assert changed != said(name, BASE)[0] or listed


@pytest.mark.parametrize("name", NAMES)
def test_a_tool_of_another_wire_is_not_lost_silently(name: str) -> None:
    """A vendor's tool that this wire cannot say is listed or refused."""
    try:
        _, listed = said(name, msgspec.structs.replace(BASE, tools=(TOOL, FOREIGN)))
    except Unsupported:
        return
    assert listed


@pytest.mark.parametrize("name", NAMES)
def test_a_relays_routing_reaches_no_vendor(name: str) -> None:
    """Where the reference vendor does not route, another provider's routing value is listed and not sent."""
    (_, _, body), listed = said(name, msgspec.structs.replace(BASE, routing=WORDS["routing"]))

    assert ["routing"] == listed
    assert said(name, BASE)[0][2] == body


@pytest.mark.parametrize("reasoning", [Reasoning(effort="high"), Reasoning(effort="none"), Reasoning(budget=2048)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_what_steers_reasoning_is_kept_as_it_is_sent(name: str, reasoning: Reasoning) -> None:
    """The report has the very fields of the body, or the loss of the whole word is listed; unasked there are none."""
    target = Target("somewhere", name, "m", "https://models.example.com")
    report, unasked = Report(target), Report(target)
    http = load(name).encode_request(msgspec.structs.replace(BASE, reasoning=reasoning), target, report)
    load(name).encode_request(BASE, target, unasked)
    assert {} == unasked.reasoning
    assert report.reasoning or "reasoning" in [each.feature for each in report.adaptations]
    for path, value in report.reasoning.items():
        found: Any = msgspec.json.decode(http.body)
        for part in path.split("."):
            found = found[part]
        assert value == found
