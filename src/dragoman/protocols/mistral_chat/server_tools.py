"""The vendor's own tools on this wire: a search in libraries of documents.

`document_library`, `image_generation` and `connector` are the tools beside functions that `POST /v1/chat/completions` takes
(`mistralai.client.models.ChatCompletionRequest` of the vendor's library; what comes of them is described in
https://docs.mistral.ai/cookbooks/mistral-connectors-05-connectors-in-completions). The first is `FileSearch`; a connector is an
MCP server, but one that is registered before under a name. Web search and code are tools of `/v1/conversations` only.
"""

from __future__ import annotations

from typing import Any

from ...types.request import ToolLike
from ...types.server_tools import FileSearch, ServerTool
from ..base import Report, Target
from ..server_tools import leave_out, not_offered, own_fields, read_server_tool
from .dialect import MistralDialect
from .wire import PROTOCOL_NAME

__all__ = ["encode_server_tool", "has", "read_tool"]

Json = dict[str, Any]

_ALL = MistralDialect()


def has(tool: ServerTool, dialect: MistralDialect) -> bool:
    """Whether the vendor has such a tool."""
    return str(tool.__struct_config__.tag) in dialect.server_tools


def encode_server_tool(tool: ServerTool, dialect: MistralDialect, report: Report, path: str) -> Json | None:
    """The object of a tool, None where the vendor does not have it."""
    if not has(tool, dialect) or not isinstance(tool, FileSearch):
        not_offered(tool, report, path)
        return None
    leave_out(tool, (), report, path)
    own = own_fields(tool, PROTOCOL_NAME, report, path)
    return {"type": "document_library", "library_ids": list(tool.stores), **own}


def read_tool(tool: Json) -> ToolLike:
    """The tool of an object that is no function: typed where the type says all of it, else as it came."""
    report = Report(Target(PROTOCOL_NAME, PROTOCOL_NAME, ""))
    return read_server_tool(tool, PROTOCOL_NAME, _typed, lambda found: encode_server_tool(found, _ALL, report, "tools"))


def _typed(tool: Json) -> ServerTool | None:
    left = dict(tool)
    kind, libraries = left.pop("type", None), left.pop("library_ids", None)
    known = isinstance(libraries, list) and libraries and all(isinstance(library, str) for library in libraries)
    if kind != "document_library" or not known:
        return None
    return FileSearch(tuple(libraries), extra=left, protocol=PROTOCOL_NAME if left else None)
