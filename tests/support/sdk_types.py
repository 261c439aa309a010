"""What vendors' own libraries take as a request, where no schema is published: their types, with unknown fields refused."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_type_hints

from strict import Check

__all__ = ["by_botocore", "by_cohere", "by_interactions"]

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
