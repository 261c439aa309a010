"""What the caller wrote, made into a request and the route it takes: `provider:model`, keys, defaults, dialect.

Everything here is decided before anything is sent, and every refusal says what to write instead.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypedDict
from urllib.parse import urlsplit

from .engine.exchange import Credential, Exchange
from .engine.handoff import handoff
from .engine.policy import NO_RETRY, Retry, Timeouts
from .errors import MissingKey, UnknownProvider, UsageError
from .protocols import load as load_protocol
from .protocols.base import Policy, Protocol, Report, Target
from .providers import NAMES
from .providers import load as load_provider
from .providers import unknown as unknown_provider
from .providers.base import Provider
from .types.content import Cache, Text
from .types.messages import Message, user
from .types.request import AudioOutput, Output, Reasoning, Request, Tool, ToolChoice, ToolLike
from .types.response import Adaptation
from .types.secret import Secret
from .wire.http import HttpRequest

__all__ = ["Key", "Messages", "Options", "Plan", "Preparer", "Settings"]

Key = str | Secret | Callable[[], Any]
Messages = str | Message | Iterable[Message]

_LOCAL = "local://"


class Options(TypedDict, total=False):
    """What a call may say besides the model and the messages; every provider shares these words.

    `system`: instructions before all messages. `tools`: what the model may call; `tool_choice`: `"auto"`, `"none"`,
    `"required"`, a tool's name or a `ToolChoice`; `parallel_tools`: False for one call at a time. `output`: a JSON
    Schema the answer must obey, or an `Output`. `reasoning`: an effort (`"low"`, ...), a token budget, True, False or
    a `Reasoning`. `max_tokens`: output tokens, reasoning included. `stop`: strings that end the answer. `logprobs`:
    True, or how many alternatives. `n`: how many answers. `cache`: True, a time to live or a `Cache` for the whole
    prompt; `cache_key`: routes equal prefixes together. `routing`: a provider's routing value. `extra`: fields for the
    raw body; `headers`: for the request.

    For the call itself: `key`, `base_url`, `timeout` (total seconds or `Timeouts`), `retry` (a number of tries,
    `Retry` or False), `adapt` (`"adapt"`, `"strict"` or a mapping by feature).
    """

    system: str | Sequence[Text] | None
    tools: Sequence[ToolLike]
    tool_choice: str | ToolChoice | None
    parallel_tools: bool | None
    output: Mapping[str, Any] | Output | None
    reasoning: str | int | bool | Reasoning | None
    max_tokens: int | None
    temperature: float | None
    top_p: float | None
    top_k: int | None
    stop: str | Sequence[str]
    seed: int | None
    presence_penalty: float | None
    frequency_penalty: float | None
    logprobs: bool | int | None
    n: int | None
    modalities: Sequence[str]
    audio: AudioOutput | None
    user: str | None
    metadata: dict[str, Any] | None
    service_tier: str | None
    cache: bool | str | Cache | None
    cache_key: str | None
    routing: Any
    extra: Mapping[str, Any] | None
    headers: Mapping[str, str] | None
    key: Key | None
    base_url: str | None
    timeout: float | Timeouts | None
    retry: int | bool | Retry | None
    adapt: Policy | None


class Settings(NamedTuple):
    """What a client was made with."""

    keys: Mapping[str, Key]
    base_urls: Mapping[str, str]
    providers: Mapping[str, Provider]
    timeouts: Timeouts
    retry: Retry
    adapt: Policy

    @classmethod
    def make(
        cls,
        *,
        keys: Mapping[str, Key] | None = None,
        base_urls: Mapping[str, str] | None = None,
        providers: Iterable[Provider] = (),
        timeout: float | Timeouts | None = None,
        retry: int | bool | Retry | None = None,
        adapt: Policy = "adapt",
    ) -> Settings:
        """Settings from the words a client takes."""
        return cls(
            {name: key if callable(key) or isinstance(key, Secret) else Secret(key) for name, key in (keys or {}).items()},
            dict(base_urls or {}),
            {provider.name: provider for provider in providers},
            _timeouts(timeout, Timeouts()),
            _retry(retry, Retry()),
            adapt,
        )


class Plan(NamedTuple):
    """What a call would send: the exact HTTP request, credential aside, and what had to change to make it fit."""

    http: HttpRequest
    adaptations: tuple[Adaptation, ...]
    provider: str
    protocol: str
    model: str


class _Route(NamedTuple):
    provider: Provider
    protocol: Protocol
    target: Target


class Preparer:
    """Makes exchanges from what a caller says, remembering what a model reference means."""

    __slots__ = ("_routes", "settings")

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._routes: dict[tuple[str, str | None], _Route] = {}

    def exchange(self, model: str, messages: Messages, stream: bool, options: Options) -> Exchange:
        """The exchange that a call means, encoded and ready to run.

        Raises UsageError and its kin when the call cannot be meant, before anything is sent.
        """
        settings = self.settings
        route, request, report = self._understand(model, messages, stream, options)
        return Exchange(
            request,
            route.target,
            route.protocol,
            report,
            credential=self._credential(route, options.get("key"), options.get("base_url")),
            auth=route.provider.auth,
            timeouts=_timeouts(options.get("timeout"), settings.timeouts),
            retry=_retry(options.get("retry"), settings.retry),
        )

    def plan(self, model: str, messages: Messages, stream: bool, options: Options) -> Plan:
        """What a call would send; no key is needed or looked for. Raises as `exchange` does."""
        route, request, report = self._understand(model, messages, stream, options)
        http = route.protocol.encode_request(request, route.target, report)
        return Plan(http, tuple(report.adaptations), route.target.provider, route.target.protocol, route.target.model)

    def _understand(self, model: str, messages: Messages, stream: bool, options: Options) -> tuple[_Route, Request, Report]:
        """The route a call takes, its request made fit for it, and the report of what had to change so far."""
        route = self._route(model, options.get("base_url"))
        report = Report(route.target, options.get("adapt") or self.settings.adapt)
        request = handoff(_request(route.target.model, messages, stream, options), route.target, route.protocol, report)
        return route, request, report

    def _route(self, model: str, base_url: str | None) -> _Route:
        route = self._routes.get((model, base_url))
        if route is None:
            route = self._routes[model, base_url] = self._resolve(model, base_url)
        return route

    def _resolve(self, reference: str, base_url: str | None) -> _Route:
        name, colon, model = reference.partition(":")
        if not colon or not name or not model:
            raise UsageError(f"{reference!r} names no model: write provider:model, such as offline:eliza or openai:gpt-5.6")
        provider = self._provider(name)
        url = base_url or self.settings.base_urls.get(name) or _usual_url(provider)
        if url is None:
            where = f" or set {provider.base_url_env[0]}" if provider.base_url_env else ""
            raise UsageError(f"{name} needs a base URL: pass base_url=...{where}, or name it in the config file")
        url = url.rstrip("/")
        check_base_url(url)
        target = Target(provider.name, provider.protocol, model, url, provider.dialect, provider.headers)
        return _Route(provider, load_protocol(provider.protocol), target)

    def _provider(self, name: str) -> Provider:
        own = self.settings.providers
        if name in own:
            return own[name]
        try:
            return load_provider(name)
        except UnknownProvider:
            if not own:
                raise
            raise unknown_provider(name, (*own, *NAMES)) from None

    def _credential(self, route: _Route, key: Key | None, base_url: str | None) -> Credential:
        provider = route.provider
        given = key if key is not None else self.settings.keys.get(provider.name)
        if given is not None:
            return given if callable(given) or isinstance(given, Secret) else Secret(given)
        given_url = base_url or self.settings.base_urls.get(provider.name)
        usual_url = _usual_url(provider)
        own_host = given_url is None or usual_url is None or _host(given_url) == _host(usual_url)
        if own_host and (found := _first_set(provider.key_env)):
            return Secret(found)
        if not provider.key_required:
            return None
        names = " or ".join(provider.key_env) or "its environment variable"
        reason = (
            f"set {names}, or pass key=..." if own_host else "keys from the environment do not go to other hosts: pass key=..."
        )
        raise MissingKey(f"no key for {provider.title}: {reason}", provider=provider.name, model=route.target.model)


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


def _usual_url(provider: Provider) -> str | None:
    """Where a provider is when the program does not say: as the environment says, else its own base URL.

    A variable may hold a bare host, as `OLLAMA_HOST` does: it is completed from the provider's own base URL.
    """
    found = _first_set(provider.base_url_env)
    if found is None or "://" in found or provider.base_url is None:
        return found or provider.base_url
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


def _request(model: str, messages: Messages, stream: bool, options: Options) -> Request:
    unknown = options.keys() - Options.__annotations__.keys()
    if unknown:
        raise TypeError(_unknown_option(min(unknown)))
    given: dict[str, Any] = {
        name: value for name, value in options.items() if name not in _NOT_IN_REQUEST and value is not None and value is not False
    }
    for name in _FALSE_COUNTS & options.keys():
        if options[name] is False:  # type: ignore[literal-required]
            given[name] = False
    for name in given.keys() & _READERS.keys():
        given[name] = _READERS[name](given[name])
    if (count := given.get("logprobs")) is not None and count is not True:
        given["logprobs"], given["top_logprobs"] = True, count
    return Request(model, _messages(messages), stream=stream, **given)


def _messages(messages: Messages) -> tuple[Message, ...]:
    if isinstance(messages, str):
        return (user(messages),)
    if isinstance(messages, Message):
        return (messages,)
    listed = tuple(messages)
    for message in listed:
        if not isinstance(message, Message):
            raise UsageError(
                f"messages must be a string or dragoman messages, not {type(message).__name__}: write user(...) or Message(...)"
            )
    if not listed:
        raise UsageError("there is no message to answer: pass at least one")
    return listed


def _unknown_option(name: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, Options.__annotations__, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else "; fields of one vendor go into extra={...}"
    return f"unknown option {name!r}{hint}"


def _tools(tools: Sequence[ToolLike]) -> tuple[ToolLike, ...]:
    listed = tuple(tools)
    for tool in listed:
        if not isinstance(tool, ToolLike):
            raise UsageError(f"tools must be Tool, CustomTool or VendorTool values, not {type(tool).__name__}")
    names = [tool.name for tool in listed if isinstance(tool, Tool)]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UsageError(f"two tools are called {min(twice)!r}: give each its own name")
    return listed


def _tool_choice(choice: str | ToolChoice) -> ToolChoice:
    if isinstance(choice, ToolChoice):
        return choice
    return ToolChoice(choice) if choice in ("auto", "none", "required") else ToolChoice("tool", choice)


def _reasoning(value: str | int | bool | Reasoning) -> Reasoning:
    match value:
        case Reasoning():
            return value
        case True:
            return Reasoning(mode="enabled")
        case False:
            return Reasoning(effort="none")
        case int():
            return Reasoning(budget=value)
        case _:
            return Reasoning(effort=value)


def _system(value: str | Sequence[Text]) -> tuple[Text, ...]:
    return (Text(value),) if isinstance(value, str) else tuple(value)


def _cache(value: bool | str | Cache) -> Cache:
    if isinstance(value, Cache):
        return value
    return Cache(value if isinstance(value, str) else None)


def _output(value: Mapping[str, Any] | Output) -> Output:
    return value if isinstance(value, Output) else Output(dict(value), strict=None)


def _stop(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


_READERS: dict[str, Callable[[Any], Any]] = {
    "system": _system,
    "tools": _tools,
    "tool_choice": _tool_choice,
    "output": _output,
    "reasoning": _reasoning,
    "stop": _stop,
    "modalities": tuple,
    "cache": _cache,
    "extra": dict,
    "headers": lambda headers: {name.lower(): value for name, value in headers.items()},
}
_NOT_IN_REQUEST = frozenset({"key", "base_url", "timeout", "retry", "adapt"})
_FALSE_COUNTS = frozenset({"parallel_tools", "reasoning", "logprobs"})


def _timeouts(value: float | Timeouts | None, default: Timeouts) -> Timeouts:
    if value is None:
        return default
    if isinstance(value, Timeouts):
        return value
    if value <= 0:
        raise UsageError(f"timeout must be more than 0 seconds, not {value}")
    return Timeouts(default.connect, default.first_byte, default.idle, value)


def _retry(value: int | bool | Retry | None, default: Retry) -> Retry:
    if isinstance(value, Retry):
        return value
    if value is None or value is True:
        return default
    if value is False:
        return NO_RETRY
    if value < 1:
        raise UsageError(f"retry counts tries and must be at least 1, not {value}; retry=False tries once")
    return Retry(value, default.base, default.cap, default.patience)
