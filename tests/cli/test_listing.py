"""The list of providers, which shows variables and never keys."""

from __future__ import annotations

import io
import json
from argparse import Namespace

from dragoman.cli.listing import Row, list_providers, rows, table
from dragoman.providers import NAMES
from dragoman.providers.base import Provider
from dragoman.providers.config import Config
from dragoman.types import Secret


def row(name: str, environ: dict[str, str], config: Config | None = None) -> Row:
    return next(row for row in rows(config or Config(), environ) if row.name == name)


def test_every_provider_is_listed() -> None:
    """All known providers are there in order, those of the file behind them or in their place."""
    config = Config(providers=(Provider("own", "Own", "https://own.example"), Provider("groq", "Mine", "https://g.example")))

    assert [*NAMES, "own"] == [row.name for row in rows(config, {})]
    assert "https://g.example" == row("groq", {}, config).base_url


def test_whether_a_key_is_set() -> None:
    """A key is set, missing, or not needed."""
    config = Config(keys={"xai": Secret("k")})

    assert "missing" == row("groq", {}).key
    assert "missing" == row("groq", {"GROQ_API_KEY": " "}).key
    assert "set" == row("groq", {"GROQ_API_KEY": "k"}).key
    assert ("set", True) == (row("xai", {}, config).key, row("xai", {}, config).key_in_config)
    assert "not needed" == row("vllm", {}).key
    assert "set" == row("vllm", {"VLLM_API_KEY": "k"}).key
    assert "set" == row("azure", {"AZURE_OPENAI_AD_TOKEN": "t"}).key
    assert "set" == row("bedrock", {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}).key
    assert "missing" == row("bedrock", {"AWS_ACCESS_KEY_ID": "a"}).key


def test_the_base_url_is_where_requests_go() -> None:
    """A variable that moves a provider is shown, without what a URL must not hold."""
    assert "http://127.0.0.1:9/v1" == row("vllm", {"VLLM_BASE_URL": "http://127.0.0.1:9/v1"}).base_url
    assert "https://h.example:8/v1" == row("vllm", {"VLLM_BASE_URL": "https://me:secret@h.example:8/v1"}).base_url
    assert row("openai-compatible", {}).base_url is None


def test_the_table() -> None:
    """Columns line up, and say where a key comes from."""
    listed = [
        Row("groq", "Groq", "openai_chat", "https://g", "missing", ("GROQ_API_KEY",), False, None, ""),
        Row("own", "Own", "openai_chat", None, "set", ("A", "B"), True, None, ""),
        Row("kimi", "K", "openai_chat", "https://k", "set", ("A", "B"), False, None, ""),
        Row("offline", "O", "anthropic_messages", "local://o", "not needed", (), False, None, ""),
    ]

    assert table(listed).splitlines() == [
        "NAME     PROTOCOL            BASE URL     KEY         FROM",
        "groq     openai_chat         https://g    missing     GROQ_API_KEY",
        "own      openai_chat         to be given  set         config file",
        "kimi     openai_chat         https://k    set         A or B",
        "offline  anthropic_messages  local://o    not needed  -",
    ]


def test_no_key_is_shown() -> None:
    """Neither form holds a key or a part of one."""
    environ = {"DRAGOMAN_CONFIG": "", "GROQ_API_KEY": "gsk-marker-9753197531"}
    for as_json in (True, False):
        out = io.StringIO()
        assert 0 == list_providers(Namespace(json=as_json), environ, out)
        assert "GROQ_API_KEY" in out.getvalue()
        assert "gsk-" not in out.getvalue()
        assert "9753" not in out.getvalue()


def test_the_list_as_json() -> None:
    """Programs get one object a provider, with all that is known."""
    out = io.StringIO()
    list_providers(Namespace(json=True), {"DRAGOMAN_CONFIG": "", "GROQ_API_KEY": "k"}, out)
    groq = next(entry for entry in json.loads(out.getvalue()) if entry["name"] == "groq")

    assert {
        "name": "groq",
        "title": "Groq",
        "protocol": "openai_chat",
        "base_url": "https://api.groq.com/openai/v1",
        "key": "set",
        "key_env": ["GROQ_API_KEY"],
        "key_in_config": False,
        "model": "openai/gpt-oss-120b",
        "docs": "https://console.groq.com/docs/api-reference#chat-create",
    } == groq
