"""Which model answers when the command line names none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..providers import NAMES
from ..providers.base import Provider
from ..providers.config import Config

__all__ = ["Choice", "choose_model", "has_key"]

FALLBACK = "offline:eliza"


class Choice(NamedTuple):
    """A model reference, and what to tell the user about it."""

    model: str
    note: str | None = None


def choose_model(named: str | None, environ: Mapping[str, str], config: Config) -> Choice:
    """The model to ask: the one named, `$DRAGOMAN_MODEL`, the config's default, the default of the first provider with
    a key, or the embedded one, which is said."""
    if model := named or environ.get("DRAGOMAN_MODEL", "").strip() or config.default_model:
        return Choice(model)
    for provider in _candidates(config):
        if provider.model is not None and has_key(provider, environ, config):
            return Choice(f"{provider.name}:{provider.model}")
    return Choice(
        FALLBACK,
        f"no key is set, so the embedded {FALLBACK} answers; set one, such as OPENAI_API_KEY ('dragoman providers' lists them), "
        "or name a model with -m",
    )


def has_key(provider: Provider, environ: Mapping[str, str], config: Config) -> bool:
    """Whether a key for this provider is at hand; runs no command."""
    names = (*provider.key_env, *provider.token_env)
    return config.has_key(provider.name) or any(environ.get(name, "").strip() for name in names)


def _candidates(config: Config) -> Iterator[Provider]:
    yield from map(config.provider, NAMES)
    yield from [provider for provider in config.providers if provider.name not in NAMES]
