"""The vendor's lists of models: foundation models, then the inference profiles under which most of them are called.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListFoundationModels.html (one page) and
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_ListInferenceProfiles.html (in pages). Both are on the host
`bedrock.REGION...`, where `bedrock-runtime.REGION...` answers; other hosts, such as a proxy, are asked themselves.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit

from ...types.model import Model
from ...types.response import Failure
from ...wire.http import HttpRequest
from ..base import ModelPage, Target
from ..listing import at, day, encode_list, modalities, read_list, source, text

__all__ = ["decode_models", "encode_models"]

_PAGE = 1000  # the most a page may hold
_FIRST_PROFILES = "-"  # stands for the first page of profiles, which has no token
_DOMAINS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")


def encode_models(target: Target, after: str | None) -> HttpRequest:
    """The request for a page."""
    base = _control(target.base_url)
    if after is None:
        return encode_list(target, f"{base}/foundation-models")
    more = "" if after == _FIRST_PROFILES else f"&nextToken={quote(after, safe='')}"
    return encode_list(target, f"{base}/inference-profiles?maxResults={_PAGE}{more}")


def decode_models(body: bytes, target: Target) -> ModelPage | Failure:
    """One page of either list in an answer."""
    read = read_list(body, "modelSummaries", "inferenceProfileSummaries")
    if isinstance(read, Failure):
        return read
    if "modelSummaries" in read.around:
        models = [_model(name, item, target) for item in read.items if (name := text(item.get("modelId"))) is not None]
        return ModelPage(tuple(models), _FIRST_PROFILES)
    named = [(text(item.get("inferenceProfileId")), item) for item in read.items]
    profiles = [
        Model(target.provider, name, text(item.get("inferenceProfileName")), source=source(target))
        for name, item in named
        if name is not None
    ]
    return ModelPage(tuple(profiles), text(read.around.get("nextToken")))


def _control(base_url: str) -> str:
    """Where lists are; the same owner's host, so that credentials stay with it."""
    host = urlsplit(base_url).hostname or ""
    if not host.startswith("bedrock-runtime") or not host.endswith(_DOMAINS):
        return base_url
    return base_url.replace("//bedrock-runtime", "//bedrock", 1)


def _model(name: str, item: dict[str, Any], target: Target) -> Model:
    return Model(
        target.provider,
        name,
        text(item.get("modelName")),
        inputs=modalities(item.get("inputModalities")),
        outputs=modalities(item.get("outputModalities")),
        released=day(at(item, "modelLifecycle.startOfLifeTime")),
        retires=day(at(item, "modelLifecycle.endOfLifeTime")),
        source=source(target),
    )
