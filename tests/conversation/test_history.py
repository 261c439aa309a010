"""A history is a tree of which nothing is lost, whatever is undone, forked, trimmed or summarised."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from talks import answer, ask, calls, chain, ids, results, tree

from dragoman.conversation.cuts import cut
from dragoman.conversation.history import History, Turn, begins, exchanges, instructs
from dragoman.errors import UsageError
from dragoman.types import Message, Text, Thinking, ToolCall, ToolResult, system, user

TALK = chain(ask("a"), answer("b"), ask("c"), calls("k"), results("k"), answer("d"))


def texts(history: History) -> list[str]:
    return [message.text or message.role for message in history.messages()]


def test_turns_follow_each_other() -> None:
    """The path leads from the first turn to the head."""
    history = tree(TALK)

    assert TALK == history.path()
    assert TALK[:2] == history.path("t2")
    assert "t6" == history.head


def test_an_empty_history_has_nothing() -> None:
    """Before the first word there is no path, nothing to send, nothing to undo."""
    assert () == History().path() == History().sent()
    for wrong in (History().undo, History().question, History().unanswered):
        with pytest.raises(UsageError):
            wrong()


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (ask(), True),
        (Message("user", (ToolResult("k"),)), False),
        (Message("user", (ToolResult("k"), Text("and now this"))), True),
        (answer(), False),
        (results("k"), False),
        (Message("user", ()), True),
    ],
)
def test_a_person_speaks_in_more_than_results(message: Message, expected: bool) -> None:
    """Results of tools begin nothing, words beside them do."""
    assert expected == begins(Turn("t", message))


def test_several_questions_in_a_row_are_one_exchange() -> None:
    """An exchange is a question, however many messages it has, with all that follows."""
    turns = chain(ask("a"), ask("b"), answer(), system("be brief"), ask("c"), answer())

    assert [0, 4] == exchanges(turns)
    assert [3] == [at for at, turn in enumerate(turns) if instructs(turn)]


def test_undo_goes_back_by_exchanges_and_keeps_all() -> None:
    """A question goes with its calls, results and answer; the turns stay in the tree."""
    history = tree(TALK).undo()

    assert ["a", "b"] == texts(history)
    assert dict(tree(TALK).turns) == history.turns
    assert [] == texts(tree(TALK).undo(2))
    assert "t6" == history.at("t6").head


@pytest.mark.parametrize("count", [0, 3, -1])
def test_no_more_is_undone_than_there_is(count: int) -> None:
    """Too many is refused with how many there are."""
    with pytest.raises(UsageError, match="there are 2 exchanges"):
        tree(TALK).undo(count)


def test_a_summary_stands_for_its_past() -> None:
    """After a mark its message, the kept turns and what follows are sent; before it, in the tree, everything is."""
    mark = Turn("m", user("SUMMARY"), "t6", kind="summary", since="t3")
    history = tree(TALK).add(mark, Turn("t7", ask("e"), "m"))

    assert ["SUMMARY", "c", "assistant", "tool", "d", "e"] == texts(history)
    assert 5 == history.since()
    assert ["a", "b", "c", "assistant", "tool", "d"] == texts(history.at("t6"))
    assert (*TALK, mark, history.turns["t7"]) == history.path()


def test_the_last_mark_counts_and_instructions_stay() -> None:
    """A trim after a summary says what is sent; system messages are, wherever they stood."""
    turns = chain(system("rule"), ask("a"), answer("b"), ask("c"), answer("d"))
    one = Turn("m1", user("SUMMARY"), "t5", kind="summary", since="t4")
    two = Turn("m2", user("SUMMARY"), "t7", kind="trim")
    later = (Turn("t6", ask("e"), "m1"), Turn("t7", answer("f"), "t6"))

    assert ["system", "SUMMARY", "c", "d", "e", "f"] == [
        m.text if m.role != "system" else "system" for m in tree(turns).add(one, *later).messages()
    ]
    assert ["rule", "SUMMARY"] == texts(tree(turns).add(one, *later, two))
    assert ["rule"] == texts(tree(turns).add(Turn("m", None, "t5", kind="trim")))


def test_a_fork_shares_its_past_only() -> None:
    """The turns on the way are the same values; other branches are not taken along."""
    history = tree(TALK).at("t2").add(Turn("x", ask("other"), "t2"))
    fork = history.fork()

    assert ["t1", "t2", "x"] == list(fork.turns)
    assert fork.turns["t1"] is history.turns["t1"]
    assert ["t1"] == list(history.fork("t1").turns)
    assert History() == History().fork()


def test_what_is_said_another_way_is_another_branch() -> None:
    """Children and leaves show what was said instead."""
    history = tree(TALK[:2]).add(Turn("x", answer("other"), "t1"))

    assert ("t2", "x") == tuple(turn.id for turn in history.children("t1"))
    assert ("t2", "x") == tuple(turn.id for turn in history.leaves())
    assert ("t1",) == tuple(turn.id for turn in history.children(None))


def test_question_and_unanswered() -> None:
    """The last question is all of its messages; asking again begins behind them."""
    turns = chain(ask("a"), answer(), ask("b"), ask("c"), answer("d"), answer("e"))

    assert ("t3", "t4") == tuple(turn.id for turn in tree(turns).question())
    assert "t4" == tree(turns).unanswered()
    assert "t4" == tree(turns).add(Turn("m", None, "t6", kind="trim", since="t3")).unanswered()
    with pytest.raises(UsageError, match="nothing to ask again"):
        tree(turns[:4]).unanswered()


@pytest.mark.parametrize(
    ("turn", "said"),
    [(Turn("t1", ask()), "already"), (Turn("n", ask(), "nowhere"), "does not have")],
)
def test_a_turn_that_does_not_fit_is_refused(turn: Turn, said: str) -> None:
    """Ids are used once, and parents exist."""
    with pytest.raises(UsageError, match=said):
        tree(TALK).add(turn)


def test_an_unknown_turn_is_refused() -> None:
    """The message says where ids come from."""
    with pytest.raises(UsageError, match=r"no turn 'nope'.*conversation\.turns"):
        tree(TALK).at("nope")


def pairs(messages: tuple[Message, ...]) -> tuple[set[str], set[str]]:
    """The ids called and the ids answered."""
    blocks = [block for message in messages for block in message.content]
    return {b.id for b in blocks if isinstance(b, ToolCall)}, {b.id for b in blocks if isinstance(b, ToolResult)}


class Talks(RuleBasedStateMachine):
    """Conversations that share pasts, each done something to, step by step."""

    @initialize()
    def begin(self) -> None:
        self.histories = [History()]
        self.new_id = ids()
        self.said: dict[str, Turn] = {}

    def say(self, number: int, *messages: Message) -> None:
        history = self.histories[number % len(self.histories)]
        parent = history.head
        for message in messages:
            turn = Turn(self.new_id(), message, parent)
            self.said[turn.id] = turn
            history, parent = history.add(turn), turn.id
        self.histories[number % len(self.histories)] = history

    @rule(number=st.integers(0, 3), questions=st.integers(1, 2))
    def exchange(self, number: int, questions: int) -> None:
        self.say(number, *[ask() for _ in range(questions)], answer())

    @rule(number=st.integers(0, 3), parallel=st.integers(1, 3), steps=st.integers(1, 3), thinks=st.booleans())
    def use_tools(self, number: int, parallel: int, steps: int, thinks: bool) -> None:
        said = [ask()]
        for step in range(steps):
            names = [self.new_id() for _ in range(parallel)]
            said += [calls(*names, thought="hm" if thinks and step == 0 else None), results(*names)]
        self.say(number, *said, answer())

    @rule(number=st.integers(0, 3), result_apart=st.booleans())
    def leave_calls_open(self, number: int, result_apart: bool) -> None:
        one, two = self.new_id(), self.new_id()
        self.say(number, ask(), calls(one, two), results(one), *([results(two)] if result_apart else []))

    @rule(number=st.integers(0, 3), late=st.booleans())
    def answer_with_words(self, number: int, late: bool) -> None:
        name = self.new_id()
        between = [answer("wait"), ask("well?")] if late else []
        mixed = Message("user", (ToolResult(name, (Text("done"),)), Text("and now?")))
        self.say(number, ask(), calls(name), *between, mixed, answer())

    @rule(number=st.integers(0, 3))
    def instruct(self, number: int) -> None:
        self.say(number, system("rule"))

    @rule(number=st.integers(0, 3), at=st.integers(0, 100))
    def fork(self, number: int, at: int) -> None:
        history = self.histories[number % len(self.histories)]
        path = history.path()
        self.histories = [*self.histories[-3:], history.fork(path[at % len(path)].id if path else None)]

    @rule(number=st.integers(0, 3), count=st.integers(1, 3))
    def undo(self, number: int, count: int) -> None:
        number %= len(self.histories)
        history = self.histories[number]
        starts = exchanges(history.path())
        if count <= len(starts):
            self.histories[number] = history.undo(count)
            assert len(starts) - count == len(exchanges(self.histories[number].path()))

    @rule(number=st.integers(0, 3), count=st.integers(0, 8), summary=st.booleans())
    def shorten(self, number: int, count: int, summary: bool) -> None:
        number %= len(self.histories)
        history = self.histories[number]
        sent = history.sent()
        marks = [at for at, turn in enumerate(sent) if turn.kind != "said"]
        body = sent[marks[-1] + 1 :] if marks else sent
        before = sent[marks[-1]].message if marks else None
        place = cut(body, [1] * len(body), led=summary or before is not None, count=count)
        if place:
            message = user("summary") if summary else before
            kind = "summary" if summary else "trim"
            mark = Turn(self.new_id(), message, history.head, kind=kind, since=body[place].id)  # type: ignore[arg-type]
            self.histories[number] = history.add(mark)
            self.said[mark.id] = mark
            after = self.histories[number].messages()
            assert tuple(turn.message for turn in body[place:]) == after[len(after) - len(body) + place :]

    @invariant()
    @precondition(lambda self: hasattr(self, "histories"))
    def nothing_is_lost(self) -> None:
        for history in self.histories:
            assert all(self.said[id] == turn for id, turn in history.turns.items())
            path = history.path()
            assert [None, *[turn.id for turn in path[:-1]]][: len(path)] == [turn.parent for turn in path]

    @invariant()
    @precondition(lambda self: hasattr(self, "histories"))
    def what_is_sent_makes_sense_alone(self) -> None:
        for history in self.histories:
            called, answered = pairs(history.messages())
            assert answered <= called
            sent = [turn for turn in history.sent() if not instructs(turn)]
            if sent and any(turn.kind != "said" for turn in history.path()):
                assert sent[0].message is not None
                assert "user" == sent[0].message.role
            rules = [turn for turn in history.path() if instructs(turn)]
            assert rules == [turn for turn in history.sent() if instructs(turn)]
            first = next((turn for turn in sent if turn.kind == "said"), None)
            path = history.path()
            if first is not None and first.message is not None and first.message.role == "assistant":
                begun = max(start for start in exchanges(path) if start <= path.index(first))
                before = [turn.message for turn in path[begun : path.index(first)] if turn.message is not None]
                thought = any(isinstance(block, Thinking) for message in before for block in message.content)
                assert not thought or isinstance(first.message.content[0], Thinking)


TestTalks = Talks.TestCase
TestTalks.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
