"""One choice: what each field of its message is, and where the rest goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dragoman.types import (
    ArgumentsDelta,
    Audio,
    AudioDelta,
    Base64,
    BlockStart,
    BlockStop,
    Event,
    Extra,
    Finish,
    Finished,
    Image,
    Opaque,
    Origin,
    Refusal,
    RefusalDelta,
    Response,
    Text,
    TextDelta,
    Thinking,
    ToolCall,
)

Json = dict[str, Any]
Read = Callable[..., list[Event]]

ACME = Origin("openai_chat", "acme", "m")
DONE = b"[DONE]"


def chunk(delta: Json | None = None, *, index: int = 0, finish: str | None = None, **fields: Any) -> Json:
    choice = {"index": index, "delta": delta or {}, "finish_reason": finish, **fields.pop("choice", {})}
    return {"id": "c1", "object": "chat.completion.chunk", "created": 7, "model": "m", "choices": [choice], **fields}


def thinking(field: str | None, text: str = "", **extra: Any) -> Thinking:
    return Thinking(text=text, origin=ACME, extra={**({} if field is None else {"field": field}), **extra})


def call(fragment: Json) -> Json:
    return chunk({"tool_calls": [fragment]})


def test_one_object_says_everything_in_one_order(whole: Read) -> None:
    """In a whole message thinking comes first, then text, refusal, audio, pictures and calls."""
    events = whole(
        tool_calls=[{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        images=[{"type": "image_url", "image_url": {"url": "data:image/png;base64,QUJD"}}],
        audio={"id": "s", "data": "QUJD"},
        refusal="No",
        content="Yes",
        reasoning_content="Hm",
    )

    kinds = [type(event.block) for event in events if isinstance(event, BlockStart)]
    assert kinds == [Thinking, Text, Refusal, Audio, Image, ToolCall]


def test_servers_that_end_with_the_whole_message(stream: Read) -> None:
    """A stream that said nothing takes the message of its last chunk; one that spoke does not say it twice."""
    message = {"role": "assistant", "content": "All of it"}

    silent = stream(chunk(None, finish="stop", choice={"message": message}), DONE)
    spoken = stream(chunk({"content": "All of it"}), chunk(None, finish="stop", choice={"message": message}), DONE)

    assert [event for event in silent if isinstance(event, TextDelta)] == [TextDelta(0, "All of it")]
    assert [event for event in spoken if isinstance(event, TextDelta)] == [TextDelta(0, "All of it")]


def test_fields_of_a_choice_come_with_its_finish(stream: Read) -> None:
    """What a vendor says about a choice stands in the details of its end, the last value of each."""
    events = stream(
        chunk({"content": "x"}, choice={"content_filter_results": {"hate": 1}, "seed": None}),
        chunk(None, finish="stop", choice={"content_filter_results": {}, "stop_reason": "END", "native_finish_reason": "eos"}),
        DONE,
    )

    details = {"content_filter_results": {"hate": 1}, "stop_reason": "END", "native_finish_reason": "eos"}
    assert events[-1] == Finished(Finish("stop", "stop", "END", details))


def test_fields_of_a_message_are_gathered(stream: Read) -> None:
    """Unknown text is joined, lists are extended, labels and objects count as they came last."""
    events = stream(
        chunk({"content": "x", "note": "a", "channel": "analysis", "executed_tools": [1]}),
        chunk({"content": "y", "note": "b", "channel": "final", "executed_tools": [2], "meta": {"k": 1}}),
        chunk({"other": 3}, index=1),
        DONE,
    )

    fields = {"note": "ab", "channel": "final", "executed_tools": [1, 2], "meta": {"k": 1}}
    assert events[-2] == Extra({"choices[0].message": fields, "choices[1].message": {"other": 3}})


# --- words ---


def test_token_lists_go_with_their_text(stream: Read) -> None:
    """Logprobs stand on the piece of text or refusal they belong to; a token without text counts too."""
    token = {"token": "a", "logprob": -0.5}
    lists = {"content": [token], "refusal": None}

    events = stream(
        chunk({"content": "a"}, choice={"logprobs": lists}),
        chunk({"content": ""}, choice={"logprobs": lists}),
        chunk({"refusal": "no"}, choice={"logprobs": {"content": None, "refusal": [token]}}),
        DONE,
    )

    assert TextDelta(0, "a", (token,)) in events
    assert TextDelta(0, "", (token,)) in events
    assert RefusalDelta(1, "no", (token,)) in events


def test_other_token_lists_come_with_the_finish(stream: Read) -> None:
    """DeepSeek's lists for reasoning, and lists of tokens of calls, have no text to stand on."""
    token = {"token": "a", "logprob": -0.5}

    events = stream(
        chunk({"reasoning_content": "a"}, choice={"logprobs": {"reasoning_content": [token]}}),
        chunk({"reasoning_content": "b"}, choice={"logprobs": {"reasoning_content": [token], "content": [token]}}),
        DONE,
    )

    assert events[-1] == Finished(Finish("stop", details={"logprobs": {"reasoning_content": [token, token], "content": [token]}}))


def test_a_refusal(whole: Read) -> None:
    """A refusal is a block of its own, and the reason of a `stop` that follows it."""
    events = whole(content=None, refusal="I can't")

    assert events[1:] == [
        BlockStart(0, Refusal("")),
        RefusalDelta(0, "I can't"),
        BlockStop(0),
        Finished(Finish("refusal", "stop")),
    ]


def test_spoken_answers(stream: Read, response: Callable[..., Response]) -> None:
    """Sound comes in pieces of data and transcript; its id and expiry are kept to refer to it."""
    events = stream(
        chunk({"audio": {"id": "s1", "transcript": "He"}}),
        chunk({"audio": {"data": "QUJD", "transcript": "y"}}),
        chunk({"audio": {"expires_at": 9}}, finish="stop"),
        DONE,
    )

    sound = Audio(Base64("audio/*", "QUJD"), "Hey", origin=ACME, extra={"id": "s1", "expires_at": 9})
    assert events[2] == AudioDelta(0, "", "He")
    assert response(events).message.content == (sound,)


def test_empty_sound_is_no_sound(whole: Read) -> None:
    """Snowflake fills every message with an empty `audio` and an empty `function_call`."""
    audio = {"id": "", "data": "", "transcript": "", "expires_at": 0}

    assert len(whole(content="x", audio=audio, function_call={"name": "", "arguments": ""})) == 5


def test_pictures_the_model_made(whole: Read) -> None:
    """OpenRouter's images are blocks that say where they stood."""
    events = whole(images=[{"type": "image_url", "index": 0, "image_url": {"url": "data:image/png;base64,QUJD"}}])

    image = Image(Base64("image/png", "QUJD"), origin=ACME, extra={"index": 0, "field": "images"})
    assert events[1:3] == [BlockStart(0, image), BlockStop(0)]


def test_content_in_parts(whole: Read, response: Callable[..., Response]) -> None:
    """Content may be a list: texts, reasoning parts, and parts nobody knows, which are kept."""
    reasoning = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm", "signature": "s"}]}
    strange = {"type": "hologram", "data": 1}

    events = whole(content=[reasoning, {"type": "text", "text": "Yes"}, {"type": "refusal", "refusal": "No"}, strange, "!"])

    assert response(events).message.content == (
        thinking("parts", "Hm", parts=[reasoning]),
        Text("Yes"),
        Refusal("No"),
        Opaque(strange, origin=ACME),
        Text("!"),
    )


def test_content_that_is_an_object(whole: Read) -> None:
    """Cloudflare gives structured output as a JSON object: it is said as JSON text."""
    assert TextDelta(0, '{"a":[1]}') in whole(content={"a": [1]})


# --- calls ---


def test_the_old_function_call(stream: Read, response: Callable[..., Response]) -> None:
    """A call in the old field is a call that says so."""
    events = stream(
        chunk({"function_call": {"name": "f", "arguments": ""}}),
        chunk({"function_call": {"arguments": "{}"}}, finish="function_call"),
        DONE,
    )

    call = ToolCall("function_call", "f", "{}", origin=ACME, extra={"function_call": True, "synthetic_id": True})
    assert response(events).message.content == (call,)
    assert events[-1] == Finished(Finish("tool_calls", "function_call"))


def test_entries_that_are_no_calls(whole: Read) -> None:
    """An entry of an unknown kind is kept as it came."""
    entry = {"type": "web_search", "id": "w", "query": "x"}

    assert BlockStart(0, Opaque(entry, origin=ACME, extra={"field": "tool_calls"})) in whole(tool_calls=[entry])


def test_a_call_begins_with_its_name(stream: Read) -> None:
    """Where name and id come apart, the block waits for the name and then gives what it has."""
    events = stream(
        call({"index": 0, "id": "a", "type": "function"}),
        call({"index": 0, "function": {"arguments": '{"x"'}}),
        call({"index": 0, "function": {"name": "f", "arguments": ":1}"}}),
        DONE,
    )

    assert events[1:3] == [BlockStart(0, ToolCall("a", "f")), ArgumentsDelta(0, '{"x":1}')]


def test_a_call_that_never_gets_a_name_is_not_lost(stream: Read) -> None:
    """At the end it is told without one."""
    events = stream(call({"index": 0, "id": "a", "function": {"arguments": "{}"}}), DONE)

    assert events[1:4] == [BlockStart(0, ToolCall("a", "")), ArgumentsDelta(0, "{}"), BlockStop(0)]


def test_fields_of_a_call_stand_on_it(stream: Read, response: Callable[..., Response]) -> None:
    """Gemini's signature comes with the call; one that comes late is in the block's final value."""
    events = stream(
        call({"index": 0, "id": "a", "function": {"name": "f", "arguments": "{"}, "extra_content": {"google": 1}}),
        call({"index": 0, "function": {"arguments": "}"}, "late": True}),
        DONE,
    )

    block = ToolCall("a", "f", "{}", origin=ACME, extra={"extra_content": {"google": 1}, "late": True})
    assert events[1] == BlockStart(0, ToolCall("a", "f", origin=ACME, extra={"extra_content": {"google": 1}}))
    assert response(events).message.content == (block,)


def test_fields_of_another_form_are_vendor_fields(whole: Read) -> None:
    """Reasoning, pictures and token lists that are not what they should be are kept as they came."""
    events = whole(
        {
            "id": "c1",
            "model": "m",
            "choices": [
                {
                    "message": {"content": "x", "reasoning": {"text": "Hm"}, "images": ["odd"], "audio": {"data": 3}},
                    "logprobs": [0.5],
                    "finish_reason": "stop",
                }
            ],
        }
    )

    assert Extra({"choices[0].message": {"reasoning": {"text": "Hm"}, "images": ["odd"]}}) in events
    assert events[-1] == Finished(Finish("stop", "stop", details={"logprobs": {"value": [0.5]}}))


def test_a_reasoning_part_without_words(whole: Read, response: Callable[..., Response]) -> None:
    """It is kept, and shows nothing."""
    part = {"type": "reasoning", "encrypted": "x"}

    assert response(whole(content=[part, "Yes"])).message.content == (thinking("parts", parts=[part]), Text("Yes"))


def test_fields_of_a_function(whole: Read, response: Callable[..., Response]) -> None:
    """Moonshot's kinds of calls and fields inside the function are kept on the call."""
    entry = {"id": "a", "type": "builtin_function", "function": {"name": "f", "arguments": "{}", "strict": True}}

    extra = {"type": "builtin_function", "function": {"strict": True}}
    assert response(whole(tool_calls=[entry])).message.content == (ToolCall("a", "f", "{}", origin=ACME, extra=extra),)
