"""What a model cannot take in a conversation: media, system messages between turns, a prefilled answer, cache marks.

The line of text that stands for left-out media is the same in every turn, so that a conversation encodes to the same
bytes when it goes on.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ..protocols.base import Report
from ..types.content import (
    Audio,
    Base64,
    Block,
    Blocks,
    Document,
    Image,
    Refusal,
    Text,
    Thinking,
    ToolResult,
    Url,
    Video,
)
from ..types.messages import Message, user
from ..types.model import Model
from ..types.request import Request, Tool

__all__ = ["CONTINUE", "fit_cache", "fit_media", "fit_prefill", "fit_system"]

CONTINUE = "Go on from exactly where your last message ends, without repeating any of it."
"""What the user is made to say after an answer that the model cannot be made to continue."""

_INSTRUCTIONS = ("system", "developer")
_PDF = "application/pdf"

_KINDS: dict[type[Block], tuple[str, str, str]] = {
    Image: ("image", "image", "images"),
    Audio: ("audio", "audio", "audio"),
    Video: ("video", "video", "video"),
    Document: ("pdf", "document", "PDF documents"),
}
"""Each kind of media: its word in `Model.inputs`, its feature word, and how it is called."""


def fit_media(request: Request, model: Model, report: Report) -> Request:
    """Without the media that the model does not take.

    The current turn is everything after the last message of the assistant, one to be continued not counted.
    """
    inputs = model.inputs
    if inputs is None:
        return request
    lacking = {kind for kind, (word, _, _) in _KINDS.items() if word not in inputs}
    if not lacking:
        return request
    messages = request.messages
    if not _any_of({*lacking, Document}, messages):
        return request
    current = len(messages) - 1
    while current and messages[current - 1].role != "assistant":
        current -= 1
    fitted = []
    for place, message in enumerate(messages):
        content = _Media(lacking, place >= current, model, report).fit(message.content, f"messages[{place}]")
        fitted.append(message if content is message.content else replace(message, content=content))
    changed = any(new is not old for new, old in zip(fitted, messages, strict=True))
    return replace(request, messages=tuple(fitted)) if changed else request


def _any_of(kinds: set[type[Block]], messages: tuple[Message, ...]) -> bool:
    for message in messages:  # loops in full: this is all that a long conversation of words costs
        for block in message.content:
            if type(block) in kinds:
                return True
            if type(block) is ToolResult:
                for inner in block.content:
                    if type(inner) in kinds:
                        return True
    return False


class _Media:
    """Takes media of some kinds out of the blocks of one message."""

    def __init__(self, lacking: set[type[Block]], current: bool, model: Model, report: Report) -> None:
        self._lacking = lacking
        self._current = current
        self._model = model
        self._report = report

    def fit(self, content: tuple[Block, ...], path: str) -> tuple[Block, ...]:
        """The blocks without such media, the same tuple when there was none."""
        fitted = tuple([self._fit(block, f"{path}.content[{place}]") for place, block in enumerate(content)])
        return fitted if any(new is not old for new, old in zip(fitted, content, strict=True)) else content

    def _fit(self, block: Block, path: str) -> Block:
        if type(block) is ToolResult:
            content = self.fit(block.content, path)
            return block if content is block.content else replace(block, content=content)
        if type(block) is Document:
            if type(block.source) is Blocks:
                content = self.fit(block.source.content, f"{path}.source")
                return block if content is block.source.content else replace(block, source=Blocks(content))
            if not _is_pdf(block):
                return block
        if type(block) not in self._lacking:
            return block
        return self._leave_out(block, path)

    def _leave_out(self, block: Block, path: str) -> Text:
        _, feature, name = _KINDS[type(block)]
        why = f"{self._model.id} takes no {name}"
        if type(block) is Audio and block.transcript:
            self._report.adapt(feature, "changed", f"{why}: its transcript is sent", path)
            return Text(block.transcript, cache=block.cache)
        lose = self._report.refuse_unless_named if self._current else self._report.adapt
        lose(feature, "changed", f"{why}: {path} would be a line of text that says so" if self._current else why, path)
        return Text(f"[{feature} omitted: this model takes no {name}]", cache=block.cache)


def _is_pdf(document: Document) -> bool:
    """Whether a document is known to be a PDF: text is for every model, and an unknown kind is the vendor's to judge."""
    match document.source:
        case Base64(media_type=kind):
            return kind == _PDF
        case Url(url=url, media_type=None):
            return url.partition("?")[0].lower().endswith(".pdf") or url.startswith(f"data:{_PDF}")
        case Url(media_type=kind):
            return kind == _PDF
    return False


def fit_system(request: Request, model: Model, report: Report) -> Request:
    """Instructions between turns moved to the head, behind those that stand there, where the model takes them nowhere else."""
    if model.system_midway is not False:
        return request
    head: list[Message] = []
    turns: list[Message] = []
    for place, message in enumerate(request.messages):
        if message.role not in _INSTRUCTIONS:
            turns.append(message)
            continue
        if turns:
            why = f"{model.id} takes no system message inside a conversation: it moved to the head"
            report.adapt("system_message", "moved", why, f"messages[{place}]")
        head.append(message)
    messages = (*head, *turns)
    return request if messages == request.messages else replace(request, messages=messages)


def fit_prefill(request: Request, model: Model, report: Report) -> Request:
    """A user who asks to go on, behind an answer that the model does not continue."""
    messages = request.messages
    if model.prefill is not False or not messages or messages[-1].role != "assistant":
        return request
    said = [block for block in messages[-1].content if type(block) is not Thinking]
    if not said or type(said[-1]) not in (Text, Refusal):
        return request  # a turn of the vendor's own tools, which it takes up again
    why = f"{model.id} does not continue an assistant message: end with a user message"
    report.refuse_unless_named("prefill", "added", why, f"messages[{len(messages) - 1}]")
    return replace(request, messages=(*messages, user(CONTINUE)))


def fit_cache(request: Request, model: Model, report: Report) -> Request:
    """Without cache marks, for a model whose prompts are not cached."""
    if model.caching is not False or not _has_marks(request):
        return request
    report.adapt("cache", "dropped", f"{model.id} caches no prompts: the cache marks are not sent")
    return replace(
        request,
        cache=None,
        system=tuple([_unmark(block) for block in request.system]),
        tools=tuple([replace(tool, cache=None) if type(tool) is Tool and tool.cache else tool for tool in request.tools]),
        messages=tuple([_unmark_message(message) for message in request.messages]),
    )


def _has_marks(request: Request) -> bool:
    if request.cache is not None or any(block.cache for block in request.system):
        return True
    if any(type(tool) is Tool and tool.cache for tool in request.tools):
        return True
    for message in request.messages:
        for block in message.content:
            if block.cache is not None or (type(block) is ToolResult and any(inner.cache for inner in block.content)):
                return True
    return False


def _unmark_message(message: Message) -> Message:
    content = tuple([_unmark(block) for block in message.content])
    same = all(new is old for new, old in zip(content, message.content, strict=True))
    return message if same else replace(message, content=content)


def _unmark(block: Any) -> Any:
    if type(block) is ToolResult and any(inner.cache for inner in block.content):
        block = replace(block, content=tuple([_unmark(inner) for inner in block.content]))
    return replace(block, cache=None) if block.cache else block
