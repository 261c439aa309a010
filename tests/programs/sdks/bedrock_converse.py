"""The programs by botocore's `bedrock-runtime` client."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from botocore.config import Config
from botocore.session import Session

from dragoman import Message, Response
from dragoman.types import Base64, Block, Document, Image, Text, Thinking, ToolCall, ToolResult

from ..stage import KEY, Asker
from .common import Turns, answer, joined

__all__ = ["asker"]

_ENDS: dict[str, Any] = {"end_turn": "stop", "tool_use": "tool_calls", "max_tokens": "length"}


@contextmanager
def asker(url: str) -> Iterator[Asker]:
    """Whole answers, and streams whose events are put together as they come."""
    client = Session().create_client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=url,
        aws_access_key_id="nobody",
        aws_secret_access_key=KEY,
        config=Config(retries={"total_max_attempts": 1}),
    )
    turns = Turns()

    async def ask(streams: bool, messages: list[Message], options: dict[str, Any]) -> Response:
        asked: dict[str, Any] = {"modelId": "any-model", **_options(options)}
        asked["messages"] = [_write(message, turns) for message in messages]
        if not streams:
            whole = client.converse(**asked)
            content = whole["output"]["message"]["content"]
            return turns.keep(_read(content, whole["stopReason"], whole["usage"]), content)
        with closing(client.converse_stream(**asked)["stream"]) as stream:
            events = list(stream)
        said = {name: value for event in events for name, value in event.items()}
        content = _fold(events)
        return turns.keep(_read(content, said["messageStop"]["stopReason"], said["metadata"]["usage"]), content)

    try:
        yield ask
    finally:
        client.close()


def _fold(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The content that the events say."""
    blocks: dict[int, dict[str, Any]] = {}
    for event in events:
        for name, about in event.items():
            if name == "contentBlockStart":
                blocks[about["contentBlockIndex"]] = {"toolUse": {**about["start"]["toolUse"], "input": ""}}
            elif name == "contentBlockDelta":
                _add(blocks.setdefault(about["contentBlockIndex"], {}), about["delta"])
    for block in blocks.values():
        if "toolUse" in block:
            block["toolUse"]["input"] = json.loads(block["toolUse"]["input"])
    return list(blocks.values())


def _add(block: dict[str, Any], delta: dict[str, Any]) -> None:
    if "text" in delta:
        block["text"] = block.get("text", "") + delta["text"]
    elif "toolUse" in delta:
        block["toolUse"]["input"] += delta["toolUse"]["input"]
    elif "reasoningContent" in delta:
        said = block.setdefault("reasoningContent", {"reasoningText": {}})["reasoningText"]
        for name, value in delta["reasoningContent"].items():
            said[name] = said.get(name, "") + value


def _options(options: dict[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if "system" in options:
        said["system"] = [{"text": options["system"]}]
    if "max_tokens" in options:
        said["inferenceConfig"] = {"maxTokens": options["max_tokens"]}
    if "tools" in options:
        specs = [
            {"name": tool.name, "description": tool.description, "inputSchema": {"json": tool.parameters}}
            for tool in options["tools"]
        ]
        said["toolConfig"] = {"tools": [{"toolSpec": spec} for spec in specs]}
    if "reasoning" in options:
        said["outputConfig"] = {"effort": options["reasoning"].effort}
    if output := options.get("output"):
        form = {"jsonSchema": {"schema": json.dumps(output.schema), "name": output.name}}
        said["outputConfig"] = {"textFormat": {"type": "json_schema", "structure": form}}
    return said


def _write(message: Message, turns: Turns) -> dict[str, Any]:
    role = "assistant" if message.role == "assistant" else "user"
    native = turns.native(message)
    return {"role": role, "content": native if native is not None else [_block(block) for block in message.content]}


def _block(block: Block) -> dict[str, Any]:
    match block:
        case Text(text=text):
            return {"text": text}
        case ToolCall(id=id, name=name):
            return {"toolUse": {"toolUseId": id, "name": name, "input": block.input}}
        case ToolResult(id=id, content=content):
            return {"toolResult": {"toolUseId": id, "content": [{"text": joined(content)}]}}
        case Image(source=Base64(data=data)):
            return {"image": {"format": "png", "source": {"bytes": base64.b64decode(data)}}}
        case Document(source=Base64(data=data)):
            return {"document": {"format": "pdf", "name": "document", "source": {"bytes": base64.b64decode(data)}}}
    raise TypeError(block)


def _read(content: list[dict[str, Any]], finish: str, usage: dict[str, Any]) -> Response:
    blocks: list[Block] = []
    for block in content:
        if "reasoningContent" in block:
            said = block["reasoningContent"]["reasoningText"]
            blocks.append(Thinking(said["text"], said.get("signature")))
        elif "toolUse" in block:
            made = block["toolUse"]
            blocks.append(ToolCall(made["toolUseId"], made["name"], json.dumps(made["input"])))
        else:
            blocks.append(Text(block["text"]))
    return answer(blocks, _ENDS[finish], (usage["inputTokens"], usage["outputTokens"]))
