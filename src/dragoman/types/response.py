"""Responses: what came back, whole, with how it ended and what it cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec

from .content import Citation, ToolCall
from .messages import Message

__all__ = [
    "Adaptation",
    "Attempt",
    "Choice",
    "Cost",
    "Decision",
    "Failure",
    "Finish",
    "FinishReason",
    "RateLimit",
    "Response",
    "Timing",
    "Usage",
]

FinishReason = Literal[
    "stop", "length", "tool_calls", "content_filter", "refusal", "pause", "context_window", "error", "cancelled", "other"
]


class Finish(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why the model stopped: the common word, the vendor's own word, and what came with it.

    `stop` ended by itself or at a stop sequence (then `stop_sequence` names it); `length` hit the token limit;
    `tool_calls` waits for results; `content_filter` and `refusal` declined; `pause` wants the same turn sent again;
    `context_window` filled the model's window; `other` is a vendor's word without a common one.
    """

    reason: FinishReason
    raw: str | None = None
    stop_sequence: str | None = None
    details: dict[str, Any] = {}


class Usage(msgspec.Struct, frozen=True, omit_defaults=True):
    """Tokens, counted so that nothing overlaps; None is unknown, which is not 0.

    `input` excludes what was read from (`cache_read`) or written to (`cache_write`) the prompt cache. `output`
    includes `reasoning`. `raw` is the vendor's own object.
    """

    input: int | None = None
    output: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    reasoning: int | None = None
    raw: dict[str, Any] = {}

    @property
    def total(self) -> int | None:
        """All tokens, None when input or output is unknown."""
        if self.input is None or self.output is None:
            return None
        return self.input + self.output + (self.cache_read or 0) + (self.cache_write or 0)


class Cost(msgspec.Struct, frozen=True):
    """Money for one exchange and who says so: the `vendor`'s bill, or the `catalogue`'s prices.

    The catalogue prices tokens: fees beside them (searches, running code, keeping a cache) are on a vendor's own bill only.
    """

    amount: Decimal
    source: Literal["vendor", "catalogue"]
    currency: str = "USD"


class Failure(msgspec.Struct, frozen=True, omit_defaults=True):
    """The facts of an error as the wire states them; which class of error they make is decided in one place.

    `status` is the HTTP status (None inside a stream that began with 200), `type` and `code` the vendor's words,
    `retry_after` seconds. `reason` is set where the protocol itself knows the class (`decode` for malformed bytes).
    `body` is the vendor's object.
    """

    message: str
    status: int | None = None
    type: str | None = None
    code: str | None = None
    param: str | None = None
    request_id: str | None = None
    retry_after: float | None = None
    reason: str | None = None
    body: Any = None


class Adaptation(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something the target could not take as it was said, and what was done instead.

    `feature` is a stable word (`thinking`, `tool_id`, `temperature`, ...), `action` one of `dropped`, `changed`,
    `moved`, `added`; `detail` a sentence for people; `path` where in the request (`messages[3].content[0]`).
    """

    feature: str
    action: Literal["dropped", "changed", "moved", "added"]
    detail: str
    path: str | None = None


class RateLimit(msgspec.Struct, frozen=True, omit_defaults=True):
    """One allowance as the provider's headers state it; `reset` is seconds from the answer on."""

    name: str
    limit: int | None = None
    remaining: int | None = None
    reset: float | None = None


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One try of an exchange: where it went, how long it took (seconds) and, when it failed, how."""

    provider: str
    model: str
    seconds: float
    status: int | None = None
    error: str | None = None
    waited: float | None = None


class Decision(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a call with several targets went where it went: the `target` that answered as `provider:model`, the `reason`,
    and the targets `passed_over`, each with why. `resumed` tells that it continued an answer another one had begun.
    Empty where a call has one target.
    """

    target: str = ""
    reason: str = ""
    passed_over: tuple[tuple[str, str], ...] = ()
    resumed: bool = False


class Timing(msgspec.Struct, frozen=True, omit_defaults=True):
    """Seconds from the start: to the response head, to the first event, to the end; waits before it are part of them all.

    `queued` is how much of that the requests waited for their turn, where the client has limits; None for not at all.
    """

    head: float | None = None
    first_event: float | None = None
    total: float | None = None
    queued: float | None = None


class Choice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One of several alternative answers."""

    message: Message
    finish: Finish | None = None


class Response(msgspec.Struct, frozen=True, omit_defaults=True):
    """One whole answer.

    `message` is what to append to the history. `finish` is None only on the partial response of an answer that did
    not end. `reasoning` are the fields of the request that steered reasoning, as they were sent, by their paths
    (`{"output_config.effort": "low"}`). `choices` lists all alternatives where several were asked for, else it is empty.
    `extra` holds vendor fields. `decision` tells where a call with several targets went. `raw` is the body of a whole (not
    streamed) answer as it came.
    """

    message: Message
    id: str | None = None
    model: str | None = None
    created: int | None = None
    finish: Finish | None = None
    usage: Usage = Usage()
    cost: Cost | None = None
    choices: tuple[Choice, ...] = ()
    adaptations: tuple[Adaptation, ...] = ()
    reasoning: dict[str, Any] = {}
    warnings: tuple[str, ...] = ()
    provider: str | None = None
    request_id: str | None = None
    headers: dict[str, str] = {}
    rate_limits: tuple[RateLimit, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    decision: Decision = Decision()
    timing: Timing = Timing()
    extra: dict[str, Any] = {}
    raw: bytes | None = None

    @property
    def finish_reason(self) -> FinishReason | None:
        """Why the model stopped, the common word of `finish`; None on the partial response of an answer that did not end."""
        return self.finish.reason if self.finish is not None else None

    @property
    def text(self) -> str:
        """All answer text, joined."""
        return self.message.text

    @property
    def thinking(self) -> str:
        """All visible reasoning, joined."""
        return self.message.thinking

    @property
    def citations(self) -> tuple[Citation, ...]:
        """Where `text` comes from, in order; `text[citation.start:citation.end]` are the words that a source bears out."""
        return self.message.citations

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The calls to answer, in order."""
        return self.message.tool_calls
