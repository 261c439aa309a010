"""What `eliza` gives for each thing that can be asked of a model, and the way there through every wire."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import pytest

from dragoman.engine.accumulate import accumulate
from dragoman.offline import MODEL, answer, async_transport, handler, transport
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Report, Target
from dragoman.testing.conformance.answers import FRAMERS
from dragoman.types import (
    ArgumentsDelta,
    Audio,
    Base64,
    BlockStart,
    Document,
    Event,
    Failed,
    Finish,
    Finished,
    Image,
    Message,
    Output,
    PlainText,
    Reasoning,
    Request,
    Response,
    Started,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
    Url,
    Usage,
    UsageUpdate,
    Video,
    assistant,
    system,
    tool_result,
    user,
)

WEATHER = Tool(
    "get_weather", "Weather of a city.", {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
)
PICTURE = Image(Url("https://example.com/a.png"))


def asked(*messages: Message, **options: Any) -> Request:
    return Request(MODEL, messages, **options)


def said(*messages: Message, **options: Any) -> Response:
    return accumulate(list(answer(asked(*messages, **options))))


def failed(request: Request) -> Any:
    events = list(answer(request))
    assert [Failed] == [type(event) for event in events]
    return events[0].failure  # type: ignore[union-attr]


def test_words_come_one_by_one() -> None:
    """A delta is a word with the space after it, between a start, the counts and an end."""
    events = list(answer(asked(user("I am sad"))))

    assert isinstance(events[0], Started)
    assert MODEL == events[0].model
    assert [UsageUpdate(Usage(3, 0)), BlockStart(0, Text(""))] == events[1:3]
    assert ["I ", "am ", "sorry ", "that ", "you ", "are ", "sad."] == [
        event.text for event in events if isinstance(event, TextDelta)
    ]
    assert [UsageUpdate(Usage(3, 7)), Finished(Finish("stop"))] == events[-2:]


def test_the_same_request_has_the_same_answer() -> None:
    """Nothing but the request decides, down to the ids; another request is another answer."""
    request = asked(user("I am sad"), tools=(WEATHER,), reasoning=Reasoning("low"))

    assert list(answer(request)) == list(answer(request))
    assert said(user("I am sad")).id != said(user("I am glad")).id


def test_the_conversation_is_remembered_from_the_request() -> None:
    """What the user said earlier decides whose turn it is among her answers."""
    again = said(user("I am sad"), assistant("Whoever said this"), user("I am sad"))

    assert "I am sorry that you are sad." == said(user("I am sad")).text
    assert "What would make you less sad?" == again.text


def test_without_words_she_greets() -> None:
    """Nothing said at all is a beginning."""
    assert said().text.startswith("Hello")


def test_input_is_counted_in_words() -> None:
    """System text, tools, messages, calls and results count by their words, media as one each."""
    response = said(
        system("be kind"),
        user("one two", PICTURE, Document(PlainText("a b c"))),
        assistant(Thinking("hm hm"), ToolCall("c", "get_weather", '{"a": 1}')),
        tool_result("c", "sunny day"),
        system=(Text("three more words"),),
        tools=(WEATHER,),
    )

    assert 2 + 2 + 1 + 3 + 2 + 3 + 2 + 3 + 5 == response.usage.input


@pytest.mark.parametrize(
    "reasoning", [Reasoning("low"), Reasoning(budget=2048), Reasoning(mode="adaptive"), Reasoning(summary="auto")]
)
def test_she_thinks_aloud_when_asked_to(reasoning: Reasoning) -> None:
    """A signed block says how she came to her answer, and is counted as reasoning inside the output."""
    response = said(user("I am sad"), reasoning=reasoning)
    thinking, text = response.message.content

    assert isinstance(thinking, Thinking)
    assert '"* i am * @low *"' in thinking.text
    assert thinking.signature
    assert Text("I am sorry that you are sad.") == text
    assert response.usage.output == len(thinking.text.split()) + 7
    assert response.usage.reasoning == len(thinking.text.split())


@pytest.mark.parametrize("reasoning", [None, Reasoning("none"), Reasoning(mode="disabled")])
def test_she_does_not_think_aloud_otherwise(reasoning: Reasoning | None) -> None:
    """No reasoning, or reasoning switched off, is an answer alone."""
    response = said(user("I am sad"), reasoning=reasoning)

    assert [Text] == [type(block) for block in response.message.content]
    assert response.usage.reasoning is None


def test_thinking_may_be_hidden() -> None:
    """With the summary omitted the block keeps its signature and loses its words."""
    thinking = said(user("I am sad"), reasoning=Reasoning("low", summary="omitted")).message.content[0]

    assert isinstance(thinking, Thinking)
    assert ("", True) == (thinking.text, bool(thinking.signature))


def test_signed_thinking_comes_back_as_it_was() -> None:
    """Her own blocks are taken back unchanged and refused changed; those of others are none of her business."""
    first = said(user("I am sad"), reasoning=Reasoning("low")).message
    thinking = first.content[0]
    assert isinstance(thinking, Thinking)
    changed = Message("assistant", (msgspec.structs.replace(thinking, text="I guessed."), *first.content[1:]))

    assert said(user("I am sad"), first, user("Still")).finish == Finish("stop")
    assert said(user("I am sad"), assistant(Thinking("mine", signature="EqQB")), user("Still")).finish == Finish("stop")
    failure = failed(asked(user("I am sad"), changed, user("Still")))
    assert (400, "messages[1].content[0]") == (failure.status, failure.param)
    assert "signature" in failure.message


def test_a_named_tool_is_called() -> None:
    """Words first, then the call, its arguments in pieces, and the reason to stop."""
    events = list(answer(asked(user("How is the weather in Oslo?"), tools=(WEATHER,), reasoning=Reasoning("low"))))
    response = accumulate(events)

    assert [Thinking, Text, ToolCall] == [type(block) for block in response.message.content]
    assert [{"city": "Oslo"}] == [call.input for call in response.tool_calls]
    assert ['{"city":', '"Oslo"}'] == [event.text for event in events if isinstance(event, ArgumentsDelta)]
    assert Finish("tool_calls") == response.finish
    assert response.tool_calls[0].id.replace("_", "").isalnum()
    assert len(response.tool_calls[0].id) <= 40


def test_parallel_calls_have_ids_of_their_own() -> None:
    """Two tools named are two calls."""
    calls = said(user("How is the weather in Oslo, by the clock?"), tools=(WEATHER, Tool("clock"))).tool_calls

    assert ["get_weather", "clock"] == [call.name for call in calls]
    assert 2 == len({call.id for call in calls})


@pytest.mark.parametrize(
    ("result", "text"),
    [
        (ToolResult("c", (Text("sunny, 21 °C."),)), "get_weather says: sunny, 21 °C."),
        (ToolResult("c", (Text("no such city"),), True), "get_weather failed: no such city."),
        (ToolResult("c"), "get_weather says nothing."),
        (ToolResult("x", (Text("a"), PICTURE)), "tool says: a. It shows a picture."),
        (ToolResult("x", (Text("a"),), name="named"), "named says: a."),
    ],
)
def test_results_are_answered_in_words(result: ToolResult, text: str) -> None:
    """What the tool said is told, under the name it was called by, and no tool is called again."""
    response = said(
        user("How is the weather in Oslo?"),
        assistant(ToolCall("c", "get_weather", '{"city":"Oslo"}')),
        Message("tool", (result,)),
        tools=(WEATHER,),
    )

    assert response.text.startswith(text)
    assert Finish("stop") == response.finish


def test_several_results_and_words_beside_them() -> None:
    """All results of a turn are told, in tool messages or a user message, and the user's words are answered too."""
    response = said(
        user("How is the weather?"),
        assistant(ToolCall("c", "get_weather"), ToolCall("d", "clock")),
        Message("tool", (ToolResult("c", (Text("sunny"),)),)),
        Message("user", (ToolResult("d", (Text("noon"),)), Text("I am sad"))),
    )

    assert "get_weather says: sunny. clock says: noon. I am sorry that you are sad." == response.text


def test_a_forced_tool_is_called_again() -> None:
    """`tool_choice` is obeyed even where results have just come, as the vendors do."""
    response = said(
        user("How is the weather in Oslo?"),
        assistant(ToolCall("c", "get_weather", '{"city":"Oslo"}')),
        tool_result("c", "sunny"),
        tools=(WEATHER,),
        tool_choice=ToolChoice("required"),
    )

    assert [{"city": "Oslo"}] == [call.input for call in response.tool_calls]


@pytest.mark.parametrize(
    ("block", "remark"),
    [
        (PICTURE, "You show me a picture."),
        (Document(PlainText("x")), "You show me a document."),
        (Audio(Base64("audio/wav", "")), "You let me hear something."),
        (Video(Url("https://example.com/v")), "You show me a film."),
    ],
)
def test_media_are_seen(block: Image | Document | Audio | Video, remark: str) -> None:
    """She says what she is shown, with or without words beside it."""
    assert f"{remark} What does it suggest to you?" == said(user(block)).text
    assert f"{remark} I am sorry that you are sad." == said(user("I am sad", block, block)).text


SCHEMA = {"type": "object", "properties": {"reply": {"type": "string"}, "score": {"type": "integer"}}, "required": ["reply"]}


def test_an_answer_has_the_form_asked_for() -> None:
    """A schema is filled with what she would have said; JSON without a schema is an object around it."""
    told = "I am sorry that you are sad."

    assert {"reply": told, "score": 1} == json.loads(said(user("I am sad"), output=Output(SCHEMA)).text)
    assert {"reply": told} == json.loads(said(user("I am sad"), output=Output(kind="json_object")).text)
    assert told == said(user("I am sad"), output=Output(kind="text")).text


def test_a_result_is_told_in_the_form_asked_for() -> None:
    """After the tools the answer is still JSON."""
    response = said(user("weather"), assistant(ToolCall("c", "clock")), tool_result("c", "noon"), output=Output(SCHEMA))

    assert json.loads(response.text)["reply"].startswith("clock says: noon.")


@pytest.mark.parametrize("limit", range(0, 45, 3))
def test_max_tokens_is_kept(limit: int) -> None:
    """Thinking, words and arguments together are no more than the limit, and a cut answer says so."""
    message, options = user("How is the weather in Oslo?"), {"tools": (WEATHER,), "reasoning": Reasoning("low")}
    whole, cut = said(message, **options), said(message, **options, max_tokens=limit)
    assert whole.usage.output is not None

    assert min(limit, whole.usage.output) == cut.usage.output
    assert Finish("length" if limit < whole.usage.output else "tool_calls") == cut.finish
    assert len(cut.message.content) <= len(whole.message.content)
    assert not cut.tool_calls or whole.tool_calls[0].arguments.startswith(cut.tool_calls[0].arguments)


def test_stop_sequences_are_kept() -> None:
    """The answer ends before the first of them, and names it; one that does not occur changes nothing."""
    stopped = said(user("I am sad"), stop=("are", "that", "zebra"))

    assert ("I am sorry ", Finish("stop", stop_sequence="that")) == (stopped.text, stopped.finish)
    assert Finish("stop") == said(user("I am sad"), stop=("zebra", "")).finish


@pytest.mark.parametrize(
    ("change", "status", "param"),
    [
        ({"model": "gpt-5.6"}, 404, "model"),
        ({"n": 2}, 400, "n"),
        ({"tool_choice": ToolChoice("required")}, 400, "tool_choice"),
        ({"output": Output({"type": "string", "pattern": "(?=x)"})}, 400, "output"),
    ],
)
def test_what_she_cannot_do_is_an_error(change: dict[str, Any], status: int, param: str) -> None:
    """An unknown model, several answers, a tool that is not there: the provider's own kind of error, naming the field."""
    failure = failed(msgspec.structs.replace(asked(user("Hi")), **change))

    assert (status, param) == (failure.status, failure.param)


def through(name: str, request: Request) -> list[Event]:
    """The events of an answer that went over a wire and back."""
    target = Target("offline", name, MODEL, f"local://offline/{name.partition('_')[0]}")
    protocol = load(name)
    http = protocol.encode_request(request, target, Report(target))
    body = transport().send(http)
    frames = FRAMERS[protocol.framing]()
    decoder = protocol.stream_decoder(target)
    events: list[Event] = []
    raw = b""
    while chunk := body.read():
        raw += chunk
        if request.stream:
            events += decoder.feed(frames.feed(chunk))
    if request.stream:
        events += decoder.feed(frames.close())
        if not isinstance(events[-1], Finished):
            events += decoder.close()
    body.close()
    assert 200 == body.head.status, raw
    return events if request.stream else protocol.decode_response(raw, target)


def calls(response: Response) -> list[tuple[str, Any]]:
    return [(call.name, call.input) for call in response.tool_calls]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_the_whole_way_through_every_wire(name: str, stream: bool) -> None:
    """Encoded, served, decoded, answered, encoded, framed and decoded again, she says the same."""
    request = asked(user("How is the weather in Oslo?"), tools=(WEATHER,), max_tokens=100, stream=stream)
    direct, carried = accumulate(list(answer(request))), accumulate(through(name, request))

    assert (direct.text, calls(direct), direct.usage.output) == (carried.text, calls(carried), carried.usage.output)
    assert carried.finish is not None
    assert "tool_calls" == carried.finish.reason
    assert carried.model in (MODEL, None)  # Converse does not name the model


def test_thinking_goes_the_whole_way() -> None:
    """A signed block survives the wire that has signatures, and is taken back there."""
    request = asked(user("I am sad"), max_tokens=100, stream=True, reasoning=Reasoning("low"))
    events = through("anthropic_messages", request)
    first = accumulate(events).message

    assert any(isinstance(event, ThinkingDelta) for event in events)
    again = asked(user("I am sad"), first, user("I am sad"), max_tokens=100, stream=True, reasoning=Reasoning("low"))
    assert "What would make you less sad?" == accumulate(through("anthropic_messages", again)).text


def test_an_unknown_model_is_the_wires_own_error() -> None:
    """The pipeline carries a 404 too."""
    target = Target("offline", "anthropic_messages", "gpt", "local://offline")
    protocol = load("anthropic_messages")
    served = handler()(protocol.encode_request(Request("gpt", (user("Hi"),)), target, Report(target)))
    failure = protocol.decode_failure(served.head, b"".join(served.chunks), target)  # type: ignore[union-attr, arg-type]

    assert (404, "the model 'gpt' does not exist; the only one here is 'eliza'") == (failure.status, failure.message)


def test_the_async_transport_gives_the_same_bytes() -> None:
    """Both faces reach the same partner."""
    target = Target("offline", "anthropic_messages", MODEL, "local://offline")
    http = load("anthropic_messages").encode_request(asked(user("I am sad")), target, Report(target))

    async def fetch() -> bytes:
        body = await async_transport().send(http)
        data = b""
        while chunk := await body.read():
            data += chunk
        return data

    body = transport().send(http)
    assert body.read() == asyncio.run(fetch())
