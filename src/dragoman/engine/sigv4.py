"""AWS Signature Version 4: requests signed with AWS credentials instead of carrying a key.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. What is signed is what is sent:
the method, the path and query as they stand in the URL, the host, the body, and the headers `content-type` and `x-amz-*`;
others may be changed by a proxy on the way. A path is encoded once more than it is sent, as AWS asks of every service but
S3.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit

from ..errors import UsageError
from ..wire.http import HttpRequest
from .auth import AwsKeys, can_travel

__all__ = ["authorization", "sign"]

_ALGORITHM = "AWS4-HMAC-SHA256"
_UNRESERVED = "-_.~"
_PORTS = {"http": 80, "https": 443}


def sign(request: HttpRequest, keys: AwsKeys, service: str, region: str, now: float) -> HttpRequest:
    """The request with its signature; `now` is in Unix seconds and must be right to five minutes.

    A port that is the scheme's own is taken out of the URL: whether the `host` header has it would be the transport's choice.
    Raises UsageError for credentials that no header can carry.
    """
    if not all(map(can_travel, keys.parts())):
        raise UsageError("the AWS credentials hold characters that no HTTP header can carry: look for a line break in them")
    parts = urlsplit(request.url)
    host = parts.netloc.lower().removesuffix(f":{_PORTS.get(parts.scheme)}")
    url = parts._replace(netloc=host).geturl()
    headers = {**request.headers, "x-amz-date": datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")}
    if keys.session_token is not None:
        headers["x-amz-security-token"] = keys.session_token.reveal()
    signed = {name: value for name, value in headers.items() if name == "content-type" or name.startswith("x-amz-")}
    signed["host"] = host
    headers["authorization"] = authorization(request.method, url, signed, request.body, keys, service, region)
    return HttpRequest(request.method, url, headers, request.body)


def authorization(
    method: str, url: str, headers: Mapping[str, str], body: bytes, keys: AwsKeys, service: str, region: str
) -> str:
    """The value of `authorization` for exactly these headers, whose names are lower case and hold `host` and `x-amz-date`."""
    names = ";".join(sorted(headers))
    stamp = headers["x-amz-date"]
    canonical = "\n".join(
        [
            method,
            _path(url),
            _query(url),
            *[f"{name}:{re.sub(' +', ' ', headers[name].strip())}" for name in sorted(headers)],
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    scope = f"{stamp[:8]}/{region}/{service}/aws4_request"
    text = "\n".join([_ALGORITHM, stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{keys.secret_key.reveal()}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, text.encode(), "sha256").hex()
    return f"{_ALGORITHM} Credential={keys.access_key.reveal()}/{scope}, SignedHeaders={names}, Signature={signature}"


def _path(url: str) -> str:
    """The path as it is signed: without empty segments and dots, each segment encoded once more."""
    path = urlsplit(url).path
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(quote(segment, safe=_UNRESERVED))
    end = "/" if kept and path.endswith("/") else ""
    return f"/{'/'.join(kept)}{end}"


def _query(url: str) -> str:
    pairs = [pair.partition("=") for pair in urlsplit(url).query.split("&") if pair]
    return "&".join(
        [f"{name}={value}" for name, value in sorted([(_encoded(name), _encoded(value)) for name, _, value in pairs])]
    )


def _encoded(text: str) -> str:
    return quote(unquote(text), safe=_UNRESERVED)
