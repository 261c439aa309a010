"""A vendor's own tools as data: the object that stands for a tool, and where in it each setting stands.

Both of OpenAI's wire formats are spoken by many vendors, who have other tools under other names: what a vendor has is said in its
dialect as `Form`s, by the tool's neutral name. A tool that is not there is not offered; a setting without a place is left out;
both are listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from ..types.secret import Secret
from ..types.server_tools import ServerTool, Vicinity
from .base import Report
from .server_tools import headers_of, leave_out, own_fields, withheld

__all__ = ["OPENROUTER", "Form", "Forms", "Setting", "form_of", "merge", "read_form", "say_form", "unreported"]

Json = dict[str, Any]


class Setting(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a setting stands, and how it is said there.

    `path` are names with dots between them. `words` are the only values that the vendor knows, all where it is empty. `one` is a
    field that holds a single text, for a list of one. `prefix` stands before each text.
    """

    path: str
    words: tuple[str, ...] = ()
    one: bool = False
    prefix: str = ""


class Form(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a vendor says a tool.

    `base` is its object without settings. `settings` are places by the names of the tool's fields, those of a vicinity one by one
    (`vicinity.city`). `beside` are fields that come with a setting. `always` are settings that are said although they are as they
    are by themselves. `models` is a regular expression for a part of the names of models that have it, empty for all.
    `in_body` says that the object is no tool: its fields are those of the request.
    """

    base: Json
    settings: dict[str, str | Setting] = {}
    beside: dict[str, Json] = {}
    always: tuple[str, ...] = ()
    models: str = ""
    in_body: bool = False


Forms = Mapping[str, tuple[Form, ...]]
"""What a vendor has, by a tool's neutral name: the first form that a model has counts."""

OPENROUTER: Final[dict[str, tuple[Form, ...]]] = {
    "web_search": (
        Form(
            {"type": "openrouter:web_search"},
            {
                "max_uses": "parameters.max_uses",
                "allowed_domains": "parameters.allowed_domains",
                "blocked_domains": "parameters.excluded_domains",
                "context": "parameters.search_context_size",
                "vicinity.city": "parameters.user_location.city",
                "vicinity.region": "parameters.user_location.region",
                "vicinity.country": "parameters.user_location.country",
                "vicinity.timezone": "parameters.user_location.timezone",
            },
            beside={"vicinity": {"parameters": {"user_location": {"type": "approximate"}}}},
        ),
    ),
    "web_fetch": (
        Form(
            {"type": "openrouter:web_fetch"},
            {
                "max_uses": "parameters.max_uses",
                "max_tokens": "parameters.max_content_tokens",
                "allowed_domains": "parameters.allowed_domains",
                "blocked_domains": "parameters.blocked_domains",
            },
        ),
    ),
}
"""OpenRouter's, the same on both wires: https://openrouter.ai/docs/guides/features/server-tools/overview."""


def form_of(tool: ServerTool, forms: Forms, model: str) -> Form | None:
    """The form in which a model has a tool, None where it has none."""
    kind = str(tool.__struct_config__.tag)
    return next((form for form in forms.get(kind, ()) if not form.models or re.search(form.models, model)), None)


def say_form(tool: ServerTool, form: Form, protocol: str, report: Report, path: str) -> Json | None:
    """The vendor's object; what it cannot hold of the tool is listed. The tool's own `extra` wins over all. None, which is
    listed too, where nothing would hold the tool to what it may do."""
    wire, told = _said(tool, form)
    taken = {name for name in told if "." not in name}
    vicinity = getattr(tool, "vicinity", None)
    if vicinity is not None and (known := [name for name in form.settings if name.startswith("vicinity.")]):
        lost = [name for name, _ in _parts(vicinity) if f"vicinity.{name}" not in known]
        taken.add("vicinity")
        if lost:
            why = f"{tool.name} cannot be told the {' and the '.join(lost)} of a vicinity here: left out"
            report.adapt("server_tool", "changed", why, f"{path}.vicinity")
    if withheld(tool, taken, report, path):
        return None
    leave_out(tool, taken, report, path)
    return _with_extra(wire, own_fields(tool, protocol, report, path), form)


def unreported(tool: ServerTool, form: Form) -> Json:
    """The same for a tool that was read: nothing can be lost."""
    return _with_extra(_said(tool, form)[0], tool.extra, form)


def _with_extra(wire: Json, extra: Json, form: Form) -> Json:
    return merge(wire, extra) if form.in_body else {**wire, **extra}


def merge(one: Json, other: Json) -> Json:
    """Fields of a request joined: objects field by field, lists one behind the other; else the later counts."""
    joined = dict(one)
    for name, value in other.items():
        own = joined.get(name)
        if isinstance(own, dict) and isinstance(value, dict):
            value = merge(own, value)
        elif isinstance(own, list) and isinstance(value, list):
            value = [*own, *[item for item in value if item not in own]]
        joined[name] = value
    return joined


def _said(tool: ServerTool, form: Form) -> tuple[Json, set[str]]:
    """The object, and the settings that are in it."""
    wire: Json = _copy(form.base)
    told: set[str] = set()
    for name, place in form.settings.items():
        setting = Setting(place) if isinstance(place, str) else place
        value = _value(tool, name, always=name in form.always)
        if value is not None and (words := _words(value, setting)) is not None and _put(wire, setting.path, words):
            told.add(name)
    for name, fields in form.beside.items():
        if getattr(tool, name) is not None:
            wire = merge(wire, fields)
    return wire, told


def _value(tool: ServerTool, name: str, *, always: bool) -> Any:
    """What a tool says of a setting, None where that is nothing."""
    name, _, part = name.partition(".")
    value = getattr(tool, name)
    if part:
        return None if value is None else getattr(value, part)
    if value is None or (not always and value in ("", (), {})):
        return None
    field = next(each for each in msgspec.structs.fields(type(tool)) if each.name == name)
    return None if not always and not field.required and value == field.default else value


def _words(value: Any, setting: Setting) -> Any:
    """A value as the vendor has it, None where it has none for it."""
    if isinstance(value, Secret):
        value = value.reveal()
    elif isinstance(value, tuple):
        value = [f"{setting.prefix}{item}" for item in value] if setting.prefix else list(value)
        if setting.one:
            return value[0] if len(value) == 1 else None
        return value
    elif isinstance(value, dict) and any(isinstance(item, Secret) for item in value.values()):
        value = headers_of(value, None)
    if setting.words and value not in setting.words:
        return None
    return f"{setting.prefix}{value}" if setting.prefix else value


def _put(wire: Json, path: str, value: Any) -> bool:
    """Whether there was room for a value on its path; a list joins the one that stands there."""
    *way, last = path.split(".")
    for name in way:
        inner = wire.setdefault(name, {})
        if not isinstance(inner, dict):
            return False
        wire = inner
    standing = wire.get(last)
    wire[last] = [*standing, *value] if isinstance(standing, list) and isinstance(value, list) else value
    return True


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copy(item) for name, item in value.items()}
    return [_copy(item) for item in value] if isinstance(value, list) else value


def _parts(vicinity: Vicinity) -> Iterator[tuple[str, Any]]:
    for field in vicinity.__struct_fields__:
        if (value := getattr(vicinity, field)) is not None:
            yield field, value


# --- reading -----------------------------------------------------------------------------------------------------------


def read_form(kind: type[ServerTool], form: Form, data: Json, protocol: str, said: Form) -> ServerTool | None:
    """The tool that an object of this form is; None where it lacks what the tool cannot be without.

    `said` is the form in which it goes out again: fields that would not come back are kept in `extra`.
    """
    values: Json = {}
    places: Json = {}
    for name, place in form.settings.items():
        setting = Setting(place) if isinstance(place, str) else place
        found = _read(name, _get(data, setting.path), setting)
        whole, _, part = name.partition(".")
        if found is not None and part:
            places[part] = found
        elif found is not None:
            values[whole] = found
    if places or ("vicinity" in form.beside and merge(data, form.beside["vicinity"]) == data):
        values["vicinity"] = Vicinity(**places)
    try:
        tool = kind(**values)
    except TypeError:  # a required one is missing
        return None
    wire = unreported(tool, said)
    if extra := {name: value for name, value in data.items() if name not in wire or wire[name] != value}:
        tool = msgspec.structs.replace(tool, extra=extra, protocol=protocol)
    return tool


def _get(data: Any, path: str) -> Any:
    for name in path.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data


_LITERALS: Final = {"context": ("low", "medium", "high"), "approval": ("never", "always")}
_NUMBERS: Final = frozenset({"height", "max_results", "max_tokens", "max_uses", "width"})
_LISTS: Final = frozenset({"allowed_domains", "blocked_domains", "files", "stores", "tools"})


def _read(name: str, value: Any, setting: Setting) -> Any:
    """The value of a tool's field, None where it is not of its kind."""
    if name in _NUMBERS:
        return value if type(value) is int else None
    if name in _LISTS:
        listed = [value] if setting.one else value
        if not isinstance(listed, list) or not all(isinstance(item, str) and item.startswith(setting.prefix) for item in listed):
            return None
        return tuple([item.removeprefix(setting.prefix) for item in listed])
    if name == "filter":
        return value if isinstance(value, dict | str) else None
    if name == "headers":
        if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
            return None
        return {each: Secret(item) for each, item in value.items()}
    if not isinstance(value, str) or (name in _LITERALS and value not in _LITERALS[name]):
        return None
    value = value.removeprefix(setting.prefix)
    return Secret(value) if name == "token" else value
