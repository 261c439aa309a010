"""What was said, in the parts that OpenTelemetry's GenAI conventions know, made fit to be kept.

The conventions give JSON schemas for it: https://github.com/open-telemetry/semantic-conventions-genai/tree/main/docs/gen-ai
(`gen-ai-input-messages.json`, `gen-ai-output-messages.json`, `gen-ai-system-instructions.json`, `gen-ai-tool-definitions.json`).
A part that they do not know has a type of its own, which they allow.

Every string that somebody wrote, in arguments and results too, passes through a redactor. Media are left out unless they are
wanted: what stands in their place says so. Signatures and encrypted thinking, which only their vendor reads, never appear.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from ..types.content import (
    Audio,
    Base64,
    Block,
    Blocks,
    Document,
    FileId,
    Image,
    Opaque,
    PlainText,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Source,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Url,
    Video,
)
from ..types.messages import Message
from ..types.request import Request, Tool, VendorTool
from ..types.response import Response
from ..types.server_tools import ServerTool

__all__ = ["Redactor", "Writer", "mask_keys"]

Redactor = Callable[[str], str]

_MASK = "***"

# Keys as their vendors make them (https://github.com/gitleaks/gitleaks/blob/master/config/gitleaks.toml lists them). Each
# begins where a run of the characters it is made of begins, so that looking takes time in proportion to the text.
_KEYS = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"sk-[A-Za-z0-9_-]{16,}"
    r"|AIza[A-Za-z0-9_-]{30,}"
    r"|(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"
    r"|(?:gh[pousr]|github_pat|hf|gsk|xai|pplx|nvapi|r8|tgp_v1|dapi)[_-][A-Za-z0-9_-]{16,}"
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}"
    r"|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"
    r")"
)
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?")


def mask_keys(text: str) -> str:
    """The text with `***` for what looks like a key or a token. It knows nothing of names, addresses or numbers of people."""
    return _PRIVATE_KEY.sub(_MASK, _KEYS.sub(_MASK, text))


class Writer:
    """Writes requests and answers as the conventions want them, every string through `redact`; `media` writes data too."""

    __slots__ = ("_media", "_redact")

    def __init__(self, redact: Redactor = mask_keys, *, media: bool = False) -> None:
        self._redact = redact
        self._media = media

    def instructions(self, request: Request) -> list[dict[str, Any]]:
        """What stands before all messages."""
        return [self._part(block) for block in request.system]

    def inputs(self, request: Request) -> list[dict[str, Any]]:
        """The conversation, in order."""
        return [self._message(message) for message in request.messages]

    def outputs(self, response: Response) -> list[dict[str, Any]]:
        """The answer, or each of several."""
        messages = [choice.message for choice in response.choices] or [response.message]
        return [self._message(message) for message in messages if message.content]

    def tools(self, request: Request) -> list[dict[str, Any]]:
        """The tools by kind and name: their descriptions are large, and the same in every call."""
        return [self._tool(tool) for tool in request.tools]

    def text(self, text: str) -> str:
        """A string, redacted."""
        return self._redact(text)

    def _message(self, message: Message) -> dict[str, Any]:
        role = "system" if message.role == "developer" else message.role
        written: dict[str, Any] = {"role": role, "parts": [self._part(block) for block in message.content]}
        if message.name:
            written["name"] = self._redact(message.name)
        return written

    def _part(self, block: Block) -> dict[str, Any]:
        match block:
            case Text(text=text):
                return {"type": "text", "content": self._redact(text)}
            case Thinking(text=text):
                return {"type": "reasoning", "content": self._redact(text)}
            case Refusal(text=text):
                return {"type": "refusal", "content": self._redact(text)}
            case ToolCall():
                return {"type": "tool_call", "id": block.id, "name": block.name, "arguments": self._arguments(block)}
            case ToolResult():
                return {"type": "tool_call_response", "id": block.id, "response": self._result(block)}
            case ServerToolCall():
                call = {"type": block.kind or block.name, "arguments": self._redact(block.arguments)}
                return {"type": "server_tool_call", "id": block.id, "name": block.name, "server_tool_call": call}
            case ServerToolResult():
                answer = {"type": block.kind, "content": self._value(block.content)}
                return {"type": "server_tool_call_response", "id": block.id, "server_tool_call_response": answer}
            case Image() | Audio() | Video() | Document():
                return self._medium(block)
            case Opaque(data=data):
                return {"type": str(data.get("type") or "opaque"), "omitted": True}

    def _arguments(self, call: ToolCall) -> Any:
        """As an object where they are one: the conventions ask for it."""
        try:
            return self._value(call.input)
        except ValueError:
            return self._redact(call.arguments)

    def _result(self, result: ToolResult) -> Any:
        parts = [self._part(block) for block in result.content]
        if all(part["type"] == "text" for part in parts):
            return "".join([part["content"] for part in parts])
        return parts

    def _value(self, value: Any) -> Any:
        """JSON with every string in it redacted, names of fields too."""
        match value:
            case str():
                return self._redact(value)
            case dict():
                return {self._redact(str(name)): self._value(item) for name, item in value.items()}
            case list() | tuple():
                return [self._value(item) for item in value]
        return value

    def _medium(self, block: Image | Audio | Video | Document) -> dict[str, Any]:
        modality = type(block).__name__.lower()
        part = self._source(modality, block.source)
        if isinstance(block, Audio) and block.transcript:
            part["transcript"] = self._redact(block.transcript)
        if isinstance(block, Document) and block.title:
            part["title"] = self._redact(block.title)
        return part

    def _source(self, modality: str, source: Source) -> dict[str, Any]:
        match source:
            case Base64(media_type=media_type, data=data):
                part: dict[str, Any] = {"type": "blob", "modality": modality, "mime_type": media_type}
                return part | ({"content": data} if self._media else {"content": "", "omitted": True, "base64": len(data)})
            case Url(url=url, media_type=media_type):
                # What follows the path is often what admits to it.
                shown = url if self._media else url.partition("?")[0].partition("#")[0]
                if shown[:5].lower() == "data:" and not self._media:
                    shown = ""
                return {"type": "uri", "modality": modality, "mime_type": media_type, "uri": self._redact(shown)}
            case FileId(id=file):
                return {"type": "file", "modality": modality, "file_id": file}
            case PlainText(text=text):
                return {"type": "text", "content": self._redact(text)}
            case Blocks(content=content):
                return {"type": "blocks", "modality": modality, "parts": self._parts(content)}
        return {"type": "opaque", "modality": modality, "omitted": True}

    def _parts(self, blocks: Iterable[Block]) -> list[dict[str, Any]]:
        return [self._part(block) for block in blocks]

    def _tool(self, tool: Any) -> dict[str, Any]:
        if isinstance(tool, VendorTool):
            kind = str(tool.data.get("type") or "vendor")
            return {"type": kind, "name": str(tool.data.get("name") or kind)}
        if isinstance(tool, ServerTool):
            return {"type": str(tool.__struct_config__.tag), "name": tool.name}
        return {"type": "function" if isinstance(tool, Tool) else "custom", "name": tool.name}
