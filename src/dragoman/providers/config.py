"""The user's config file: providers of their own, changes to the known ones, and a default model.

```toml
default_model = "work:gpt-oss-120b"

[providers.work]
like = "vllm"                                # inherit from a known provider
base_url = "https://models.example.com/v1"
key_command = ["pass", "show", "work/models"]
headers = { x-team = "search" }
dialect = { top_k = false }

[models."work:gpt-oss-120b"]                 # what you know of a model wins over the catalogue, field by field
max_output = 32768
tools = true
reasoning = { efforts = ["low", "high"] }

[routes.careful]                             # one name for several models that stand in for each other
models = ["anthropic:claude-sonnet-5", "work:gpt-oss-120b"]
pick = "ordered"
```

It is `$DRAGOMAN_CONFIG` (empty: none at all), else `dragoman/config.toml` in `$XDG_CONFIG_HOME`, in `%APPDATA%` on
Windows, or in `~/.config`. Nothing is read before `load_config` is called.

A table that moves a provider to another origin gives up its key variables unless it names some: the key of one host is
never sent to another by default.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from .. import protocols
from ..credentials.command import Command
from ..engine.places import Variable, checked, fill, host_variable, read_back
from ..engine.route import Route
from ..errors import UnknownProvider, UsageError
from ..types.model import Model
from ..types.secret import Secret
from . import NAMES, load
from .base import Provider

__all__ = ["Config", "config_path", "load_config"]


class Config(msgspec.Struct, frozen=True):
    """What the file says.

    `providers` are complete values, for `Client(providers=...)`, `models` and `routes` are for the client's words of the
    same name, and `keys` are for `Client(keys=...)`: secrets, and programs that print one, which run when a key is needed.
    `path` is None when the environment gives no place for a file.
    """

    path: Path | None = None
    default_model: str | None = None
    providers: tuple[Provider, ...] = ()
    keys: dict[str, Secret | Command] = {}
    models: tuple[Model, ...] = ()
    routes: dict[str, Route] = {}

    def provider(self, name: str) -> Provider:
        """The provider called `name`, as the file has it or else as the library does. Raises UnknownProvider."""
        return next((provider for provider in self.providers if provider.name == name), None) or load(name)

    def has_key(self, name: str) -> bool:
        """Whether the file says how to get a key for this provider."""
        return name in self.keys


class _Table(msgspec.Struct, frozen=True):
    """The keys of one `[providers.NAME]` table."""

    like: str | None = None
    title: str | None = None
    base_url: str | None = None
    protocol: str | None = None
    key: str | None = None
    key_env: str | tuple[str, ...] | None = None
    key_command: tuple[str, ...] | None = None
    key_lifetime: float | None = None
    key_required: bool | None = None
    headers: dict[str, str] | None = None
    variables: dict[str, str] | None = None
    dialect: dict[str, Any] | None = None
    model: str | None = None


def config_path(environ: Mapping[str, str], platform: str = sys.platform) -> Path | None:
    """Where the config file is or would be, None when the environment gives no place for one."""
    if (named := environ.get("DRAGOMAN_CONFIG")) is not None:
        return Path(named) if named else None
    home = environ.get("HOME") or environ.get("USERPROFILE")
    default = str(Path(home) / ".config") if home else None
    base = environ.get("XDG_CONFIG_HOME") or (environ.get("APPDATA") if platform == "win32" else None) or default
    return Path(base) / "dragoman" / "config.toml" if base else None


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """The user's config, empty when there is no file.

    Raises UsageError, naming file, table and key, for a file that `DRAGOMAN_CONFIG` names and that is not there, and for
    anything in it that is wrong.
    """
    environ = os.environ if environ is None else environ
    path = config_path(environ)
    if path is None:
        return Config()
    try:
        with path.open("rb") as file:
            private = os.name != "posix" or not stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077
            tables = tomllib.load(file)
    except FileNotFoundError:
        if environ.get("DRAGOMAN_CONFIG"):
            raise UsageError(f"{path}: no such file, but DRAGOMAN_CONFIG names it") from None
        return Config()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    except ValueError as error:  # TOML that does not parse, or bytes that are not UTF-8
        raise UsageError(f"{path}: not TOML: {error}") from error
    return _config(path, tables, private)


def _config(path: Path, tables: dict[str, Any], private: bool) -> Config:
    _check_keys(tables, ("default_model", "models", "providers", "routes"), f"{path}:")
    default_model = _convert(tables.get("default_model"), str | None, f"{path}: default_model")
    named = _convert(tables.get("providers", {}), dict[str, dict[str, Any]], f"{path}: providers")
    providers: list[Provider] = []
    keys: dict[str, Secret | Command] = {}
    for name, values in named.items():
        where = f"{path}: [providers.{name}]"
        if not name or ":" in name or not name.isprintable():
            raise UsageError(f"{where}: a provider's name is not empty and has no colon")
        table = _table(values, where)
        providers.append(_provider(name, table, where))
        if table.key is not None:
            if not private:
                advice = "make it yours alone (chmod 600), or use key_env or key_command"
                raise UsageError(f"{where} key: others may read this file; {advice}")
            keys[name] = Secret(table.key)
        if table.key_command is not None:
            keys[name] = Command(table.key_command, lifetime=table.key_lifetime, where=f"{where} key_command")
    known = _convert(tables.get("models", {}), dict[str, dict[str, Any]], f"{path}: models")
    models = tuple([_model(name, values, f'{path}: [models."{name}"]') for name, values in known.items()])
    named = _convert(tables.get("routes", {}), dict[str, dict[str, Any]], f"{path}: routes")
    routes = {name: _route(values, f"{path}: [routes.{name}]") for name, values in named.items()}
    return Config(path, default_model, tuple(providers), keys, models, routes)


def _route(values: dict[str, Any], where: str) -> Route:
    _check_keys(values, Route.__struct_fields__, where)
    return _convert(values, Route, where)  # type: ignore[no-any-return]


def _model(reference: str, values: dict[str, Any], where: str) -> Model:
    provider, colon, name = reference.partition(":")
    if not colon or not provider or not name:
        raise UsageError(f"{where}: write provider:model")
    kinds = {field.name: field.type for field in msgspec.structs.fields(Model) if field.name not in ("provider", "id")}
    _check_keys(values, tuple(kinds), where)
    return Model(provider, name, **{key: _convert(value, kinds[key], f"{where} {key}") for key, value in values.items()})


def _table(values: dict[str, Any], where: str) -> _Table:
    _check_keys(values, _Table.__struct_fields__, where)
    kinds = {field.name: field.type for field in msgspec.structs.fields(_Table)}
    table = _Table(**{key: _convert(value, kinds[key], f"{where} {key}") for key, value in values.items()})
    if len(values.keys() & {"key", "key_command", "key_env"}) > 1:
        raise UsageError(f"{where}: give one of key, key_command and key_env")
    if table.key_command is not None and not table.key_command:
        raise UsageError(f'{where} key_command: give a program and its arguments, as ["pass", "show", "groq"]')
    if table.key_lifetime is not None and table.key_command is None:
        raise UsageError(f"{where} key_lifetime: only the key of a key_command has one")
    return table


def _provider(name: str, table: _Table, where: str) -> Provider:
    parent = _parent(name, table, where)
    provider = msgspec.structs.replace(parent, name=name, title=table.title or (parent.title if parent.name == name else name))
    if table.base_url is not None:
        # Without its variable for the base URL, which would win over what the file says.
        url = _base_url(table.base_url, where)
        read = read_back(parent.base_url or "", parent.variables, url) or {}
        variables = {name: _fixed(variable, read.get(name)) for name, variable in provider.variables.items()}
        provider = msgspec.structs.replace(provider, base_url=url, base_url_env=(), variables=variables)
    if provider.base_url is None and provider.name != parent.name:
        raise UsageError(f"{where} base_url: missing")
    if table.protocol is not None and table.protocol != parent.protocol:
        if table.protocol not in protocols.NAMES:
            raise UsageError(f"{where} protocol: unknown {_near(table.protocol, protocols.NAMES)}")
        kin = _compatible(table.protocol)
        provider = msgspec.structs.replace(provider, protocol=table.protocol, dialect=kin.dialect, auth=kin.auth)
    if table.variables is not None:
        provider = msgspec.structs.replace(provider, variables=_variables(provider, table.variables, where))
    if provider.name != parent.name:
        # What is known of a vendor's models holds where the vendor is, by another name too, and nowhere else.
        listed = None if _moved(parent, provider) else parent.catalog or parent.name
        provider = msgspec.structs.replace(provider, catalog=listed)
    if _moved(parent, provider):
        provider = msgspec.structs.replace(provider, key_env=(), key_required=False, token_env=(), sources=(), exchange=None)
    if table.dialect is not None:
        provider = msgspec.structs.replace(provider, dialect=_dialect(provider, table.dialect, where))
    return msgspec.structs.replace(
        provider,
        key_env=(table.key_env,) if isinstance(table.key_env, str) else _first(table.key_env, provider.key_env),
        key_required=_first(table.key_required, provider.key_required or table.key_env is not None),
        headers={**provider.headers, **{name.lower(): value for name, value in (table.headers or {}).items()}},
        model=_first(table.model, provider.model),
    )


def _parent(name: str, table: _Table, where: str) -> Provider:
    """What a table changes: the provider it is `like`, the known one of its own name, or a compatible server."""
    if table.like is not None:
        try:
            return load(table.like)
        except UnknownProvider as error:
            raise UsageError(f"{where} like: {error}") from error
    if name in NAMES:
        return load(name)
    return _compatible(table.protocol or "openai_chat")


def _compatible(protocol: str) -> Provider:
    """The least that a server of this wire format is known to take."""
    return load({"anthropic_messages": "anthropic-compatible"}.get(protocol, "openai-compatible"))


def _moved(parent: Provider, provider: Provider) -> bool:
    """Whether the parent's key variables belong to another place than where this provider is.

    A provider whose host is the user's to give (Databricks) is nowhere else under its own name.
    """
    old, new = _known_place(parent), _known_place(provider)
    if old is None:
        return parent.name != provider.name
    if new is not None and read_back(parent.base_url or "", parent.variables, new) is not None:
        return False
    return new is None or urlsplit(old)[:2] != urlsplit(new)[:2]


def _known_place(provider: Provider) -> str | None:
    """The base URL as far as it is known without the environment, None where the host is not: variables that stand beside
    a fixed end of the host stay."""
    if provider.base_url is None:
        return None
    known = {name: variable.default or f"{{{name}}}" for name, variable in provider.variables.items()}
    url = fill(fill(provider.base_url, known), known) if known else provider.base_url
    return None if host_variable(url) is not None else url


def _variables(provider: Provider, values: dict[str, str], where: str) -> dict[str, Variable]:
    """The provider's variables with these values, which no variable of the environment wins over."""
    _check_keys(values, tuple(provider.variables), f"{where} variables:")
    try:
        return {
            name: _fixed(variable, checked(name, variable, values[name]) if name in values else None)
            for name, variable in provider.variables.items()
        }
    except UsageError as error:
        raise UsageError(f"{where} variables: {error}") from error


def _fixed(variable: Variable, value: str | None) -> Variable:
    return variable if value is None else msgspec.structs.replace(variable, env=(), default=value, of=None)


def _base_url(url: str, where: str) -> str:
    parts = urlsplit(url)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UsageError(f"{where} base_url: no user, password, query or fragment may stand in it")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise UsageError(f"{where} base_url: {url!r} is not an http or https URL")
    return url.rstrip("/")


def _dialect(provider: Provider, values: dict[str, Any], where: str) -> Any:
    """The provider's dialect with these fields changed."""
    module = import_module(f"{protocols.__name__}.{provider.protocol}.dialect")
    kind = next(getattr(module, name) for name in module.__all__ if name.endswith("Dialect"))
    kinds = {field.name: field.type for field in msgspec.structs.fields(kind)}
    _check_keys(values, tuple(kinds), f"{where} dialect:")
    changes = {name: _convert(value, kinds[name], f"{where} dialect.{name}") for name, value in values.items()}
    reference = getattr(module, "REFERENCE", None) or kind()
    return msgspec.structs.replace(provider.dialect if provider.dialect is not None else reference, **changes)


def _check_keys(values: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in values:
        if key not in known:
            raise UsageError(f"{where} unknown key {_near(key, known)}")


def _near(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word, known, n=1)
    return f"{word!r}; " + (f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}")


def _first(given: Any, otherwise: Any) -> Any:
    return otherwise if given is None else given


# msgspec 0.22 crashes when threads meet a class of its for the first time together, and what is converted is known only here.
_CONVERTING = threading.Lock()


def _convert(value: Any, kind: Any, where: str) -> Any:
    try:
        with _CONVERTING:
            return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{where}: {error}") from error
