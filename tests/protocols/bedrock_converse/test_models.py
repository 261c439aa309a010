"""Bedrock's two lists: foundation models, then the profiles under which they are called."""

from __future__ import annotations

import msgspec
import pytest

from dragoman.protocols.base import ModelPage, Target
from dragoman.protocols.bedrock_converse import PROTOCOL
from dragoman.types.model import Model
from dragoman.types.response import Failure

TARGET = Target("bedrock", "bedrock_converse", "", "https://bedrock-runtime.eu-central-1.amazonaws.com")
SAID = {"source": "bedrock's list of models"}


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://bedrock-runtime.eu-central-1.amazonaws.com", "https://bedrock.eu-central-1.amazonaws.com"),
        ("https://bedrock-runtime.cn-north-1.amazonaws.com.cn", "https://bedrock.cn-north-1.amazonaws.com.cn"),
        ("https://bedrock-runtime-fips.us-east-1.amazonaws.com", "https://bedrock-fips.us-east-1.amazonaws.com"),
        ("https://bedrock-runtime.example.com", "https://bedrock-runtime.example.com"),
        ("http://127.0.0.1:8080/bedrock", "http://127.0.0.1:8080/bedrock"),
    ],
)
def test_lists_are_on_the_control_planes_host(base_url: str, expected: str) -> None:
    """The vendor's own host has a sibling; nobody else's has, and credentials go nowhere else."""
    request = PROTOCOL.encode_models(msgspec.structs.replace(TARGET, base_url=base_url))

    assert ("GET", f"{expected}/foundation-models") == (request.method, request.url)


def test_foundation_models() -> None:
    """Modalities and dates; then come the profiles."""
    item = {
        "modelId": "acme.m-v1:0",
        "modelName": "M",
        "inputModalities": ["TEXT", "IMAGE"],
        "outputModalities": ["TEXT"],
        "modelLifecycle": {
            "status": "LEGACY",
            "startOfLifeTime": "2025-05-22T00:00:00Z",
            "endOfLifeTime": "2027-03-01T00:00:00Z",
        },
    }
    page = PROTOCOL.decode_models(msgspec.json.encode({"modelSummaries": [item, {"modelName": "?"}]}), TARGET)

    model = Model(
        *("bedrock", "acme.m-v1:0", "M"),
        **SAID,
        inputs=("text", "image"),
        outputs=("text",),
        released="2025-05-22",
        retires="2027-03-01",
    )
    assert isinstance(page, ModelPage)
    assert (model,) == page.models
    assert PROTOCOL.encode_models(TARGET, page.after).url == (
        "https://bedrock.eu-central-1.amazonaws.com/inference-profiles?maxResults=1000"
    )


def test_profiles() -> None:
    """Ids with their group of regions, page by page."""
    body = {"inferenceProfileSummaries": [{"inferenceProfileId": "eu.acme.m-v1:0", "inferenceProfileName": "EU M"}]}
    model = Model("bedrock", "eu.acme.m-v1:0", "EU M", **SAID)

    assert ModelPage((model,), "t/1") == PROTOCOL.decode_models(msgspec.json.encode({**body, "nextToken": "t/1"}), TARGET)
    assert ModelPage((model,)) == PROTOCOL.decode_models(msgspec.json.encode(body), TARGET)
    assert PROTOCOL.encode_models(TARGET, "t/1").url.endswith("/inference-profiles?maxResults=1000&nextToken=t%2F1")


def test_what_is_no_list() -> None:
    """A failure that says so."""
    assert isinstance(PROTOCOL.decode_models(b'{"Output":{"__type":"UnknownOperationException"}}', TARGET), Failure)
