"""Every request that any test encodes is held against what its vendor takes, where the test does not make words up.

`watch` wraps what encodes in every wire format, as it is loaded. A request is not looked at when somebody's own words
are in it (`extra`, opaque blocks, a vendor's tool), when its target is no provider as the library ships it, and beyond
the first few dozen of one test: property tests make thousands.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import msgspec
from accepts import accepts

from dragoman.protocols import NAMES as WIRES
from dragoman.protocols.base import Protocol, Report, Target
from dragoman.providers import NAMES, load
from dragoman.types import Opaque, OpaqueSource, Request, VendorTool
from dragoman.wire.http import HttpRequest

__all__ = ["MADE_UP", "Watch", "checks", "watch"]

MADE_UP: dict[str, str] = {
    "engine/test_serve.py::test_every_wire_is_spoken_without_being_named": "fewer tokens than OpenAI lets an answer have",
    "protocols/anthropic_messages/test_bedrock.py::test_headers_are_said_in_the_body": "fields of betas",
    "protocols/anthropic_messages/test_decode_request.py::test_what_was_asked_for_is_asked_for_again": "words of tomorrow",
    "protocols/anthropic_messages/test_encode_messages.py::test_a_system_message_follows_server_tools": "a result cut short",
    "protocols/anthropic_messages/test_encode_request.py::test_service_tiers": "a tier of tomorrow",
    "protocols/anthropic_messages/test_encode_request.py::test_the_choice_of_tools": "a choice of tomorrow",
    "protocols/gemini/test_encode_request.py::test_sound": "a voice that is another vendor's object",
    "protocols/openai_chat/test_decode_request.py::test_forms_of_the_answer": "llama.cpp's form of a schema",
    "protocols/openai_chat/test_encode_parts.py::test_parts": "a user who refuses",
    "protocols/openai_chat/test_encode_request.py::test_the_model_of_the_request_without_one_of_the_target": "no messages",
    "protocols/openai_chat/test_encode_tools.py::test_choices": "a choice that is Gemini's",
    "protocols/test_nothing_is_silent.py::test_a_word_is_sent_or_its_loss_is_listed": "a lifetime that is Anthropic's",
    "test_fuzz.py::test_spoiled_bytes_break_nothing": "answers spoiled on purpose, sent on",
    "test_fuzz.py::test_spoiled_recordings_break_nothing": "answers spoiled on purpose, sent on",
    "test_fuzz.py::test_what_was_found_stays_mended": "answers and requests spoiled on purpose, sent on",
    "test_fuzz.py::test_what_is_sound_holds": "answers without what vendors ask of a turn, sent on",
}
"""Tests whose requests hold values that no vendor takes, on purpose, and why."""

_MOST = 40


class Watch:
    """What was found wrong in one test."""

    def __init__(self) -> None:
        self.wrong: list[str] = []
        self.seen: set[bytes] = set()

    def reset(self) -> None:
        """Another test begins."""
        self.wrong.clear()
        self.seen.clear()

    def look(self, request: Request, target: Target, http: HttpRequest) -> None:
        """Hold one encoded request against what its vendor takes."""
        if len(self.seen) >= _MOST or http.body in self.seen or not _as_shipped(target) or _made_up(request):
            return
        self.seen.add(http.body)
        provider = target.provider if target.provider in NAMES else _REFERENCE.get(target.protocol, "")
        check = accepts(provider, target.protocol)
        if check is not None:
            self.wrong += [f"{provider or target.protocol}: {sentence}" for sentence in check(_as_asked_at_home(target, http))]


def checks() -> str:
    """What there is to hold requests against, for people."""
    missing = [name for name in WIRES if accepts(name, name) is None]
    if not missing:
        return "their vendors' schemas and types"
    return f"their vendors' schemas and types, but not {', '.join(missing)} (schemas: ../shared/specs)"


def _as_asked_at_home(target: Target, http: HttpRequest) -> dict[str, Any]:
    """The body as the wire's reference vendor would get it: elsewhere the path names the model, and the body what headers
    are there."""
    body: dict[str, Any] = msgspec.json.decode(http.body)
    if target.protocol == "anthropic_bedrock" or not getattr(target.dialect, "model_in_body", True):
        body = {"model": target.model, **body}
        for name in ("anthropic_version", "anthropic_beta"):
            body.pop(name, None)
    return body


_REFERENCE = {"openai_chat": "openai"}
"""Whose own schema stands for a wire where the target has no dialect."""


def _as_shipped(target: Target) -> bool:
    """Whether a target speaks as one of the library's providers does, or as its wire's reference vendor."""
    if target.provider not in NAMES:
        return target.dialect is None
    provider = load(target.provider)
    return provider.protocol == target.protocol and provider.dialect == target.dialect


def _made_up(value: Any) -> bool:
    """Whether words are in a request that only their writer answers for."""
    match value:
        case Opaque() | OpaqueSource() | VendorTool():
            return True
        case msgspec.Struct():
            return bool(getattr(value, "extra", None)) or any(_made_up(getattr(value, name)) for name in value.__struct_fields__)
        case list() | tuple():
            return any(_made_up(item) for item in value)
    return False


def watch() -> Watch:
    """Look at all requests from now on, of every wire format that is loaded from now on."""
    watching = Watch()

    def joins(kind: type[Protocol]) -> None:
        if encode := vars(kind).get("encode_request"):
            kind.encode_request = _watched(encode, watching)  # type: ignore[method-assign]

    Protocol.__init_subclass__ = classmethod(joins)  # type: ignore[assignment]
    return watching


def _watched(encode: Callable[..., HttpRequest], watching: Watch) -> Callable[..., HttpRequest]:
    @wraps(encode)
    def encode_request(self: Protocol, request: Request, target: Target, report: Report) -> HttpRequest:
        http = encode(self, request, target, report)
        watching.look(request, target, http)
        return http

    return encode_request
