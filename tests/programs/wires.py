"""A row for each wire format: how reasoning is proved on it, and what it cannot do.

What a wire cannot do stands as the features that our client must list as adapted in that program, or the one it must
refuse the call for; a program without an entry must leave nothing to list.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from dragoman.providers import NAMES, Provider, load
from dragoman.testing import block, call, think
from dragoman.types import Thinking, ToolCall

__all__ = ["SIGNATURE", "WIRES", "Refused", "Wire", "reference"]

SIGNATURE = "RXFvQkNrZ0lDeEFDR0FJcVFQ"
"""A proof of reasoning, as a server gives it and as it must come back: base64, as every vendor's is."""

Proof = Literal["signature", "encrypted", "call"]


@dataclass(frozen=True)
class Refused:
    """The call is refused before it is sent, for this feature."""

    feature: str


@dataclass(frozen=True)
class Wire:
    """What the programs need to know of one wire format.

    `proof` is where the proof of reasoning stands: in a signature of the block, in encrypted text of the block, or on
    the call that follows it; None where the wire has none. `fills` are fields the wire demands, which get a value where
    the program says none.
    """

    proof: Proof | None = None
    lacks: dict[str, frozenset[str] | Refused] = field(default_factory=dict)
    fills: frozenset[str] = frozenset()

    def thought(self, words: tuple[str, ...], name: str, arguments: dict[str, Any], id: str) -> tuple[Any, ...]:
        """The items of a turn in which the model thinks and then calls a tool, with the wire's own proof."""
        called = call(name, arguments, id=id)
        match self.proof:
            case "signature":
                return think(*words, signature=SIGNATURE), called
            case "encrypted":
                return block(Thinking(text="".join(words), encrypted=SIGNATURE)), called
            case "call":
                written = call(name, arguments).pieces[0]
                return think(*words), block(ToolCall(id, name, str(written), extra={"thoughtSignature": SIGNATURE}))
        return think(*words), called


_ANTHROPIC = Wire("signature", fills=frozenset({"max_tokens"}))
WIRES = {
    "anthropic_bedrock": _ANTHROPIC,
    "anthropic_messages": _ANTHROPIC,
    "bedrock_converse": Wire("signature"),
    "cohere_chat": Wire(lacks={"thinking + tools": frozenset({"reasoning"}), "PDF": frozenset({"document"})}),
    # A history from elsewhere has no signatures on its calls, and Gemini wants one: the value it documents is added.
    "gemini": Wire("call", {"long history": frozenset({"thought_signature"})}),
    "gemini_interactions": Wire("signature"),
    "mistral_chat": Wire(),
    "ollama_chat": Wire(lacks={"image": frozenset({"content_parts", "order"}), "PDF": frozenset({"document"})}),
    "openai_chat": Wire(lacks={"thinking + tools": frozenset({"thinking"})}),
    "openai_responses": Wire("encrypted"),
}
"""The rows, by the name of the protocol."""


def reference(name: str) -> Provider:
    """The first of the library's providers that speaks a wire format: its reference vendor; a made-up one where none does."""
    speakers = [provider for provider in map(load, NAMES) if provider.protocol == name]
    return speakers[0] if speakers else Provider(f"some-{name}", "Somebody", "https://example.com", protocol=name)
