"""Which model answers when none is named."""

from __future__ import annotations

import pytest

from dragoman.cli.choose import Choice, choose_model, has_key
from dragoman.credentials import Command
from dragoman.providers import NAMES, load
from dragoman.providers.base import Provider
from dragoman.providers.config import Config
from dragoman.types import Secret

OWN = Provider("own", "Own", "https://own.example", ("OWN_KEY",), model="m")


@pytest.mark.parametrize(
    ("named", "environ", "config", "model"),
    [
        ("a:b", {"DRAGOMAN_MODEL": "c:d"}, Config(default_model="e:f"), "a:b"),
        (None, {"DRAGOMAN_MODEL": " c:d "}, Config(default_model="e:f"), "c:d"),
        (None, {"DRAGOMAN_MODEL": "", "GROQ_API_KEY": "k"}, Config(default_model="e:f"), "e:f"),
        (None, {"GROQ_API_KEY": "k", "XAI_API_KEY": "k"}, Config(), f"groq:{load('groq').model}"),
        (None, {"KIMI_API_KEY": "k"}, Config(), f"moonshot:{load('moonshot').model}"),
        (None, {"GROQ_API_KEY": " ", "XAI_API_KEY": "k"}, Config(), f"xai:{load('xai').model}"),
        (None, {}, Config(keys={"xai": Secret("k")}), f"xai:{load('xai').model}"),
        (None, {}, Config(keys={"xai": Command(["never", "run"])}), f"xai:{load('xai').model}"),
        (None, {"OWN_KEY": "k"}, Config(providers=(OWN,)), "own:m"),
        (None, {"OWN_KEY": "k", "XAI_API_KEY": "k"}, Config(providers=(OWN,)), f"xai:{load('xai').model}"),
        (None, {"VLLM_API_KEY": "k", "XAI_API_KEY": "k"}, Config(), f"xai:{load('xai').model}"),
    ],
)
def test_the_first_wish_wins(named: str | None, environ: dict[str, str], config: Config, model: str) -> None:
    """The command line, the variable, the config file, then the first provider with a key and a default model."""
    assert Choice(model) == choose_model(named, environ, config)


def test_a_changed_default_model_counts() -> None:
    """The config file may say which model of a known provider is asked."""
    config = Config(providers=(Provider("groq", "Groq", "https://g.example", ("OTHER",), model="mine"),))

    assert Choice("groq:mine") == choose_model(None, {"OTHER": "k"}, config)


def test_without_any_key_the_embedded_provider_answers() -> None:
    """Somebody without a key gets an answer, and is told who answers and how to change that."""
    model, note = choose_model(None, {}, Config())

    assert "offline:eliza" == model
    assert note is not None
    assert "offline:eliza" in note
    assert "OPENAI_API_KEY" in note
    assert "\n" not in note


@pytest.mark.parametrize("name", NAMES)
def test_a_key_is_in_a_variable(name: str) -> None:
    """Each of a provider's variables counts, and an empty one does not."""
    provider = load(name)

    assert not has_key(provider, {"OTHER": "k", **dict.fromkeys(provider.key_env, "")}, Config())
    assert all(has_key(provider, {variable: "k"}, Config()) for variable in provider.key_env)
