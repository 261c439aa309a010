"""Blocks in this wire's words."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.protocols.openai_chat.say import (
    annotation,
    audio_object,
    call_fields,
    closing_tag,
    finish_fields,
    image_part,
    opaque_fields,
    opening_tag,
    own_extra,
    thinking_field,
)
from dragoman.protocols.openai_chat.wire import decode_citation
from dragoman.types import (
    Audio,
    Base64,
    Citation,
    FileId,
    Finish,
    Image,
    Opaque,
    Origin,
    SourceSpan,
    Text,
    Thinking,
    ToolCall,
    Url,
)

OURS = Origin("openai_chat", "acme")
THEIRS = Origin("gemini", "google")


@pytest.mark.parametrize(("origin", "kept"), [(None, {"a": 1}), (OURS, {"a": 1}), (THEIRS, {})])
def test_vendor_data_of_this_wire(origin: Origin | None, kept: dict[str, Any]) -> None:
    """Another wire's vendor data means nothing here."""
    assert own_extra(Text("x", extra={"a": 1}, origin=origin)) == kept


def test_the_field_of_reasoning() -> None:
    """The field it stood in, else the one most clients know."""
    assert thinking_field(Thinking(text="x", origin=OURS, extra={"field": "reasoning"})) == "reasoning"
    assert thinking_field(Thinking(text="x", origin=THEIRS, extra={"field": "reasoning"})) == "reasoning_content"
    assert thinking_field(Thinking(text="x")) == "reasoning_content"


def test_tags_around_reasoning() -> None:
    """As they stood: with white space before, without an opening, without an end."""
    assert (opening_tag({"before": "\n"}), closing_tag({})) == ("\n<think>", "</think>")
    assert opening_tag({"lone_tag": True}) == ""
    assert closing_tag({"unclosed": True}) == ""


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        (ToolCall("a", "f", "{}"), {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}),
        (ToolCall("a", "sh", "ls", True), {"id": "a", "type": "custom", "custom": {"name": "sh", "input": "ls"}}),
        (
            ToolCall("a", "f", extra={"synthetic_id": True, "function": {"x": 1}, "type": "builtin"}, origin=OURS),
            {"id": "a", "type": "builtin", "function": {"name": "f", "arguments": "", "x": 1}, "synthetic_id": True},
        ),
        (
            ToolCall("a", "f", extra={"thought": "x"}, origin=THEIRS),
            {"id": "a", "type": "function", "function": {"name": "f", "arguments": ""}},
        ),
    ],
)
def test_calls(call: ToolCall, fields: dict[str, Any]) -> None:
    """Function and free-text calls, with what a vendor of this wire added to them."""
    assert call_fields(call) == fields


def test_annotations() -> None:
    """The vendor's own object, or one made of the citation's words."""
    raw = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "start_index": 0, "end_index": 2}}
    made = annotation(Citation("web", "u", "t", "words", 1, 2, raw={"type": "web_search_result_location"}))

    assert annotation(decode_citation(raw)) is raw
    assert annotation(decode_citation(raw), before=3)["url_citation"] == {**raw["url_citation"], "start_index": 3, "end_index": 5}
    elsewhere = {"type": "url_citation", "url_citation": {"url": "u", "start_index": 1, "end_index": 2}}
    assert annotation(decode_citation(elsewhere, 5), before=5) is elsewhere
    page = Citation("page_location", None, "t", "words", raw={"type": "page_location"}, span=SourceSpan("page", 7, 8))
    assert annotation(page)["url_citation"] == {"start_index": 0, "end_index": 0, "url": "", "title": "t", "content": "words"}
    about = {"start_index": 1, "end_index": 2, "url": "u", "title": "t", "content": "words"}
    assert made == {"type": "url_citation", "url_citation": about}
    assert annotation(Citation())["url_citation"] == {"start_index": 0, "end_index": 0, "url": "", "title": ""}


def test_sound_and_pictures() -> None:
    """Sound has its id and data, a picture its URL; what has no URL cannot be shown."""
    sound = Audio(Base64("audio/*", "QUJD"), "Hey", origin=OURS, extra={"id": "s"})
    picture = Image(Url("https://a.test"), "low", extra={"index": 0, "field": "images", "image_url": {"x": 1}})

    assert audio_object(sound) == {"id": "s", "data": "QUJD", "transcript": "Hey"}
    assert audio_object(Audio(Url("https://a.test"))) == {}
    assert image_part(picture) == {
        "type": "image_url",
        "image_url": {"url": "https://a.test", "x": 1, "detail": "low"},
        "index": 0,
    }
    assert image_part(Image(FileId("f"))) is None


@pytest.mark.parametrize(
    ("block", "fields"),
    [
        (Opaque({"type": "x"}), {"content": [{"type": "x"}]}),
        (Opaque({"type": "x"}, origin=OURS, extra={"field": "tool_calls"}), {"tool_calls": [{"type": "x"}]}),
        (Opaque({"type": "x"}, origin=THEIRS), {}),
    ],
)
def test_opaque_blocks(block: Opaque, fields: dict[str, Any]) -> None:
    """They stand where they stood; another wire's stand nowhere."""
    assert opaque_fields(block) == fields


@pytest.mark.parametrize(
    ("finish", "fields"),
    [
        (Finish("stop", "stop"), {"finish_reason": "stop"}),
        (Finish("stop"), {"finish_reason": "stop", "raw_finish_reason": None}),
        (Finish("tool_calls", ""), {"finish_reason": "tool_calls", "raw_finish_reason": ""}),
        (Finish("tool_calls", "stop"), {"finish_reason": "tool_calls", "raw_finish_reason": "stop"}),
        (Finish("pause", "pause_turn", details={"x": 1}), {"finish_reason": "stop", "raw_finish_reason": "pause_turn", "x": 1}),
        (None, {"finish_reason": None}),
    ],
)
def test_how_a_choice_ended(finish: Finish | None, fields: dict[str, Any]) -> None:
    """Clients get a word they know, and the provider's own beside it where that is another."""
    assert finish_fields(finish) == fields
