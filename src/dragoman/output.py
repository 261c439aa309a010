"""Answers of a type: what is asked of the model, in which of three ways, and how its words become a value.

| path | what is sent | when |
|---|---|---|
| `native` | the schema, in the vendor's own field | provider and model have the field and take the schema, beside tools too |
| `tool` | a forced call of a tool with the schema | no tools and no reasoning are asked for, calls can be forced |
| `prompt` | the schema in words behind the system instructions, with the vendor's JSON mode where it has one | always |

The first that can be is taken, and every one but the first is listed as an adaptation of `output`. Whichever it is, the answer
is JSON text: calls of the tool are told as text (`engine.as_text`). The root is always an object, for most vendors want one: a
type that is none stands under the key `value`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Generic, Literal, TypeVar, overload

import msgspec
from msgspec.structs import replace

from .engine.answered import Answer
from .errors import OutputInvalid, Unsupported, UsageError
from .protocols.base import Protocol, Report, Target
from .typed import Form, Invalid, Problem, form_of, raw_form
from .types.content import Text
from .types.messages import user
from .types.model import Model
from .types.request import Output, Request, Tool, ToolChoice
from .types.response import Response
from .wire.json import read_json

__all__ = ["Answer", "OutputInvalid", "Path", "Typed", "asked", "by_call", "say"]

T = TypeVar("T")

Path = Literal["native", "tool", "prompt"]

_ROOT: Final = "value"
_MARK: Final = "dragoman_mark"
_PROBE: Final = {
    "type": "object",
    "properties": {_MARK: {"type": "string"}},
    "required": [_MARK],
}
_FENCED: Final = re.compile(r"```\w*\s*\n(.*?)\n\s*```", re.DOTALL)


class Typed(Generic[T]):
    """A type to be answered with, and how: for `output=` where the type alone says too little.

    `kind` is a type that `dragoman.typed` reads, or a JSON Schema. `path` fixes the way of asking. `name` is what vendors and
    models see the form called, `description` says more of it than the schema does. `strict` asks for a vendor's strict mode;
    None for one that changes nothing of a type's schema but what may be null. `repairs` is how often the model is told what
    does not fit and asked again; streams are not.
    """

    __slots__ = ("_form", "_wrapped", "description", "name", "path", "repairs", "schema", "strict")

    @overload
    def __init__(
        self,
        kind: type[T],
        *,
        path: Path | None = None,
        name: str = "answer",
        description: str | None = None,
        strict: bool | None = None,
        repairs: int = 1,
    ) -> None: ...
    @overload
    def __init__(
        self: Typed[Any],
        kind: Any,
        *,
        path: Path | None = None,
        name: str = "answer",
        description: str | None = None,
        strict: bool | None = None,
        repairs: int = 1,
    ) -> None: ...
    def __init__(
        self,
        kind: Any,
        *,
        path: Path | None = None,
        name: str = "answer",
        description: str | None = None,
        strict: bool | None = None,
        repairs: int = 1,
    ) -> None:
        """Raises UsageError for a type that has no JSON form."""
        if path not in (None, "native", "tool", "prompt"):
            raise UsageError(f'{path!r} is no way to ask for a typed answer: "native", "tool" and "prompt" are, None is the best')
        if repairs < 0:
            raise UsageError(f"repairs must be at least 0, not {repairs}")
        schema_given: Any = kind if isinstance(kind, Mapping) else None
        raw = schema_given is not None
        self._form: Form[T] = raw_form(schema_given) if raw else form_of(kind)
        schema = self._form.schema
        self._wrapped = schema.get("type") != "object" and not ("type" not in schema and "properties" in schema)
        self.schema = _wrapped(schema) if self._wrapped else schema
        self.path = path
        self.name = name
        self.description = description
        self.strict: tuple[bool | None, ...] = (strict,) if raw or strict is not None else (True, None)
        self.repairs = repairs

    def read(self, response: Response) -> T:
        """The value of an answer. Raises OutputInvalid for one that does not fit."""
        try:
            return self._read(response)
        except Invalid as invalid:
            error = OutputInvalid(invalid.message)
            error.problems = tuple([str(problem) for problem in invalid.problems])
            raise error from invalid

    def _read(self, response: Response) -> T:
        problem: Invalid | None = None
        for text in _candidates(response):
            try:
                value = read_json(text)
            except ValueError:
                continue
            try:
                return self._form.convert(self._unwrapped(value))
            except Invalid as error:
                problem = problem or error
        if problem is not None:
            raise problem
        if not response.text.strip():
            raise Invalid((Problem("$", "the answer holds no text: give the JSON object itself"),))
        return self._form.convert_text(response.text)

    def partial(self, value: dict[str, Any] | None) -> Any:
        """What is shown of an answer that is under way."""
        return value.get(_ROOT) if value is not None and self._wrapped else value

    def _unwrapped(self, value: Any) -> Any:
        """The value itself; models that say it without its key are understood."""
        return value[_ROOT] if self._wrapped and isinstance(value, dict) and value.keys() == {_ROOT} else value


def asked(value: Any) -> Typed[Any] | None:
    """What `output=` asks for; None for nothing, and for an `Output`, which is sent as it is.

    Raises UsageError for a type that has no JSON form.
    """
    if value is None or isinstance(value, Output):
        return None
    return value if isinstance(value, Typed) else Typed(value)


def say(request: Request, typed: Typed[Any], target: Target, protocol: Protocol, model: Model | None, report: Report) -> Request:
    """The request that asks for a typed answer there. Raises Unsupported through `report` where policy allows no other path."""
    if any(isinstance(tool, Tool) and tool.name == typed.name for tool in request.tools):
        raise UsageError(f"a tool is called {typed.name!r} as the answer is: give one of them another name, Typed(..., name=...)")
    fits, why = _best(typed, target, protocol, report)
    if fits is not None and model is not None and model.schema is False:
        fits, why = None, f"{model.id} does not hold its answers to a JSON Schema"
    if fits is not None and request.tools and not protocol.schema_beside_tools(target):
        fits, why = None, "a request with tools takes no JSON Schema here"
    if typed.path in (None, "native"):
        if fits is not None:
            return replace(request, output=fits)
        if typed.path == "native":
            report.refuse("output", f"{why}: leave out path, or name another")
    why = f"as the call says, path={typed.path!r}" if typed.path else why
    if typed.path == "tool" or (typed.path is None and _can_be_called(request, typed, target, protocol, model)):
        report.adapt("output", "changed", f"said as a forced call of the tool {typed.name!r}: {why}", "output")
        return _by_tool(request, typed)
    report.adapt("output", "changed", f"said in words in the system instructions: {why}", "output")
    return _in_words(request, typed, _json_mode(target, protocol))


def by_call(request: Request, typed: Typed[Any]) -> str | None:
    """The tool whose calls are the answer, None where the answer is text."""
    return typed.name if any(isinstance(tool, Tool) and tool.name == typed.name for tool in request.tools) else None


def _best(typed: Typed[Any], target: Target, protocol: Protocol, report: Report) -> tuple[Output | None, str]:
    """The strictest form in which the schema goes into the vendor's own field, or why it does not."""
    probing = Report(target)
    body, _ = _encoded(Output(_PROBE, typed.name, True), target, protocol, probing)
    if _MARK.encode() not in body:
        return None, "this provider does not hold answers to a JSON Schema"
    # Where the rules of a strict mode are not known, a schema may not obey them: the vendor would refuse it.
    known = any(each.feature == "schema" for each in probing.adaptations)
    why = ""
    for strict in typed.strict if known else typed.strict[-1:]:
        output = Output(typed.schema, typed.name, strict)
        tried = report.fresh()
        body, refusal = _encoded(output, target, protocol, tried)
        if refusal is not None:
            why = refusal
        elif strict is not True or not any(each.feature in ("output", "strict") for each in tried.adaptations):
            return output, ""
    return None, why


def _encoded(output: Output, target: Target, protocol: Protocol, report: Report) -> tuple[bytes, str | None]:
    """The body of a small request for an output: the encoder knows what its wire and dialect have."""
    try:
        return protocol.encode_request(Request(target.model, (user("?"),), output=output), target, report).body or b"", None
    except Unsupported as refusal:
        return b"", refusal.message


def _json_mode(target: Target, protocol: Protocol) -> bool:
    """Whether the vendor's field takes any JSON, and no schema."""
    schema, _ = _encoded(Output(_PROBE), target, protocol, Report(target))
    free, _ = _encoded(Output(kind="json_object"), target, protocol, Report(target))
    return _MARK.encode() not in schema and b'"json_object"' in free


def _can_be_called(request: Request, typed: Typed[Any], target: Target, protocol: Protocol, model: Model | None) -> bool:
    """Whether a forced call is possible; models that are asked to reason refuse to be forced (Anthropic's, DeepSeek's)."""
    if request.tools or (request.reasoning is not None and request.reasoning.effort != "none"):
        return False
    if model is not None and (model.tools is False or model.forced_tools is False):
        return False
    tried = Report(target)
    try:
        protocol.encode_request(_by_tool(Request(target.model, (user("?"),)), typed), target, tried)
    except Unsupported:
        return False
    return not any(each.feature in ("tools", "tool_choice") for each in tried.adaptations)


def _by_tool(request: Request, typed: Typed[Any]) -> Request:
    what = "Gives the answer: call it once, with the whole answer, and say nothing else."
    description = f"{what} {typed.description}" if typed.description else what
    tool = Tool(typed.name, description, typed.schema)
    choice = ToolChoice("required") if request.tools else ToolChoice("tool", typed.name)
    return replace(request, tools=(*request.tools, tool), tool_choice=choice)


def _in_words(request: Request, typed: Typed[Any], json_mode: bool) -> Request:
    when = "When you have what you need of the tools, answer" if request.tools else "Answer"
    about = f" {typed.description}" if typed.description else ""
    words = (
        f"{when} with one JSON object that fits the JSON Schema below, and with nothing else: no words before or after it, "
        f"no code fence.{about}\n\n{msgspec.json.encode(typed.schema).decode()}"
    )
    return replace(
        request,
        system=(*request.system, Text(words)),
        output=Output(kind="json_object") if json_mode else None,
    )


def _wrapped(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema as the one property of an object; what it refers to stays where the references find it."""
    inner = _moved(schema)
    kept = {name: inner.pop(name) for name in ("$defs", "definitions") if name in inner}
    return {"type": "object", "properties": {_ROOT: inner}, "required": [_ROOT], "additionalProperties": False, **kept}


def _moved(value: Any) -> Any:
    """References into the schema itself, but for its definitions, lead to where it now stands."""
    if isinstance(value, list):
        return [_moved(each) for each in value]
    if not isinstance(value, dict):
        return value
    moved = {name: _moved(each) for name, each in value.items()}
    reference = value.get("$ref")
    if isinstance(reference, str) and reference.startswith("#") and not reference.startswith(("#/$defs/", "#/definitions/")):
        moved["$ref"] = f"#/properties/{_ROOT}{reference[1:]}"
    return moved


def _candidates(response: Response) -> Iterator[str]:
    """The texts that may be the value: all of it, the last that was said, what is fenced, the outermost braces."""
    text = response.text
    yield text
    blocks = [block.text for block in response.message.content if isinstance(block, Text)]
    if len(blocks) > 1:
        yield blocks[-1]
    yield from reversed(_FENCED.findall(text))
    first, last = text.find("{"), text.rfind("}")
    if 0 <= first < last:
        yield text[first : last + 1]
