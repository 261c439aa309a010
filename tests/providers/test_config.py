"""The config file: where it is, what it changes, and how it is complained about."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from dragoman.credentials import Command
from dragoman.engine.route import Route
from dragoman.errors import UsageError
from dragoman.protocols.anthropic_messages.dialect import MessagesDialect
from dragoman.protocols.openai_chat.dialect import REFERENCE
from dragoman.providers import load
from dragoman.providers.base import Auth, Provider
from dragoman.providers.config import Config, config_path, load_config
from dragoman.types.model import Model, Price, ReasoningStyle
from dragoman.types.secret import Secret

POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


def read(folder: Path, text: str, mode: int = 0o600) -> Config:
    path = folder / "config.toml"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return load_config({"DRAGOMAN_CONFIG": str(path)})


def complaint(folder: Path, text: str, mode: int = 0o600) -> str:
    with pytest.raises(UsageError) as caught:
        read(folder, text, mode)
    message = str(caught.value)
    assert message.startswith(f"{folder / 'config.toml'}: ")
    return message.removeprefix(f"{folder / 'config.toml'}: ")


def only(config: Config) -> Provider:
    (provider,) = config.providers
    return provider


@pytest.mark.parametrize(
    ("environ", "platform", "path"),
    [
        ({"DRAGOMAN_CONFIG": "/etc/d.toml", "HOME": "/home/a"}, "linux", "/etc/d.toml"),
        ({"XDG_CONFIG_HOME": "/xdg", "HOME": "/home/a"}, "linux", "/xdg/dragoman/config.toml"),
        ({"HOME": "/home/a"}, "linux", "/home/a/.config/dragoman/config.toml"),
        ({"HOME": "/Users/a"}, "darwin", "/Users/a/.config/dragoman/config.toml"),
        ({"APPDATA": "/roaming", "USERPROFILE": "/users/a"}, "win32", "/roaming/dragoman/config.toml"),
        ({"APPDATA": "/roaming", "HOME": "/home/a"}, "linux", "/home/a/.config/dragoman/config.toml"),
    ],
)
def test_where_the_file_is(environ: dict[str, str], platform: str, path: str) -> None:
    """The variable names it; else it is where the platform keeps such files."""
    assert Path(path) == config_path(environ, platform)


@pytest.mark.parametrize("environ", [{}, {"DRAGOMAN_CONFIG": "", "HOME": "/home/a"}])
def test_there_may_be_no_place_for_a_file(environ: dict[str, str]) -> None:
    """Without a home, or with the variable set to nothing, there is no config."""
    assert config_path(environ) is None
    assert Config() == load_config(environ)


def test_no_file_is_an_empty_config(tmp_path: Path) -> None:
    """A file that nobody named need not be there."""
    assert Config() == load_config({"HOME": str(tmp_path)})


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """A file that the variable names is wanted."""
    missing = tmp_path / "no.toml"

    with pytest.raises(UsageError, match="no such file, but DRAGOMAN_CONFIG names it"):
        load_config({"DRAGOMAN_CONFIG": str(missing)})


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    """An empty file gives the known providers and no default model."""
    config = read(tmp_path, "")

    assert (None, (), {}) == (config.default_model, config.providers, config.keys)
    assert load("groq") == config.provider("groq")


def test_a_known_provider_is_changed(tmp_path: Path) -> None:
    """A table with a known name changes what it says and nothing else."""
    config = read(
        tmp_path,
        """
        default_model = "groq:qwen/qwen3.8-27b"
        [providers.groq]
        model = "qwen/qwen3.8-27b"
        headers = { X-Team = "search" }
        dialect = { think_tags = false }
        """,
    )
    groq = config.provider("groq")

    assert "groq:qwen/qwen3.8-27b" == config.default_model
    assert ("qwen/qwen3.8-27b", {"x-team": "search"}) == (groq.model, groq.headers)
    assert (False, True) == (groq.dialect.think_tags, load("groq").dialect.think_tags)
    assert (load("groq").base_url, ("GROQ_API_KEY",)) == (groq.base_url, groq.key_env)
    assert load("openai") == config.provider("openai")


def test_a_new_provider_is_like_a_known_one(tmp_path: Path) -> None:
    """`like` inherits everything that the table does not say."""
    provider = only(read(tmp_path, '[providers.work]\nlike = "vllm"\nbase_url = "https://models.example.com/v1/"'))

    assert ("work", "work", "https://models.example.com/v1") == (provider.name, provider.title, provider.base_url)
    assert load("vllm").dialect == provider.dialect


def test_a_new_provider_is_a_compatible_server(tmp_path: Path) -> None:
    """A name of the user's own needs a base URL, and is treated with the care that an unknown server gets."""
    chat = only(read(tmp_path, '[providers.work]\nbase_url = "https://models.example.com/v1"'))
    messages = only(read(tmp_path, '[providers.work]\nbase_url = "https://m.example"\nprotocol = "anthropic_messages"'))

    assert load("openai-compatible").dialect == chat.dialect
    assert load("anthropic-compatible").dialect == messages.dialect
    assert Auth("x-api-key", "") == messages.auth
    assert "[providers.work] base_url: missing" == complaint(tmp_path, '[providers.work]\nmodel = "m"')


def test_another_protocol_brings_its_own_dialect(tmp_path: Path) -> None:
    """A dialect belongs to a wire format and does not survive a change of it; nor does the header of the key."""
    text = '[providers.seek]\nlike = "deepseek"\nbase_url = "https://api.deepseek.com/anthropic"\nprotocol = "anthropic_messages"'
    provider = only(read(tmp_path, text + "\ndialect = { max_tokens = 99 }"))

    assert isinstance(provider.dialect, MessagesDialect)
    assert (99, Auth("x-api-key", "")) == (provider.dialect.max_tokens, provider.auth)
    assert ("DEEPSEEK_API_KEY",) == provider.key_env


def test_a_reference_vendor_gets_a_dialect(tmp_path: Path) -> None:
    """A dialect field of a vendor without a dialect starts from the reference."""
    provider = only(read(tmp_path, "[providers.openai]\ndialect = { names = false }"))

    assert msgspec.structs.replace(REFERENCE, names=False) == provider.dialect


@pytest.mark.parametrize(
    "text",
    [
        '[providers.openai]\nbase_url = "https://proxy.example/v1"',
        '[providers.mine]\nlike = "openai"\nbase_url = "https://proxy.example/v1"',
        '[providers.openai]\nbase_url = "http://api.openai.com/v1"',
        '[providers.mine]\nlike = "openai-compatible"\nbase_url = "https://proxy.example/v1"',
    ],
)
def test_a_key_does_not_follow_to_another_host(tmp_path: Path, text: str) -> None:
    """A provider moved elsewhere has no key variable of the vendor, and no variable that would move it back."""
    provider = only(read(tmp_path, text))

    assert ((), (), False) == (provider.key_env, provider.base_url_env, provider.key_required)


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ('[providers.openai]\nbase_url = "https://api.openai.com/v2"', ("OPENAI_API_KEY",)),
        ('[providers.mine]\nlike = "groq"', ("GROQ_API_KEY",)),
        ('[providers.openai-compatible]\nbase_url = "https://a.example/v1"', ("OPENAI_COMPATIBLE_API_KEY",)),
        ('[providers.mine]\nlike = "openai"\nbase_url = "https://a.example"\nkey_env = "MY_KEY"', ("MY_KEY",)),
        ('[providers.mine]\nlike = "openai"\nkey_env = ["MY_KEY", "OTHER"]', ("MY_KEY", "OTHER")),
    ],
)
def test_where_keys_are_looked_up(tmp_path: Path, text: str, variables: tuple[str, ...]) -> None:
    """The vendor's variables hold at the vendor's own host, and those the table names hold anywhere."""
    assert variables == only(read(tmp_path, text)).key_env


def test_a_named_key_is_needed_unless_said_otherwise(tmp_path: Path) -> None:
    """Naming a variable means that a key is needed; `key_required` has the last word."""
    text = '[providers.mine]\nbase_url = "https://a.example"\nkey_env = "MY_KEY"'

    assert only(read(tmp_path, text)).key_required
    assert not only(read(tmp_path, text + "\nkey_required = false")).key_required


def test_keys_and_commands(tmp_path: Path) -> None:
    """A key in the file is a secret at once, and a command is not run by reading it."""
    config = read(tmp_path, f'[providers.groq]\nkey = "gsk-1"\n[providers.xai]\nkey_command = ["touch", "{tmp_path}/ran"]')

    where = f"{tmp_path}/config.toml: [providers.xai] key_command"
    assert {"groq": Secret("gsk-1"), "xai": Command(("touch", f"{tmp_path}/ran"), where=where)} == config.keys
    assert (True, True, False) == tuple(config.has_key(name) for name in ("groq", "xai", "openai"))
    assert "gsk-1" not in repr(config)
    assert not (tmp_path / "ran").exists()


@POSIX
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_a_key_wants_a_private_file(tmp_path: Path, mode: int) -> None:
    """A key is refused in a file that anybody else can read or write, without being repeated."""
    message = complaint(tmp_path, '[providers.groq]\nkey = "gsk-1"', mode)

    assert message == (
        "[providers.groq] key: others may read this file; make it yours alone (chmod 600), or use key_env or key_command"
    )


@POSIX
def test_a_file_without_keys_may_be_open(tmp_path: Path) -> None:
    """Only a key makes a file private."""
    assert "a:b" == read(tmp_path, 'default_model = "a:b"', 0o644).default_model


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = [", "not TOML: Invalid value (at end of document)"),
        ('defualt_model = "a:b"', "unknown key 'defualt_model'; did you mean 'default_model'?"),
        ("default_model = 3", "default_model: Expected `str | null`, got `int`"),
        ("providers = 3", "providers: Expected `object`, got `int`"),
        ("[providers]\ngroq = 3", "providers: Expected `object`, got `int` - at `$[...]`"),
        ('[providers."a:b"]', "[providers.a:b]: a provider's name is not empty and has no colon"),
        ("[providers.groq]\nbase_ulr = 3", "[providers.groq] unknown key 'base_ulr'; did you mean 'base_url'?"),
        ("[providers.groq]\nmodel = 3", "[providers.groq] model: Expected `str | null`, got `int`"),
        ("[providers.groq]\nkey_env = 3", "[providers.groq] key_env: Expected `str | array | null`, got `int`"),
        ('[providers.groq]\nbase_url = "groq.com"', "[providers.groq] base_url: 'groq.com' is not an http or https URL"),
        (
            '[providers.groq]\nbase_url = "https://user:pass@groq.com"',
            "[providers.groq] base_url: no user, password, query or fragment may stand in it",
        ),
        (
            '[providers.groq]\nprotocol = "openai_chats"',
            "[providers.groq] protocol: unknown 'openai_chats'; did you mean 'openai_chat'?",
        ),
        (
            "[providers.groq]\ndialect = { name = false }",
            "[providers.groq] dialect: unknown key 'name'; did you mean 'names'?",
        ),
        (
            "[providers.groq]\ndialect = { names = 3 }",
            "[providers.groq] dialect.names: Expected `bool`, got `int`",
        ),
        (
            '[providers.groq]\nkey_env = "A"\nkey_command = ["b"]',
            "[providers.groq]: give one of key, key_command and key_env",
        ),
        (
            "[providers.groq]\nkey_lifetime = 60",
            "[providers.groq] key_lifetime: only the key of a key_command has one",
        ),
        (
            '[providers.bedrock]\nvariables = { zone = "a" }',
            "[providers.bedrock] variables: unknown key 'zone'; known: region",
        ),
        (
            '[providers.bedrock]\nvariables = { region = "a/b" }',
            "[providers.bedrock] variables: 'a/b' cannot be the AWS region (region): it would not stay in its place in the "
            "base URL",
        ),
        (
            "[providers.groq]\nkey_command = []",
            '[providers.groq] key_command: give a program and its arguments, as ["pass", "show", "groq"]',
        ),
    ],
)
def test_complaints_name_file_table_and_key(tmp_path: Path, text: str, message: str) -> None:
    """Whatever is wrong is told with its place, and a misspelt word with its neighbour."""
    assert message == complaint(tmp_path, text)


def test_an_unknown_relative_is_told(tmp_path: Path) -> None:
    """`like` knows the same names as a model reference."""
    message = complaint(tmp_path, '[providers.work]\nlike = "grok"')

    assert message.startswith("[providers.work] like: unknown provider 'grok'; did you mean 'groq'")


def test_bytes_that_are_not_text(tmp_path: Path) -> None:
    """A file that is not UTF-8 is not TOML."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff")

    with pytest.raises(UsageError, match="not TOML"):
        load_config({"DRAGOMAN_CONFIG": str(path)})


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    """What cannot be read is told as the system tells it."""
    with pytest.raises(UsageError, match=r"cannot be read: (Is a directory|Permission denied)$"):
        load_config({"DRAGOMAN_CONFIG": str(tmp_path)})


def test_the_environment_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an environment of its own `load_config` uses the process's."""
    (tmp_path / "config.toml").write_text('default_model = "a:b"')
    monkeypatch.setenv("DRAGOMAN_CONFIG", str(tmp_path / "config.toml"))

    assert "a:b" == load_config().default_model


class TestModels:
    """What the file says of models."""

    def test_each_field_may_be_said(self, tmp_path: Path) -> None:
        """A table names what is known of one model; the rest is unknown."""
        text = """
            [models."work:org/m:7b"]
            max_output = 32768
            tools = false
            inputs = ["text", "image"]
            reasoning = { efforts = ["low", "high"], budget = [1024, 32000] }
            price = { input = 0.15 }
            [models."groq:other"]
            reasoning = false
        """
        style = ReasoningStyle(efforts=("low", "high"), budget=(1024, 32_000))
        price = Price(Decimal("0.15"))
        work = Model("work", "org/m:7b", max_output=32_768, tools=False, inputs=("text", "image"), reasoning=style, price=price)

        assert (work, Model("groq", "other", reasoning=False)) == read(tmp_path, text).models

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ('[models."gpt"]', '[models."gpt"]: write provider:model'),
            ('[models."own:m"]\ntolls = true', "[models.\"own:m\"] unknown key 'tolls'; did you mean 'tools'?"),
            ('[models."own:m"]\nid = "x"', "[models.\"own:m\"] unknown key 'id'"),
            ('[models."own:m"]\ntools = "yes"', '[models."own:m"] tools: Expected `bool | null`, got `str`'),
            ("models = 1", "models: Expected `object`, got `int`"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path: Path, text: str, words: str) -> None:
        """The table, the key and what it should be."""
        assert complaint(tmp_path, text).startswith(words)

    @pytest.mark.parametrize(
        ("text", "listed"),
        [
            ('[providers.work]\nlike = "groq"', "groq"),
            ('[providers.work]\nlike = "openai-responses"', load("openai-responses").catalog or "openai-responses"),
            ('[providers.work]\nlike = "groq"\nbase_url = "https://example.com/v1"', None),
            ('[providers.groq]\nmodel = "m"', load("groq").catalog),
        ],
    )
    def test_the_catalogue_follows_the_vendor(self, tmp_path: Path, text: str, listed: str | None) -> None:
        """A second name for a vendor has its models; another server that is alike need not."""
        assert listed == only(read(tmp_path, text)).catalog


def test_a_key_may_have_a_lifetime(tmp_path: Path) -> None:
    """The program is run again before its key ends."""
    config = read(tmp_path, '[providers.vertex]\nkey_command = ["gcloud", "auth", "print-access-token"]\nkey_lifetime = 3000')
    command = config.keys["vertex"]

    assert isinstance(command, Command)
    assert 3000.0 == command.lifetime


def test_variables_of_a_base_url(tmp_path: Path) -> None:
    """A value in the file wins over the environment's variable and leaves the rest; keys stay with their vendor."""
    provider = only(read(tmp_path, '[providers.bedrock]\nvariables = { region = "eu-west-1" }'))
    known = load("bedrock")

    assert (("eu-west-1", ()), known.key_env, known.sources) == (
        (provider.variables["region"].default, provider.variables["region"].env),
        provider.key_env,
        provider.sources,
    )
    assert {"region"} == provider.variables.keys()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('[providers.azure]\nbase_url = "https://mine.openai.azure.com/openai/v1"', True),
        ('[providers.azure]\nbase_url = "https://mine.example.com/openai/v1"', False),
        ('[providers.azure]\nvariables = { resource = "mine" }', True),
        ('[providers.azure]\nvariables = { host = "mine.example.com" }', False),
        ('[providers.bedrock]\nbase_url = "https://bedrock-runtime.eu-central-1.amazonaws.com"', True),
        ('[providers.bedrock]\nbase_url = "https://proxy.example.com"', False),
        ('[providers.vertex]\nvariables = { project = "p", location = "us-east5" }', True),
        ('[providers.databricks]\nbase_url = "https://adb.example.net/serving-endpoints"', True),
        ('[providers.databricks]\nvariables = { host = "adb.example.net" }', True),
        ('[providers.mine]\nlike = "databricks"\nbase_url = "https://adb.example.net/serving-endpoints"', False),
        ('[providers.mine]\nlike = "github-copilot"\nbase_url = "https://proxy.example.com"', False),
    ],
)
def test_credentials_stay_with_their_vendor(tmp_path: Path, text: str, kept: bool) -> None:
    """A table that moves a provider off its vendor's hosts gives up the vendor's variables, sources and exchange."""
    provider = only(read(tmp_path, text))
    found = (*provider.key_env, *provider.token_env, *provider.sources, *([provider.exchange] if provider.exchange else []))

    assert kept == bool(found)


def test_a_region_is_read_from_a_base_url(tmp_path: Path) -> None:
    """Requests to it are signed for where it is."""
    provider = only(read(tmp_path, '[providers.bedrock]\nbase_url = "https://bedrock-runtime.eu-central-1.amazonaws.com"'))

    assert "eu-central-1" == provider.variables["region"].default


class TestRoutes:
    """`[routes.NAME]`: several models under one name."""

    def test_a_route_is_what_a_client_takes(self, tmp_path: Path) -> None:
        """Every word of a `Route` may be said."""
        text = (
            '[routes.fast]\nmodels = ["groq:a", "cerebras:b"]\npick = "weighted"\nweights = [3, 1]\nsticky = 0\nresume = true\n'
        )
        config = read(tmp_path, text)

        assert {"fast": Route(("groq:a", "cerebras:b"), "weighted", (3.0, 1.0), 0.0, resume=True)} == config.routes

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("[routes.fast]\nmodel = ['a:b']\n", "did you mean 'models'"),
            ("[routes.fast]\nmodels = ['a:b']\npick = 'best'\n", "pick"),
            ("[routes.fast]\npick = 'ordered'\n", "models"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path: Path, text: str, words: str) -> None:
        """With the file and the table."""
        said = complaint(tmp_path, text)
        assert words in said
        assert "[routes.fast]" in said
