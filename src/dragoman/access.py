"""Where a provider is, and how one client gets in: base URLs, keys and credentials, from the program and the environment.

What the program says wins over the environment. A credential that the environment holds stays with the provider's own
hosts: for another one the program must give it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from .engine.auth import AwsKeys
from .engine.credentials import Access, Function, Given, Source
from .engine.places import Place, Variable, host_variable, locate, read_back
from .errors import MissingKey, UsageError
from .providers.base import Provider
from .types.secret import Secret

__all__ = ["Entrance", "Held", "Key", "Where", "check_base_url", "held_key"]

Key = str | Secret | AwsKeys | Source | Callable[[], Any]
Held = Secret | AwsKeys | Source | Callable[[], Any]

_LOCAL = "local://"
_KEPT = 256


class Where(NamedTuple):
    """Where a provider is for one client: its base URL, the values of its variables, whether the URL is the provider's own,
    and whether credentials of the environment may go there."""

    url: str
    values: dict[str, str]
    own_url: bool
    own_host: bool


class Entrance:
    """One client's ways into providers. What has to be fetched is kept here, for all requests of the client."""

    __slots__ = ("_base_urls", "_kept", "_keys", "_sources", "_variables", "_where")

    def __init__(
        self, keys: Mapping[str, Held], base_urls: Mapping[str, str], variables: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._keys = keys
        self._base_urls = base_urls
        self._variables = variables
        self._where: dict[tuple[str, str | None], Where] = {}
        self._kept: dict[Hashable, Access] = {}
        self._sources: dict[str, Source] = {}

    def where(self, provider: Provider, base_url: str | None) -> Where:
        """Where the provider is. Raises UsageError, saying what to set, when that is not known or not safe."""
        key = (provider.name, base_url)
        found = self._where.get(key)
        if found is None:
            found = self._where[key] = self._find(provider, base_url)
        return found

    def access(self, provider: Provider, key: Key | None, base_url: str | None, model: str) -> Access | None:
        """The way in; None where none is needed. Raises MissingKey when there is no credential."""
        where = self.where(provider, base_url)
        given = held_key(key) if key is not None else self._keys.get(provider.name)
        if given is not None:
            return self._enter(provider, where, given, shared=key is None or not callable(given))
        if where.own_host:
            if found := _first_set(provider.token_env):
                return self._enter(provider, where, Secret(found), token=True)
            if found := _first_set(provider.key_env):
                return self._enter(provider, where, Secret(found))
        advice = [f"set {' or '.join(names)}"] if (names := (*provider.key_env, *provider.token_env)) else []
        advice.append("pass key=...")
        if where.own_host and provider.sources:
            from .credentials import load

            for name in provider.sources:
                source, hint = (self._sources.get(name), "") if name in self._sources else load(name, os.environ)
                if source is not None:
                    return self._enter(provider, where, self._sources.setdefault(name, source))
                advice.append(hint)
        if not provider.key_required:
            return None
        reason = ", or ".join(advice) if where.own_host else "keys from the environment do not go to other hosts: pass key=..."
        raise MissingKey(f"no key for {provider.title}: {reason}", provider=provider.name, model=model)

    def _enter(self, provider: Provider, where: Where, held: Held, *, token: bool = False, shared: bool = True) -> Access:
        """The way in with this credential; the one that is kept, where there is something to keep."""
        if isinstance(held, AwsKeys) and provider.signing is None:
            raise UsageError(f"AWS credentials are for providers at AWS, and {provider.title} is none: pass its key")
        fixed = isinstance(held, Secret | AwsKeys) and provider.exchange is None
        if fixed or not shared:
            return self._made(provider, where, held, token)
        name = (provider.name, where.url, held)
        kept = self._kept.get(name)
        if kept is None:
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            kept = self._kept.setdefault(name, self._made(provider, where, held, token))
        return kept

    def _made(self, provider: Provider, where: Where, held: Held, token: bool) -> Access:
        if isinstance(held, Source):
            source = held
        elif isinstance(held, Secret | AwsKeys):
            source = Given(held, provider.token_auth if token else None)
        else:
            source = Function(held, provider.token_auth)
        if provider.exchange is not None:
            from .engine.token_exchange import Exchanged

            source = Exchanged(provider.exchange, source)
        signing = provider.signing
        return Access(
            source,
            provider.auth,
            signing=signing,
            region=where.values.get(signing.region, "") if signing is not None else "",
            base_url=where.url if where.own_url else "",
        )

    def _find(self, provider: Provider, base_url: str | None) -> Where:
        name = provider.name
        given = base_url or self._base_urls.get(name)
        said = self._variables.get(name, {})
        for variable in said:
            if variable not in provider.variables:
                known = ", ".join(provider.variables) or "none"
                raise UsageError(f"{name} has no variable {variable!r}; it has: {known}")
        own = given is None and (bool(said) or _first_set(provider.base_url_env) is None)
        place = _place(provider, said)
        url = given or (place.url if own else _usual_url(provider))
        if url is None:
            raise UsageError(_nowhere(provider, place))
        url = url.rstrip("/")
        check_base_url(url)
        read = read_back(provider.base_url or "", provider.variables, url)
        whole = host_variable(provider.base_url or "")
        asked = given or (url if whole in said else None)
        return Where(url, {**place.values, **(read or {})}, own, asked is None or read is not None or _is_usual(provider, asked))


def held_key(key: Key) -> Held:
    """A key as it is held: text becomes a `Secret`."""
    return Secret(key) if isinstance(key, str) else key


def check_base_url(url: str) -> None:
    """Refuse a base URL that would leak. Raises UsageError with the reason.

    Credentials do not belong in a URL, and plain http is for local and private addresses only.
    """
    if url.startswith(_LOCAL):
        return
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{_without_credentials(url)!r} is no base URL: write https://host/path")
    if parts.username or parts.password:
        raise UsageError("a base URL must not hold credentials: pass them with key=...")
    if parts.scheme == "http" and not _is_local(parts.hostname):
        raise UsageError(f"plain http to {parts.hostname} would send the key unprotected: write https://")


def _place(provider: Provider, said: Mapping[str, str]) -> Place:
    """What comes of the provider's own base URL, by what the program said and the environment says."""
    if provider.base_url is None:
        return Place(None)

    def look(name: str, variable: Variable) -> str | None:
        return said.get(name) or _first_set(variable.env)

    return locate(provider.base_url, provider.variables, look)


def _nowhere(provider: Provider, place: Place) -> str:
    """What to set where a base URL, or a part of it, is missing."""
    variable = f" or set {provider.base_url_env[0]}" if provider.base_url_env else ""
    if not place.missing:
        return f"{provider.name} needs a base URL: pass base_url=...{variable}, or name it in the config file"
    name = place.missing[0]
    missing = provider.variables[name]
    ways = [f"set {' or '.join(missing.env)}"] if missing.env else []
    ways += [f"make the client with variables={{{provider.name!r}: {{{name!r}: ...}}}}", f"pass base_url=...{variable}"]
    return f"{provider.name} needs {missing.about}: {', or '.join(ways)}"


def _is_usual(provider: Provider, url: str) -> bool:
    """Whether a URL that the program gave is at the host where the provider is without it, or there is none to compare."""
    usual = _usual_url(provider)
    return usual is None or _host(url) == _host(usual)


def _usual_url(provider: Provider) -> str | None:
    """Where a provider is when the program does not say: as the environment says, else its own base URL.

    A variable may hold a bare host, as `OLLAMA_HOST` does: it is completed from the provider's own base URL.
    """
    found = _first_set(provider.base_url_env)
    if found is None:
        return _place(provider, {}).url
    if "://" in found or provider.base_url is None:
        return found
    own = urlsplit(provider.base_url)
    port = f":{own.port}" if own.port and urlsplit(f"//{found}").port is None else ""
    host, slash, path = found.partition("/")
    return f"{own.scheme}://{host}{port}{slash}{path}"


def _host(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _without_credentials(url: str) -> str:
    head, at, tail = url.rpartition("@")
    return f"{head.partition('//')[0]}//***@{tail}" if at else url


def _is_local(host: str) -> bool:
    from ipaddress import ip_address

    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".internal", ".localhost"))
    return address.is_private or address.is_loopback


def _first_set(names: Sequence[str]) -> str | None:
    for name in names:
        if value := os.environ.get(name, "").strip():
            return value
    return None
