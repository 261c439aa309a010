"""OpenTelemetry: a span and metrics for each call, as its semantic conventions for generative AI name them.

    from dragoman import Client
    from dragoman.observe.otel import OpenTelemetry

    client = Client(observers=[OpenTelemetry()])

It asks for `pip install dragoman[otel]`, which is the API package alone: where the telemetry goes is the program's choice of an
SDK, and without one nothing is recorded. The names are those of the conventions' version 1.41, the last that the
main collection has (https://github.com/open-telemetry/semantic-conventions/tree/v1.41.1/docs/gen-ai), and of the collection
that goes on from there (https://github.com/open-telemetry/semantic-conventions-genai). All of them are in development there.

A span is one target's part of a call, all of its tries included; a call that falls back has a span for each target it asked.
The span is the current one while a request is sent. What was said is recorded only where that is asked for.
"""

from __future__ import annotations

import logging
import os
import time
from typing import Any

import msgspec

try:
    from opentelemetry import context, metrics, propagate, trace
except ImportError:
    raise ImportError("dragoman.observe.otel needs the OpenTelemetry API: pip install dragoman[otel]") from None

from ..engine.observe import Call, Observer
from ..errors import DragomanError
from ..types.request import Request
from ..types.response import Attempt, Response
from ..version import __version__
from ..wire.http import HttpHead, HttpRequest
from .attributes import Attributes, answered, base, error_type, settings
from .content import Redactor, Writer, mask_keys

__all__ = ["CONTENT_VARIABLE", "OpenTelemetry"]

CONTENT_VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
"""The environment variable that the instrumentations of OpenTelemetry's own share: `true`, or where content goes."""

_SCHEMA = "https://opentelemetry.io/schemas/1.41.0"
_ON_SPANS = {
    "": False,
    "false": False,
    "no_content": False,
    "event_only": False,  # content goes on spans or nowhere here
    "true": True,
    "span_only": True,
    "span_and_event": True,
}

# https://github.com/open-telemetry/semantic-conventions/blob/v1.41.1/docs/gen-ai/gen-ai-metrics.md gives the boundaries.
_SECONDS = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92)
_TOKENS = (1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864)


class OpenTelemetry(Observer):
    """Spans and metrics, for `Client(observers=[...])`; many clients and threads may share one.

    `tracer_provider` and `meter_provider` are OpenTelemetry's global ones unless given. `content` records instructions, messages
    and answers on the span; None leaves that to the environment (`OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`), and
    where that says nothing they are not recorded. `redact` is given every string of them and gives what is recorded; unless
    you give your own it masks what looks like a key. `media` records pictures, sound and documents, too. `propagate` sends the
    trace's identity to the provider (`traceparent`), for a server or gateway of your own.
    """

    def __init__(
        self,
        *,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
        content: bool | None = None,
        redact: Redactor | None = None,
        media: bool = False,
        propagate: bool = False,
    ) -> None:
        self._tracer = trace.get_tracer("dragoman", __version__, tracer_provider, _SCHEMA)
        meter = metrics.get_meter("dragoman", __version__, meter_provider, _SCHEMA)
        wanted = _content_wanted() if content is None else content
        self._writer = Writer(redact if redact is not None else mask_keys, media=media) if wanted else None
        self._propagate = propagate
        self._duration = meter.create_histogram(
            "gen_ai.client.operation.duration",
            unit="s",
            description="GenAI operation duration.",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self._first_chunk = meter.create_histogram(
            "gen_ai.client.operation.time_to_first_chunk",
            unit="s",
            description="Time from the request to the first chunk of a streamed answer.",
            explicit_bucket_boundaries_advisory=_SECONDS,
        )
        self._usage = meter.create_histogram(
            "gen_ai.client.token.usage",
            unit="{token}",
            description="Number of input and output tokens used.",
            explicit_bucket_boundaries_advisory=_TOKENS,
        )

    def on_call(self, call: Call) -> None:
        """Remember when and where the call began; a span needs a target."""
        call.notes[self] = _Watched()

    def before_request(self, call: Call, request: HttpRequest) -> dict[str, str] | None:
        """Begin the span of this target, once, and make it the current one."""
        if call.request is None:
            return None  # a list of models, for which the conventions have no word
        watched: _Watched = call.notes[self]
        span = self._span(call, watched)
        watched.enter()
        if not self._propagate:
            return None
        carrier: dict[str, str] = {}
        propagate.inject(carrier, trace.set_span_in_context(span))
        return carrier

    def on_head(self, call: Call, head: HttpHead) -> None:
        """The request is sent: the span is not the current one while an answer comes, between two steps of a program."""
        call.notes[self].leave()

    def after_try(self, call: Call, attempt: Attempt) -> None:
        """Note on the span what failed and is tried again."""
        watched: _Watched = call.notes[self]
        watched.leave()
        watched.failed = attempt
        if attempt.waited is None or watched.span is None:
            return
        facts: Attributes = {"error.type": attempt.error or "_OTHER", "dragoman.retry.wait": attempt.waited}
        if attempt.status is not None:
            facts["http.response.status_code"] = attempt.status
        watched.span.add_event("dragoman.retry", facts)

    def after_response(self, call: Call, response: Response) -> None:
        """End the span with what the answer says of itself."""
        self._end(call, call.notes[self], response)

    def on_error(self, call: Call, error: Exception) -> None:
        """End the span as failed."""
        partial = error.partial if isinstance(error, DragomanError) else None
        self._end(call, call.notes[self], partial, error=error)

    def on_cancel(self, call: Call, partial: Response | None) -> None:
        """End the span: who stops a call has not met an error."""
        watched: _Watched = call.notes[self]
        if watched.span is not None:
            watched.span.set_attribute("dragoman.cancelled", True)
        self._end(call, watched, partial)

    def _span(self, call: Call, watched: _Watched) -> trace.Span:
        """The span of the target that is asked now, begun where there is none; one of another target is ended."""
        target = (call.provider, call.model)
        if watched.span is not None:
            if watched.target == target:
                return watched.span
            self._close(watched, None, watched.failed.error if watched.failed is not None else None)
        watched.begin(target)
        attributes = watched.common = base(call)
        watched.span = self._tracer.start_span(
            " ".join([attributes["gen_ai.operation.name"], call.model or ""]).strip(),
            context=watched.parent,
            kind=trace.SpanKind.CLIENT if "server.address" in attributes else trace.SpanKind.INTERNAL,
            attributes={**attributes, **settings(call.request)},
            start_time=watched.began,
        )
        return watched.span

    def _end(self, call: Call, watched: _Watched, response: Response | None, *, error: Exception | None = None) -> None:
        """End the call's last span; a call that has failed before anything was sent has one, too."""
        watched.leave()
        if call.request is None:
            return  # a list of models; or there was no target that could be asked
        span = self._span(call, watched)
        try:
            if self._writer is not None and span.is_recording():
                _write(span, self._writer, call.request, response, error)
        finally:
            self._close(watched, response, error_type(error), streamed=call.request.stream)

    def _close(self, watched: _Watched, response: Response | None, error: str | None, *, streamed: bool = False) -> None:
        span, common = watched.span, watched.common
        assert span is not None
        watched.span = None
        said, first = answered(response), None
        if streamed and response is not None and response.timing.first_event is not None:
            first = said["gen_ai.response.time_to_first_chunk"] = max(0.0, response.timing.first_event - watched.offset)
        span.set_attributes(said)
        if "gen_ai.response.model" in said:
            common = {**common, "gen_ai.response.model": said["gen_ai.response.model"]}
        if error is not None:
            span.set_attribute("error.type", error)
            span.set_status(trace.StatusCode.ERROR)
        now = trace.set_span_in_context(span)
        spent = time.perf_counter() - watched.started
        self._duration.record(spent, {**common, "error.type": error} if error is not None else common, now)
        if first is not None:
            self._first_chunk.record(first, common, now)
        if error is None:
            for kind in ("input", "output"):
                if (count := said.get(f"gen_ai.usage.{kind}_tokens")) is not None:
                    self._usage.record(count, {**common, "gen_ai.token.type": kind}, now)
        span.end()


class _Watched:
    """What is remembered of one call."""

    __slots__ = ("began", "common", "failed", "offset", "opened", "parent", "span", "started", "target", "token")

    def __init__(self) -> None:
        self.parent = context.get_current()
        self.began = time.time_ns()
        self.opened = self.started = time.perf_counter()
        self.offset = 0.0  # seconds from the beginning of the call to that of the span
        self.span: trace.Span | None = None
        self.target: tuple[str | None, str | None] | None = None
        self.common: Attributes = {}
        self.failed: Attempt | None = None
        self.token: Any = None

    def begin(self, target: tuple[str | None, str | None]) -> None:
        """A span begins: the first one when the call did."""
        if self.target is not None:
            self.began, self.started = time.time_ns(), time.perf_counter()
            self.offset = self.started - self.opened
        self.target = target
        self.failed = None

    def enter(self) -> None:
        """Make the span the current one."""
        if self.token is None and self.span is not None:
            self.token = context.attach(trace.set_span_in_context(self.span))

    def leave(self) -> None:
        """Undo `enter`; where a closed stream is put away in another context there is nothing to undo."""
        token, self.token = self.token, None
        if token is not None and trace.get_current_span() is self.span:
            context.detach(token)


def _content_wanted() -> bool:
    said = os.environ.get(CONTENT_VARIABLE, "").strip().lower()
    if said not in _ON_SPANS:
        known = ", ".join(name for name in _ON_SPANS if name)
        logging.getLogger("dragoman").warning("%s says none of %s: no content is recorded", CONTENT_VARIABLE, known)
    return _ON_SPANS.get(said, False)


def _write(span: trace.Span, writer: Writer, request: Request | None, response: Response | None, error: Exception | None) -> None:
    """Put on the span what was said: as JSON, since not every SDK takes structured values on spans."""
    found: dict[str, list[dict[str, Any]]] = {}
    if request is not None:
        found["gen_ai.system_instructions"] = writer.instructions(request)
        found["gen_ai.input.messages"] = writer.inputs(request)
        found["gen_ai.tool.definitions"] = writer.tools(request)
    if response is not None:
        found["gen_ai.output.messages"] = writer.outputs(response)
    written = {key: msgspec.json.encode(parts).decode() for key, parts in found.items() if parts}
    if isinstance(error, DragomanError):
        written["dragoman.error.message"] = writer.text(error.message)
    span.set_attributes(written)
