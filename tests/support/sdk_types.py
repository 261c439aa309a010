"""What vendors' own libraries take as a request, where no schema is published: their types, with unknown fields refused."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NotRequired, Required, get_args, get_origin, get_type_hints

from strict import Check, by_schema

__all__ = ["by_anthropic", "by_botocore", "by_cohere", "by_interactions"]

Json = dict[str, Any]


@cache
def by_cohere() -> Check | None:
    """By the parameters of `cohere.ClientV2.chat` and their types; None where the library is absent."""
    try:
        import pydantic
        from cohere.v2 import client
    except ImportError:
        return None
    known = get_type_hints(client.V2Client.chat)
    adapters = {name: pydantic.TypeAdapter(kind) for name, kind in known.items() if name not in ("request_options", "return")}

    def check(body: Json) -> list[str]:
        wrong = []
        for name, value in body.items():
            if name == "stream":
                continue  # another method of the library
            if name not in adapters:
                wrong.append(f"the body: {name!r} is not a parameter")
                continue
            try:
                wrong += [f"{name}{place}: unknown field" for place in _unknown(adapters[name].validate_python(value))]
            except pydantic.ValidationError as error:
                wrong.append(f"{name}: {error}")
        return wrong

    return check


def _unknown(value: Any, place: str = "") -> Iterator[str]:
    """Where a value of the library's types holds fields that it does not know: it keeps them apart and says nothing."""
    if isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _unknown(item, f"{place}/{position}")
        return
    if getattr(value, "is_unknown", False):
        yield place
        return
    extra = getattr(value, "model_extra", None)
    for name in extra or ():
        yield f"{place}/{name}"
    for name in getattr(type(value), "model_fields", ()):
        yield from _unknown(vars(value).get(name), f"{place}/{name}")  # not by attribute: deprecated fields warn


@cache
def by_interactions() -> Check | None:
    """By google-genai's types of a request for an interaction, of a model or an agent; None where the library is absent."""
    try:
        import pydantic
        from google.genai._gaos.types import interactions
    except ImportError:
        return None
    kinds = {"model": interactions.CreateModelInteraction, "agent": interactions.CreateAgentInteraction}

    def check(body: Json) -> list[str]:
        kind = "agent" if "agent" in body else "model"
        try:
            read = kinds[kind].model_validate({"model": "m", **body} if kind == "model" else body)
        except pydantic.ValidationError as error:
            return [str(error)]
        except TypeError as error:  # the types stumble themselves, over a `type` that is no word
            return [f"what these types cannot read: {error}"]
        return [f"{place}: unknown" for place in _unknown(read)]

    return check


@cache
def by_botocore(operation: str) -> Check | None:
    """By AWS' model of its own service; None where the library is absent."""
    try:
        from botocore import loaders, model, validate
    except ImportError:
        return None
    service = model.ServiceModel(loaders.Loader().load_service_model("bedrock-runtime", "service-2"))
    shape = service.operation_model(operation).input_shape

    def check(body: Json) -> list[str]:
        # The model's name stands in the path. Bytes are base64 here, as the validator takes them.
        report = validate.ParamValidator().validate({"modelId": "m", **body}, shape)
        return report.generate_report().splitlines() if report.has_errors() else []

    return check


@cache
def by_anthropic() -> Check | None:
    """By Anthropic's published schema, and by its library's types where that is younger: its own tools and MCP servers."""
    published = by_schema("anthropic", "CreateMessageParams")
    try:
        from anthropic.types import beta
        from anthropic.types.beta import beta_tool_union_param as own
    except ImportError:
        return published
    if published is None:
        return None
    kinds = {}
    for kind in get_args(own.BetaToolUnionParam):
        for word in get_args(_plain(get_type_hints(kind)["type"])):
            kinds[word] = kind
    server = beta.BetaRequestMCPServerURLDefinitionParam

    def check(body: Json) -> list[str]:
        body, wrong = dict(body), []
        for position, each in enumerate(body.pop("mcp_servers", ())):
            wrong += _amiss(each, server, f"mcp_servers/{position}")
        tools = body.get("tools", ())
        younger = [tool for tool in tools if tool.get("type") in kinds and tool["type"] != "custom"]
        for tool in younger:
            wrong += _amiss(tool, kinds[tool["type"]], f"tools/{tools.index(tool)}")
        if younger and (rest := [tool for tool in tools if tool not in younger]):
            body["tools"] = rest
        elif younger:
            del body["tools"]
        return wrong + published(body)

    return check


def _plain(hint: Any) -> Any:
    """What a field may be, `Required` and the like taken off."""
    return get_args(hint)[0] if get_origin(hint) in (Required, NotRequired) else hint


def _amiss(value: Any, hint: Any, place: str) -> Iterator[str]:
    """What is wrong with a value by a type of fields: unknown and missing fields, words that are none of those listed."""
    hint = _plain(hint)
    if hasattr(hint, "__required_keys__"):
        hints = get_type_hints(hint, include_extras=True)
        if not isinstance(value, dict):
            yield f"{place}: no object"
            return
        needed = {name for name, kind in hints.items() if get_origin(kind) is Required}
        yield from [f"{place}/{name}: unknown" for name in value.keys() - hints.keys()]
        yield from [f"{place}/{name}: missing" for name in needed - value.keys()]
        for name in value.keys() & hints.keys():
            yield from _amiss(value[name], hints[name], f"{place}/{name}")
    elif get_origin(hint) is Literal:
        if value not in get_args(hint):
            yield f"{place}: {value!r} is none of {get_args(hint)}"
    elif isinstance(hint, type):
        if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
            yield f"{place}: {value!r} is no {hint.__name__}"
    elif getattr(get_origin(hint), "__name__", "") in ("list", "Iterable", "Sequence"):
        for position, item in enumerate(value):
            yield from _amiss(item, get_args(hint)[0], f"{place}/{position}")
    elif get_origin(hint) is dict:
        for name, item in value.items():
            yield from _amiss(item, get_args(hint)[1], f"{place}/{name}")
    elif branches := get_args(hint):
        found = [list(_amiss(value, branch, place)) for branch in branches]
        if [] not in found:
            yield from min(found, key=len)
