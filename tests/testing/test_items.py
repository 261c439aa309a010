"""Each short way of writing an item gives the value it stands for, and refuses what cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.testing import (
    FAULTS,
    Turn,
    block,
    call,
    delay,
    extra,
    fail,
    fault,
    finish,
    head,
    page,
    ping,
    raw,
    refuse,
    text,
    think,
    usage,
)
from dragoman.testing.script import Fault, Head, Page, Raw, Say, Wait
from dragoman.types import (
    ArgumentsDelta,
    Citation,
    Extra,
    Failed,
    Failure,
    Finish,
    Finished,
    Image,
    Ping,
    Refusal,
    Text,
    TextDelta,
    Thinking,
    ToolCall,
    Url,
    Usage,
    UsageUpdate,
)

CITED = Citation("web", url="https://example.com")
PICTURE = Image(Url("https://example.com/a.png"))
ENDED = Finished(Finish("stop", "end_turn", "E"), (Finish("length"),))


@pytest.mark.parametrize(
    ("item", "value"),
    [
        (
            text("a", delay(1), fault("cut"), ping(), raw("x"), CITED),
            Say(Text(""), ("a", Wait(1), Fault("cut"), Ping(), Raw(b"x"), CITED)),
        ),
        (text("abc", delay(1), "de", size=2, choice=1), Say(Text(""), ("ab", "c", Wait(1), "de"), 1)),
        (refuse("no", size=1, choice=2), Say(Refusal(""), ("n", "o"), 2)),
        (think("hm", signature="s"), Say(Thinking(), ("hm",), signature="s")),
        (think(encrypted="x", signature="s"), Say(Thinking(encrypted="x", signature="s"))),
        (call("f"), Say(ToolCall("", "f"), ("{}",))),
        (call("f", {"a": "é"}, id="i", choice=1), Say(ToolCall("i", "f"), ('{"a":"é"}',), 1)),
        (call("sh", "ls", custom=True), Say(ToolCall("", "sh", custom=True), ("ls",))),
        (block(PICTURE, 1), Say(PICTURE, (), 1)),
        (usage(1, 2, cache_read=3, cache_write=4, reasoning=5), UsageUpdate(Usage(1, 2, 3, 4, 5))),
        (usage(), UsageUpdate(Usage())),
        (finish("stop", "end_turn", stop_sequence="E", others=["length"]), ENDED),
        (fail(), Failed(Failure("the script fails here", status=500))),
        (
            fail(429, "t", "m", code="c", param="p", retry_after=1.5),
            Failed(Failure("m", status=429, type="t", code="c", param="p", retry_after=1.5)),
        ),
        (delay(2), Wait(2)),
        (ping(), Ping()),
        (head(), Head()),
        (extra(a=1), Extra({"a": 1})),
        (raw("é"), Raw("é".encode())),
        (raw(b"\xff"), Raw(b"\xff")),
        (
            page("é", 302, content_type="text/plain", headers={"location": "/"}),
            Page("é".encode(), 302, {"content-type": "text/plain", "content-length": "2", "location": "/"}),
        ),
        *[(fault(kind), Fault(kind)) for kind in FAULTS],
    ],
)
def test_what_is_written_is_a_value(item: Any, value: Any) -> None:
    """Every word makes the value it stands for, and equal words equal values."""
    assert value == item


@pytest.mark.parametrize(
    ("item", "deltas"),
    [
        (call("f", '{"a": 1}', size=3), ['{"a', '": ', "1}"]),
        (call("f", ""), []),
        (call("f", ['{"a"', ": 1}"]), ['{"a"', ": 1}"]),
    ],
)
def test_arguments_are_text(item: Any, deltas: list[str]) -> None:
    """Text is sent as it is, also when it is not JSON, in the pieces asked for."""
    assert deltas == [event.text for event in Turn(item).events() if isinstance(event, ArgumentsDelta)]


def test_token_probabilities_come_with_their_tokens() -> None:
    """Text with `logprobs` streams token by token, each with its own object."""
    tokens = [{"token": "Hel", "logprob": -0.1}, {"token": "lo", "logprob": -0.2}]

    assert [TextDelta(0, "Hel", (tokens[0],)), TextDelta(0, "lo", (tokens[1],))] == Turn(text("Hello", logprobs=tokens)).steps()[
        2:4
    ]
    with pytest.raises(ValueError, match="must be the text itself"):
        text("Hallo", logprobs=tokens)


def test_an_unknown_fault_is_refused_with_the_known_ones() -> None:
    """The message names what there is, the nearest first."""
    with pytest.raises(LookupError, match=r"did you mean 'reset'\? known: .*stall.*fail\(") as caught:
        fault("rest")  # type: ignore[arg-type]

    assert all(kind in str(caught.value) for kind in FAULTS)


def test_hidden_reasoning_has_no_words() -> None:
    """Encrypted reasoning beside words is a mistake of the script."""
    with pytest.raises(ValueError, match="shows no words"):
        think("a", encrypted="x")
