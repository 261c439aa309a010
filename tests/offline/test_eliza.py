"""ELIZA holds a conversation, and only the conversation decides what she says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.offline.doctor import GREETING, GROUPS, KEYWORDS, MEMORY, NONE, PRE
from dragoman.offline.eliza import respond


def talk(*said: str) -> list[str]:
    """Her answers to each of these in turn."""
    return [respond(said[: number + 1]).text for number in range(len(said))]


def test_a_conversation_in_the_manner_of_1966() -> None:
    """The opening lines of the published conversation lead where they led then: rank, person, family, memory."""
    answers = talk(
        "Men are all alike.",
        "They're always bugging us about something or other.",
        "Well, my boyfriend made me come here.",
        "He says I'm depressed much of the time.",
        "It's true. I am unhappy.",
        "My mother takes care of me.",
        "Bullies.",
    )

    assert [
        "In what way?",
        "Can you think of an example?",
        "Your boyfriend made you come here?",
        "I am sorry that you are depressed.",
        "What would make you less unhappy?",
        "Tell me more about your mother.",
    ] == answers[:6]
    assert "your boyfriend made you come here" in answers[6]


def test_without_a_word_she_greets() -> None:
    """The conversation begins with her greeting."""
    assert GREETING == respond([]).text


def test_the_highest_rank_wins() -> None:
    """Of several keywords the one of highest rank answers, wherever it stands."""
    assert "Do computers trouble you?" == respond(["I think you are a machine"]).text


def test_answers_of_a_pattern_take_turns() -> None:
    """Each use of a pattern takes its next answer, and after the last the first again."""
    *four, again = talk(*["Are we the same?"] * 3, "It is all alike", "All alike")

    assert ["In what way?", "What likeness do you see?", "Where does the likeness end?", "Could it be a coincidence?"] == four
    assert four[0] == again


def test_turns_follow_from_the_conversation_alone() -> None:
    """The same conversation has the same answer however often it is asked; another one has its own count."""
    said = ["I am tired of it", "I am tired of it"]

    assert respond(said) == respond(said)
    assert respond(said[:1]).text != respond(said).text


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("I was happy when you were here with me", "Were you really happy when I was here with you?"),
        ("I remember your voice", "How often does my voice come back to you?"),
        ("No.", "Just no?"),
        ("I like you", "What do you like about me?"),
        ("You are cold to me", "What makes you think I am cold to you?"),
        ("If I was rich", "How likely is it that you were rich?"),
        ("If you are right", "How likely is it that I am right?"),
        ("I'm afraid of myself", "What would happen if yourself came true?"),
        ("Why don't you answer ME", "Do you believe I don't answer you?"),
        ("I can't sleep without you", "How do you know you can't sleep without me?"),
    ],
)
def test_persons_are_exchanged(said: str, answer: str) -> None:
    """What she quotes changes its point of view."""
    assert answer == respond([said]).text


def test_only_the_clause_with_a_keyword_counts() -> None:
    """What stands before the first clause with a keyword is dropped, and so is what follows it."""
    assert respond(["I love Oslo"]).text == respond(["Well well, I love Oslo, it is so far north"]).text


def test_but_begins_a_clause() -> None:
    """`but` cuts a sentence as a comma does."""
    assert respond(["I love Oslo"]).text == respond(["Grey skies but I love Oslo"]).text


@pytest.mark.parametrize("said", ["I", "my", "If", "You"])
def test_a_keyword_alone_leads_nowhere(said: str) -> None:
    """Patterns that quote need something to quote."""
    assert NONE[0] == respond([said]).text


def test_memory_comes_back_when_nothing_else_does() -> None:
    """Something of the user's is kept and brought up once, the oldest first; after that she goes on."""
    answers = talk("My cat is old.", "My garden is dry.", "Hm.", "Hm.", "Hm.")

    assert "your cat is old" in answers[2]
    assert "your garden is dry" in answers[3]
    assert answers[4] in NONE


def test_typographic_apostrophes_are_apostrophes() -> None:
    """Text from a telephone reads like text from a keyboard."""
    assert respond(["I'm sad"]) == respond(["I’m sad"])


def test_the_reason_names_keyword_rank_and_pattern() -> None:
    """How she came to say it is said in the terms of her script."""
    reason = respond(["I am sad"]).reason

    assert '"i" (rank 0)' in reason
    assert '"* i am * @low *"' in reason
    assert "number 1" in reason


WORDS = sorted({*KEYWORDS, *PRE, "cat", ".", ",", "but"})


@settings(deadline=None, database=None, max_examples=60)
@given(st.lists(st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join), max_size=6))
def test_she_always_has_an_answer(said: list[str]) -> None:
    """Whatever is said, there is something to say, and no mark of the script shows in it."""
    text = respond(said).text

    assert text.strip()
    assert not re.search(r"[{}=~@*+]", text)


def rules() -> list[tuple[str, str, tuple[str, ...]]]:
    named = [(keyword, pattern, answers) for keyword, (_, found) in KEYWORDS.items() for pattern, answers in found]
    return [*named, *[("memory", pattern, answers) for pattern, answers in MEMORY]]


@pytest.mark.parametrize(("keyword", "pattern", "answers"), rules())
def test_every_rule_can_be_said(keyword: str, pattern: str, answers: tuple[str, ...]) -> None:
    """An answer only quotes what its pattern is sure to have, and only hands over to keywords and groups there are."""
    parts = [part for part in pattern.split() if part in "*+" or part.startswith("@")]

    assert all(part[1:] in GROUPS for part in parts if part.startswith("@"))
    for answer in answers:
        quoted = [parts[int(slot) - 1] for slot in re.findall(r"\{(\d+)\}", answer)]
        assert "*" not in quoted
        assert not answer.startswith("=") or answer[1:] in KEYWORDS


def test_handing_over_comes_to_an_end() -> None:
    """No keyword hands over to itself by way of others."""
    following = {
        keyword: {answer[1:] for _, answers in found for answer in answers if answer.startswith("=")}
        for keyword, (_, found) in KEYWORDS.items()
    }
    for keyword in KEYWORDS:
        reached, ahead = set(), following[keyword]
        while ahead - reached:
            reached |= ahead
            ahead = set().union(*(following[next_one] for next_one in ahead))
        assert keyword not in reached


def test_the_script_is_of_some_size() -> None:
    """Some fifty keywords, each reachable: none is replaced before it is looked for."""
    assert 45 <= len(KEYWORDS)
    assert set() == {keyword for keyword in KEYWORDS if PRE.get(keyword, keyword) != keyword}
