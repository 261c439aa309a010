"""The state of one answer, streamed or whole: JSON objects in, events out.

A chunk's `delta` and a whole answer's `message` have the same fields, so both take the same way, and a whole answer
gives the events of a stream of one chunk. This wire has no block boundaries: a text, refusal or thinking block begins
when its kind speaks and ends when another does; tool calls and audio stay open to the end. Within one object the order
is thinking, text, refusal, audio, images, tool calls.

Where vendor fields go: of the answer into `Extra` under their own names, when they are new or have changed; of a choice
(`native_finish_reason`, `content_filter_results`, ...) into `Finish.details`; of a message, gathered, into `Extra` under
`choices[N].message` just before the end; of a tool call or a reasoning piece onto its block.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ...types.content import Block, Image, Opaque, Origin
from ...types.events import (
    ArgumentsDelta,
    AudioDelta,
    BlockStart,
    BlockStop,
    CitationDelta,
    Event,
    Extra,
    Failed,
    Finished,
    OpaqueDelta,
    RefusalDelta,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageUpdate,
)
from ...types.response import Failure, Finish
from ..base import Target
from .blocks import Kind, Open, OpenAudio, OpenCall, OpenText, OpenThinking
from .calls import Calls, text_of
from .details import DETAILS, SILENT_FIELDS, Details, details_text
from .dialect import ChatDialect
from .errors import stated_failure
from .gather import Gathered, message_key
from .media import decode_part
from .think_tags import ThinkTags
from .wire import RAW_FINISH, decode_citation, decode_finish, decode_usage

__all__ = ["Alternative", "Answer"]

_ENVELOPE = frozenset({"id", "object", "created", "model", "choices", "usage", "obfuscation", "error"})
_CHOICE = frozenset({"index", "delta", "message", "text", "finish_reason", RAW_FINISH, "logprobs", "usage", "error"})
_MESSAGE = frozenset({"role", "content", "refusal", "tool_calls", "function_call", "audio", "annotations", "images", DETAILS})
_PLAIN = frozenset({"role", "content"})

# More alternatives than any vendor gives; an index beyond it is not one of a choice.
_MOST_CHOICES = 256

_MISSING: Any = object()


class Alternative:
    """The state of one choice."""

    __slots__ = (
        "audio",
        "calls",
        "citations",
        "details",
        "field",
        "gathered",
        "held",
        "index",
        "logprobs",
        "own_word",
        "raw",
        "refused",
        "spoke",
        "tags",
        "thinking",
        "voice",
    )

    def __init__(self, index: int, answer: Answer) -> None:
        self.index = index
        self.calls = Calls(index, answer.origin, answer.fresh_id)
        self.voice: OpenText | OpenThinking | None = None
        self.thinking: OpenThinking | None = None
        self.audio: OpenAudio | None = None
        self.tags = ThinkTags() if answer.dialect.think_tags else None
        self.field: str | None = None
        self.citations: list[dict[str, Any]] = []
        self.held: list[list[Any]] = []
        self.gathered = Gathered()
        self.logprobs = Gathered()
        self.details: dict[str, Any] = {}
        self.raw: str | None = None
        self.own_word: str | None = None
        self.refused = False
        self.spoke = False


class Answer:
    """Reads the objects of one answer. After `over` nothing more is to be read."""

    __slots__ = (
        "_fields",
        "_known",
        "_pending",
        "_usage",
        "choices",
        "count",
        "dialect",
        "extra",
        "made_ids",
        "opened",
        "origin",
        "over",
        "started",
    )

    def __init__(self, target: Target) -> None:
        self.dialect: ChatDialect = target.dialect or ChatDialect()
        self.origin: Origin = target.origin()
        self.choices: dict[int, Alternative] = {}
        self.opened: dict[int, Open] = {}
        self.count = 0
        self.made_ids = 0
        self.extra: dict[str, Any] = {}
        self.started = False
        self.over = False
        self._pending: dict[str, Any] = {}
        self._usage: dict[str, Any] | None = None
        self._fields = self.dialect.thinking_fields
        self._known = _MESSAGE.union(self._fields)

    # --- the envelope --------------------------------------------------------------------------------------------------

    def read(self, data: dict[str, Any], out: list[Event], *, whole: bool = False) -> None:
        """Take one chunk, or one whole answer."""
        failure = stated_failure(data)
        if failure is not None and not data.get("choices"):
            self.fail(failure, out)
            return
        choices = [choice for choice in _list(data.get("choices")) if isinstance(choice, dict)]
        self._envelope(data, out, begin=bool(choices))
        for choice in choices:
            self._choice(choice, out, whole=whole)
            if self.over:
                return
        usage = data.get("usage")
        if not usage and isinstance(groq := data.get("x_groq"), dict):
            usage = groq.get("usage")
        self._take_usage(usage, out)
        if failure is not None:
            self.fail(failure, out)

    def fail(self, failure: Failure, out: list[Event]) -> None:
        """End the answer with an error; what was said before it has been given."""
        self.over = True
        out.append(Failed(failure))

    def end(self, out: list[Event]) -> None:
        """End the answer well."""
        self._start({}, out)
        self.rest(out)
        for alternative in self.choices.values():
            if alternative.citations:
                self._speak(alternative, "text", out)
        for index in sorted(self.opened):
            self._close(self.opened[index], out)
        self._tell_gathered(out)
        finishes = {index: self._finish(alternative) for index, alternative in self.choices.items()}
        last = max(finishes, default=0)
        missing = Finish("stop")
        self.over = True
        out.append(Finished(finishes.get(0, missing), tuple([finishes.get(index, missing) for index in range(1, last + 1)])))

    def rest(self, out: list[Event]) -> None:
        """Give what was held back and is certain although no more comes."""
        for alternative in self.choices.values():
            self._flush_tags(alternative, out)
            self._leave_open(alternative)
            self._tell_held(alternative, out)
            for call in alternative.calls.opened:
                self._name(call, out)

    def cut(self, out: list[Event]) -> None:
        """The answer was cut: give what is certain, without an end."""
        if self._pending:
            self._start({}, out)
        self.rest(out)
        self._tell_gathered(out)

    def complete(self) -> bool:
        """Whether every choice that began has said how it ended."""
        return bool(self.choices) and all(alternative.raw is not None for alternative in self.choices.values())

    def fresh_id(self) -> str:
        """An id for a call that came without one."""
        self.made_ids += 1
        return f"call_{self.made_ids - 1}"

    def _start(self, data: dict[str, Any], out: list[Event]) -> None:
        if not self.started:
            self.started = True
            id, model, created = data.get("id"), data.get("model"), data.get("created")
            out.append(
                Started(
                    id if isinstance(id, str) and id else None,
                    model if isinstance(model, str) and model else None,
                    int(created) if type(created) in (int, float) and created else None,
                )
            )
        if self._pending:
            out.append(Extra(self._pending))
            self._pending = {}

    def _envelope(self, data: dict[str, Any], out: list[Event], *, begin: bool) -> None:
        """Azure's first chunk says what its filters found and nothing else: it does not begin the answer."""
        extra = self.extra
        for name, value in data.items():
            if value is None or name in _ENVELOPE:
                continue
            if name == "x_groq" and isinstance(value, dict):
                value = {key: item for key, item in value.items() if key not in ("usage", "error")}
            if extra.get(name, _MISSING) != value:
                extra[name] = self._pending[name] = value
        if self.started or begin or data.get("id"):
            self._start(data, out)

    def _take_usage(self, usage: Any, out: list[Event]) -> None:
        """Providers repeat cumulative counts: only a change is told."""
        if isinstance(usage, dict) and usage and usage != self._usage:
            self._usage = usage
            self._start({}, out)
            out.append(UsageUpdate(decode_usage(usage, self.dialect)))

    # --- one choice ----------------------------------------------------------------------------------------------------

    def _choice(self, choice: dict[str, Any], out: list[Event], *, whole: bool) -> None:
        index = choice.get("index")
        index = index if type(index) is int else 0
        if not 0 <= index < _MOST_CHOICES:
            self.fail(Failure(f"a choice has the index {index}", reason="decode", body=str(choice)[:200]), out)
            return
        alternative = self.choices.get(index)
        if alternative is None:
            alternative = self.choices[index] = Alternative(index, self)
        message = choice.get("message" if whole else "delta")
        finish = choice.get("finish_reason")
        if not message and not whole and finish and not alternative.spoke:
            message = choice.get("message")  # some servers end a stream that said nothing with the whole message
        if isinstance(finish, str) and finish:
            alternative.raw = finish
            alternative.own_word = choice.get(RAW_FINISH, finish)
        self._message(alternative, message if isinstance(message, dict) else {}, choice.get("logprobs"), out, whole=whole)
        for name, value in choice.items():
            if name not in _CHOICE and value is not None and value != {}:
                alternative.details[name] = value
        self._take_usage(choice.get("usage"), out)
        if (error := choice.get("error")) and (failure := stated_failure({"error": error})) is not None:
            self.fail(failure, out)

    def _message(
        self, alternative: Alternative, message: dict[str, Any], logprobs: Any, out: list[Event], *, whole: bool
    ) -> None:
        content, voice = message.get("content"), alternative.voice
        if type(content) is str and content and not logprobs and message.keys() <= _PLAIN and isinstance(voice, OpenText):
            untagged = alternative.tags is None or alternative.field is not None
            if voice.kind == "text" and untagged:
                voice.pieces.append(content)
                out.append(TextDelta(_index(voice), content))
                return
        known = self._known
        for name, value in message.items():
            if name not in known:
                alternative.gathered.take(name, value)
        self._take_thinking(alternative, message, out, whole=whole)
        refusal = message.get("refusal")
        text_logprobs, refusal_logprobs = self._take_logprobs(alternative, logprobs, content, refusal)
        if isinstance(content, list):
            self._take_parts(alternative, content, text_logprobs, out, whole=whole)
        elif content or text_logprobs:
            self._take_text(alternative, text_of(content), text_logprobs, out, whole=whole)
        for annotation in _list(message.get("annotations")):
            if isinstance(annotation, dict):
                alternative.citations.append(annotation)
        self._cite(alternative, out)
        if isinstance(refusal, str) and (refusal or refusal_logprobs):
            self._flush_tags(alternative, out)
            opened = self._speak(alternative, "refusal", out)
            opened.pieces.append(refusal)
            alternative.refused = True
            out.append(RefusalDelta(_index(opened), refusal, refusal_logprobs))
        if isinstance(audio := message.get("audio"), dict):
            self._take_audio(alternative, audio, out)
        for image in _list(message.get("images")):
            self._take_image(alternative, image, out)
        for fragment in _list(message.get("tool_calls")):
            if isinstance(fragment, dict):
                self._take_call(alternative, fragment, out, whole=whole)
        legacy = message.get("function_call")
        if isinstance(legacy, dict) and (legacy.get("name") or legacy.get("arguments")):
            self._add_arguments(alternative, *alternative.calls.take_legacy(legacy), out)

    def _finish(self, alternative: Alternative) -> Finish:
        details = alternative.details
        if logprobs := alternative.logprobs.merged():
            details = {**details, "logprobs": logprobs}
        calls = bool(alternative.calls.opened)
        finish = decode_finish(alternative.raw, details, self.dialect, calls=calls, refused=alternative.refused)
        own_word = alternative.own_word
        if own_word == alternative.raw or not isinstance(own_word, str | None):
            return finish
        return msgspec.structs.replace(finish, raw=own_word)

    def _tell_gathered(self, out: list[Event]) -> None:
        fields = {message_key(index): alternative.gathered.merged() for index, alternative in self.choices.items()}
        if fields := {name: value for name, value in fields.items() if value}:
            out.append(Extra(fields))

    def _take_logprobs(
        self, alternative: Alternative, logprobs: Any, content: Any, refusal: Any
    ) -> tuple[tuple[dict[str, Any], ...] | None, tuple[dict[str, Any], ...] | None]:
        """The token lists that go with text or refusal of this chunk; others (of reasoning, of calls) are kept aside.

        A token may add no text (it is part of a character), so an empty string counts where its kind is speaking.
        """
        if not logprobs:
            return None, None
        if not isinstance(logprobs, dict):
            logprobs = {"value": logprobs}
        kind = alternative.voice.kind if alternative.voice is not None else None
        spoken = {
            "content": bool(content) or (content == "" and kind == "text"),
            "refusal": bool(refusal) or (refusal == "" and kind == "refusal" and not content),
        }
        found: dict[str, tuple[dict[str, Any], ...]] = {}
        for name, value in logprobs.items():
            if value and isinstance(value, list) and spoken.get(name):
                found[name] = tuple(value)
            else:
                alternative.logprobs.take(name, value or None)
        return found.get("content"), found.get("refusal")

    # --- what speaks ---------------------------------------------------------------------------------------------------

    def _take_thinking(self, alternative: Alternative, message: dict[str, Any], out: list[Event], *, whole: bool) -> None:
        """The first field that holds text counts: several vendors send the same reasoning under two names."""
        text, field = "", None
        for name in self._fields:
            value = message.get(name)
            if isinstance(value, str):
                if value and field is None:
                    text, field = value, name
            elif value is not None:
                alternative.gathered.take(name, value)
        details = _list(message.get(DETAILS))
        if field is not None:
            alternative.field = field
        elif details and alternative.field in (None, DETAILS):
            text, field = details_text(details), DETAILS
            alternative.field = DETAILS if text else alternative.field
        if text:
            self._flush_tags(alternative, out)
            opened = self._think(alternative, field, out)
            opened.pieces.append(text)
            out.append(ThinkingDelta(_index(opened), text))
        if not details:
            return
        if alternative.thinking is not None:
            self._detail(alternative.thinking, details, out, whole=whole)
        else:
            alternative.held.append(details)
            if whole:
                self._tell_held(alternative, out, whole=True)

    def _detail(self, opened: OpenThinking, details: list[Any], out: list[Event], *, whole: bool = False) -> None:
        if opened.details is None:
            opened.details = Details()
        opened.details.take(details, whole=whole)
        out.append(OpaqueDelta(_index(opened), {DETAILS: details}))

    def _think(self, alternative: Alternative, field: str | None, out: list[Event], **extra: Any) -> OpenThinking:
        """The thinking that is being said, begun where there is none; it takes the details that waited for it."""
        opened = alternative.thinking
        if opened is not None and opened is alternative.voice:
            if opened.field == field or not {opened.field, field} & SILENT_FIELDS:
                return opened
            opened = None
        self._close_voice(alternative, out)
        if opened is not None:
            self._close(opened, out)
        opened = OpenThinking(alternative.index, self.origin, field, extra)
        alternative.thinking = alternative.voice = opened
        alternative.spoke = True
        self._open(opened, out)
        for details in alternative.held:
            self._detail(opened, details, out)
        alternative.held = []
        return opened

    def _tell_held(self, alternative: Alternative, out: list[Event], *, whole: bool = False) -> None:
        """Details without text (encrypted reasoning, a late signature) make a silent thinking block: they wait for the
        text they may belong to until something else speaks, and do not interrupt what is being said."""
        if not alternative.held:
            return
        opened = alternative.thinking
        if opened is None:
            opened = alternative.thinking = OpenThinking(alternative.index, self.origin, None)
            alternative.spoke = True
            self._open(opened, out)
        for details in alternative.held:
            self._detail(opened, details, out, whole=whole)
        alternative.held = []

    def _take_text(
        self, alternative: Alternative, text: str, logprobs: tuple[dict[str, Any], ...] | None, out: list[Event], *, whole: bool
    ) -> None:
        tags = alternative.tags
        if tags is None or alternative.field is not None or not text:
            self._say(alternative, text, logprobs, out)
            return
        for kind, piece in tags.feed(text, whole=whole):
            logprobs = self._take_tagged(alternative, kind, piece, logprobs, out)
        if logprobs is not None:
            alternative.logprobs.take("content", list(logprobs))

    def _take_tagged(
        self, alternative: Alternative, kind: str, text: str, logprobs: tuple[dict[str, Any], ...] | None, out: list[Event]
    ) -> tuple[dict[str, Any], ...] | None:
        """Say one piece that the tag splitter found; gives back the token list where it has not been told."""
        if kind == "text":
            self._say(alternative, text, logprobs, out)
            return None
        if kind == "open":
            self._think(alternative, "content", out, **({"before": text} if text else {}))
        elif kind == "thinking":
            inside = alternative.voice is not None and alternative.voice is alternative.thinking
            opened = self._think(alternative, "content", out, **({} if inside else {"lone_tag": True}))
            opened.pieces.append(text)
            out.append(ThinkingDelta(_index(opened), text))
        elif kind == "lone":
            if not isinstance(alternative.voice, OpenText):
                self._think(alternative, "content", out, lone_tag=True)
            else:
                alternative.voice.reasoning = True
        if kind in ("close", "lone"):
            self._close_voice(alternative, out)
        return logprobs

    def _flush_tags(self, alternative: Alternative, out: list[Event]) -> None:
        """Say what the splitter holds back: nothing can complete the tag it may have begun."""
        if alternative.tags is not None:
            for kind, piece in alternative.tags.flush():
                self._take_tagged(alternative, kind, piece, None, out)

    def _say(self, alternative: Alternative, text: str, logprobs: tuple[dict[str, Any], ...] | None, out: list[Event]) -> None:
        opened = self._speak(alternative, "text", out)
        opened.pieces.append(text)
        if logprobs:
            opened.logprobs.extend(logprobs)
        out.append(TextDelta(_index(opened), text, logprobs))

    def _take_parts(
        self,
        alternative: Alternative,
        parts: list[Any],
        logprobs: tuple[dict[str, Any], ...] | None,
        out: list[Event],
        *,
        whole: bool,
    ) -> None:
        """Content as a list of parts: OpenAI's own kinds, and reasoning parts (Databricks, SGLang, Mistral's models)."""
        for part in parts:
            kind = part.get("type") if isinstance(part, dict) else None
            if kind in ("text", "output_text") and isinstance(part.get("text"), str):
                if part["text"]:
                    self._take_text(alternative, part["text"], logprobs, out, whole=whole)
                    logprobs = None
            elif kind == "refusal" and isinstance(part.get("refusal"), str):
                self._message(alternative, {"refusal": part["refusal"]}, None, out, whole=False)
            elif kind in ("thinking", "reasoning"):
                opened = self._think(alternative, "parts", out)
                opened.parts.append(part)
                if text := _part_text(part):
                    opened.pieces.append(text)
                    out.append(ThinkingDelta(_index(opened), text))
                out.append(OpaqueDelta(_index(opened), {"content": [part]}))
            elif isinstance(part, dict):
                self._whole_block(alternative, Opaque(part, origin=self.origin), out)
            elif isinstance(part, str) and part:
                self._take_text(alternative, part, None, out, whole=whole)

    def _speak(self, alternative: Alternative, kind: Kind, out: list[Event]) -> OpenText:
        voice = alternative.voice
        if isinstance(voice, OpenText) and voice.kind == kind:
            return voice
        self._close_voice(alternative, out)
        self._tell_held(alternative, out)
        opened = OpenText(alternative.index, "refusal" if kind == "refusal" else "text", self.origin)
        alternative.voice = opened
        alternative.spoke = True
        self._open(opened, out)
        self._cite(alternative, out)
        return opened

    def _cite(self, alternative: Alternative, out: list[Event]) -> None:
        """Citations stand on the text that is being said; those that come before any text wait for it."""
        voice = alternative.voice
        if not alternative.citations or not isinstance(voice, OpenText) or voice.kind != "text":
            return
        for annotation in alternative.citations:
            citation = decode_citation(annotation)
            voice.citations.append(citation)
            out.append(CitationDelta(_index(voice), citation))
        alternative.citations = []

    # --- what comes beside ---------------------------------------------------------------------------------------------

    def _take_audio(self, alternative: Alternative, audio: dict[str, Any], out: list[Event]) -> None:
        data, transcript = audio.get("data") or "", audio.get("transcript") or ""
        extra = {name: value for name, value in audio.items() if value and name not in ("data", "transcript")}
        if not (extra or data or transcript) or not isinstance(data, str) or not isinstance(transcript, str):
            return
        opened = alternative.audio
        if opened is None:
            self._interrupt(alternative, out)
            opened = alternative.audio = OpenAudio(alternative.index, self.origin, extra)
            alternative.spoke = True
            self._open(opened, out)
        else:
            opened.extra = {**opened.extra, **extra}
        if data or transcript:
            opened.media.append(data)
            opened.pieces.append(transcript)
            out.append(AudioDelta(_index(opened), data, transcript))

    def _take_image(self, alternative: Alternative, image: Any, out: list[Event]) -> None:
        """OpenRouter's `images`: pictures the model made, each an `image_url` part."""
        block = decode_part(image) if isinstance(image, dict) else None
        if not isinstance(block, Image):
            alternative.gathered.take("images", [image])
            return
        extra = {**block.extra, "field": "images"}
        self._whole_block(alternative, msgspec.structs.replace(block, origin=self.origin, extra=extra), out)

    def _take_call(self, alternative: Alternative, fragment: dict[str, Any], out: list[Event], *, whole: bool) -> None:
        kind = fragment.get("type")
        if isinstance(kind, str) and kind not in ("", "function", "custom") and "function" not in fragment:
            self._whole_block(alternative, Opaque(fragment, origin=self.origin, extra={"field": "tool_calls"}), out)
            return
        self._add_arguments(alternative, *alternative.calls.take(fragment, whole=whole), out)

    def _add_arguments(self, alternative: Alternative, call: OpenCall, arguments: str, out: list[Event]) -> None:
        if arguments and call.size:
            if self.dialect.cumulative_arguments and len(arguments) >= call.size:
                said = "".join(call.pieces)
                arguments = arguments[len(said) :] if arguments.startswith(said) else arguments
            elif len(arguments) == call.size and call.complete() and arguments == "".join(call.pieces):
                arguments = ""  # the last chunk says the whole call once more
        if arguments:
            call.pieces.append(arguments)
            call.size += len(arguments)
        if call.index is None:
            if call.name:
                self._interrupt(alternative, out)
                self._name(call, out)
        elif arguments:
            self._interrupt(alternative, out)
            out.append(ArgumentsDelta(call.index, arguments))

    def _name(self, call: OpenCall, out: list[Event]) -> None:
        """Begin a call whose name is known, or will not be."""
        if call.index is None:
            self.choices[call.choice].spoke = True
            self._open(call, out)
            if call.size:
                out.append(ArgumentsDelta(_index(call), "".join(call.pieces)))

    # --- blocks --------------------------------------------------------------------------------------------------------

    def _open(self, opened: Open, out: list[Event]) -> None:
        opened.index = self.count
        self.opened[self.count] = opened
        self.count += 1
        out.append(BlockStart(opened.index, opened.start, opened.choice))

    def _close(self, opened: Open, out: list[Event]) -> None:
        index = _index(opened)
        del self.opened[index]
        out.append(BlockStop(index, opened.final()))

    def _close_voice(self, alternative: Alternative, out: list[Event]) -> None:
        voice = alternative.voice
        if voice is None:
            return
        alternative.voice = None
        if voice is alternative.thinking:
            alternative.thinking = None
        self._close(voice, out)

    def _leave_open(self, alternative: Alternative) -> None:
        """Reasoning between tags ends without its closing tag."""
        if alternative.tags is not None and alternative.tags.inside and alternative.thinking is not None:
            alternative.thinking.unclosed = True

    def _interrupt(self, alternative: Alternative, out: list[Event]) -> None:
        """Something speaks that is not content."""
        self._flush_tags(alternative, out)
        self._leave_open(alternative)
        self._close_voice(alternative, out)
        self._tell_held(alternative, out)

    def _whole_block(self, alternative: Alternative, block: Block, out: list[Event]) -> None:
        self._interrupt(alternative, out)
        alternative.spoke = True
        out.append(BlockStart(self.count, block, alternative.index))
        out.append(BlockStop(self.count))
        self.count += 1


def _index(opened: Open) -> int:
    assert opened.index is not None
    return opened.index


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _part_text(part: dict[str, Any]) -> str:
    """The reasoning a part shows: `thinking` or `text`, or a list of texts in `thinking` or `summary`."""
    for name in ("thinking", "text", "summary"):
        value = part.get(name)
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return details_text(value)
    return ""
