"""Spans and metrics, as OpenTelemetry's own SDK records them."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

import dragoman
from dragoman import AsyncClient, Client, Image, Tool, Url, errors, user
from dragoman.engine.policy import Retry
from dragoman.observe import otel
from dragoman.observe.otel import CONTENT_VARIABLE, OpenTelemetry
from dragoman.testing import ScriptedProvider, Turn, call, extra, fail, fault, think, usage
from dragoman.types import Output, TextDelta

KEY = "sk-marker-0123456789"
KEYS = dict.fromkeys(("openai", "anthropic", "gemini", "mistral"), KEY)
NOW = Retry(base=0.0)
WEATHER = Tool("weather", "Today's weather.", {"type": "object", "properties": {"city": {"type": "string"}}})


class Telemetry:
    """What was recorded."""

    def __init__(self) -> None:
        self._spans, self._metrics = InMemorySpanExporter(), InMemoryMetricReader()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self._spans))
        self.meters = MeterProvider([self._metrics])

    def observer(self, **settings: Any) -> OpenTelemetry:
        return OpenTelemetry(tracer_provider=self.tracers, meter_provider=self.meters, **settings)

    @property
    def spans(self) -> list[ReadableSpan]:
        return list(self._spans.get_finished_spans())

    @property
    def span(self) -> ReadableSpan:
        (span,) = self.spans
        return span

    def points(self, name: str) -> list[Any]:
        data = self._metrics.get_metrics_data()
        if data is None:
            return []
        found = [metric for one in data.resource_metrics for scope in one.scope_metrics for metric in scope.metrics]
        return [point for metric in found if metric.name == name for point in metric.data.data_points]


@pytest.fixture
def telemetry() -> Iterator[Telemetry]:
    it = Telemetry()
    yield it
    it.tracers.shutdown()
    it.meters.shutdown()


def client(provider: ScriptedProvider, *observers: Any, **settings: Any) -> Client:
    return Client(transport=provider.transport(), keys=KEYS, observers=observers, **settings)


def attributes(span: ReadableSpan) -> dict[str, Any]:
    return dict(span.attributes or {})


BASE = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "scripted",
    "server.address": "api.openai.com",
    "server.port": 443,
}
ANSWERED = {"gen_ai.response.id": "r1", "gen_ai.response.model": "scripted", "gen_ai.response.finish_reasons": ("stop",)}


def test_a_call_is_a_span(telemetry: Telemetry) -> None:
    """Its name, kind and attributes are those of the conventions; nothing that was said is on it."""
    counts = usage(input=7, output=5, cache_read=20, cache_write=3)
    with client(ScriptedProvider(Turn("Hi.", counts, id="r1")), telemetry.observer()) as it:
        it.chat("anthropic:scripted", "Hello", max_tokens=100, temperature=0.5, top_p=0.9, stop=["x"])
    span = telemetry.span

    assert ("chat scripted", SpanKind.CLIENT, StatusCode.UNSET) == (span.name, span.kind, span.status.status_code)
    assert {
        **BASE,
        **ANSWERED,
        "gen_ai.provider.name": "anthropic",
        "server.address": "api.anthropic.com",
        "gen_ai.request.max_tokens": 100,
        "gen_ai.request.stop_sequences": ("x",),
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 0.9,
        "gen_ai.usage.input_tokens": 30,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 20,
        "gen_ai.usage.cache_creation.input_tokens": 3,
        "gen_ai.usage.cache_write.input_tokens": 3,
    } == attributes(span)
    assert span.instrumentation_scope is not None
    assert "dragoman" == span.instrumentation_scope.name


def test_settings_have_their_attributes(telemetry: Telemetry) -> None:
    """Each where it was said, and only there."""
    turn = Turn("{}", think("x"), usage(input=1, output=5, reasoning=2), id="r1")
    with client(ScriptedProvider(turn), telemetry.observer()) as it:
        it.chat(
            "openai:scripted",
            "x",
            seed=7,
            n=2,
            frequency_penalty=0.1,
            presence_penalty=0.2,
            output=Output({"type": "object", "properties": {}}),
        )
    found = attributes(telemetry.span)

    assert (7, 2, 0.1, 0.2, "json", 2) == tuple(
        found[f"gen_ai.{name}"]
        for name in (
            "request.seed",
            "request.choice.count",
            "request.frequency_penalty",
            "request.presence_penalty",
            "output.type",
            "usage.reasoning.output_tokens",
        )
    )
    assert not {"gen_ai.request.stream", "gen_ai.request.temperature", "gen_ai.conversation.id"} & set(found)


def test_a_conversation_of_the_vendors_is_named(telemetry: Telemetry) -> None:
    """Where the provider keeps it."""
    with client(ScriptedProvider("Hi."), telemetry.observer()) as it:
        it.chat("openai-responses:scripted", "x", extra={"conversation": "conv_7"}, key=KEY)

    assert "conv_7" == attributes(telemetry.span)["gen_ai.conversation.id"]


def test_gemini_has_an_operation_of_its_own(telemetry: Telemetry) -> None:
    """The conventions name it after the endpoint."""
    with client(ScriptedProvider("Hi."), telemetry.observer()) as it:
        it.chat("gemini:scripted", "x")

    assert "generate_content scripted" == telemetry.span.name
    assert "gcp.gemini" == attributes(telemetry.span)["gen_ai.provider.name"]


def test_tool_calls_have_the_conventions_word(telemetry: Telemetry) -> None:
    """As the reason for which an answer ended."""
    with client(ScriptedProvider(Turn(call("weather", {"city": "Oslo"}))), telemetry.observer()) as it:
        it.chat("openai:scripted", "x", tools=[WEATHER])

    assert ("tool_call",) == attributes(telemetry.span)["gen_ai.response.finish_reasons"]


def test_a_model_in_the_process_is_no_server(telemetry: Telemetry) -> None:
    """It has no address, and the span is internal."""
    with Client(observers=[telemetry.observer()]) as it:
        it.chat("offline:eliza", "Hello")

    assert SpanKind.INTERNAL is telemetry.span.kind
    assert not {"server.address", "server.port"} & set(attributes(telemetry.span))


def test_a_streamed_call_says_when_its_first_chunk_came(telemetry: Telemetry) -> None:
    """On the span and as a metric; whole answers have none."""
    with client(ScriptedProvider("Hi.", "Hi."), telemetry.observer()) as it:
        list(it.stream("openai:scripted", "x"))
        it.chat("openai:scripted", "x")
    streamed, whole = map(attributes, telemetry.spans)
    (point,) = telemetry.points("gen_ai.client.operation.time_to_first_chunk")

    assert streamed["gen_ai.request.stream"] is True
    assert 0 <= streamed["gen_ai.response.time_to_first_chunk"]
    assert "gen_ai.response.time_to_first_chunk" not in whole
    assert 1 == point.count


def test_durations_and_tokens_are_metrics(telemetry: Telemetry) -> None:
    """With the attributes and the boundaries that the conventions advise."""
    with client(ScriptedProvider(Turn("Hi.", usage(input=7, output=5))), telemetry.observer()) as it:
        it.chat("openai:scripted", "x")
    (duration,) = telemetry.points("gen_ai.client.operation.duration")
    tokens = telemetry.points("gen_ai.client.token.usage")
    common = {**BASE, "gen_ai.response.model": "scripted"}

    assert (common, 1, otel._SECONDS) == (dict(duration.attributes), duration.count, tuple(duration.explicit_bounds))
    assert {"input": 7, "output": 5} == {point.attributes["gen_ai.token.type"]: point.sum for point in tokens}
    assert [{**common, "gen_ai.token.type": kind} for kind in ("input", "output")] == [dict(point.attributes) for point in tokens]
    assert otel._TOKENS == tuple(tokens[0].explicit_bounds)


def test_unknown_counts_are_not_recorded(telemetry: Telemetry) -> None:
    """None is not 0."""
    with client(ScriptedProvider(Turn("Hi.", usage(output=5))), telemetry.observer()) as it:
        it.chat("gemini:scripted", "x")

    assert ["output"] == [point.attributes["gen_ai.token.type"] for point in telemetry.points("gen_ai.client.token.usage")]
    assert "gen_ai.usage.input_tokens" not in attributes(telemetry.span)


def test_a_failed_call_is_a_failed_span(telemetry: Telemetry) -> None:
    """By the name of its error; the provider's words stay out, since they may quote the prompt."""
    provider = ScriptedProvider(Turn(fail(400, message="you said marker")))
    with client(provider, telemetry.observer()) as it, pytest.raises(errors.BadRequest):
        it.chat("openai:scripted", "x")
    span = telemetry.span
    (duration,) = telemetry.points("gen_ai.client.operation.duration")

    assert (StatusCode.ERROR, None) == (span.status.status_code, span.status.description)
    assert {**BASE, "error.type": "BadRequest"} == attributes(span) == dict(duration.attributes)
    assert [] == telemetry.points("gen_ai.client.token.usage")
    assert "marker" not in span.to_json()


def test_a_cut_stream_keeps_what_is_known(telemetry: Telemetry) -> None:
    """The partial answer has an id and a model."""
    provider = ScriptedProvider(Turn("half", fault("end"), id="r1"))
    with client(provider, telemetry.observer()) as it, pytest.raises(errors.StreamCut):
        list(it.stream("openai:scripted", "x"))
    found = attributes(telemetry.span)

    assert ("StreamCut", "r1", "scripted") == tuple(
        found[key] for key in ("error.type", "gen_ai.response.id", "gen_ai.response.model")
    )


def test_retries_are_within_the_span(telemetry: Telemetry) -> None:
    """One span for the call, an event for each try that was not the last."""
    with client(ScriptedProvider(Turn(fail(529)), Turn(fail(500)), "Hi."), telemetry.observer(), retry=NOW) as it:
        it.chat("openai:scripted", "x")
    span = telemetry.span

    assert StatusCode.UNSET is span.status.status_code
    assert [("dragoman.retry", "Overloaded", 529), ("dragoman.retry", "ServerError", 500)] == [
        (event.name, (event.attributes or {})["error.type"], (event.attributes or {})["http.response.status_code"])
        for event in span.events
    ]


def test_each_target_of_a_call_has_a_span(telemetry: Telemetry) -> None:
    """Side by side: the one that failed, and the one that answered."""
    provider = ScriptedProvider(Turn(fail(529)), Turn("Hi.", usage(input=1, output=1)))
    with telemetry.tracers.get_tracer("test").start_as_current_span("outer"), client(provider, telemetry.observer()) as it:
        list(it.stream(["openai:scripted", "anthropic:scripted"], "x"))
    failed, answered, outer = telemetry.spans

    assert [("openai", "Overloaded"), ("anthropic", None)] == [
        (attributes(span)["gen_ai.provider.name"], attributes(span).get("error.type")) for span in (failed, answered)
    ]
    assert outer.context is not None
    assert [outer.context.span_id] * 2 == [span.parent.span_id for span in (failed, answered) if span.parent is not None]
    assert failed.end_time is not None
    assert answered.start_time is not None
    assert failed.end_time <= answered.start_time
    assert ["Overloaded", None] == [
        point.attributes.get("error.type") for point in telemetry.points("gen_ai.client.operation.duration")
    ]


def test_a_call_that_no_target_could_be_asked_has_no_span(telemetry: Telemetry) -> None:
    """Nothing was sent to anybody."""
    with Client(observers=[telemetry.observer()]) as it, pytest.raises(errors.MissingKey):
        it.chat(["openai:scripted", "anthropic:scripted"], "x")

    assert [] == telemetry.spans


def test_a_call_that_fails_before_it_is_sent_has_a_span(telemetry: Telemetry) -> None:
    """A credential that could not be had is a failed call."""

    def key() -> str:
        raise errors.AuthenticationFailed("no key today")

    with client(ScriptedProvider(), telemetry.observer()) as it, pytest.raises(errors.AuthenticationFailed):
        it.chat("openai:scripted", "x", key=key)

    assert "AuthenticationFailed" == attributes(telemetry.span)["error.type"]


def test_a_stopped_call_is_not_failed(telemetry: Telemetry) -> None:
    """Its span ends, without an error, with what is known."""
    provider = ScriptedProvider(Turn("half", fault("stall"), id="r1"))
    with client(provider, telemetry.observer()) as it, it.stream("openai:scripted", "x") as stream:
        for event in stream:
            if isinstance(event, TextDelta):
                break
    span = telemetry.span

    assert StatusCode.UNSET is span.status.status_code
    assert (True, "r1") == (attributes(span)["dragoman.cancelled"], attributes(span)["gen_ai.response.id"])
    assert "error.type" not in attributes(span)


def test_a_list_of_models_is_no_span(telemetry: Telemetry) -> None:
    """The conventions have no word for it."""
    with client(ScriptedProvider(), telemetry.observer(), retry=False) as it, pytest.raises(errors.NotFound):
        it.models("openai")

    assert [] == telemetry.spans
    assert [] == telemetry.points("gen_ai.client.operation.duration")


class Current:
    """A transport that looks at the current span while it sends, and at the one of a chunk while it reads."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.sending: list[trace.Span] = []

    def send(self, request: Any, **limits: Any) -> Any:
        self.sending.append(trace.get_current_span())
        return self.inner.send(request, **limits)

    def close(self) -> Any:
        return self.inner.close()


def test_the_span_is_current_while_a_request_is_sent(telemetry: Telemetry) -> None:
    """What happens below is its child; what a program does between two events is not."""
    transport = Current(ScriptedProvider(Turn(fail(529)), "Hi.").transport())
    between: list[trace.Span] = []
    with (
        Client(transport=transport, keys=KEYS, retry=NOW, observers=[telemetry.observer()]) as it,
        it.stream("openai:scripted", "x") as stream,
    ):
        for _ in stream:
            between.append(trace.get_current_span())
    assert telemetry.span.context is not None

    assert [telemetry.span.context.span_id] * 2 == [span.get_span_context().span_id for span in transport.sending]
    assert between
    assert not any(span.get_span_context().is_valid for span in between)


@pytest.mark.parametrize("turn", [Turn(fail(400)), Turn(fault("reset"))])
def test_no_span_stays_current_after_a_failure(turn: Turn, telemetry: Telemetry) -> None:
    """Whether or not a head has come."""
    with client(ScriptedProvider(turn), telemetry.observer(), retry=False) as it, pytest.raises(errors.DragomanError):
        it.chat("openai:scripted", "x")

    assert 1 == len(telemetry.spans)
    assert not trace.get_current_span().get_span_context().is_valid


def test_tasks_do_not_share_a_current_span(telemetry: Telemetry) -> None:
    """Calls at the same time in one event loop each have their own, side by side."""

    async def main() -> None:
        transport = ScriptedProvider(*["Hi."] * 8).async_transport()
        async with AsyncClient(transport=transport, keys=KEYS, observers=[telemetry.observer()]) as it:
            await asyncio.gather(*[it.chat("openai:scripted", "x") for _ in range(8)])

    asyncio.run(main())

    assert 8 == len([span for span in telemetry.spans if "gen_ai.response.finish_reasons" in attributes(span)])
    assert all(span.parent is None for span in telemetry.spans)


def test_a_cancelled_task_is_left_without_a_current_span(telemetry: Telemetry) -> None:
    """Cancelled while it sends, when its span is the current one."""

    class Never:
        def __init__(self) -> None:
            self.sending = asyncio.Event()

        async def send(self, request: Any, **limits: Any) -> Any:
            self.sending.set()
            await asyncio.Event().wait()

        async def close(self) -> None:
            pass

    async def main() -> tuple[bool, bool]:
        transport = Never()

        async def ask() -> tuple[bool, bool]:
            before = trace.get_current_span().get_span_context().is_valid
            try:
                await it.chat("openai:scripted", "x")
            except asyncio.CancelledError:
                return before, trace.get_current_span().get_span_context().is_valid
            raise AssertionError("it was not cancelled")

        async with AsyncClient(transport=transport, keys=KEYS, observers=[telemetry.observer()]) as it:
            task = asyncio.create_task(ask())
            await transport.sending.wait()
            task.cancel()
            return await task

    assert (False, False) == asyncio.run(main())
    assert attributes(telemetry.span)["dragoman.cancelled"] is True


def test_the_trace_goes_on_at_the_provider_when_asked(telemetry: Telemetry) -> None:
    """Its identity is sent in the usual header, and not unless it is wanted."""
    provider = ScriptedProvider("Hi.", "Hi.")
    for propagate in (False, True):
        with client(provider, telemetry.observer(propagate=propagate)) as it:
            it.chat("openai:scripted", "x")
    context = telemetry.spans[1].context
    assert context is not None

    assert [None, f"00-{context.trace_id:032x}-{context.span_id:016x}"] == [
        header[:52] if (header := request.headers.get("traceparent")) else None for request in provider.http
    ]


def content(span: ReadableSpan) -> dict[str, Any]:
    """What was said, of a span."""
    names = ("gen_ai.system_instructions", "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.tool.definitions")
    return {name.removeprefix("gen_ai."): json.loads(value) for name in names if (value := attributes(span).get(name))}


def ask(telemetry: Telemetry, **settings: Any) -> None:
    turn = Turn(think("Hm"), f"It is {KEY}.", call("weather", {"city": "Oslo"}, id="c1"))
    with client(ScriptedProvider(turn), telemetry.observer(**settings)) as it:
        picture = Image(Url("https://example.com/a.png?signature=s"))
        it.chat("anthropic:scripted", [user("What is my key?", picture)], system="Be brief.", tools=[WEATHER], max_tokens=9)


def test_content_is_recorded_when_asked_for(telemetry: Telemetry) -> None:
    """In the form of the conventions, what looks like a key masked."""
    ask(telemetry, content=True)

    assert {
        "system_instructions": [{"type": "text", "content": "Be brief."}],
        "input.messages": [
            {
                "role": "user",
                "parts": [
                    {"type": "text", "content": "What is my key?"},
                    {"type": "uri", "modality": "image", "mime_type": None, "uri": "https://example.com/a.png"},
                ],
            }
        ],
        "output.messages": [
            {
                "role": "assistant",
                "parts": [
                    {"type": "reasoning", "content": "Hm"},
                    {"type": "text", "content": "It is ***."},
                    {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Oslo"}},
                ],
            }
        ],
        "tool.definitions": [{"type": "function", "name": "weather"}],
    } == content(telemetry.span)


@pytest.mark.parametrize(
    ("said", "argument", "recorded"),
    [
        (None, None, False),
        ("", None, False),
        ("false", None, False),
        ("NO_CONTENT", None, False),
        ("EVENT_ONLY", None, False),
        ("true", None, True),
        ("SPAN_ONLY", None, True),
        (" span_and_event ", None, True),
        ("true", False, False),
        ("false", True, True),
    ],
)
def test_the_environment_may_ask_for_content(
    said: str | None, argument: bool | None, recorded: bool, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the words that OpenTelemetry's own instrumentations take; the program has the last word."""
    if said is not None:
        monkeypatch.setenv(CONTENT_VARIABLE, said)
    ask(telemetry, content=argument)

    assert recorded == bool(content(telemetry.span))


def test_an_odd_word_in_the_environment_records_nothing(
    telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """And somebody is told."""
    monkeypatch.setenv(CONTENT_VARIABLE, "yes please")
    ask(telemetry)

    assert {} == content(telemetry.span)
    assert [(logging.WARNING, True)] == [(record.levelno, CONTENT_VARIABLE in record.getMessage()) for record in caplog.records]


def test_a_redactor_sees_every_string(telemetry: Telemetry) -> None:
    """And what it gives is what is recorded."""
    ask(telemetry, content=True, redact=lambda text: f"<{len(text)}>")
    found = content(telemetry.span)

    assert [{"type": "text", "content": "<9>"}] == found["system_instructions"]
    assert {"<4>": "<4>"} == found["output.messages"][0]["parts"][2]["arguments"]


def test_a_redactor_that_fails_records_nothing(telemetry: Telemetry, caplog: pytest.LogCaptureFixture) -> None:
    """The span ends, the call goes on, nothing leaves unredacted, and the failure is logged once."""

    def redact(text: str) -> str:
        raise ValueError("no idea")

    ask(telemetry, content=True, redact=redact)

    assert {} == content(telemetry.span)
    assert ("tool_call",) == attributes(telemetry.span)["gen_ai.response.finish_reasons"]
    assert ["OpenTelemetry.after_response of an observer raised ValueError"] == [
        record.getMessage().partition(";")[0] for record in caplog.records if record.levelno == logging.ERROR
    ]


def test_an_errors_words_are_content(telemetry: Telemetry) -> None:
    """They are recorded where content is, redacted like it."""
    provider = ScriptedProvider(Turn(fail(400, message="you said sk-other-0123456789abcdef")))
    with client(provider, telemetry.observer(content=True)) as it, pytest.raises(errors.BadRequest):
        it.chat("openai:scripted", "x")

    assert attributes(telemetry.span)["dragoman.error.message"].startswith("you said ***")


@pytest.mark.parametrize("recorded", [False, True])
def test_no_key_is_recorded(recorded: bool, telemetry: Telemetry) -> None:
    """Not that of the call, whatever a provider says of it."""
    provider = ScriptedProvider(
        Turn(fail(429, message=KEY, retry_after=0)), Turn(f"Your key is {KEY}", extra(note=KEY)), Turn(fail(401, message=KEY))
    )
    with client(provider, telemetry.observer(content=recorded, media=True, propagate=True), retry=NOW) as it:
        it.chat("openai:scripted", "x")
        with pytest.raises(errors.AuthenticationFailed):
            it.chat("openai:scripted", "x")

    assert 2 == len(telemetry.spans)
    assert not [span for span in telemetry.spans if KEY in span.to_json()]


def test_without_an_sdk_nothing_happens() -> None:
    """The API package alone records nothing and costs no call."""
    with client(ScriptedProvider("Hi."), OpenTelemetry(content=True)) as it:
        assert "Hi." == it.chat("openai:scripted", "x").text


def test_the_extra_is_named_when_it_is_missing() -> None:
    """Who forgot to install it reads what to type."""
    outcome = subprocess.run(
        [sys.executable, "-c", "import sys; sys.modules['opentelemetry'] = None; import dragoman.observe.otel"],
        env={"PYTHONPATH": str(Path(dragoman.__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "ImportError: dragoman.observe.otel needs the OpenTelemetry API: pip install dragoman[otel]" in outcome.stderr
