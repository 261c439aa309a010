"""The `boto3` package, as its documentation shows it. It has no asyncio, and takes no Bedrock API key without TLS: it signs."""

from __future__ import annotations

from typing import Any

import boto3
import forms
from botocore.config import Config

MODEL = "harbour-5"


def _messages(turns: Any) -> list[dict[str, Any]]:
    import base64

    messages = forms.bedrock_converse(turns)
    for message in messages:
        for block in message["content"]:
            if "image" in block:
                source = block["image"]["source"]
                source["bytes"] = base64.b64decode(source["bytes"])
    return messages


class Bedrock:
    asynchronous = False

    def __init__(self, url: str) -> None:
        config = Config(retries={"total_max_attempts": 1})
        keys = {"aws_access_key_id": "AKIANOBODY", "aws_secret_access_key": "a-secret-for-nobody"}
        self._client: Any = boto3.client("bedrock-runtime", "us-east-1", endpoint_url=url, config=config, **keys)

    prepare = staticmethod(_messages)

    def whole(self, request: Any) -> str:
        return self._client.converse(modelId=MODEL, messages=request)["output"]["message"]["content"][0]["text"]

    def stream(self, request: Any, sink: Any) -> None:
        for event in self._client.converse_stream(modelId=MODEL, messages=request)["stream"]:
            if "contentBlockDelta" in event:
                delta = event["contentBlockDelta"]["delta"]
                if "text" in delta:
                    sink.text(delta["text"])
                elif "toolUse" in delta:
                    sink.arguments(delta["toolUse"]["input"])
                elif "text" in delta["reasoningContent"]:
                    sink.thinking(delta["reasoningContent"]["text"])

    def close(self) -> None:
        self._client.close()
