"""Where a provider is, when that depends on the account: base URLs with variables in them.

`https://bedrock-runtime.{region}.amazonaws.com` names one variable; its value comes from the program, the config file or
the environment. A default may hold other variables, so that a whole host can follow from a location.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

import msgspec

from ..errors import UsageError

__all__ = ["Place", "Variable", "checked", "fill", "host_variable", "locate", "read_back"]

_BLANK = re.compile(r"\{(\w+)\}")
_ORIGIN = re.compile(r"[^/]*//[^/?#]*")
_LABEL = r"[A-Za-z0-9_-]+"


class Variable(msgspec.Struct, frozen=True):
    """One variable of a base URL.

    `env` are the environment variables it is looked up in, first hit wins. `default` stands where nothing is said and may
    hold other variables; `cases` are other defaults, by the value of the variable `of`. `about` says what it is, for the
    error when it is missing. `pattern` is what a value must look like: nothing in it ends a host or a path segment.
    """

    about: str
    env: tuple[str, ...] = ()
    default: str | None = None
    of: str | None = None
    cases: dict[str, str] = {}
    pattern: str = r"[A-Za-z0-9][A-Za-z0-9._-]*"


class Place(msgspec.Struct, frozen=True):
    """What came of a template: the URL, None where variables are `missing`, and the values it was made with."""

    url: str | None
    values: dict[str, str] = {}
    missing: tuple[str, ...] = ()


def locate(template: str, variables: Mapping[str, Variable], look: Callable[[str, Variable], str | None]) -> Place:
    """A base URL with its variables filled in; `look` gives what was said about one, None for nothing.

    A value may be given as a URL where a host is meant (`https://HOST/`). Raises UsageError on a value that is no value.
    """
    values: dict[str, str] = {}
    missing: list[str] = []

    def value(name: str) -> str | None:
        if name in values:
            return values[name]
        variable = variables.get(name)
        if variable is None:
            raise UsageError(f"the base URL {template} names {name!r}, which none of its variables is")
        given = look(name, variable)
        if given is not None:
            found: str | None = checked(name, variable, given)
        else:
            default = variable.default
            if variable.of is not None and (case := value(variable.of)) is not None:
                default = variable.cases.get(case, default)
            found = None if default is None else filled(default)
            if default is None and name not in missing:
                missing.append(name)
        if found is not None:
            values[name] = found
        return found

    def filled(text: str) -> str | None:
        parts = {name: value(name) for name in _BLANK.findall(text)}
        known = {name: part for name, part in parts.items() if part is not None}
        return fill(text, known) if len(known) == len(parts) else None

    url = filled(template)
    needed = tuple(missing)
    for name in variables:
        value(name)
    return Place(url, values, needed)


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with every `{name}` replaced by its value."""
    return _BLANK.sub(lambda match: values[match[1]], text)


def host_variable(template: str) -> str | None:
    """The variable that is the whole host of a template, None where there is none."""
    match = re.match(r"[a-z]+://\{(\w+)\}(?=[/?#]|$)", template)
    return match[1] if match else None


def read_back(template: str, variables: Mapping[str, Variable], url: str) -> dict[str, str] | None:
    """The values with which a template gives the host of this URL, None when it is not one of its hosts."""
    if not variables:
        return None
    origin = _ORIGIN.match(url)
    for pattern in _origins(template, tuple(sorted((name, v.default, tuple(v.cases.values())) for name, v in variables.items()))):
        if origin is not None and (match := pattern.fullmatch(origin[0].lower())):
            return match.groupdict()
    return None


@lru_cache(maxsize=64)
def _origins(template: str, defaults: tuple[tuple[str, str | None, tuple[str, ...]], ...]) -> list[re.Pattern[str]]:
    """What an origin of a template looks like, one pattern for each default of the variables in it. A variable that is a
    whole host and has no default fits nothing: it may be anywhere."""
    origin = _ORIGIN.match(template)
    texts = [origin[0]] if origin is not None else []
    for name, default, cases in defaults:
        if default is not None and "." in default:
            blank = f"{{{name}}}"
            texts = [text.replace(blank, case) for text in texts for case in ((default, *cases) if blank in text else ("",))]
    patterns = []
    for text in texts:
        if host_variable(text) is None:
            pieces = _BLANK.split(text)
            body = "".join(
                [f"(?P<{piece}>{_LABEL})" if place % 2 else re.escape(piece.lower()) for place, piece in enumerate(pieces)]
            )
            patterns.append(re.compile(body))
    return patterns


def checked(name: str, variable: Variable, given: str) -> str:
    """A value as it goes into the URL, without what makes a host a URL. Raises UsageError when it cannot stand there."""
    value = given.strip().removeprefix("https://").rstrip("/")
    if not re.fullmatch(variable.pattern, value):
        raise UsageError(f"{given!r} cannot be {variable.about} ({name}): it would not stay in its place in the base URL")
    return value
