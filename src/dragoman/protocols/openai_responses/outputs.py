"""Results of calls to output items, each in the form that the call's kind demands.

| call | output |
|---|---|
| `function_call`, `custom_tool_call` | text, or a list of parts |
| `computer_call` | the picture, as `computer_screenshot`; without one the call has no answer, and is left out |
| `shell_call` | a list of `{stdout, stderr, outcome}` |
| `local_shell_call` | text |
| `apply_patch_call` | `status`, and text |
| `tool_search_call` | `tools` |

A result that holds one `Opaque` block of the output's own form is sent as it is. Source:
https://platform.openai.com/docs/api-reference/responses/create#input and the pages of the tools.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, TypeGuard

from ...types.content import Base64, Block, FileId, Image, Opaque, Text, ToolCall, ToolResult, Url
from ...wire.json import read_json
from ..base import belongs
from .json_text import Json
from .parts import PartEncoder
from .say import is_plain

__all__ = ["OUTPUT_KINDS", "OutputEncoder"]

OUTPUT_KINDS: Final = {
    "function_call": "function_call_output",
    "custom_tool_call": "custom_tool_call_output",
    "computer_call": "computer_call_output",
    "shell_call": "shell_call_output",
    "local_shell_call": "local_shell_call_output",
    "apply_patch_call": "apply_patch_call_output",
    "tool_search_call": "tool_search_output",
}
"""The output item that answers a call of each kind."""

_FUNCTION: Final = "function_call_output"


class OutputEncoder:
    """Encodes results; it has to be told of the calls first (`note`)."""

    def __init__(self, parts: PartEncoder) -> None:
        self.parts = parts
        self._kinds: dict[str, str] = {}

    def note(self, calls: Iterable[ToolCall]) -> None:
        """Remember what kinds of calls these are; the latest with an id counts."""
        for call in calls:
            kind = call.extra.get("item", {}).get("type") or ("custom_tool_call" if call.custom else "function_call")
            self._kinds[call.id] = OUTPUT_KINDS.get(kind, _FUNCTION)

    def encode(self, result: ToolResult, path: str) -> tuple[Json | None, list[Block]]:
        """The output item, and what it cannot hold and has to follow as a user message.

        None where no output can be said: then the call may not stand there either.
        """
        if len(result.content) == 1 and not result.extra and result.cache is None and not result.is_error:
            text = result.content[0]
            if is_plain(text) and self._kinds.get(result.id, _FUNCTION) == _FUNCTION:  # the usual result: words
                return {"type": _FUNCTION, "call_id": result.id, "output": text.text}, []
        fields: Json = result.extra.get("item", {}) if belongs(result, self.parts.target) else {}
        kind = fields.get("type") or self._kinds.get(result.id, _FUNCTION)
        if result.cache is not None:
            self.parts.report.adapt("cache", "dropped", "a call's output takes no cache mark; its parts do", path)
        item: Json = {"type": kind, "call_id": result.id, **{name: value for name, value in fields.items() if name != "type"}}
        whole = result.content[0] if len(result.content) == 1 else None
        if isinstance(whole, Opaque) and "field" in whole.extra:
            item[whole.extra["field"]] = whole.data["value"]
            return item, []
        if kind == "computer_call_output" and not any(map(_is_picture, result.content)):
            why = "an action on the computer is answered with a picture of the screen alone: without one it is left out"
            self.parts.report.adapt("tool_result", "moved", f"{why}, and what its result says follows as a user message", path)
            return None, [block for block in result.content if isinstance(block, Text)]
        special = _SPECIAL.get(kind)
        if special is not None:
            special(self, item, result, path)
            return item, []
        if result.is_error:
            self.parts.report.adapt(
                "tool_error", "dropped", "this wire cannot mark an output as an error; its text is sent", path
            )
        item["output"], moved = self._content(result, path)
        return item, moved

    def _content(self, result: ToolResult, path: str) -> tuple[str | list[Json], list[Block]]:
        content = result.content
        if not content:
            return "", []
        first = content[0]
        if len(content) == 1 and isinstance(first, Text) and not (first.extra or first.cache or first.citations):
            return first.text, []
        if self.parts.dialect.media_results:
            encode = self.parts.encode
            return [part for place, block in enumerate(content) for part in encode(block, f"{path}.content[{place}]")], []
        moved: list[Block] = [block for block in content if not isinstance(block, Text)]
        if moved:
            self.parts.report.adapt("tool_media", "moved", "outputs are text here: it follows as a user message", path)
        if len(content) - len(moved) > 1:
            self.parts.report.adapt("content_parts", "changed", "outputs are one text here: the parts are joined", path)
        return "\n\n".join([block.text for block in content if isinstance(block, Text)]), moved

    # --- outputs of vendor tools ---------------------------------------------------------------------------------------

    def _screenshot(self, item: Json, result: ToolResult, path: str) -> None:
        for block in filter(_is_picture, result.content):
            match block.source:
                case Base64(media_type=media_type, data=data):
                    where: Json = {"image_url": f"data:{media_type};base64,{data}"}
                case Url(url=url):
                    where = {"image_url": url}
                case FileId(id=id):
                    where = {"file_id": id}
            item["output"] = {"type": "computer_screenshot", **where}
            return

    def _shell(self, item: Json, result: ToolResult, path: str) -> None:
        text = _words(result)
        said = ("", text) if result.is_error else (text, "")
        outcome = {"type": "exit", "exit_code": 1 if result.is_error else 0}
        item["output"] = [{"stdout": said[0], "stderr": said[1], "outcome": outcome}]

    def _local_shell(self, item: Json, result: ToolResult, path: str) -> None:
        item.setdefault("id", result.id)  # the schema names the call by `id`, OpenAI's guide by `call_id`
        item["output"] = _words(result)
        if result.is_error:
            item.setdefault("status", "incomplete")

    def _patch(self, item: Json, result: ToolResult, path: str) -> None:
        item.setdefault("status", "failed" if result.is_error else "completed")
        if text := _words(result):
            item["output"] = text

    def _found_tools(self, item: Json, result: ToolResult, path: str) -> None:
        try:
            tools: Any = read_json(_words(result) or "[]")
        except ValueError:
            tools = None
        if not isinstance(tools, list) and result.is_error:
            why = "a tool search that failed has found no tools: what its result says is not sent"
            self.parts.report.adapt("tool_error", "changed", why, path)
            item.setdefault("status", "incomplete")
            tools = []
        if not isinstance(tools, list):
            self.parts.report.refuse("tool_result", f"a tool search is answered with a JSON list of tools: {path}")
        item.setdefault("execution", "client")
        item.setdefault("status", "completed")
        item["tools"] = tools


def _is_picture(block: Block) -> TypeGuard[Image]:
    return isinstance(block, Image) and isinstance(block.source, Base64 | Url | FileId)


def _words(result: ToolResult) -> str:
    return "".join([block.text for block in result.content if isinstance(block, Text)])


_SPECIAL: Final = {
    "computer_call_output": OutputEncoder._screenshot,
    "shell_call_output": OutputEncoder._shell,
    "local_shell_call_output": OutputEncoder._local_shell,
    "apply_patch_call_output": OutputEncoder._patch,
    "tool_search_output": OutputEncoder._found_tools,
}
