"""One choice of an answer: the fields of its `delta` or `message`, read in one order.

The order is thinking, text with its citations, refusal, audio, images, tool calls. Fields that this wire has no word for
are gathered; reasoning fields and vendor data of a call stand on their blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from ...types.content import Image, Opaque, Origin
from ...types.events import ArgumentsDelta, AudioDelta, Event, OpaqueDelta, RefusalDelta, TextDelta, ThinkingDelta
from ...types.response import Finish
from .blocks import OpenAudio, OpenCall, OpenText
from .calls import Calls, text_of
from .details import DETAILS, details_text
from .dialect import ChatDialect
from .gather import Gathered
from .media import decode_part
from .speaker import Logprobs, Register, Speaker, place_of
from .think_tags import ThinkTags
from .wire import RAW_FINISH, decode_finish

__all__ = ["Alternative", "list_of"]

_MESSAGE = frozenset({"role", "content", "refusal", "tool_calls", "function_call", "audio", "annotations", "images", DETAILS})
_CHOICE = frozenset({"index", "delta", "message", "text", "finish_reason", RAW_FINISH, "logprobs", "usage", "error"})
_PLAIN = frozenset({"role", "content"})


class Alternative(Speaker):
    """The state of one choice."""

    __slots__ = ("_audio", "_details", "_dialect", "_gathered", "_known", "_own_word", "_refused", "calls", "raw")

    def __init__(self, index: int, register: Register, origin: Origin, dialect: ChatDialect, fresh_id: Callable[[], str]) -> None:
        super().__init__(index, register, origin, ThinkTags() if dialect.think_tags else None)
        self._dialect = dialect
        self._known = _MESSAGE.union(dialect.thinking_fields)
        self.calls = Calls(index, origin, fresh_id)
        self._audio: OpenAudio | None = None
        self._gathered = Gathered()
        self._details: dict[str, Any] = {}
        self._refused = False
        self._own_word: Any = None
        self.raw: str | None = None

    def take(self, choice: dict[str, Any], out: list[Event], *, whole: bool) -> None:
        """Take one object of `choices`."""
        message = choice.get("message" if whole else "delta")
        finish = choice.get("finish_reason")
        if not message and not whole and finish and not self.spoke:
            message = choice.get("message")  # some servers end a stream that said nothing with the whole message
        if isinstance(finish, str) and (finish or whole):  # streams say an empty word on chunks that end nothing
            self.raw = finish
            self._own_word = choice.get(RAW_FINISH, finish)
        self.read(message if isinstance(message, dict) else {}, choice.get("logprobs"), out, whole=whole)
        for name, value in choice.items():
            if name not in _CHOICE and value is not None and value != {}:
                self._details[name] = value

    def rest(self, out: list[Event]) -> None:
        """Give what was held back and is certain although no more comes."""
        self.flush_tags(out)
        self._leave_open()
        self.tell_held(out)
        for call in self.calls.opened:
            self.name_call(call, out)

    @property
    def vendor_fields(self) -> dict[str, Any]:
        """The message's fields without a word, gathered so far."""
        return self._gathered.merged()

    def read(self, message: dict[str, Any], logprobs: Any, out: list[Event], *, whole: bool) -> None:
        """Read one `delta` or `message`; more text of an open text block, the usual case, takes a short way."""
        content, voice = message.get("content"), self.voice
        if type(content) is str and content and not logprobs and message.keys() <= _PLAIN and isinstance(voice, OpenText):
            untagged = self.tags is None or self.field is not None
            if voice.kind == "text" and untagged:
                voice.pieces.append(content)
                out.append(TextDelta(place_of(voice), content))
                return
        known = self._known
        for name, value in message.items():
            if name not in known:
                self._gathered.take(name, value)
        self._take_thinking(message, out, whole=whole)
        refusal = message.get("refusal")
        text_logprobs, refusal_logprobs = self._take_logprobs(logprobs, content, refusal)
        if isinstance(content, list):
            self._take_parts(content, text_logprobs, out, whole=whole)
        elif content or text_logprobs:
            self.take_text(text_of(content), text_logprobs, out, whole=whole)
        for annotation in list_of(message.get("annotations")):
            if isinstance(annotation, dict):
                self.citations.append(annotation)
        self.cite(out)
        if isinstance(refusal, str) and (refusal or refusal_logprobs):
            self.flush_tags(out)
            opened = self.speak("refusal", out)
            opened.pieces.append(refusal)
            self._refused = True
            out.append(RefusalDelta(place_of(opened), refusal, refusal_logprobs))
        if isinstance(audio := message.get("audio"), dict):
            self._take_audio(audio, out)
        for image in list_of(message.get("images")):
            self._take_image(image, out)
        for fragment in list_of(message.get("tool_calls")):
            if isinstance(fragment, dict):
                self._take_call(fragment, out, whole=whole)
        legacy = message.get("function_call")
        if isinstance(legacy, dict) and (legacy.get("name") or legacy.get("arguments")):
            self._add_arguments(*self.calls.take_legacy(legacy), out)

    def _take_logprobs(self, logprobs: Any, content: Any, refusal: Any) -> tuple[Logprobs, Logprobs]:
        """The token lists that go with text or refusal of this chunk; others (of reasoning, of calls) are kept aside.

        A token may add no text (it is part of a character), so an empty string counts where its kind is speaking.
        """
        if not logprobs:
            return None, None
        if not isinstance(logprobs, dict):
            logprobs = {"value": logprobs}
        kind = self.voice.kind if self.voice is not None else None
        spoken = {
            "content": bool(content) or (content == "" and kind == "text"),
            "refusal": bool(refusal) or (refusal == "" and kind == "refusal" and not content),
        }
        found: dict[str, tuple[dict[str, Any], ...]] = {}
        for name, value in logprobs.items():
            if value and isinstance(value, list) and spoken.get(name):
                found[name] = tuple(value)
            else:
                self.logprobs.take(name, value or None)
        return found.get("content"), found.get("refusal")

    def _take_thinking(self, message: dict[str, Any], out: list[Event], *, whole: bool) -> None:
        """The first field that holds text counts: several vendors send the same reasoning under two names."""
        text, field = "", None
        for name in self._dialect.thinking_fields:
            value = message.get(name)
            if isinstance(value, str):
                if value and field is None:
                    text, field = value, name
            elif value is not None:
                self._gathered.take(name, value)
        details = list_of(message.get(DETAILS))
        if field is not None:
            self.field = field
        elif details and self.field in (None, DETAILS):
            text, field = details_text(details), DETAILS
            self.field = DETAILS if text else self.field
        if text:
            self.flush_tags(out)
            opened = self.think(field, out)
            opened.pieces.append(text)
            out.append(ThinkingDelta(place_of(opened), text))
        if not details:
            return
        if self.thinking is not None:
            self.detail(self.thinking, details, out, whole=whole)
        else:
            self.held.append(details)
            if whole:
                self.tell_held(out, whole=True)

    def _take_parts(
        self,
        parts: list[Any],
        logprobs: Logprobs,
        out: list[Event],
        *,
        whole: bool,
    ) -> None:
        """Content as a list of parts: OpenAI's own kinds, and reasoning parts (Databricks, SGLang, Mistral's models)."""
        for part in parts:
            kind = part.get("type") if isinstance(part, dict) else None
            if kind in ("text", "output_text") and isinstance(part.get("text"), str):
                if part["text"]:
                    self.take_text(part["text"], logprobs, out, whole=whole)
                    logprobs = None
            elif kind == "refusal" and isinstance(part.get("refusal"), str):
                self.read({"refusal": part["refusal"]}, None, out, whole=False)
            elif kind in ("thinking", "reasoning"):
                opened = self.think("parts", out)
                opened.parts.append(part)
                if text := _part_text(part):
                    opened.pieces.append(text)
                    out.append(ThinkingDelta(place_of(opened), text))
                out.append(OpaqueDelta(place_of(opened), {"content": [part]}))
            elif isinstance(part, dict):
                self.whole_block(Opaque(part, origin=self.origin), out)
            elif isinstance(part, str) and part:
                self.take_text(part, None, out, whole=whole)

    def _take_audio(self, audio: dict[str, Any], out: list[Event]) -> None:
        data, transcript = audio.get("data") or "", audio.get("transcript") or ""
        extra = {name: value for name, value in audio.items() if value and name not in ("data", "transcript")}
        if not (extra or data or transcript) or not isinstance(data, str) or not isinstance(transcript, str):
            return
        opened = self._audio
        if opened is None:
            self.interrupt(out)
            opened = self._audio = OpenAudio(self.index, self.origin, extra)
            self.spoke = True
            self.register.begin(opened, out)
        else:
            opened.extra = {**opened.extra, **extra}
        if data or transcript:
            opened.media.append(data)
            opened.pieces.append(transcript)
            out.append(AudioDelta(place_of(opened), data, transcript))

    def _take_image(self, image: Any, out: list[Event]) -> None:
        """OpenRouter's `images`: pictures the model made, each an `image_url` part."""
        block = decode_part(image) if isinstance(image, dict) else None
        if not isinstance(block, Image):
            self._gathered.take("images", [image])
            return
        extra = {**block.extra, "field": "images"}
        self.whole_block(msgspec.structs.replace(block, origin=self.origin, extra=extra), out)

    def _take_call(self, fragment: dict[str, Any], out: list[Event], *, whole: bool) -> None:
        kind = fragment.get("type")
        if isinstance(kind, str) and kind not in ("", "function", "custom") and "function" not in fragment:
            self.whole_block(Opaque(fragment, origin=self.origin, extra={"field": "tool_calls"}), out)
            return
        self._add_arguments(*self.calls.take(fragment, whole=whole), out)

    def _add_arguments(self, call: OpenCall, arguments: str, out: list[Event]) -> None:
        if arguments and call.size:
            if self._dialect.cumulative_arguments and len(arguments) >= call.size:
                said = "".join(call.pieces)
                arguments = arguments[len(said) :] if arguments.startswith(said) else arguments
            elif len(arguments) == call.size and call.complete() and arguments == "".join(call.pieces):
                arguments = ""  # the last chunk says the whole call once more
        if arguments:
            call.pieces.append(arguments)
            call.size += len(arguments)
        if call.index is None:
            if call.name:
                self.interrupt(out)
                self.name_call(call, out)
        elif arguments:
            self.interrupt(out)
            out.append(ArgumentsDelta(call.index, arguments))

    def name_call(self, call: OpenCall, out: list[Event]) -> None:
        """Begin a call whose name is known, or will not be."""
        if call.index is None:
            self.spoke = True
            self.register.begin(call, out)
            if call.size:
                out.append(ArgumentsDelta(place_of(call), "".join(call.pieces)))

    def finish(self) -> Finish:
        """How this choice ended, so far as it was said."""
        details = self._details
        if logprobs := self.logprobs.merged():
            details = {**details, "logprobs": logprobs}
        calls = bool(self.calls.opened)
        finish = decode_finish(self.raw, details, self._dialect, calls=calls, refused=self._refused)
        own_word = self._own_word
        if own_word == self.raw or not isinstance(own_word, str | None):
            return finish
        return msgspec.structs.replace(finish, raw=own_word)


def list_of(value: Any) -> list[Any]:
    """A list, empty where it should have been one."""
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
