"""Tools that the vendor runs, which this wire has no common form for: objects in `tools`, or fields of the request.

What each vendor has is data of its dialect; here is what OpenAI has. What a client says in OpenAI's or OpenRouter's words is
read as the typed value where that is said again as the same object.
"""

from __future__ import annotations

from typing import Any, Final

from ...types.request import ToolChoice, VendorTool
from ...types.server_tools import ServerTool, WebFetch, WebSearch
from ..base import Report
from ..server_tools import not_offered, read_server_tool
from ..tool_forms import OPENROUTER, Form, Forms, form_of, merge, read_form, say_form, unreported

__all__ = ["OPENAI", "encode_server_tools", "read_options", "read_tool"]

Json = dict[str, Any]

_NAME: Final = "openai_chat"
_OPTIONS: Final = "web_search_options"

_SEARCH: Final = Form(
    {_OPTIONS: {}},
    {
        "context": f"{_OPTIONS}.search_context_size",
        **{
            f"vicinity.{name}": f"{_OPTIONS}.user_location.approximate.{name}"
            for name in ("city", "region", "country", "timezone")
        },
    },
    beside={"vicinity": {_OPTIONS: {"user_location": {"type": "approximate", "approximate": {}}}}},
    models="search",
    in_body=True,
)

OPENAI: Final[Forms] = {"web_search": (_SEARCH,)}
"""https://platform.openai.com/docs/guides/tools-web-search#chat-completions: models that always search (`gpt-5-search-api`) and
are told how; all others are refused with the field. OpenAI's other tools are in its Responses API alone."""

_TYPES: Final[dict[str, tuple[type[ServerTool], Form]]] = {
    "openrouter:web_search": (WebSearch, OPENROUTER["web_search"][0]),
    "openrouter:web_fetch": (WebFetch, OPENROUTER["web_fetch"][0]),
}


def encode_server_tools(
    body: Json, tools: list[tuple[str, ServerTool]], forms: Forms, choice: ToolChoice | None, report: Report
) -> dict[str, Json | None]:
    """The objects in `tools` by the tools' names, None for those that are not; `body` gets what is said in fields of the request.

    `tools` have their paths beside them. A choice that leaves a tool out leaves its fields out, which no `tool_choice` governs.
    """
    model = str(body.get("model") or "")
    found: dict[str, Json | None] = {}
    for path, tool in tools:
        form = form_of(tool, forms, model)
        found[tool.name] = None
        if form is None:
            some = ", ".join(sorted({each.models for each in forms.get(str(tool.__struct_config__.tag), ()) if each.models}))
            not_offered(tool, report, path, f"only some models here have {tool.name}: it is not offered" if some else None)
        elif not form.in_body:
            found[tool.name] = say_form(tool, form, _NAME, report, path)
        elif choice is not None and (choice.mode == "none" or (choice.allowed and tool.name not in choice.allowed)):
            report.adapt("tool_choice", "changed", f"{tool.name} may not be used: the request does not ask for it", "tool_choice")
        elif (fields := say_form(tool, form, _NAME, report, path)) is not None:
            body.update(merge(body, fields))
    return found


def read_tool(data: Json) -> ServerTool | VendorTool:
    """A tool of a client that is no function."""
    found = _TYPES.get(kind) if isinstance(kind := data.get("type"), str) else None
    if found is None:
        return VendorTool(data, _NAME)
    cls, form = found
    return read_server_tool(
        data, _NAME, lambda given: read_form(cls, form, given, _NAME, form), lambda tool: unreported(tool, form)
    )


def read_options(rest: Json, model: str) -> WebSearch | None:
    """What a client says in `web_search_options`, which is taken out; None where that would not be said again to this model."""
    if not isinstance(rest.get(_OPTIONS), dict) or form_of(WebSearch(), OPENAI, model) is None:
        return None
    data: Json = {_OPTIONS: rest[_OPTIONS]}
    tool = read_server_tool(
        data, _NAME, lambda given: read_form(WebSearch, _SEARCH, given, _NAME, _SEARCH), lambda found: unreported(found, _SEARCH)
    )
    if not isinstance(tool, WebSearch) or tool.extra:
        return None
    del rest[_OPTIONS]
    return tool
