"""Finish reasons, usage and citations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dragoman.protocols.openai_chat import PROTOCOL, ChatDialect
from dragoman.protocols.openai_chat.wire import (
    decode_citation,
    decode_finish,
    decode_usage,
    encode_finish,
    encode_usage,
    vendor_fields,
)
from dragoman.testing.conformance import load, load_suite
from dragoman.testing.conformance.answers import read
from dragoman.types import Citation, Finish, Text, Usage

OPENAI = ChatDialect()


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("stop", "stop"),
        ("eos", "stop"),
        ("length", "length"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("content_filter", "content_filter"),
        ("sensitive", "content_filter"),
        ("insufficient_system_resource", "error"),
        ("abort", "cancelled"),
        ("MAX_TOKENS", "length"),
        ("brand_new", "other"),
        ("", "stop"),
        (None, "stop"),
    ],
)
def test_finish_words(word: str | None, reason: Any) -> None:
    """Each vendor's word has a common one, unknown ones are `other`, and the vendor's stays beside it."""
    assert decode_finish(word, {}, OPENAI) == Finish(reason, word)


def test_the_dialects_own_finish_words() -> None:
    """A dialect can name what its vendor's words mean."""
    dialect = ChatDialect(finish_reasons={"done_thinking": "stop"})

    assert decode_finish("done_thinking", {}, dialect) == Finish("stop", "done_thinking")


def test_a_finish_is_read_from_what_was_said() -> None:
    """Calls or a refusal explain a `stop`, but not a limit that was hit; vLLM names its stop string."""
    assert decode_finish("stop", {}, OPENAI, calls=True).reason == "tool_calls"
    assert decode_finish("stop", {}, OPENAI, refused=True).reason == "refusal"
    assert decode_finish("length", {}, OPENAI, calls=True).reason == "length"
    assert decode_finish("stop", {"stop_reason": "END"}, OPENAI).stop_sequence == "END"
    assert decode_finish("stop", {"stop_reason": 128009}, OPENAI).stop_sequence is None


@pytest.mark.parametrize(
    ("finish", "word"),
    [
        (Finish("stop", "eos"), "eos"),
        (Finish("stop", "end_turn"), "end_turn"),
        (Finish("stop", "STOP"), "STOP"),
        (Finish("tool_calls", "stop"), "tool_calls"),
        (Finish("tool_calls", "tool_use"), "tool_use"),
        (Finish("refusal", "stop"), "stop"),
        (Finish("stop"), "stop"),
        (Finish("context_window", "x"), "length"),
        (Finish("other", "brand_new"), "brand_new"),
        (Finish("pause", "pause_turn"), "stop"),
        (None, "stop"),
    ],
)
def test_finish_words_of_a_server(finish: Finish | None, word: str) -> None:
    """The vendor's own word where this wire knows it to mean the same, else the wire's word for the reason."""
    assert encode_finish(finish) == word


def counts(**fields: Any) -> dict[str, Any]:
    return {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, **fields}


@pytest.mark.parametrize(
    ("raw", "usage"),
    [
        (counts(), Usage(10, 5)),
        (counts(prompt_tokens_details={"cached_tokens": 4, "cache_write_tokens": 2}), Usage(4, 5, 4, 2)),
        (counts(prompt_tokens_details=None, completion_tokens_details={"reasoning_tokens": 3}), Usage(10, 5, reasoning=3)),
        (counts(prompt_cache_hit_tokens=8, prompt_cache_miss_tokens=2), Usage(2, 5, 8)),
        (counts(cached_tokens=8), Usage(2, 5, 8)),
        (counts(reasoning_tokens=2), Usage(10, 5, reasoning=2)),
        (counts(total_tokens=22, completion_tokens_details={"reasoning_tokens": 7}), Usage(10, 12, reasoning=7)),
        (counts(completion_tokens=None), Usage(10, None)),
        (counts(prompt_tokens=9.0, completion_tokens=1.5), Usage(9, None)),
        (counts(prompt_tokens=-1, completion_tokens=True), Usage()),
        (counts(prompt_tokens_details={"cached_tokens": 161}), Usage(10, 5, 161)),
        (counts(prompt_tokens_details={"cached_tokens": 9, "cache_write_tokens": 9}), Usage(1, 5, 9, 0)),
        ({"input_tokens": 3, "output_tokens": 2}, Usage(3, 2)),
        ({"prompt_tokens": "3"}, Usage()),
    ],
    ids=[
        "plain",
        "cache inside the prompt",
        "reasoning inside the output",
        "DeepSeek",
        "Moonshot",
        "SGLang",
        "xAI: reasoning beside the output",
        "unknown is not zero",
        "numbers with a point",
        "no counts at all",
        "Grok on Azure: cache beside the prompt",
        "written and read at once",
        "the other names",
        "not numbers",
    ],
)
def test_counts_do_not_overlap(raw: dict[str, Any], usage: Usage) -> None:
    """Cache reads and writes are taken out of the prompt, reasoning is inside the output, the raw object stays."""
    found = decode_usage(raw, OPENAI)

    assert found.raw == raw
    assert Usage(found.input, found.output, found.cache_read, found.cache_write, found.reasoning) == usage


def test_a_dialect_knows_where_reasoning_is_counted() -> None:
    """Said by the dialect, totals are not asked."""
    raw = {"prompt_tokens": 1, "completion_tokens": 2, "completion_tokens_details": {"reasoning_tokens": 3}}

    assert decode_usage(raw, ChatDialect(reasoning_in_output=False)).output == 5
    assert decode_usage({**raw, "total_tokens": 6}, ChatDialect(reasoning_in_output=True)).output == 2


def test_usage_of_a_server() -> None:
    """The vendor's own object where it is one of this wire, else one made of the counts."""
    raw = counts(cost=0.1)
    foreign = Usage(3, 7, 10, 2, 4, raw={"input_tokens": 3})

    assert encode_usage(decode_usage(raw, OPENAI)) is raw
    assert encode_usage(foreign) == {
        "prompt_tokens": 15,
        "completion_tokens": 7,
        "total_tokens": 22,
        "prompt_tokens_details": {"cached_tokens": 10, "cache_write_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 4},
    }
    assert encode_usage(Usage(1, 2)) == {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}


def test_citations() -> None:
    """One that stands in a field of its own name has its words, any other keeps its object."""
    url = {"type": "url_citation", "url_citation": {"url": "u", "title": "t", "content": "c", "start_index": 2, "end_index": 4}}
    document = {"type": "document_citation", "document_citation": {"document_id": "d", "start_index": 0, "end_index": 9}}  # Groq
    file = {"type": "file", "file": {"hash": "h", "content": []}}  # OpenRouter

    assert decode_citation(url) == Citation("url_citation", "u", "t", "c", 2, 4, url)
    assert decode_citation(document) == Citation("document_citation", None, "d", None, 0, 9, document)
    assert decode_citation(file) == Citation("file", raw=file)
    assert decode_citation({"type": 3}) == Citation(raw={"type": 3})


@pytest.mark.parametrize(
    ("before", "start", "end", "expected"),
    [
        (0, 0, 3, (0, 3)),
        (5, 5, 8, (0, 3)),
        (5, 2, 4, (None, None)),  # in another block
        (0, 0, 0, (None, None)),  # OpenRouter's way to say no place
        (0, "0", 4, (None, None)),
        (0, 4, 3, (None, None)),
        (0, None, None, (None, None)),
    ],
)
def test_places_of_citations(before: int, start: Any, end: Any, expected: tuple[int | None, int | None]) -> None:
    """Those of the message become those of the block, where they are in it."""
    about = {"url": "u", "title": None, "start_index": start, "end_index": end}
    found = decode_citation({"type": "url_citation", "url_citation": about}, before)

    assert ("u", None, *expected) == (found.url, found.title, found.start, found.end)


def test_our_notes_are_no_vendor_fields() -> None:
    """What a decoder notes about a block's place on the wire does not go back to it."""
    assert vendor_fields({"synthetic_id": True, "field": "reasoning", "extra_content": 1}) == {"extra_content": 1}


def test_places_of_recorded_citations(corpus: Path) -> None:
    """What OpenAI cites of its own text is the link that stands there."""
    suite = load_suite("openai-chat")
    cited = []
    for exchange in load(corpus).of_wire("openai-chat"):
        if exchange.status < 400 and b"url_citation" in exchange.body:
            response = read(PROTOCOL, suite.target(exchange), exchange.framing, exchange.body).response
            blocks = response.message.content if response is not None else ()
            for text in [block for block in blocks if isinstance(block, Text)]:
                cited += [(each.url, text.text[each.start : each.end]) for each in text.citations if each.start is not None]

    assert len(cited) > 2
    assert [] == [url for url, words in cited if not url or url not in words]
