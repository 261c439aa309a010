"""The five checks, each of one exchange (or pair) at a time.

| check | what it holds |
|---|---|
| 1 `decode` | every answer decodes, or gives the right error, and says what the official SDK reads in it |
| 2 `cut` | however the bytes are cut, the events are the same |
| 3 `request` | every request decodes and encodes back to the same JSON |
| 4 `echo` | what a later request sent back of an answer is what we would send back |
| 5 `both sides` | `decode(encode(events)) == events`, streamed and whole, and across the two |

Whole bodies have no cuts that matter and are cut all the same. In check 5 an answer that ended in an error or was cut
is played back in its own form only: no whole body says half an answer. In its own form events are compared one by one;
from one form to the other the response they add up to is, since a whole body has no pieces.
"""

from __future__ import annotations

import copy
import json
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from ...engine.accumulate import accumulate
from ...engine.handoff import handoff
from ...errors import DragomanError
from ...protocols.base import Protocol, Report, Target
from ...types.content import ToolResult
from ...types.events import Event
from ...types.messages import Message, user
from ...types.request import Request
from ...types.response import Response
from ...wire.http import HttpHead, header_map
from .answers import FRAMERS, WHOLE, Answer, broken_order, chunks, decode, read
from .corpus import Exchange, Pair
from .echo import demanded, from_answer, missing, own_turns, quoted
from .oracle import answer_summary, compare, differences, expected_summary, failure_summary
from .rules import Echo, Equivalence, WireRules
from .vendors import as_written

__all__ = ["CHECKS", "RECORDED_DIALECT", "SIZES", "Result", "Suite"]

CHECKS = {1: "decode", 2: "cut", 3: "request", 4: "echo", 5: "both sides"}
SIZES = (1, 2, 3, 7, 64)

RECORDED_DIALECT = "sent back in the recorded client's dialect only"
"""Counted where check 4 passes only so: the dialect we choose for the vendor leaves out, or names otherwise, what that client
sent and the vendor took. The codec can say it; whether the dialect should is for whoever keeps the vendor's file."""


@dataclass(frozen=True)
class Result:
    """How one exchange fared in one check; `used` names the rules and equivalences that mattered."""

    check: int
    id: str
    status: Literal["pass", "fail", "n/a"]
    reasons: tuple[str, ...] = ()
    used: tuple[str, ...] = ()


class NotApplicable(Exception):
    """The check asks nothing of this exchange; the message says why."""


class Suite:
    """The checks of one wire, played with one implementation of its protocol.

    `dialect` gives the dialect value that an exchange's vendor speaks, None for the reference vendor.
    """

    def __init__(self, rules: WireRules, protocol: Protocol, dialect: Callable[[Exchange], Any]) -> None:
        self.rules = rules
        self.protocol = protocol
        self._dialect = dialect

    def run(self, check: int, exchange: Exchange) -> Result:
        """Play check 1, 2, 3 or 5 on one exchange."""
        if (reason := self.rules.apart(exchange)) is not None:
            return Result(check, exchange.id, "n/a", (reason,))
        play = {1: self._decode, 2: self._cut, 3: self._request, 5: self._both_sides}[check]
        return _result(check, exchange.id, lambda: play(exchange))

    def run_pair(self, pair: Pair, answer: Exchange, later: Exchange) -> Result:
        """Play check 4 on an answer and a later request."""
        if (reason := self.rules.apart(answer) or self.rules.apart(later)) is not None:
            return Result(4, pair.id, "n/a", (reason,))
        return _result(4, pair.id, lambda: self._echo(pair, answer, later))

    def target(self, exchange: Exchange, model: str | None = None) -> Target:
        """Where the exchange's request went."""
        return Target(
            provider=exchange.provider,
            protocol=self.protocol.name,
            model=model or exchange.record.get("model") or "",
            base_url=f"https://{exchange.record['request']['host']}",
            dialect=self._dialect(exchange),
        )

    def _sent_to(self, exchange: Exchange, model: str) -> Target:
        """The same, spoken to as the recorded client did."""
        target = self.target(exchange, model)
        dialect = self.rules.spoken(exchange, target.dialect)
        return msgspec.structs.replace(target, dialect=as_written(dialect, self.protocol))

    # --- 1 -----------------------------------------------------------------------------------------------------------

    def _decode(self, exchange: Exchange) -> tuple[list[str], list[str]]:
        if not exchange.oracle:
            raise NotApplicable("no SDK reads this exchange")
        reasons: list[str] = []
        if exchange.status >= 400:
            ours = failure_summary(self.protocol.decode_failure(exchange.head, exchange.body, self.target(exchange)), exchange)
        else:
            answer = self._read(exchange)
            reasons += broken_order(answer.events)
            ours = answer_summary(self.rules, answer.response, answer.failure, exchange)
        used: list[str] = []
        for row in exchange.oracle:
            found, helped = compare(exchange, expected_summary(row, ours), ours, self.rules.oracle_rules)
            reasons += [text if len(exchange.oracle) == 1 else f"[{row['sdk']}] {text}" for text in found]
            used += helped
        return reasons, used

    # --- 2 -----------------------------------------------------------------------------------------------------------

    def _cut(self, exchange: Exchange) -> tuple[list[str], list[str]]:
        target = self.target(exchange)
        framing = exchange.framing
        if exchange.status >= 400 or framing in WHOLE:
            framer = FRAMERS["json"]
            for size in SIZES:
                whole = framer()
                for piece in chunks(exchange.body, size):
                    whole.feed(piece)
                if whole.close() != [(b"", exchange.body)]:
                    return [f"cut at {size} gives another body"], []
            return [], []
        expected = self._read(exchange).events
        reasons = []
        for size in SIZES:
            events = decode(self.protocol, target, framing, chunks(exchange.body, size))
            if events != expected:
                reasons.append(f"cut at {size}: {_first_difference(expected, events)}")
        return reasons, []

    # --- 3 -----------------------------------------------------------------------------------------------------------

    def _request(self, exchange: Exchange) -> tuple[list[str], list[str]]:
        recorded = exchange.request_json
        if recorded is None:
            kept = exchange.request_body is not None
            raise NotApplicable("the request is not a JSON object" if kept else "the recording kept no request")
        if exchange.request.method != "POST":
            raise NotApplicable("not a request for an answer")
        request = self.protocol.decode_request(exchange.request)
        target = self._sent_to(exchange, request.model)
        report = Report(target)
        sent = self.protocol.encode_request(request, target, report)
        encoded = json.loads(sent.body)
        found, used = _differ(recorded, encoded, self.rules.equivalences)
        covered = {feature: item.name for item in self.rules.equivalences for feature in item.features}
        used += [covered[item.feature] for item in report.adaptations if item.feature in covered]
        reasons = [
            f"encode reports {item.feature} {item.action} ({item.path or 'request'}): {item.detail}"
            for item in report.adaptations
            if item.feature not in covered
        ]
        for name in self.rules.headers:
            before, after = (_words(headers.get(name)) for headers in (exchange.request.headers, sent.headers))
            if before and before != after:
                found.append(f"header {name} is {sorted(after)}, expected {sorted(before)}")
        return reasons + found, list(dict.fromkeys(used))

    # --- 4 -----------------------------------------------------------------------------------------------------------

    def _echo(self, pair: Pair, answer: Exchange, later: Exchange) -> tuple[list[str], list[str]]:
        recorded = later.request_json
        if recorded is None:
            raise NotApplicable("the later request was not kept as JSON")
        if later.wire != answer.wire:
            raise NotApplicable(f"the later request speaks {later.wire}")
        message = self._read(answer).response.message
        turns = self.rules.echoes(recorded)
        said = answer.answer_strings
        wanted_turns = [
            [
                (kind, demanded(kind, value, said))
                for kind, value in turn
                if kind in pair.echoes and from_answer(kind, value, said)
            ]
            for turn in turns
        ]
        wanted_turns = own_turns(wanted_turns, answer.oracle[0].get("tool_calls") or () if answer.oracle else ())
        where = [place for place, turn in enumerate(wanted_turns) if turn]
        reasons: list[str] = []
        for kind in pair.echoes:
            if not any(found == kind for turn in wanted_turns for found, _ in turn):
                reasons += quoted(kind, message, recorded)
        used: list[str] = []
        if where:
            wanted = [item for place in where for item in wanted_turns[place]]
            own = self.target(later)
            own = msgspec.structs.replace(own, dialect=as_written(own.dialect, self.protocol))
            spoken = self._sent_to(later, own.model)
            left = _not_sent(pair, wanted, self._next_turn(later, message, where, own))
            if left and spoken != own and not _not_sent(pair, wanted, self._next_turn(later, message, where, spoken)):
                left, used = [], [RECORDED_DIALECT]
            reasons += left
        return reasons, used

    def _next_turn(self, later: Exchange, message: Message, where: Sequence[int], target: Target) -> Echo:
        """What we send back of `message` when it stands in the later request where its recorded echo stands."""
        request = self.protocol.decode_request(later.request)
        target = msgspec.structs.replace(target, model=request.model)
        places = [place for place, turn in enumerate(request.messages) if turn.role == "assistant"]
        turns = len(self.rules.echoes(later.request_json or {}))
        if len(places) == turns:
            messages = list(request.messages)
            messages[places[where[0]]] = message
            for place in reversed(where[1:]):
                del messages[places[place]]
            at = where[0]
        else:  # the codec joins or splits turns: then the answer is sent back alone
            results = tuple([ToolResult(call.id) for call in message.tool_calls])
            messages = [user("?"), message, *([Message("tool", results)] if results else [user("?")])]
            at = 0
        request = msgspec.structs.replace(request, messages=tuple(messages))
        report = Report(target)
        sent = self.protocol.encode_request(handoff(request, target, self.protocol, report), target, report)
        encoded = self.rules.echoes(json.loads(sent.body))
        if len(encoded) == sum([turn.role == "assistant" for turn in messages]):
            return encoded[at]
        return [item for turn in encoded for item in turn]

    # --- 5 -----------------------------------------------------------------------------------------------------------

    def _both_sides(self, exchange: Exchange) -> tuple[list[str], list[str]]:
        target = self.target(exchange)
        if exchange.status >= 400:
            return self._error_again(exchange, target), []
        answer = self._read(exchange)
        request = self._asked(exchange)
        if exchange.framing not in WHOLE:
            events = self._restream(answer.events, request, target, whole=True)
            reasons = [] if _same(answer, events) else [f"streamed: {_first_difference(answer.events, events)}"]
            if answer.response.finish is not None:
                again = accumulate(self._rewhole(answer, request, target), target.origin())
                found, used = self._responses_differ("streamed, then whole", answer.response, again)
                return reasons + found, used
            return reasons, []
        if answer.failure is not None:
            raise NotApplicable("a whole body that states an error")
        events = self._rewhole(answer, request, target)
        reasons = [] if events == answer.events else [f"whole: {_first_difference(answer.events, events)}"]
        again = accumulate(self._restream(answer.events, request, target, whole=False), target.origin())
        found, used = self._responses_differ("whole, then streamed", answer.response, again)
        return reasons + found, used

    def _error_again(self, exchange: Exchange, target: Target) -> list[str]:
        """The facts of an error by status, said by our server side and read again."""
        failure = self.protocol.decode_failure(exchange.head, exchange.body, target)
        reply = self.protocol.encode_failure(failure)
        again = self.protocol.decode_failure(HttpHead(reply.status, header_map(reply.headers)), reply.body, target)
        names = ("status", "type", "code", "param", "message")
        before, after = ({name: getattr(facts, name) for name in names} for facts in (failure, again))
        return differences(before, after)

    def _restream(self, events: list[Event], request: Request, target: Target, *, whole: bool) -> list[Event]:
        """Events said as a stream and read again; the encoder gets them at once or one by one."""
        encoder = self.protocol.stream_encoder(msgspec.structs.replace(request, stream=True))
        body = encoder.feed(events) if whole else b"".join([encoder.feed([event]) for event in events])
        framing = "json-array" if encoder.content_type.startswith("application/json") else self.protocol.framing
        return decode(self.protocol, target, framing, [body])

    def _rewhole(self, answer: Answer, request: Request, target: Target) -> list[Event]:
        """The response said as a whole body and read again."""
        body = self.protocol.encode_response(answer.response, msgspec.structs.replace(request, stream=False))
        return self.protocol.decode_response(body, target)

    def _responses_differ(self, form: str, expected: Response, found: Response) -> tuple[list[str], list[str]]:
        reasons, used = _differ(msgspec.to_builtins(expected), msgspec.to_builtins(found), self.rules.across)
        return [f"{form}: {text}" for text in reasons], used

    # --- shared ------------------------------------------------------------------------------------------------------

    def _read(self, exchange: Exchange) -> Answer:
        if exchange.framing not in FRAMERS:
            raise NotApplicable(f"framing {exchange.framing} is not covered")
        return read(self.protocol, self.target(exchange), exchange.framing, exchange.body)

    def _asked(self, exchange: Exchange) -> Request:
        """The request that was answered, or a plain one where it was not kept."""
        if exchange.request_json is not None:
            return self.protocol.decode_request(exchange.request)
        return Request(exchange.record.get("model") or "", (user("?"),))


def _result(check: int, name: str, play: Callable[[], tuple[list[str], list[str]]]) -> Result:
    try:
        reasons, used = play()
    except NotApplicable as error:
        return Result(check, name, "n/a", (str(error),))
    except DragomanError as error:
        return Result(check, name, "fail", (f"{type(error).__name__}: {error}",))
    except Exception as error:  # a codec under test may raise anything: that is a finding, with its place
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{'/'.join(frame.filename.split('/')[-2:])}:{frame.lineno}"
        return Result(check, name, "fail", (f"raised {type(error).__name__} at {place}: {error}",))
    return Result(check, name, "fail" if reasons else "pass", tuple(reasons), tuple(used))


def _not_sent(pair: Pair, wanted: Echo, ours: Echo) -> list[str]:
    """What of each echoed kind is demanded and not among ours."""
    found = []
    for kind in pair.echoes:
        found += missing(kind, [value for name, value in wanted if name == kind], [value for name, value in ours if name == kind])
    return found


def _same(answer: Answer, again: list[Event]) -> bool:
    """Whether events came back. Of an answer without an end an encoder may still hold what it would say with the end, so
    there its whole message, and no other event, has to."""
    if again == answer.events:
        return True
    unended = answer.failure is None and answer.response.finish is None
    prefix = again == answer.events[: len(again)]
    return unended and prefix and accumulate(again, answer.response.message.origin).message == answer.response.message


def _differ(expected: Any, found: Any, equivalences: Sequence[Equivalence]) -> tuple[list[str], list[str]]:
    """Where two JSON objects differ when all equivalences are applied to both, and which of these made them equal."""
    reasons = differences(_canonical(expected, equivalences), _canonical(found, equivalences))
    if reasons or not differences(expected, found):
        return reasons, []
    used = []
    for item in equivalences:
        others = [other for other in equivalences if other is not item]
        if differences(_canonical(expected, others), _canonical(found, others)):
            used.append(item.name)
    return [], used


def _canonical(body: dict[str, Any], equivalences: Sequence[Equivalence]) -> dict[str, Any]:
    body = copy.deepcopy(body)
    for item in equivalences:
        item.apply(body)
    return body


def _words(header: str | None) -> set[str]:
    return {word.strip() for word in (header or "").split(",") if word.strip()}


def _first_difference(expected: Sequence[Event], found: Sequence[Event]) -> str:
    for place, pair in enumerate(zip(expected, found, strict=False)):
        if pair[0] != pair[1]:
            return f"event {place} is {_brief(pair[1])}, expected {_brief(pair[0])}"
    return f"{len(found)} events, expected {len(expected)}; the first too many: " + _brief(
        (found if len(found) > len(expected) else expected)[min(len(found), len(expected))]
    )


def _brief(value: Any, limit: int = 160) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
