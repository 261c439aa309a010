"""Prompts that the vendor keeps under a name: `cachedContents` (https://ai.google.dev/api/caching).

On Vertex AI the resource stands beside the models of its location, and names its model by the whole path
(https://docs.cloud.google.com/vertex-ai/generative-ai/docs/context-cache/context-cache-create). What is too short is refused:
`Cached content is too small`.
"""

from __future__ import annotations

import re

import msgspec

from ...types.cached import CachedPrompt
from ...types.request import Request
from ...types.response import Failure
from ...wire.http import HttpRequest
from ...wire.json import read_json
from ..base import Report, Target
from ..counting import encode_counted, fields
from .encode_request import encode_request

__all__ = ["decode_cached", "encode_cached", "encode_uncached"]

_KEPT = frozenset({"contents", "systemInstruction", "tools", "toolConfig"})
_PROJECT = re.compile(r"projects/[^/]+/locations/[^/]+$")
_CLIP = 200


def encode_cached(request: Request, target: Target, report: Report, seconds: int) -> HttpRequest:
    """The request to keep what a request says for some seconds."""
    http = encode_request(msgspec.structs.replace(request, stream=False), target, report)
    model = http.url.removeprefix(f"{target.base_url}/").removesuffix(":generateContent")
    if (project := _PROJECT.search(target.base_url)) is not None:
        model = f"{project[0]}/{model}"
    return encode_counted(
        http, f"{target.base_url}/cachedContents", {"model": model, **fields(http, _KEPT), "ttl": f"{seconds}s"}
    )


def decode_cached(body: bytes, target: Target) -> CachedPrompt | Failure:
    """What the vendor made; a Failure for an answer that names nothing."""
    try:
        wire = read_json(body)
    except ValueError:
        wire = None
    if not isinstance(wire, dict) or not isinstance(name := wire.get("name"), str) or "cachedContents/" not in name:
        said = " ".join(body[: 4 * _CLIP].decode("utf-8", "replace").split())[:_CLIP]
        return Failure(f"the answer names no cached content; it begins with {said!r}", reason="decode", body=said)
    usage = wire.get("usageMetadata")
    tokens = usage.get("totalTokenCount") if isinstance(usage, dict) else None
    expires = wire.get("expireTime")
    return CachedPrompt(
        name,
        target.provider,
        target.model,
        tokens if type(tokens) is int else None,
        expires if isinstance(expires, str) else None,
    )


def encode_uncached(name: str, target: Target) -> HttpRequest:
    """The request to let go of what was kept. Vertex AI's names are whole paths, of which the base URL has the first part."""
    given = {header.lower(): value for header, value in target.headers.items()}
    return HttpRequest("DELETE", f"{target.base_url}/{name[name.index('cachedContents/') :]}", given)
