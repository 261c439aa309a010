"""What a provider is, as a value."""

from __future__ import annotations

from inspect import signature

from dragoman.providers.base import Auth, Provider, Routing
from dragoman.providers.openrouter import OpenRouterRouting


def test_a_provider_needs_little() -> None:
    """A name, a title and a base URL make a provider that speaks Chat Completions with a bearer key."""
    provider = Provider("acme", "Acme", "https://acme.example/v1")

    assert ("openai_chat", None, True) == (provider.protocol, provider.dialect, provider.key_required)
    assert Auth("authorization", "Bearer ") == provider.auth


def test_routing_values_keep_the_contract() -> None:
    """A vendor's routing value says its body fields the way `Request.routing` asks for them."""
    assert signature(Routing.body) == signature(OpenRouterRouting.body)
