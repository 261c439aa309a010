"""Token counts are exact where a provider counted, and estimates say so."""

from __future__ import annotations

import pytest
from talks import EVERY_BLOCK, answer, ask, chain

from dragoman.conversation.sizes import Size, estimate, overhead, prompt, total, turn_sizes
from dragoman.types import Block, Image, Message, Text, Tool, Url, Usage, VendorTool

COUNTED = chain(
    ask("one"),
    answer("two"),
    ask("three"),
    answer("four"),
    usages={1: Usage(input=40, output=7, cache_read=2, cache_write=1), 3: Usage(input=80, output=5)},
)


def test_a_prompt_is_all_that_was_read() -> None:
    """What came from the cache or went to it was in the prompt; unknown stays unknown."""
    assert 43 == prompt(COUNTED[1].usage)
    assert None is prompt(Usage(output=3))
    assert None is prompt(None)


def test_servers_that_do_not_count() -> None:
    """Zeros are not believed: everything is estimated then."""
    turns = chain(ask("one"), answer("two"), ask("three"), answer("four"), usages={1: Usage(0, 0), 3: Usage(0, 0)})

    assert None is prompt(turns[1].usage)
    assert [True] * 4 == [size.estimated for size in turn_sizes(turns)]
    assert total(turns, standing=0).estimated


def test_the_total_is_exact_after_a_counted_answer() -> None:
    """Prompt and answer of the last call are what the next one sends."""
    assert Size(85, False) == total(COUNTED, standing=1000)


def test_what_was_added_since_is_estimated() -> None:
    """One part guessed makes the sum a guess."""
    known = total(COUNTED[:3], standing=1000)

    assert Size(50 + estimate(ask("three")), True) == known


def test_without_counts_everything_is_estimated() -> None:
    """Instructions and tools count then."""
    turns = chain(ask("one"), answer("two"))

    assert Size(1000 + estimate(ask("one")) + estimate(answer("two")), True) == total(turns, standing=1000)


def test_an_answer_to_more_than_is_sent_does_not_count() -> None:
    """What was answered before a mark counted what the mark has taken out."""
    assert total(COUNTED, standing=7, since=4).estimated
    assert Size(85, False) == total(COUNTED, standing=7, since=3)


def test_turns_between_counted_answers_are_known() -> None:
    """The later prompt without the earlier one and its answer is what was said between."""
    sizes = turn_sizes(COUNTED)

    assert [True, False, False, False] == [size.estimated for size in sizes]
    assert [7, 80 - 43 - 7, 5] == [size.tokens for size in sizes[1:]]


def test_several_turns_between_share_what_is_known() -> None:
    """Their sum is known, each of them is an estimate."""
    turns = chain(ask(), answer(), ask("x" * 40), ask("x" * 40), answer(), usages={1: Usage(10, 5), 4: Usage(115, 5)})

    assert [Size(50, True), Size(50, True)] == turn_sizes(turns)[2:4]


@pytest.mark.parametrize("since", [2, 3])
def test_other_counts_are_not_compared(since: int) -> None:
    """Neither over a mark nor where the later prompt is the shorter one."""
    shorter = chain(ask(), answer(), ask(), answer(), usages={1: Usage(500, 5), 3: Usage(100, 5)})

    assert turn_sizes(COUNTED, since)[2].estimated
    assert turn_sizes(shorter)[2].estimated


def test_estimates_grow_with_what_is_said() -> None:
    """About a token for a word, and something for each message."""
    assert 250 <= estimate(ask("word " * 250)) <= 260
    assert 0 < estimate(ask("")) < estimate(ask("word")) < estimate(ask("word word"))
    assert 500 < estimate(Message("user", (Image(Url("https://a")),)))


@pytest.mark.parametrize("block", EVERY_BLOCK, ids=lambda block: type(block).__name__)
def test_every_block_has_an_estimate(block: Block) -> None:
    """No kind of block fails, or takes away from the others."""
    assert estimate(ask("word")) <= estimate(Message("user", (Text("word"), block)))


def test_instructions_and_tools_have_an_overhead() -> None:
    """Both count, a tool of the vendor's own too, and nothing is nothing."""
    tool = Tool("f", "does f", {"type": "object"})

    assert 0 == overhead((), ())
    assert overhead("be brief", ()) == overhead((Text("be brief"),), ())
    assert 0 < overhead((), (print,))
    assert 0 < overhead((Text("be brief"),), ()) < overhead((Text("be brief"),), (tool, VendorTool({"type": "web"})))
