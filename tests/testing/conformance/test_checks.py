"""Each check passes where the codec is right and fails where it is broken on purpose."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType
from typing import Any

import msgspec
import pytest

from dragoman.errors import DecodeError
from dragoman.protocols.base import Protocol, Report
from dragoman.testing.conformance import Equivalence
from dragoman.testing.conformance.checks import RECORDED_DIALECT
from dragoman.types import (
    ArgumentsDelta,
    Event,
    Failed,
    Failure,
    Finished,
    Ping,
    SignatureDelta,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)


def decoding(kit: ModuleType, change: Callable[[list[Event]], list[Event]]) -> Protocol:
    """The fake wire with a stream decoder whose events are changed on their way out."""

    class Changing(kit.FakeDecoder):
        def feed(self, frames: Any) -> list[Event]:
            return change(super().feed(frames))

    return kit.sabotage(kit.Fake(), stream_decoder=lambda self, target: Changing())


def dropping(kit: ModuleType, lost: Callable[[Event], bool]) -> Protocol:
    """The fake wire with a stream decoder that drops some events."""
    return decoding(kit, lambda events: [event for event in events if not lost(event)])


LOSSES: dict[str, Callable[[Event], bool]] = {
    "text": lambda event: isinstance(event, TextDelta) and event.text == "see.",
    "thinking_text": lambda event: isinstance(event, ThinkingDelta) and event.text == "Hm, ",
    "tool_calls": lambda event: isinstance(event, ArgumentsDelta) and event.text.startswith("{"),
    "usage": lambda event: isinstance(event, UsageUpdate),
    "end": lambda event: isinstance(event, Finished),
}


class TestDecode:
    def test_a_right_codec_passes(self, kit: ModuleType) -> None:
        """An answer that says what the SDK reads passes."""
        assert "pass" == kit.fake_suite(kit.Fake()).run(1, kit.STREAMED).status

    @pytest.mark.parametrize("field", LOSSES)
    def test_a_lost_event_fails(self, kit: ModuleType, field: str) -> None:
        """A decoder that drops a piece of any field is found, and the field is named."""
        result = kit.fake_suite(dropping(kit, LOSSES[field])).run(1, kit.STREAMED)

        assert "fail" == result.status
        assert any(reason.startswith(field) for reason in result.reasons), result.reasons

    @pytest.mark.parametrize("field", ["response_id", "model", "finish_reason", "refusal", "citations"])
    def test_another_word_fails(self, kit: ModuleType, field: str) -> None:
        """Where the SDK reads another value of a field, the check fails."""
        read = kit.exchange(kit.STREAMED.body, {**kit.ORACLE, field: "other"})

        result = kit.fake_suite(kit.Fake()).run(1, read)

        assert "fail" == result.status
        assert [field] == [reason.split()[0] for reason in result.reasons]

    def test_arguments_that_do_not_parse_are_compared_as_text(self, kit: ModuleType) -> None:
        """Malformed arguments stay visible and must be the very text that the SDK keeps."""
        events = [
            msgspec.structs.replace(event, text="[") if isinstance(event, ArgumentsDelta) else event for event in kit.EVENTS
        ]
        call = {"id": "call_1", "name": "weather", "arguments": None, "arguments_raw": "[["}
        read = kit.exchange(kit.FakeEncoder().feed(events), {**kit.ORACLE, "tool_calls": [call]})
        misread = kit.exchange(read.body, {**kit.ORACLE, "tool_calls": [{**call, "arguments_raw": "["}]})
        suite = kit.fake_suite(kit.Fake())

        assert ["pass", "fail"] == [suite.run(1, recorded).status for recorded in (read, misread)]

    def test_events_after_the_end_fail(self, kit: ModuleType) -> None:
        """A decoder that goes on after its terminal event breaks the contract of events."""
        protocol = decoding(
            kit, lambda events: [*events, Ping()] if any(isinstance(event, Finished) for event in events) else events
        )

        assert ("1 events follow Finished",) == kit.fake_suite(protocol).run(1, kit.STREAMED).reasons

    def test_a_block_left_open_fails(self, kit: ModuleType) -> None:
        """A decoder that finishes without closing a block breaks the contract of events."""
        protocol = dropping(kit, lambda event: event == kit.BlockStop(1))

        assert ("the answer finishes with blocks [1] open",) == kit.fake_suite(protocol).run(1, kit.STREAMED).reasons

    def test_an_error_by_status_is_compared(self, kit: ModuleType) -> None:
        """Status, type and code of an error must be the SDK's."""
        body = msgspec.json.encode(Failure("slow down", type="rate", code="r1"))
        row = {**kit.ORACLE, "status": 429, "error": {"status": 429, "type": "rate", "code": "r1"}}
        suite = kit.fake_suite(kit.Fake())
        results = [
            suite.run(1, kit.exchange(body, {**row, "error": {**row["error"], **other}}, framing="json", status=429))
            for other in ({}, {"type": "quota"}, {"code": "r2"}, {"status": 500})
        ]

        assert ["pass", "fail", "fail", "fail"] == [result.status for result in results]

    def test_an_error_of_the_wrong_class_fails(self, kit: ModuleType) -> None:
        """An error whose facts do not make the class that its status stands for is found."""
        protocol = kit.sabotage(
            kit.Fake(), decode_failure=lambda self, head, body, target: Failure("no", status=401, reason="decode")
        )
        row = {**kit.ORACLE, "status": 401, "error": {"status": 401, "type": None, "code": None}}

        result = kit.fake_suite(protocol).run(1, kit.exchange(b"{}", row, framing="json", status=401))

        assert ('class is "DecodeError", expected true',) == result.reasons

    def test_an_error_inside_an_answer_keeps_what_came_before(self, kit: ModuleType) -> None:
        """A stream that ends in an error is compared with its partial answer and its error."""
        events = [*kit.EVENTS[:8], Failed(Failure("busy", type="overloaded_error"))]
        row = {
            **kit.ORACLE,
            "text": "Let me ",
            "tool_calls": [],
            "finish_reason": None,
            "usage": None,
            "error": {"status": None, "type": "overloaded_error", "code": None},
        }
        recorded = kit.exchange(kit.FakeEncoder().feed(events), row)

        assert "pass" == kit.fake_suite(kit.Fake()).run(1, recorded).status
        assert "fail" == kit.fake_suite(dropping(kit, lambda event: isinstance(event, Failed))).run(1, recorded).status

    def test_no_sdk_is_not_a_pass(self, kit: ModuleType) -> None:
        """An exchange that no SDK reads is counted apart, with its reason."""
        result = kit.fake_suite(kit.Fake()).run(1, kit.exchange(kit.STREAMED.body))

        assert ("n/a", ("no SDK reads this exchange",)) == (result.status, result.reasons)


class TestCut:
    def test_a_right_codec_passes(self, kit: ModuleType) -> None:
        """A decoder that only sees frames gives the same events however the bytes are cut."""
        assert "pass" == kit.fake_suite(kit.Fake()).run(2, kit.STREAMED).status

    def test_a_decoder_that_looks_at_its_feeds_fails(self, kit: ModuleType) -> None:
        """A decoder that drops what comes alone gives other events for small pieces."""
        protocol = decoding(kit, lambda events: events if len(events) > 1 else [])

        result = kit.fake_suite(protocol).run(2, kit.STREAMED)

        assert "fail" == result.status
        assert "cut at 1: 0 events, expected 16" in result.reasons[0]

    def test_whole_bodies_are_put_together_again(self, kit: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        """A framer that loses a piece of a whole body is found."""
        from dragoman.testing.conformance import answers

        class Losing(answers.WholeFramer):
            def feed(self, chunk: bytes) -> Any:
                return super().feed(chunk[:63])

        whole = kit.exchange(b"x" * 70, framing="json")
        suite = kit.fake_suite(kit.Fake())

        assert "pass" == suite.run(2, whole).status
        monkeypatch.setitem(answers.FRAMERS, "json", Losing)
        assert ("cut at 64 gives another body",) == suite.run(2, whole).reasons


class TestRequest:
    REQUEST: dict[str, Any] = {  # noqa: RUF012
        "model": "m",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        "temperature": 0.0,
    }

    def test_a_right_codec_passes(self, kit: ModuleType) -> None:
        """A request that comes back as it was passes."""
        assert "pass" == kit.fake_suite(kit.Fake()).run(3, kit.exchange(b"", request=self.REQUEST)).status

    def test_a_lost_field_fails(self, kit: ModuleType) -> None:
        """A codec that loses a field of the request is found, and the field is named."""

        def forget(self: Any, request: Any) -> Any:
            return msgspec.structs.replace(kit.Fake().decode_request(request), temperature=None)

        result = kit.fake_suite(kit.sabotage(kit.Fake(), decode_request=forget)).run(3, kit.exchange(b"", request=self.REQUEST))

        assert ("temperature is missing, expected 0.0",) == result.reasons

    def test_an_adaptation_fails_unless_an_equivalence_covers_it(self, kit: ModuleType) -> None:
        """What encode says it had to change is a loss, except where a written equivalence covers it."""

        def adapt(self: Any, request: Any, target: Any, report: Report) -> Any:
            report.adapt("temperature", "dropped", "not known here")
            return kit.Fake().encode_request(request, target, report)

        protocol = kit.sabotage(kit.Fake(), encode_request=adapt)
        recorded = kit.exchange(b"", request=self.REQUEST)
        covering = Equivalence("cold", "temperature is ignored", lambda body: None, frozenset({"temperature"}))
        rules = replace(kit.FAKE_RULES, equivalences=(covering,))

        plain = kit.fake_suite(protocol).run(3, recorded)
        covered = kit.fake_suite(protocol, rules).run(3, recorded)

        assert ("encode reports temperature dropped (request): not known here",) == plain.reasons
        assert ("pass", ("cold",)) == (covered.status, covered.used)

    def test_equivalences_count_only_where_they_matter(self, kit: ModuleType) -> None:
        """Both sides are brought to one form, and only an equivalence that was needed counts as used."""
        recorded = kit.exchange(b"", request={**self.REQUEST, "top_k": None, "stream": False})
        needed = Equivalence("false", "stream is false by default", lambda body: body.pop("stream", None) and None)
        nulls = Equivalence("null", "null is unset", lambda body: body.pop("top_k", None) and None)
        idle = Equivalence("idle", "never matters", lambda body: body.pop("n", None) and None)

        def run(*equivalences: Equivalence) -> Any:
            return kit.fake_suite(kit.Fake(), replace(kit.FAKE_RULES, equivalences=equivalences)).run(3, recorded)

        assert ("pass", ("false", "null")) == (run(needed, nulls, idle).status, run(needed, nulls, idle).used)
        assert ("top_k is missing, expected null",) == run(needed, idle).reasons

    def test_headers_that_say_something_must_survive(self, kit: ModuleType) -> None:
        """A header that the wire's rules name is compared as a set of words; others are not."""
        recorded = kit.exchange(b"", request=self.REQUEST)
        recorded.record["request"]["headers"] = {"X-Beta": "b, a", "accept": "*/*"}

        def sending(value: str) -> Protocol:
            def encode(self: Any, request: Any, target: Any, report: Report) -> Any:
                sent = kit.Fake().encode_request(request, target, report)
                return msgspec.structs.replace(sent, headers={"x-beta": value})

            return kit.sabotage(kit.Fake(), encode_request=encode)

        rules = replace(kit.FAKE_RULES, headers=("x-beta",))
        results = [kit.fake_suite(sending(value), rules).run(3, recorded) for value in ("a,b", "a")]

        assert ["pass", "fail"] == [result.status for result in results]
        assert ("header x-beta is ['a'], expected ['a', 'b']",) == results[1].reasons

    def test_an_exception_is_a_failure_with_its_place(self, kit: ModuleType) -> None:
        """Whatever a codec raises is a finding, not the end of the run."""

        def refuse(self: Any, request: Any) -> Any:
            raise DecodeError("not of this wire")

        def crash(self: Any, request: Any) -> Any:
            return {}["messages"]

        results = [
            kit.fake_suite(kit.sabotage(kit.Fake(), decode_request=method)).run(3, kit.exchange(b"", request=self.REQUEST))
            for method in (refuse, crash)
        ]

        assert ["fail", "fail"] == [result.status for result in results]
        assert ("DecodeError: not of this wire",) == results[0].reasons
        assert results[1].reasons[0].startswith("raised KeyError at conformance/test_checks.py:")

    def test_no_request_is_not_a_pass(self, kit: ModuleType) -> None:
        """An answer whose request was not kept is counted apart, as is a request that is not JSON or of another kind."""
        looked_up, broken = kit.exchange(b"", request=self.REQUEST), kit.exchange(b"")
        looked_up.record["request"]["method"] = "GET"
        broken.record["request"]["body_text"] = "{"
        results = [kit.fake_suite(kit.Fake()).run(3, recorded) for recorded in (kit.exchange(b""), broken, looked_up)]

        assert [
            ("n/a", "the recording kept no request"),
            ("n/a", "the request is not a JSON object"),
            ("n/a", "not a request for an answer"),
        ] == [(result.status, *result.reasons) for result in results]


class TestEcho:
    def test_a_right_codec_passes(self, kit: ModuleType) -> None:
        """What the later request sent back is what we send back."""
        result = kit.fake_suite(kit.Fake()).run_pair(kit.PAIR, kit.STREAMED, kit.LATER)

        assert ("pass", ()) == (result.status, result.reasons)

    @pytest.mark.parametrize("kind", ["signature", "text", "thinking_text", "tool_id"])
    def test_an_encoder_that_drops_it_fails(self, kit: ModuleType, kind: str) -> None:
        """An encoder that loses any of what the later request sent back is found."""

        def drop(block: Any) -> Any:
            match kind, type(block).__name__:
                case "signature", "Thinking":
                    return msgspec.structs.replace(block, signature=None)
                case ("text", "Text") | ("thinking_text", "Thinking"):
                    return msgspec.structs.replace(block, text="")
                case "tool_id", "ToolCall":
                    return msgspec.structs.replace(block, id="call_2")
            return block

        def encode(self: Any, request: Any, target: Any, report: Report) -> Any:
            messages = [
                msgspec.structs.replace(message, content=tuple([drop(block) for block in message.content]))
                for message in request.messages
            ]
            return kit.Fake().encode_request(msgspec.structs.replace(request, messages=tuple(messages)), target, report)

        protocol = kit.sabotage(kit.Fake(), encode_request=encode)
        result = kit.fake_suite(protocol).run_pair(kit.PAIR, kit.STREAMED, kit.LATER)

        assert "fail" == result.status
        assert [kind] == [reason.split()[0] for reason in result.reasons]

    def test_a_decoder_that_loses_it_fails(self, kit: ModuleType) -> None:
        """What our decoder never kept cannot be sent back: what is demanded comes from the recording, not from us."""
        protocol = dropping(kit, lambda event: isinstance(event, SignatureDelta))

        result = kit.fake_suite(protocol).run_pair(kit.PAIR, kit.STREAMED, kit.LATER)

        assert "fail" == result.status
        assert "signature ['signature', 'c2ln'] is not sent back" in result.reasons[0]

    def test_what_only_the_recorded_client_sends_is_counted(self, kit: ModuleType) -> None:
        """Where the dialect chosen for the vendor leaves out what the recorded one sends, the pair passes and is counted; what
        the codec cannot say in either is a failure."""

        def encode(self: Any, request: Any, target: Any, report: Report) -> Any:
            if target.dialect != "recorded":
                plain = [message for message in request.messages if message.role != "assistant"]
                request = msgspec.structs.replace(request, messages=(*plain, msgspec.structs.replace(plain[0], role="assistant")))
            return kit.Fake().encode_request(request, target, report)

        protocol = kit.sabotage(kit.Fake(), encode_request=encode)
        rules = replace(kit.FAKE_RULES, spoken=lambda exchange, dialect: "recorded")
        results = [
            kit.fake_suite(protocol, tried).run_pair(kit.PAIR, kit.STREAMED, kit.LATER) for tried in (rules, kit.FAKE_RULES)
        ]

        assert ["pass", "fail"] == [result.status for result in results]
        assert (RECORDED_DIALECT,) == results[0].used

    def test_what_is_none_of_the_protocols_is_counted_apart(self, kit: ModuleType) -> None:
        """Where one endpoint takes several formats, exchanges and pairs of another one are not played, with the reason."""
        rules = replace(kit.FAKE_RULES, apart=lambda exchange: "another format" if exchange.id == "two" else None)
        suite = kit.fake_suite(kit.Fake(), rules)
        results = [suite.run(2, kit.STREAMED), suite.run(2, kit.LATER), suite.run_pair(kit.PAIR, kit.STREAMED, kit.LATER)]

        assert [("pass", ()), ("n/a", ("another format",)), ("n/a", ("another format",))] == [
            (result.status, result.reasons) for result in results
        ]

    def test_only_what_was_echoed_is_demanded(self, kit: ModuleType) -> None:
        """A framework that left thinking out demands no thinking of us."""
        protocol = dropping(kit, lambda event: isinstance(event, SignatureDelta | ThinkingDelta))
        pair = replace(kit.PAIR, echoes=("text", "tool_id"))

        assert "pass" == kit.fake_suite(protocol).run_pair(pair, kit.STREAMED, kit.LATER).status

    @pytest.mark.parametrize(("quote", "status"), [("They said: Let me see.", "pass"), ("They said: Let us see.", "fail")])
    def test_a_quotation_outside_of_the_assistants_turns(self, kit: ModuleType, quote: str, status: str) -> None:
        """An answer that is quoted in a user's message must have been decoded to what is quoted."""
        asked = {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": quote}]}]}
        later = kit.exchange(b"[]", framing="json", request=asked, name="two")

        result = kit.fake_suite(kit.Fake()).run_pair(replace(kit.PAIR, echoes=("text",)), kit.STREAMED, later)

        assert status == result.status

    def test_a_later_request_without_json_is_not_a_pass(self, kit: ModuleType) -> None:
        """A pair whose later request cannot be read is counted apart."""
        later = kit.exchange(b"[]", framing="json", name="two")

        assert "n/a" == kit.fake_suite(kit.Fake()).run_pair(kit.PAIR, kit.STREAMED, later).status


class TestBothSides:
    def whole(self, kit: ModuleType) -> Any:
        """The streamed answer as a whole body."""
        response = kit.accumulate(kit.EVENTS)
        return kit.exchange(kit.Fake().encode_response(response, kit.Request("m", ())), framing="json")

    def test_a_right_codec_passes(self, kit: ModuleType) -> None:
        """Streamed and whole, an answer that is said again reads the same."""
        results = [kit.fake_suite(kit.Fake()).run(5, recorded) for recorded in (kit.STREAMED, self.whole(kit))]

        assert [("pass", ()), ("pass", ())] == [(result.status, result.reasons) for result in results]

    def test_a_stream_encoder_that_drops_an_event_fails(self, kit: ModuleType) -> None:
        """A server side that forgets a signature in a stream is found in both directions."""

        class Forgetting(kit.FakeEncoder):
            def feed(self, events: Any) -> bytes:
                return super().feed([event for event in events if event != kit.BlockStop(0)])

        protocol = kit.sabotage(kit.Fake(), stream_encoder=lambda self, request: Forgetting())

        assert "streamed: event 5 is BlockStart(index=1" in kit.fake_suite(protocol).run(5, kit.STREAMED).reasons[0]

    @pytest.mark.parametrize("form", ["streamed, then whole", "whole"])
    def test_a_whole_encoder_that_drops_a_field_fails(self, kit: ModuleType, form: str) -> None:
        """A server side that forgets the usage of a whole body is found, whatever form the answer came in."""

        def forget(self: Any, response: Any, request: Any) -> bytes:
            return kit.Fake().encode_response(msgspec.structs.replace(response, usage=kit.Usage()), request)

        recorded = self.whole(kit) if form == "whole" else kit.STREAMED
        result = kit.fake_suite(kit.sabotage(kit.Fake(), encode_response=forget)).run(5, recorded)

        assert "fail" == result.status
        assert all(reason.startswith(f"{form}: ") and "sage" in reason for reason in result.reasons), result.reasons

    def test_what_a_form_cannot_say_is_written_down(self, kit: ModuleType) -> None:
        """An equivalence of answers forgives what is lost from one form to the other, and nothing in the same form."""

        def forget(self: Any, response: Any, request: Any) -> bytes:
            return kit.Fake().encode_response(msgspec.structs.replace(response, created=None), request)

        unsaid = Equivalence("undated", "a whole body of this wire has no date", lambda body: body.pop("created", None) and None)
        rules = replace(kit.FAKE_RULES, across=(unsaid,))
        suite = kit.fake_suite(kit.sabotage(kit.Fake(), encode_response=forget), rules)
        results = [suite.run(5, recorded) for recorded in (kit.STREAMED, self.whole(kit))]

        assert ["pass", "fail"] == [result.status for result in results]
        assert ("undated",) == results[0].used

    def test_an_encoder_of_single_events_that_fails(self, kit: ModuleType) -> None:
        """A whole answer is streamed event by event, so an encoder that needs them together is found."""

        class Together(kit.FakeEncoder):
            def feed(self, events: Any) -> bytes:
                return super().feed(events if len(events) > 1 else [])

        protocol = kit.sabotage(kit.Fake(), stream_encoder=lambda self, request: Together())

        assert "whole, then streamed: " in kit.fake_suite(protocol).run(5, self.whole(kit)).reasons[0]

    def test_an_error_by_status_is_said_again(self, kit: ModuleType) -> None:
        """The facts of an error survive being said by our server side."""
        body = msgspec.json.encode(Failure("slow down", type="rate", code="r1"))
        recorded = kit.exchange(body, framing="json", status=429)
        forgetful = kit.sabotage(kit.Fake(), encode_failure=lambda self, failure: kit.HttpReply(429, {}, b'{"message":"?"}'))

        assert "pass" == kit.fake_suite(kit.Fake()).run(5, recorded).status
        assert {"type", "code", "message"} == {reason.split()[0] for reason in kit.fake_suite(forgetful).run(5, recorded).reasons}

    def test_an_unknown_framing_is_not_a_pass(self, kit: ModuleType) -> None:
        """A framing that nothing here reads is counted apart."""
        recorded = kit.exchange(b"", kit.ORACLE, framing="binary")

        assert ["n/a"] * 3 == [kit.fake_suite(kit.Fake()).run(check, recorded).status for check in (1, 2, 5)]
