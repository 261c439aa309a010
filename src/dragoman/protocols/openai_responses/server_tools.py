"""Tools that the vendor runs (https://platform.openai.com/docs/guides/tools): objects in `tools`, told apart by their type.

What each vendor has is data of its dialect; here is what OpenAI has. A tool of a client is read as the typed value where that is
said again as the same object, whatever dated type it has.
"""

from __future__ import annotations

from typing import Final

from ...types.request import VendorTool
from ...types.server_tools import CodeExecution, Computer, FileSearch, RemoteMcp, ServerTool, WebSearch
from ..base import Report
from ..server_tools import not_offered, read_server_tool
from ..tool_forms import Form, Forms, form_of, read_form, say_form, unreported
from .json_text import Json

__all__ = ["CODE", "FILES", "MCP", "OPENAI", "PLACE", "SEARCH", "encode_server_tool", "read_tool"]

_NAME: Final = "openai_responses"

PLACE: Final = {f"vicinity.{name}": f"user_location.{name}" for name in ("city", "region", "country", "timezone")}
"""Where the parts of a vicinity stand."""

SEARCH: Final = Form(
    {"type": "web_search"},
    {"allowed_domains": "filters.allowed_domains", "context": "search_context_size", **PLACE},
    beside={"vicinity": {"user_location": {"type": "approximate"}}},
)
"""https://platform.openai.com/docs/guides/tools-web-search"""

FILES: Final = Form(
    {"type": "file_search"}, {"stores": "vector_store_ids", "max_results": "max_num_results", "filter": "filters"}
)
"""https://platform.openai.com/docs/guides/tools-file-search"""

CODE: Final = Form(
    {"type": "code_interpreter", "container": {"type": "auto"}}, {"container": "container", "files": "container.file_ids"}
)
"""https://platform.openai.com/docs/guides/tools-code-interpreter: a container by its id, or a new one with files in it."""

MCP: Final = Form(
    {"type": "mcp"},
    {
        "name": "server_label",
        "url": "server_url",
        "description": "server_description",
        "token": "authorization",
        "headers": "headers",
        "tools": "allowed_tools",
        "approval": "require_approval",
    },
    always=("approval",),
)
"""https://platform.openai.com/docs/guides/tools-connectors-mcp: without a word every call waits for approval."""

_SCREEN: Final = Form(
    {"type": "computer_use_preview"},
    {"width": "display_width", "height": "display_height", "environment": "environment"},
    always=("environment",),
    models="computer-use",
)
_COMPUTER: Final = Form({"type": "computer"})

OPENAI: Final[Forms] = {
    "web_search": (SEARCH,),
    "file_search": (FILES,),
    "code_execution": (CODE,),
    "remote_mcp": (MCP,),
    # https://platform.openai.com/docs/guides/tools-computer-use: the newer tool sees how large the screen is by its pictures.
    "computer": (_SCREEN, _COMPUTER),
}
"""What OpenAI has. There is no tool that only reads pages."""

_TYPES: Final[dict[str, tuple[type[ServerTool], Form, Form]]] = {
    "web_search": (WebSearch, SEARCH, SEARCH),
    "web_search_2025_08_26": (WebSearch, SEARCH, SEARCH),
    "web_search_preview": (WebSearch, SEARCH, SEARCH),
    "web_search_preview_2025_03_11": (WebSearch, SEARCH, SEARCH),
    "file_search": (FileSearch, FILES, FILES),
    "code_interpreter": (CodeExecution, CODE, CODE),
    "mcp": (RemoteMcp, MCP, MCP),
    "computer_use_preview": (Computer, _SCREEN, _COMPUTER),
}
"""What a client's tools are, the form they are read in, and the one in which they are said again."""


def encode_server_tool(tool: ServerTool, forms: Forms, model: str, report: Report, path: str) -> Json | None:
    """The vendor's object, None where the model is not offered the tool, which is listed."""
    form = form_of(tool, forms, model)
    if form is None:
        not_offered(tool, report, path)
        return None
    return say_form(tool, form, _NAME, report, path)


def read_tool(data: Json) -> ServerTool | VendorTool:
    """A tool of a client that is no function."""
    found = _TYPES.get(kind) if isinstance(kind := data.get("type"), str) else None
    if found is None:
        return VendorTool(data, _NAME)
    cls, form, said = found
    return read_server_tool(
        data, _NAME, lambda given: read_form(cls, form, given, _NAME, said), lambda tool: unreported(tool, said)
    )
