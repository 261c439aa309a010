"""The dialect that a recorded vendor speaks."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType

from dragoman import protocols, providers
from dragoman.protocols.json_schema import Schemas
from dragoman.testing.conformance import load_rules
from dragoman.testing.conformance.vendors import as_written, dialect_of


def test_a_known_vendor_speaks_its_own_dialect(kit: ModuleType) -> None:
    """Vendors that the library knows are spoken to as it speaks to them, whatever hyphens a recording gives them."""
    rules = load_rules("openai-chat")

    def recorded(provider: str) -> object:
        exchange = kit.exchange(b"")
        exchange.record["provider"] = provider
        return dialect_of(rules, exchange)

    assert providers.load("deepseek").dialect == recorded("deepseek")
    assert providers.load("llamacpp").dialect == recorded("llama-cpp")
    assert providers.load("dashscope").dialect == recorded("alibaba")


def test_a_vendor_may_speak_several_wires(kit: ModuleType) -> None:
    """A recording of a vendor's other wire gets the dialect of the provider that speaks it."""
    exchange = kit.exchange(b"")
    exchange.record["provider"] = "huggingface"

    assert providers.load("huggingface-messages").dialect == dialect_of(load_rules("anthropic-messages"), exchange)


def test_other_vendors_and_other_wires_are_asked_of_the_rules(kit: ModuleType) -> None:
    """A vendor that is not known, or that is known on another wire, speaks what the wire's rules say."""
    rules = replace(kit.FAKE_RULES, dialect=lambda exchange: exchange.provider)
    known = kit.exchange(b"")
    known.record["provider"] = "deepseek"

    assert "acme" == dialect_of(rules, kit.STREAMED)
    assert "deepseek" == dialect_of(rules, known)


def test_schemas_go_as_they_were_written() -> None:
    """A recorded client sent its JSON schemas as they were: no vendor's rules are held against it."""
    plain = Schemas()
    for name in ("openai_chat", "anthropic_messages", "bedrock_converse", "cohere_chat", "gemini"):
        assert plain == as_written(None, protocols.load(name)).schemas
    groq = as_written(providers.load("groq").dialect, protocols.load("openai_chat"))
    assert (plain, False) == (groq.schemas, groq.names)


def test_a_protocol_from_elsewhere_keeps_its_dialect() -> None:
    """What is no dialect of ours is given back, and none stays none."""
    fake = type("Elsewhere", (), {"__module__": "elsewhere"})()

    assert (None, "own") == (as_written(None, fake), as_written("own", fake))
