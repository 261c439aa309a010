"""How many tokens a prompt has, without asking anybody: characters by class, and what each vendor's format adds.

No tokenizer is at work. What all of them have in common is enough: a word is one token until it is long, digits go in
small groups, punctuation in short runs, a character of Chinese, Japanese or Korean is about one token. Each family of
models has a factor on that and its own additions for the prompt, a message, tools, calls and a schema; media count by
the vendors' published rules, from the sizes in their first bytes.

The numbers were fitted to the prompts of 1,924 recorded exchanges whose vendors stated the count. `Estimate.error` is
the bound that nine in ten of each family's recordings kept: a share of the tokens, and a fixed number of them, because
what a vendor puts in front of a prompt unseen weighs most on short ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from math import ceil
from string import ascii_letters, digits, punctuation
from typing import Any, NamedTuple

import msgspec

from ..types.content import (
    Audio,
    Base64,
    Block,
    Blocks,
    Document,
    Image,
    Opaque,
    PlainText,
    Refusal,
    ServerToolCall,
    ServerToolResult,
    Text,
    Thinking,
    ToolCall,
    ToolResult,
    Video,
)
from ..types.request import Request, ToolLike, VendorTool
from .measures import decoded, pages, pixels, seconds

__all__ = ["Estimate", "estimate", "family", "text_tokens"]

_IDEOGRAM = re.compile("[぀-ヿ㐀-鿿가-힯豈-﫿]+")
_FOREIGN = re.compile("[^\\x00-\\x7f぀-ヿ㐀-鿿가-힯豈-﫿]+")

_LETTERS = ascii_letters.encode()
_DIGITS = digits.encode()


def _only(kept: bytes) -> bytes:
    """A table that keeps some characters and makes white space of the others."""
    return bytes([value if value in kept else 32 for value in range(256)])


_WORDS = _only(_LETTERS)
_MARKS = _only(punctuation.encode())
# A single space belongs to the word behind it; what is more, or a new line, is a token of its own.
_GAPS = bytes([115 if value == 32 else 110 if value in b"\t\n\r" else 32 for value in range(256)])


class Estimate(NamedTuple):
    """Tokens of a prompt, and how far off that may be, as a share of them (0.2 is a fifth, either way)."""

    tokens: int
    error: float


class _Family(NamedTuple):
    """What a family of models makes of a prompt: factors on text, and tokens added for each thing of a kind."""

    text: float = 1.0
    schemas: float = 1.0
    base: float = 5.0
    message: float = 4.0
    system: float = 2.0
    tools: float = 60.0
    tool: float = 8.0
    call: float = 12.0
    output: float = 0.0
    """For a schema that the answer must obey."""
    shown: bool = False
    """Whether the model reads that schema: some vendors hold the answer to it and do not show it."""
    reasoning: float = 0.0
    thoughts: float = 0.0
    """A factor on reasoning in the history: most vendors leave that of earlier turns out of the prompt."""
    hidden: float = 0.0
    """For a character of signed or encrypted reasoning that goes back."""
    share: float = 0.3
    fixed: float = 60.0


_FAMILIES: dict[str, _Family] = {
    "claude": _Family(1.11, 0.61, 5.5, 2.3, 0, 473, 1, 64, 155, shown=True, reasoning=27, thoughts=0.26, share=0.3, fixed=30),
    "gpt": _Family(1.0, 0.63, 4.3, 2.8, 3.3, 6, 0, 13, 11, shown=True, thoughts=0.1, hidden=0.06, share=0.15, fixed=10),
    "gpt-oss": _Family(1.0, 0.77, 67, 1.7, 7, 11, 0, 29, 62, shown=True, reasoning=4, thoughts=0.24, share=0.1, fixed=15),
    "gemini": _Family(1.0, 0.25, 0, 0, 0.2, 0, 12, 5.5, hidden=0.12, share=0.45, fixed=10),
    "gemini-3": _Family(1.0, 0.25, 0, 0, 2.3, 0, 2, 9, shown=True, reasoning=1.4, hidden=0.2, share=0.1, fixed=60),
    "mistral": _Family(1.0, 1.13, 0, 4.7, 6.3, 0, 14, 1.2, reasoning=14, thoughts=1.0, share=0.15, fixed=10),
    "deepseek": _Family(1.0, 1.25, 1.3, 3, 0.4, 211, 0, 63, reasoning=1.5, thoughts=0.1, share=0.2, fixed=15),
    "qwen": _Family(1.0, 1.1, 5, 4, 2.6, 100, 16, 27, reasoning=1.5, share=0.45, fixed=10),
    "llama": _Family(1.0, 0.64, 20, 5.9, 3.9, 200, 12, 0, shown=True, share=0.6, fixed=10),
    "llama-4": _Family(1.0, 0.64, 8, 5, 3.9, 600, 12, 20, shown=True, share=0.2, fixed=60),
    "grok": _Family(1.0, 0.84, 184, 3.2, 7, 66, 0, 57, 18, shown=True, reasoning=9, hidden=0.1, share=0.1, fixed=200),
    "cohere": _Family(1.0, 1.0, 190, 7, 26, 940, 1, 30, 128, shown=True, reasoning=14, thoughts=0.3, share=0.1, fixed=880),
    "glm": _Family(1.0, 1.13, 2.8, 5, 0, 82, 16, 6, thoughts=0.83, share=0.2, fixed=20),
    "kimi": _Family(1.0, 1.14, 4.5, 3.6, 2.6, 0, 13, 25, thoughts=0.38, share=0.2, fixed=20),
    "nova": _Family(1.25, 0.83, 0, 0.2, 9.6, 364, 0, 24, share=0.2, fixed=30),
    "nova-2": _Family(1.0, 0.83, 0, 4, 9.6, 850, 0, 24, share=0.2, fixed=60),
    "": _Family(1.0, 1.0, 2, 3, 3, 60, 8, 15, share=0.3, fixed=40),
}

_NAMES = (
    ("gpt-oss", "gpt-oss"),
    ("claude", "claude"),
    ("gemini-3", "gemini-3"),
    ("gemini", "gemini"),
    ("gemma", "gemini"),
    ("deepseek", "deepseek"),
    ("qwen", "qwen"),
    ("qwq", "qwen"),
    ("mistral", "mistral"),
    ("magistral", "mistral"),
    ("ministral", "mistral"),
    ("devstral", "mistral"),
    ("codestral", "mistral"),
    ("pixtral", "mistral"),
    ("llama-4", "llama-4"),
    ("llama", "llama"),
    ("grok", "grok"),
    ("command", "cohere"),
    ("glm", "glm"),
    ("kimi", "kimi"),
    ("nova-2", "nova-2"),
    ("nova", "nova"),
    ("gpt", "gpt"),
    ("chatgpt", "gpt"),
)
_REASONERS = re.compile(r"(?:^|/)o\d")


def family(model: str) -> str:
    """The family of tokenizers that a model's id names, empty where it names none that was measured."""
    low = model.lower()
    for part, name in _NAMES:
        if part in low:
            return name
    return "gpt" if _REASONERS.search(low) else ""


def estimate(request: Request, model: str) -> Estimate:
    """The tokens of a request's prompt for a model, by its id. Pure; about a twentieth of a second for a megabyte."""
    kind = family(model)
    rules = _FAMILIES[kind]
    prompt = _Prompt(rules, kind)
    prompt.request(request)
    tokens = max(1, round(prompt.words + prompt.unsure))
    bound = rules.share * prompt.words + prompt.unsure + rules.fixed
    return Estimate(tokens, round(min(bound / tokens, 9.99), 2))


def text_tokens(text: str) -> float:
    """About how many tokens a text has, before a family's factor."""
    data = text.encode("utf-8", "replace")
    words = data.translate(_WORDS).split()
    long = [word for word in words if len(word) > 7]
    marks = data.translate(_MARKS).split()
    gaps = data.translate(_GAPS).split()
    tokens = len(words) + 0.15 * (len(b"".join(long)) - 7 * len(long))
    tokens += 0.6 * (len(data) - len(data.translate(None, _DIGITS)))
    tokens += 0.8 * len(marks) + 0.15 * len(b"".join(marks))
    tokens += 0.7 * (len(gaps) - gaps.count(b"s"))
    if text.isascii():
        return tokens
    return tokens + len("".join(_IDEOGRAM.findall(text))) + 0.6 * len("".join(_FOREIGN.findall(text)))


class _Prompt:
    """A prompt as it is added up: words, and what may as well be far less (media, reasoning that nobody can read)."""

    __slots__ = ("_kind", "_rules", "unsure", "words")

    def __init__(self, rules: _Family, kind: str) -> None:
        self._rules = rules
        self._kind = kind
        self.words = rules.base
        self.unsure = 0.0

    def request(self, request: Request) -> None:
        rules = self._rules
        if request.system or any(message.role in ("system", "developer") for message in request.messages):
            self.words += rules.system
        for text in request.system:
            self.text(text.text)
        for message in request.messages:
            self.words += rules.message
            self.blocks(message.content)
        if request.tools:
            self.words += rules.tools
            for tool in request.tools:
                self.words += rules.tool
                self.schema(_declared(tool))
        if request.reasoning is not None and request.reasoning.effort != "none" and request.reasoning.mode != "disabled":
            self.words += rules.reasoning
        if request.output is not None and request.output.schema is not None:
            self.words += rules.output
            if rules.shown:
                self.schema(request.output.schema)

    def text(self, text: str) -> None:
        self.words += self._rules.text * text_tokens(text)

    def schema(self, value: Any) -> None:
        self.words += self._rules.schemas * text_tokens(msgspec.json.encode(value).decode())

    def blocks(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            self.block(block)

    def block(self, block: Block) -> None:
        self.unsure += self._rules.hidden * _secrets(block)
        match block:
            case Text() | Refusal():
                self.text(block.text)
            case Thinking():
                self.words += self._rules.thoughts * text_tokens(block.text)
            case ToolCall() | ServerToolCall():
                self.words += self._rules.call
                self.text(f"{block.name} {block.arguments}")
            case ToolResult():
                self.blocks(block.content)
            case Image():
                self.unsure += self._picture(block)
            case Document():
                self._document(block)
            case Audio():
                self.unsure += _SOUND.get(self._kind, _SOUND[""]) * (seconds(block.source) or 30.0)
            case Video():
                self.unsure += _FILM.get(self._kind, _FILM[""]) * (seconds(block.source) or 30.0)
            case ServerToolResult():
                self.text(msgspec.json.encode(block.content).decode())
            case Opaque():
                self.text(msgspec.json.encode(block.data).decode())

    def _document(self, block: Document) -> None:
        source = block.source
        for text in (block.title, block.context):
            self.text(text or "")
        if isinstance(source, PlainText):
            self.text(source.text)
        elif isinstance(source, Base64) and source.media_type.startswith("text/"):
            self.text(decoded(source))
        elif isinstance(source, Blocks):
            self.blocks(source.content)
        else:
            self.unsure += _PAGE.get(self._kind, _PAGE[""]) * (pages(source) or 1)

    def _picture(self, block: Image) -> float:
        width, height = pixels(block.source) or (1024, 768)
        if self._kind == "gpt":
            return _tiles(width, height, block.detail == "low")
        if self._kind == "gemini":
            return _crops(width, height)
        if self._kind == "gemini-3":
            return _GEMINI_3
        scale = min(1.0, 1568 / max(width, height))
        # https://platform.claude.com/docs/en/build-with-claude/vision#calculate-image-costs
        return max(16.0, min(width * height * scale * scale / 750, 1600.0))


_GEMINI_3 = 1120.0
"""A picture at the default resolution: https://ai.google.dev/gemini-api/docs/media-resolution#token-counts."""

_PAGE = {"claude": 2300.0, "gemini": 258.0, "gemini-3": 560.0, "gpt": 1000.0, "": 1000.0}
"""Tokens of a page. https://platform.claude.com/docs/en/build-with-claude/pdf-support#estimate-your-costs (text and a
picture), https://ai.google.dev/gemini-api/docs/document-processing."""

_SOUND = {"gemini": 32.0, "gemini-3": 32.0, "gpt": 10.0, "": 25.0}
"""Tokens of a second of sound: https://ai.google.dev/gemini-api/docs/tokens."""

_FILM = {"gemini-3": 102.0, "": 263.0}
"""Tokens of a second of film, which is one picture and the sound: the same page."""


def _tiles(width: int, height: int, low: bool) -> float:
    """https://platform.openai.com/docs/guides/images-vision#calculating-costs: 85, and 170 for each square of 512 pixels of
    the picture, fitted into 2048 and its short side to 768."""
    if low:
        return 85.0
    scale = min(1.0, 2048 / max(width, height))
    scale *= min(1.0, 768 / (min(width, height) * scale))
    return 85.0 + 170.0 * ceil(width * scale / 512) * ceil(height * scale / 512)


def _crops(width: int, height: int) -> float:
    """https://ai.google.dev/gemini-api/docs/tokens: 258 for a small picture, and for each tile of a larger one."""
    if max(width, height) <= 384:
        return 258.0
    unit = min(max(256, int(min(width, height) / 1.5)), 768)
    return 258.0 * ceil(width / unit) * ceil(height / unit)


def _declared(tool: ToolLike) -> Any:
    """What of a tool is read by the model, about as vendors write it down for it."""
    if isinstance(tool, VendorTool):
        return tool.data
    fields = {name: getattr(tool, name, None) for name in ("name", "description", "parameters", "grammar")}
    return {name: value for name, value in fields.items() if value}


def _secrets(block: Block) -> int:
    """How many characters of signed or encrypted reasoning a block carries."""
    count = 0
    if isinstance(block, Thinking):
        count += len(block.signature or "") if not block.text else 0
        count += len(block.encrypted or "")
    signature = block.extra.get("thoughtSignature")
    return count + (len(signature) if isinstance(signature, str) else 0)
