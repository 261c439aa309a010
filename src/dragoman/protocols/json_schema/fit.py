"""The schema a vendor takes, with what had to change, or why there is none.

The caller's schema is never touched, and one that fits already is given back as the same object. What a schema becomes
is a value of its JSON and the rules, so it is remembered: the tools of a conversation are looked at once and not on every
turn.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from ..base import Report
from .keywords import fit_keywords, fit_types
from .limits import excess
from .merge import ANNOTATIONS, merged
from .notes import Change, Notes, Refused
from .objects import fit_object
from .refs import Json, cycle, external, rebuilt, resolve
from .roots import fit_root
from .rules import AS_IS, SchemaRules

__all__ = ["fit_schema"]

_SWITCHES: Final = ("additionalProperties", "unevaluatedProperties", "unevaluatedItems", "additionalItems")
"""Keywords in which `true` and `false` are no schemas but words of their own."""

_REMEMBERED: Final = 512


def fit_schema(schema: Json, rules: SchemaRules, report: Report, path: str) -> Json:
    """The schema as a vendor takes it; `path` is where it stands in the request.

    Changes are listed through `report` as the feature `schema`. Raises Unsupported through it when there is no schema that
    says the same and that the vendor takes.
    """
    if rules is AS_IS:
        return schema
    try:
        encoded = msgspec.json.encode(schema)
    except UnicodeEncodeError:
        return schema  # the whole body is refused for it, with a reason
    found, changes, refusal = _fitted(encoded, rules)
    if refusal is not None:
        source = f" ({rules.source})" if rules.source else ""
        report.refuse("schema", f"this provider cannot take the schema {path}{refusal.at}: {refusal.detail}{source}")
    for change in changes:
        report.adapt("schema", change.action, change.detail, path + change.at)
    return schema if found is None else found


class _Fitted(NamedTuple):
    """A schema, None for no change; what changed; or why there is no such schema."""

    schema: Json | None
    changes: tuple[Change, ...]
    refusal: Change | None


@lru_cache(_REMEMBERED)
def _fitted(encoded: bytes, rules: SchemaRules) -> _Fitted:
    fit = _Fit(msgspec.json.decode(encoded), rules)
    try:
        found = fit.run()
    except Refused as error:
        return _Fitted(None, (), Change("dropped", str(error), error.at))
    except RecursionError:
        return _Fitted(None, (), Change("dropped", "it is nested too deep", ""))
    changes = fit.notes.changes()
    return _Fitted(found if changes else None, changes, None)


class _Fit:
    """One schema on its way. `following` are the references that are being written out at the moment."""

    def __init__(self, root: Any, rules: SchemaRules) -> None:
        self.root = root
        self.rules = rules
        self.notes = Notes()
        self.following: list[str] = []

    def run(self) -> Any:
        """The schema that fits. Raises Refused."""
        rules, notes, root = self.rules, self.notes, self.root
        if type(root) is not dict:
            return root
        if not rules.definitions and "definitions" in root:
            notes.add("changed", "`definitions` are `$defs` here", "")
            root = self.root = _renamed(root)
        if not rules.recursion or rules.refs == "inline":
            if (away := external(root)) is not None:
                notes.refuse(f"{away!r} leads out of the schema", "")
            if (back := cycle(root)) is not None:
                notes.refuse(f"a schema that contains itself ({back!r}) is not taken here", "")
        top = fit_root(root, rules, notes)
        if rules.refs == "inline":
            top = {key: value for key, value in top.items() if key not in ("$defs", "definitions")}
        found = self.node(top, "")
        if (too_much := excess(found, rules.limits)) is not None:
            notes.refuse(too_much, "")
        return found

    def node(self, schema: Any, at: str) -> Any:
        """One place and all below it."""
        if type(schema) is bool:
            return self._boolean(schema, at)
        if type(schema) is not dict:
            return schema
        depth = len(self.following)
        schema = self._spread(schema, at)
        if not self.rules.one_of and "oneOf" in schema:
            schema = self._any_of(schema, at)
        schema = fit_object(schema, at, self.rules, self.notes)
        schema = fit_keywords(schema, at, self.rules, self.notes)
        schema = fit_types(schema, at, self.rules, self.notes)
        found = rebuilt(schema, lambda inner, step: self.node(inner, f"{at}/{step}"))
        del self.following[depth:]
        return found

    def _boolean(self, schema: bool, at: str) -> Any:
        word = at.rpartition("/")[2]
        if word in _SWITCHES or (self.rules.booleans and self.rules.types == "any"):
            return schema
        if schema:
            self.notes.add("changed", "`true` is an empty schema here", at)
            return fit_types({}, at, self.rules, self.notes)
        if word != "items":
            self.notes.refuse("`false` is not taken for a schema here", at)
        return schema

    def _spread(self, schema: Json, at: str) -> Json:
        """The schema with references and `allOf` written out, as far as the rules want it."""
        while True:
            if type(schema.get("$ref")) is str and self._must_write_out(schema):
                schema = self._written_out(schema, at)
            elif not self.rules.all_of and type(schema.get("allOf")) is list:
                schema = self._all_of(schema, at)
            else:
                return schema

    def _must_write_out(self, schema: Json) -> bool:
        if self.rules.refs == "bare":
            return any(not key.startswith("$") for key in schema)
        return self.rules.refs == "inline"

    def _written_out(self, schema: Json, at: str) -> Json:
        reference = schema["$ref"]
        rest = {key: value for key, value in schema.items() if key != "$ref"}
        if reference in self.following and rest.keys() <= ANNOTATIONS:
            self.notes.add("dropped", "nothing may stand beside `$ref` here, and this schema contains itself", at)
            return {"$ref": reference}
        try:
            found = None if reference in self.following else merged(resolve(self.root, reference), rest)
        except LookupError:
            self.notes.refuse(f"{reference!r} leads to nothing in the schema", at)
        if type(found) is not dict:
            self.notes.refuse("nothing may stand beside `$ref` here, and both cannot be written as one schema", at)
        self.following.append(reference)
        self.notes.add("changed", "what `$ref` names stands in its place", at)
        return found

    def _all_of(self, schema: Json, at: str) -> Json:
        parts = schema["allOf"]
        found: Any = {key: value for key, value in schema.items() if key != "allOf"}
        for part in parts:
            if len(parts) > 1 and type(part) is dict and type(part.get("$ref")) is str:
                part = self._written_out(part, at)
            inner = part.get("allOf") if type(part) is dict else None
            found = merged(part, found) if inner is None or "allOf" not in (found or {}) else None
        if type(found) is not dict:
            self.notes.refuse("`allOf` is not taken here, and it cannot be written as one schema", at)
        self.notes.add("changed", "`allOf` is one schema here", at)
        return found

    def _any_of(self, schema: Json, at: str) -> Json:
        if "anyOf" in schema:
            self.notes.refuse("`oneOf` is `anyOf` here, and there is one already", at)
        self.notes.add("changed", "`oneOf` is `anyOf` here: a value may fit several of its schemas", at)
        return {"anyOf" if key == "oneOf" else key: value for key, value in schema.items()}


def _renamed(root: Json) -> Json:
    """The schema with `definitions` as `$defs`, and what refers to them."""

    def visit(schema: Any, _: str) -> Any:
        if type(schema) is not dict:
            return schema
        reference = schema.get("$ref")
        if type(reference) is str and reference.startswith("#/definitions/"):
            schema = {**schema, "$ref": f"#/$defs/{reference[len('#/definitions/') :]}"}
        return rebuilt(schema, visit)

    found: Json = visit(root, "")
    moved = found.pop("definitions")
    found["$defs"] = {**moved, **(found.get("$defs") or {})} if type(moved) is dict else moved
    return found
