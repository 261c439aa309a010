"""A request to its HTTP request (https://ai.google.dev/api/generate-content#method:-models.generatecontent).

Model and method stand in the path, everything else in the body, whose `contents` come last, so that a longer history
gives a body that begins as the shorter one's did. `Request.extra` wins field by field; where it and the request both
have an object, the two are joined.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from ...types.request import Output, Request
from ...wire.http import HttpRequest
from ..base import Report, Target
from ..json_schema import fit_schema
from ..sending import headers_for, post_json
from .answers import Json
from .dialect import OPENAPI, GeminiDialect
from .encode_contents import encode_contents
from .encode_tools import encode_tools
from .reasoning import encode_reasoning

__all__ = ["ARRAY", "encode_request"]

_REFERENCE = GeminiDialect()

_UNSPOKEN = ("user", "metadata", "cache", "cache_key", "routing")
"""Settings this wire has no word for."""

_SETTINGS = {
    "max_tokens": "maxOutputTokens",
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "stop": "stopSequences",
    "seed": "seed",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
    "n": "candidateCount",
}
"""Settings that are one value of `generationConfig`."""

ARRAY = "application/json"
"""The `accept` of a streaming request whose answer is to be a JSON array: a server is told so, the vendor is not."""

_PCM = ("pcm", "pcm16", "l16")


def encode_request(request: Request, target: Target, report: Report) -> HttpRequest:
    """The HTTP request, without credentials. Raises Unsupported through `report`."""
    dialect = target.dialect if isinstance(target.dialect, GeminiDialect) else _REFERENCE
    system, contents = encode_contents(request, target, dialect, report)
    body: Json = {}
    if system:
        body["systemInstruction"] = {"parts": system}
    tools, tool_config = encode_tools(request, target.model or request.model, dialect, report)
    if tools:
        body["tools"] = tools
    if tool_config:
        body["toolConfig"] = tool_config
    if request.parallel_tools is False:
        report.adapt("parallel_tools", "dropped", "parallel calls cannot be forbidden here")
    if config := _config(request, target, dialect, report):
        body["generationConfig"] = config
    if request.service_tier is not None:
        body["serviceTier"] = request.service_tier
    for field in _UNSPOKEN:
        if getattr(request, field) is not None:
            report.adapt(field, "dropped", f"{field} cannot be said here")
    for key, value in request.extra.items():
        body[key] = _joined(body.get(key), value)
    if "contents" not in request.extra:
        body["contents"] = contents
    headers = headers_for(request, target, stream=None)
    if request.stream and headers.get("accept") == ARRAY:
        del headers["accept"]
    return post_json(_url(request, target, dialect, report), headers, body, report, ("generationConfig.thinkingConfig",))


def _joined(own: Any, given: Any) -> Any:
    """A field of the body with what `extra` has for it; objects are joined at any depth."""
    if type(own) is dict and type(given) is dict:
        return {**own, **{key: _joined(own.get(key), value) for key, value in given.items()}}
    return given


def _url(request: Request, target: Target, dialect: GeminiDialect, report: Report) -> str:
    """The path of the model and the method; a model that names its collection (`tunedModels/x`) is taken as it is."""
    model = target.model or request.model
    steps = model.strip("/").split("/")
    if not model or any(step in ("", ".", "..") for step in steps):
        report.refuse("model", f"the model id {model!r} cannot stand in a path")
    path = "/".join([quote(step, safe="@") for step in steps])
    if len(steps) == 1:
        path = dialect.model_path.replace("{model}", path)
    method = "streamGenerateContent?alt=sse" if request.stream else "generateContent"
    return f"{target.base_url}/{path}:{method}"


# --- settings ------------------------------------------------------------------------------------------------------------


def _config(request: Request, target: Target, dialect: GeminiDialect, report: Report) -> Json:
    """The `generationConfig`."""
    wire: Json = {}
    for field, name in _SETTINGS.items():
        value = getattr(request, field)
        if value is not None and value != ():
            wire[name] = value
    if request.top_logprobs is not None and request.logprobs is None:
        wire["responseLogprobs"] = True
    if request.modalities:
        wire["responseModalities"] = [word.upper() for word in request.modalities]
    if request.audio is not None:
        voice = request.audio.voice
        speech = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": voice}}} if isinstance(voice, str) else voice
        wire["speechConfig"] = speech
        if request.audio.format.lower() not in _PCM:
            report.adapt("audio", "dropped", f"sound comes as PCM here, not as {request.audio.format!r}")
    if request.output is not None:
        wire |= _output(request.output, dialect, report)
    if request.reasoning is not None:
        thinking = encode_reasoning(request.reasoning, target.model or request.model, dialect, report)
        if thinking:
            wire["thinkingConfig"] = thinking
    return wire


def _output(output: Output, dialect: GeminiDialect, report: Report) -> Json:
    """The form of the answer. A schema is always kept to, so `strict` has nothing to add."""
    if output.kind == "text":
        return {"responseMimeType": "text/plain", **output.extra}
    if output.kind not in ("json_schema", "json_object"):
        report.adapt("output", "dropped", f"there is no output of kind {output.kind!r} here")
        return {}
    if output.description is not None:
        report.adapt("output", "changed", "the description of the output is not sent")
    wire: Json = {"responseMimeType": "application/json"}
    if output.schema is not None and output.kind == "json_schema":
        rules = dialect.schemas.for_output(output.strict) if dialect.json_schema else OPENAPI
        schema = fit_schema(output.schema, rules, report, "output.schema")
        wire["responseJsonSchema" if dialect.json_schema else "responseSchema"] = schema
    return wire | output.extra
