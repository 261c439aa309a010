"""The contracts of a wire format: four directions, all pure.

| direction | who plays it | method |
|---|---|---|
| request → bytes | client | `encode_request` |
| bytes → events | client | `stream_decoder`, `decode_response`, `decode_failure` |
| bytes → request | server | `decode_request` |
| events → bytes | server | `stream_encoder`, `encode_response`, `encode_failure` |

Beside them stand the vendor's list of models, page by page (`encode_models`, `decode_models`), and its count of a prompt
(`encode_count`, `decode_count`). `caching` tells how prompts are cached behind a wire.

A server is the gateway, the embedded provider, or a test. Nothing here does I/O, reads a clock or keeps state between
calls; a decoder and an encoder hold the state of one answer. `decode(encode(events)) == events` in both forms.

What a wire's bytes can do wrong becomes a value, never an exception: a decoder answers malformed bytes and the
provider's own error frames alike with a `Failed` event, after the events that came before it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from ..errors import Unsupported
from ..types.cached import CachedPrompt
from ..types.content import BlockBase, Origin
from ..types.count import Count
from ..types.events import Event
from ..types.model import Model
from ..types.request import Request
from ..types.response import Adaptation, Failure, Response
from ..wire.frames import Frame
from ..wire.http import HttpHead, HttpRequest

__all__ = [
    "CacheRules",
    "Decoder",
    "Encoder",
    "HttpReply",
    "ModelPage",
    "Policy",
    "Protocol",
    "Report",
    "Target",
    "ToolIdRule",
    "belongs",
    "same_blocks",
    "understands",
]

_VENDOR_FIELDS = "extra"

_BLOCKS = {"anthropic_bedrock": "anthropic_messages"}
"""Protocols that are another one's JSON in another framing: blocks of the one are blocks of the other."""

Policy = Literal["adapt", "strict"] | Mapping[str, Literal["adapt", "strict"]]


class Target(msgspec.Struct, frozen=True):
    """Where a request goes: provider and protocol by name, the vendor's model id, base URL (no trailing slash) and dialect.

    `dialect` is the protocol's own dialect value; None means the reference vendor. `kin` are other providers that run the
    same vendor's models: what those signed or encrypted is understood here (see `understands`).
    """

    provider: str
    protocol: str
    model: str
    base_url: str = ""
    dialect: Any = None
    headers: dict[str, str] = {}
    kin: tuple[str, ...] = ()

    def origin(self) -> Origin:
        """The origin that answers of this target carry."""
        return Origin(self.protocol, self.provider, self.model)


class HttpReply(msgspec.Struct, frozen=True):
    """A whole HTTP answer, as a server gives it."""

    status: int
    headers: dict[str, str]
    body: bytes


class ModelPage(msgspec.Struct, frozen=True):
    """One page of a vendor's list of models, in the vendor's order; `after` asks for the next one, None when it is the last.

    Models carry what the vendor states and nothing else; `Model.source` names the listing.
    """

    models: tuple[Model, ...]
    after: str | None = None


class CacheRules(msgspec.Struct, frozen=True):
    """How prompts are cached behind a wire, for placing marks and keys unasked; the defaults are caching by itself.

    `marks` is how many marks a request may carry, 0 where none are needed or taken. `tools` tells whether the last tool
    may carry one. `key` tells whether requests of one conversation are kept together by `Request.cache_key`. `lifetimes`
    are the words for how long, shortest first, the first of them meant where none is said. `automatic` is False where
    nothing is cached without a mark.
    """

    marks: int = 0
    tools: bool = False
    key: bool = False
    lifetimes: tuple[str, ...] = ()
    automatic: bool = True


class ToolIdRule(msgspec.Struct, frozen=True):
    """Which tool call ids a wire takes: a regular expression for the whole id, and how to make one that fits."""

    pattern: str
    length: int
    alphabet: str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    prefix: str = ""


class Report:
    """What had to change to make a request fit its target.

    `policy` is `adapt` (do it and say so), `strict` (refuse), or a mapping from feature word to one of the two with
    `"*"` for the rest. Fields that only their own vendor understands (`extra`) never carry meaning alone: that another
    target does not get them is listed, and refused only where the mapping names them. Changes after which most answers
    would be worthless (the picture asked about is left out) are refused unless the mapping names the feature itself.
    """

    __slots__ = ("_policy", "_target", "adaptations", "reasoning")

    def __init__(self, target: Target, policy: Policy = "adapt") -> None:
        self.adaptations: list[Adaptation] = []
        self.reasoning: dict[str, Any] = {}
        """The fields of the body that steer reasoning, by their paths, as they are sent."""
        self._policy = policy
        self._target = target

    def fresh(self) -> Report:
        """An empty one for the same target under the same policy: to see what would have to change."""
        return Report(self._target, self._policy)

    def adapt(
        self, feature: str, action: Literal["dropped", "changed", "moved", "added"], detail: str, path: str | None = None
    ) -> None:
        """Record one adaptation. Raises Unsupported when policy says to refuse it."""
        policy = self._policy
        if not isinstance(policy, str):
            policy = policy.get(feature) or (policy.get("*", "adapt") if feature != _VENDOR_FIELDS else "adapt")
        elif feature == _VENDOR_FIELDS:
            policy = "adapt"
        if policy == "strict":
            self.refuse(feature, f'{detail}; allow it with adapt="adapt" or change the request')
        self.adaptations.append(Adaptation(feature, action, detail, path))

    def refuse_unless_named(
        self, feature: str, action: Literal["dropped", "changed", "moved", "added"], detail: str, path: str | None = None
    ) -> None:
        """Record an adaptation that takes away what was asked for. Raises Unsupported unless policy names `feature` itself."""
        policy = self._policy
        if isinstance(policy, str) or policy.get(feature) != "adapt":
            self.refuse(feature, f'{detail}; allow it with adapt={{"{feature}": "adapt"}} or change the request')
        self.adaptations.append(Adaptation(feature, action, detail, path))

    def refuse(self, feature: str, detail: str) -> None:
        """Refuse the request: nothing faithful can be sent. Raises Unsupported always."""
        error = Unsupported(detail, provider=self._target.provider, model=self._target.model)
        error.feature = feature
        raise error


class Decoder(ABC):
    """Frames of one streamed answer to events."""

    @abstractmethod
    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        """The events these frames give, in order; none after a terminal one. Never raises on what a wire can carry."""

    @abstractmethod
    def close(self) -> list[Event]:
        """The body has ended. Gives `BlockStop`s and `Finished` when the wire allows the answer to end here without its
        end signal, else whatever is certain without a terminal event: the engine then raises StreamCut."""


class Encoder(ABC):
    """Events of one answer to the bytes of a streamed body."""

    content_type: str = "text/event-stream; charset=utf-8"

    @abstractmethod
    def feed(self, events: Sequence[Event]) -> bytes:
        """The bytes that say these events."""


class Protocol(ABC):
    """One wire format, played from both sides."""

    name: str
    framing: Literal["sse", "ndjson", "eventstream"] = "sse"
    tool_ids: ToolIdRule | None = None
    arrays: bool = False
    """Whether a streamed answer may also come as one JSON array, an element a frame."""
    held: tuple[str, ...] = ()
    """Names in `Request.extra` of a conversation that the server holds: results may answer calls that stand there."""
    uncounted: tuple[str, ...] = ()
    """Phrases in which the vendor says that it does not count for a model."""

    @abstractmethod
    def encode_request(self, request: Request, target: Target, report: Report) -> HttpRequest:
        """The HTTP request, without credentials. Deterministic; what cannot be said goes through `report`."""

    @abstractmethod
    def stream_decoder(self, target: Target) -> Decoder:
        """A decoder for one streamed answer."""

    @abstractmethod
    def decode_response(self, body: bytes, target: Target) -> list[Event]:
        """The events of a whole answer, as the same answer streamed would give them (text in one delta a block)."""

    @abstractmethod
    def decode_failure(self, head: HttpHead, body: bytes, target: Target) -> Failure:
        """The facts of an error answer, from a body of any shape (JSON, HTML, nothing)."""

    @abstractmethod
    def decode_request(self, request: HttpRequest) -> Request:
        """The request a client sent. Raises DecodeError when it is not one of this wire."""

    @abstractmethod
    def stream_encoder(self, request: Request) -> Encoder:
        """An encoder for one streamed answer to `request`."""

    @abstractmethod
    def encode_response(self, response: Response, request: Request) -> bytes:
        """The body of a whole answer."""

    @abstractmethod
    def encode_failure(self, failure: Failure) -> HttpReply:
        """The HTTP answer that states an error."""

    def encode_models(self, target: Target, after: str | None = None) -> HttpRequest:
        """The request for one page of the vendor's list of models, without credentials: the first, or the one `after`.

        Raises Unsupported where there is no list.
        """
        raise Unsupported(f"{target.provider} has no list of models that can be asked for", provider=target.provider)

    def decode_models(self, body: bytes, target: Target) -> ModelPage | Failure:
        """One page of the vendor's list of models; a Failure for a body that is none."""
        raise Unsupported(f"{target.provider} has no list of models that can be asked for", provider=target.provider)

    def encode_count(self, request: Request, target: Target, report: Report) -> HttpRequest | None:
        """The request that asks the vendor for the tokens of a request's prompt, without credentials; what is counted is
        what `encode_request` says. None where the vendor does not count."""
        return None

    def decode_count(self, body: bytes, target: Target) -> Count | Failure:
        """The vendor's count; a Failure for a body that is none."""
        raise Unsupported(f"{target.provider} does not count tokens", provider=target.provider)

    def caching(self, target: Target) -> CacheRules:
        """How prompts are cached there."""
        return CacheRules()

    def schema_beside_tools(self, target: Target) -> bool:
        """Whether answers are held to a schema there in requests that offer tools, too."""
        return True

    def encode_cached(self, request: Request, target: Target, report: Report, seconds: int) -> HttpRequest:
        """The request to keep what a request says under a name, without credentials. Raises Unsupported where none is kept."""
        raise Unsupported('no prompts are kept under a name here: cache="auto" is what there is', provider=target.provider)

    def decode_cached(self, body: bytes, target: Target) -> CachedPrompt | Failure:
        """What is kept now; a Failure for a body that names nothing."""
        raise Unsupported("no prompts are kept under a name here", provider=target.provider)

    def encode_uncached(self, name: str, target: Target) -> HttpRequest:
        """The request to let go of what is kept under a name, without credentials."""
        raise Unsupported("no prompts are kept under a name here", provider=target.provider)

    def recall(self, name: str) -> dict[str, Any]:
        """What a request's `extra` says to begin with what is kept under a name."""
        raise Unsupported("no prompts are kept under a name here")

    @abstractmethod
    def serves(self, method: str, path: str) -> bool:
        """Whether a request line asks for this wire's generation endpoint."""


def same_blocks(one: str, other: str) -> bool:
    """Whether two protocols say their blocks in the same JSON."""
    return one == other or _BLOCKS.get(one, one) == _BLOCKS.get(other, other)


def belongs(block: BlockBase, target: Target) -> bool:
    """Whether vendor data on a block may go to a target: it came from the same wire and the same provider.

    A block without origin was written by the caller for this target; an origin without provider names the wire only.
    """
    origin = block.origin
    if origin is None:
        return True
    return same_blocks(origin.protocol, target.protocol) and (not origin.provider or origin.provider == target.provider)


def understands(block: BlockBase, target: Target) -> bool:
    """Whether a target can read what is signed or encrypted in a block: it belongs there, or came from a kin of it."""
    origin = block.origin
    return belongs(block, target) or (
        origin is not None and origin.provider in target.kin and same_blocks(origin.protocol, target.protocol)
    )
