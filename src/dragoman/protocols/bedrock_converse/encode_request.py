"""A request to its HTTP request (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html).

The model stands in the path, as one percent-encoded segment. The body names its fields in one order, with `messages`
last, so that a longer history gives a body that begins as the shorter one's did. `Request.extra` wins field by field;
where it and the request both have an object, the two are joined.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import msgspec

from ...types.content import ToolCall, ToolResult
from ...types.request import Output, Request
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..json_schema import fit_schema
from ..sending import headers_for, post_json
from .dialect import ConverseDialect
from .encode_blocks import encode_cache
from .encode_messages import encode_messages
from .encode_tools import encode_tools
from .reasoning import STEERING, encode_reasoning, encode_top_k
from .wire import Json, family

__all__ = ["JSON_ONLY", "encode_request"]

JSON_ONLY = "Answer with one JSON object and nothing else."
"""The instruction that stands for `Output(kind="json_object")`, a form this wire has no word for."""

_REFERENCE = ConverseDialect()
_TIERS = {"standard": "default", "standard_only": "default"}
_OTHER_TIERS = ("auto", "scale", "batch")
_UNSPOKEN = ("seed", "presence_penalty", "frequency_penalty", "top_logprobs", "audio", "cache_key", "routing", "user")
"""Settings this wire has no word for."""


def encode_request(request: Request, target: Target, report: Report) -> HttpRequest:
    """The HTTP request, without credentials. Raises Unsupported through `report`."""
    dialect = target.dialect if isinstance(target.dialect, ConverseDialect) else _REFERENCE
    model = target.model or request.model
    if not model.strip("."):
        report.refuse("model", f"{model!r} is no model id")
    kind = dialect.family if dialect.family is not None else family(model)
    system, messages = encode_messages(request, target, dialect, kind, report)
    body: Json = {}
    output = _output(request.output, system, dialect, report)
    if system:
        body["system"] = system
    if inference := _inference(request):
        body["inferenceConfig"] = inference
    if tools := encode_tools(request, _has_tools(request), dialect, kind, report):
        body["toolConfig"] = tools
    native: Json = {}
    if request.reasoning is not None:
        native, effort = encode_reasoning(request.reasoning, kind, report, dialect.thinking)
        if effort is not None:
            output["effort"] = effort
    if request.top_k is not None:
        native |= encode_top_k(request.top_k, kind, report)
    if native:
        body["additionalModelRequestFields"] = native
    if output:
        body["outputConfig"] = output
    _settings(body, request, report)
    for key, value in request.extra.items():
        own = body.get(key)
        body[key] = {**own, **value} if type(own) is dict and type(value) is dict else value
    if "messages" not in request.extra:
        body["messages"] = messages
        if request.cache is not None:
            _cache_all(messages[-1]["content"], request, dialect, report)
    verb = "converse-stream" if request.stream else "converse"
    url = f"{target.base_url}/model/{quote(model, safe='')}/{verb}"
    return post_json(url, headers_for(request, target, stream=None), body, report, STEERING)


def _has_tools(request: Request) -> bool:
    return any(type(block) in (ToolCall, ToolResult) for message in request.messages for block in message.content)


def _inference(request: Request) -> Json:
    wire: Json = {}
    for field, word in (("max_tokens", "maxTokens"), ("temperature", "temperature"), ("top_p", "topP")):
        value = getattr(request, field)
        if value is not None:
            wire[word] = value
    if request.stop:
        wire["stopSequences"] = request.stop
    return wire


def _output(output: Output | None, system: list[Json], dialect: ConverseDialect, report: Report) -> Json:
    """`outputConfig` as far as it is the form of the answer."""
    if output is None or output.kind == "text":
        return {}
    if output.kind == "json_object":
        report.adapt("output", "changed", "JSON of any form is asked for in the system prompt")
        system.append({"text": JSON_ONLY})
        return {}
    if not dialect.structured_output:
        report.adapt("output", "dropped", "this model does not hold answers to a schema")
        return {}
    if output.strict is False:
        report.adapt("output", "changed", "answers are always held to the schema here")
    structure: Json = {}
    if output.schema is not None:
        schema = fit_schema(output.schema, dialect.schemas.for_output(output.strict), report, "output.schema")
        structure["schema"] = msgspec.json.encode(schema).decode()
    if output.name != Output().name:
        structure["name"] = output.name
    if output.description is not None:
        structure["description"] = output.description
    return {"textFormat": {"type": output.kind, "structure": {"jsonSchema": {**structure, **output.extra}}}}


def _settings(body: Json, request: Request, report: Report) -> None:
    """Everything that is one value."""
    if request.metadata:
        kept = {key: value for key, value in request.metadata.items() if type(value) is str}
        for key in request.metadata.keys() - kept.keys():
            report.adapt("metadata", "dropped", f"values of metadata are text here, unlike that of {key!r}")
        body["requestMetadata"] = kept
    if (tier := request.service_tier) is not None:
        if tier in _OTHER_TIERS:
            report.adapt("service_tier", "dropped", f"there is no service tier {tier!r} here")
        else:
            body["serviceTier"] = {"type": _TIERS.get(tier, tier)}
    for field in _UNSPOKEN:
        if getattr(request, field) is not None:
            report.adapt(field, "dropped", f"{field} cannot be said here")
    if request.logprobs:
        report.adapt("logprobs", "dropped", "log probabilities are not given here")
    if request.n is not None and request.n > 1:
        report.adapt("n", "dropped", "there is one answer to a request here")
    if set(request.modalities) - {"text"}:
        report.adapt("modalities", "dropped", "answers are text here")


def _cache_all(content: list[Any], request: Request, dialect: ConverseDialect, report: Report) -> None:
    """Mark the whole prompt: a cache point at its end."""
    assert request.cache is not None
    if not dialect.cache:
        report.adapt("cache", "dropped", "this model takes no cache marks")
    elif type(content[-1]) is not dict or "cachePoint" not in content[-1]:
        content.append(encode_cache(request.cache))
