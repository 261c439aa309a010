"""What a conversation decides, as lists of effects: no client, no store, no clock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from talks import answer, ask, calls, chain, clock, ids, results, tree

from dragoman.conversation.compaction import Compaction
from dragoman.conversation.core import Core
from dragoman.conversation.effects import Ask, Check, Effect, Flow, Keep, Write
from dragoman.conversation.flow import HERE, compact, converse, size, trim
from dragoman.conversation.history import History, Turn
from dragoman.conversation.saved import Record
from dragoman.conversation.sizes import Size, estimate, overhead
from dragoman.errors import Cancelled, ContextTooLong, RateLimited, StoreConflict, StreamCut, UsageError
from dragoman.types import Cost, Finish, Message, Model, Origin, Response, Text, ToolCall, Usage, assistant, system, user

WINDOW = Model("p", "m", context=1000)
LONG = "word " * 250


def core(history: History | None = None, *, window: Model | None = None, **policy: Any) -> Core:
    made = Core(
        lambda model, base_url: [window], Record("c", head=history.head if history else None), history or History(), "p:m", {}
    )
    made.clock, made.ids = clock(), ids("n")
    made.compaction = Compaction(**policy)
    return made


def said(text: str, **more: Any) -> Response:
    more.setdefault("usage", Usage(100, 10))
    return Response(Message("assistant", (Text(text),), origin=Origin("w", "p", "m")), finish=Finish("stop"), **more)


def play(flow: Flow[Any], made: Core, *answers: Response | BaseException) -> tuple[list[Effect], Any]:
    """Run a flow, answering its questions in order; the effects it had and what it came to."""
    effects: list[Effect] = []
    waiting = list(answers)
    step: Callable[[Any], Effect] = flow.send
    value: Any = None
    while True:
        try:
            effect = step(value)
        except StopIteration as end:
            assert [] == waiting
            return effects, end.value
        effects.append(effect)
        step, value = flow.send, None
        match effect:
            case Keep(turns=turns, head=head):
                made.keep(turns, head)
            case Ask() | Write():
                value = waiting.pop(0)
                if isinstance(value, BaseException):
                    step = flow.throw


def question(made: Core, text: str = "q", *, keep_partial: bool = False, at: str | None = HERE, **options: Any) -> Flow[Response]:
    return converse(made, (ask(text),), options, model="p:m", keep_partial=keep_partial, at=at)


def texts(messages: Sequence[Message]) -> list[str]:
    return [message.text for message in messages]


def test_question_and_answer() -> None:
    """Look, ask, keep both, and only then return."""
    made = core(tree(chain(ask("a"), answer("b"))))
    effects, response = play(question(made), made, said("r", id="x", cost=Cost(Decimal(1), "vendor")))
    kept = effects[-1]

    assert [Check, Ask, Keep] == [type(effect) for effect in effects]
    assert isinstance(kept, Keep)
    asked, answered = kept.turns
    assert ("t2", "n1", "n2") == (asked.parent, answered.parent and asked.id, kept.head)
    assert ("p:m", "x", Usage(100, 10), Finish("stop"), False) == (
        answered.model, answered.response, answered.usage, answered.finish, answered.interrupted
    )  # fmt: skip
    assert asked.at < answered.at
    assert ["a", "b", "q", "r"] == texts(made.history.messages())
    assert "r" == response.text


@pytest.mark.parametrize("partial", [None, Response(assistant("half"))])
@pytest.mark.parametrize("kind", [StreamCut, Cancelled, RateLimited])
def test_a_failure_adds_nothing(kind: type[Exception], partial: Response | None) -> None:
    """The conversation is as it was, and can be asked again."""
    made = core(tree(chain(ask("a"), answer("b"))))
    before = made.history
    with pytest.raises(kind):
        play(question(made), made, kind("no", partial=partial))  # type: ignore[call-arg]
    assert before == made.history

    play(question(made), made, said("r"))
    assert ["a", "b", "q", "r"] == texts(made.history.messages())


def test_a_broken_answer_is_kept_by_choice() -> None:
    """It is marked, and the failure is still raised; an empty one is nothing to keep."""
    made = core()
    partial = Response(Message("assistant", (Text("so"), ToolCall("k", "f", '{"a'))), usage=Usage(5))
    with pytest.raises(StreamCut):
        play(question(made, keep_partial=True), made, StreamCut("cut", partial=partial))
    turns = made.history.path()

    assert [False, True] == [turn.interrupted for turn in turns]
    assert partial.message == turns[1].message
    with pytest.raises(StreamCut):
        play(question(made, keep_partial=True), made, StreamCut("cut", partial=Response(Message("assistant", ()))))
    assert turns == made.history.path()


def test_an_answer_closed_after_its_end_is_whole() -> None:
    """Who stops reading at the last event has the answer."""
    made = core()
    with pytest.raises(Cancelled):
        play(question(made), made, Cancelled("closed", partial=said("r")))

    assert [("q", False), ("r", False)] == [(turn.message.text, turn.interrupted) for turn in made.history.path()]  # type: ignore[union-attr]


def test_alternatives_are_branches() -> None:
    """The first answer goes on, the others follow the same question."""
    from dragoman.types import Choice

    made = core()
    play(question(made), made, said("r", choices=(Choice(answer("r")), Choice(answer("s"), Finish("stop")))))

    assert ["q", "r"] == texts(made.history.messages())
    assert ["r", "s"] == [turn.message.text for turn in made.history.children("n1")]  # type: ignore[union-attr]


def test_one_question_at_a_time() -> None:
    """A second one is refused while the first is under way, and not after it."""
    made = core()
    first = question(made)
    next(first)
    with pytest.raises(UsageError, match="being answered"):
        next(question(made))
    first.close()
    play(question(made), made, said("r"))


def test_a_conflict_brings_the_answer_along() -> None:
    """An answer that was paid for is on the error that says it is not on the line."""
    made = core()
    flow = question(made)
    next(flow)
    flow.send(None)
    flow.send(said("r"))
    with pytest.raises(StoreConflict) as caught:
        flow.throw(StoreConflict("elsewhere"))

    assert "r" == caught.value.partial.text  # type: ignore[union-attr]


FULL = chain(ask("a"), answer("b"), ask("c"), answer("d"), usages={1: Usage(400, 10), 3: Usage(795, 10)})


def test_a_full_window_is_emptied_first() -> None:
    """The older turns are summarised by the model itself, the answer says so, and the tree has both."""
    made = core(tree(FULL), window=WINDOW, prompt="Sum up.", frame="S: {summary}")
    effects, response = play(
        question(made, system="rule", temperature=0.5, stop=["x"]), made, said("short", usage=Usage(900, 20)), said("r")
    )

    assert [Check, Write, Keep, Ask, Keep] == [type(effect) for effect in effects]
    write, kept, asked = effects[1], effects[2], effects[3]
    assert (
        Write("p:m", (*[t.message for t in FULL if t.message], user("Sum up.")), {"system": "rule", "temperature": 0.5}) == write
    )
    assert isinstance(kept, Keep)
    assert isinstance(asked, Ask)
    assert ("summary", None, Usage(900, 20), 1) == (
        kept.turns[0].kind, kept.turns[0].since, kept.turns[0].usage, kept.turns[0].calls
    )  # fmt: skip
    assert ["S: short", "q"] == texts(asked.messages)
    assert {"system": "rule", "temperature": 0.5, "stop": ["x"]} == asked.options
    assert [("history", "changed")] == [(note.feature, note.action) for note in response.adaptations]
    assert "4 oldest" in response.adaptations[0].detail
    assert ["S: short", "q", "r"] == texts(made.history.messages())
    assert [*FULL, *made.history.path()[4:]] == list(made.history.path())


@pytest.mark.parametrize(
    ("window", "more"),
    [
        pytest.param(Model("p", "m", context=1020), {}, id="not full"),
        pytest.param(None, {}, id="nothing known"),
        pytest.param(Model("p", "m"), {}, id="no window known"),
        pytest.param(Model("p", "m", context=820), {"at": 1.0}, id="by the policy"),
    ],
)
def test_no_summary_without_need(window: Model | None, more: dict[str, Any]) -> None:
    """Shortening costs a call and the cache: it is not done early."""
    made = core(tree(FULL), window=window, **more)

    assert [Check, Ask, Keep] == [type(effect) for effect in play(question(made), made, said("r"))[0]]


def test_room_for_the_answer_counts() -> None:
    """What max_tokens asks for is not there for the prompt."""
    made = core(tree(FULL), window=Model("p", "m", context=1200))

    assert [Check, Ask, Keep] == [type(e) for e in play(question(made), made, said("r"))[0]]
    made = core(tree(FULL), window=Model("p", "m", context=1200))
    assert Write in [type(e) for e in play(question(made, max_tokens=500), made, said("short"), said("r"))[0]]


def test_no_summary_where_it_is_switched_off() -> None:
    """Then a conversation that is too long is an error like any other."""
    made = core(tree(FULL), window=WINDOW)
    made.compaction = None
    with pytest.raises(ContextTooLong):
        play(question(made), made, ContextTooLong("too long"))


def test_too_long_is_answered_once() -> None:
    """When the provider finds the window full, the history is shortened and the question asked again."""
    made = core(tree(chain(ask(LONG), answer(LONG), ask("c"), answer("d"))))
    effects, response = play(question(made), made, ContextTooLong("too long"), said("short"), said("r"))

    assert [Check, Ask, Write, Keep, Ask, Keep] == [type(effect) for effect in effects]
    assert ["c", "d", "q", "r"] == texts(made.history.messages())[1:]
    assert "2 oldest" in response.adaptations[0].detail

    made = core(tree(chain(ask(LONG), answer(LONG), ask("c"), answer("d"))))
    with pytest.raises(ContextTooLong, match="still"):
        play(question(made), made, ContextTooLong("too long"), said("short"), ContextTooLong("still"))


def test_a_window_that_is_smaller_than_it_is_known_to_be() -> None:
    """The provider is believed: an account may have less than the catalogue says."""
    made = core(tree(chain(ask(LONG), answer(LONG), ask("c"), answer("d"))), window=Model("p", "m", context=1_000_000))
    effects, _ = play(question(made), made, ContextTooLong("too long"), said("short"), said("r"))

    assert [Check, Ask, Write, Keep, Ask, Keep] == [type(effect) for effect in effects]


def test_once_is_once() -> None:
    """A history that was shortened for a call is not shortened again for it."""
    made = core(tree(FULL), window=WINDOW)
    with pytest.raises(ContextTooLong):
        play(question(made), made, said("short"), ContextTooLong("too long"))


def test_a_question_that_alone_is_too_long() -> None:
    """No summary would help: none is bought."""
    made = core(tree(chain(ask("a"), answer("b"))))
    with pytest.raises(ContextTooLong):
        play(question(made, LONG * 10), made, ContextTooLong("too long"))


def test_a_failed_summary_does_not_fail_the_call() -> None:
    """The window is not yet full: the question is asked, and the answer warns."""
    made = core(tree(FULL), window=WINDOW)
    effects, response = play(question(made), made, RateLimited("slow down"), said("r"))

    assert [Check, Write, Ask, Keep] == [type(effect) for effect in effects]
    assert "summary failed: slow down" in response.warnings[0]


def test_a_failed_summary_is_on_the_error() -> None:
    """Where the call cannot go on, its error says why the history was not shortened."""
    made = core(tree(chain(ask(LONG), answer(LONG), ask("c"), answer("d"))))
    with pytest.raises(ContextTooLong, match="too long") as caught:
        play(question(made), made, ContextTooLong("too long"), RateLimited("slow down"))

    assert "slow down" in caught.value.__notes__[0]


def test_a_cancelled_summary_cancels_the_call() -> None:
    """Nothing is asked after that."""
    made = core(tree(FULL), window=WINDOW)
    with pytest.raises(Cancelled):
        play(question(made), made, Cancelled("stop"))


def test_another_model_may_write_it() -> None:
    """It gets instructions and tools, which explain the history, and no options of the other model."""
    made = core(tree(FULL), window=WINDOW, model="q:small", max_tokens=99)
    effects, _ = play(question(made, system="rule", temperature=0.5, reasoning="high"), made, said("short"), said("r"))
    write = effects[1]

    assert isinstance(write, Write)
    assert ("q:small", {"system": "rule", "max_tokens": 99}) == (write.model, write.options)


def test_a_later_summary_takes_up_the_one_before() -> None:
    """It is the first thing its writer reads, and then gives way."""
    mark = Turn("m", user("S1"), "t4", kind="summary")
    turns = [
        msgspec.structs.replace(turn, id=f"u{number}", parent=parent)
        for number, (turn, parent) in enumerate(zip(FULL, ["m", "u0", "u1", "u2"], strict=True))
    ]
    made = core(tree(FULL).add(mark, *turns), window=WINDOW, frame="{summary}")
    effects, _ = play(question(made), made, said("S2"), said("r"))

    assert isinstance(effects[1], Write)
    assert ["S1", "a", "b", "c", "d"] == texts(effects[1].messages)[:-1]
    assert ["S2", "q", "r"] == texts(made.history.messages())


def test_what_is_longer_than_a_window_is_summarised_in_parts() -> None:
    """After a change to a smaller model each part fits, and each summary takes up the one before."""
    messages = [message for number in range(6) for message in (ask(f"{number} {LONG}"), answer("yes"))]
    made = core(tree(chain(*messages)), window=WINDOW, frame="{summary}")
    effects, _ = play(question(made), made, said("one"), said("two"), said("r"))
    writes = [effect for effect in effects if isinstance(effect, Write)]

    assert [["0", "yes", "1", "yes", "2", "yes"], ["one", "3", "yes", "4", "yes", "5", "yes"]] == [
        [text.split()[0] for text in texts(write.messages)[:-1]] for write in writes
    ]
    assert 2 == made.history.sent()[0].calls


def test_a_part_that_is_too_long_is_halved() -> None:
    """Where no window is known the provider says what is too long."""
    messages = [message for number in range(4) for message in (ask(f"{number} {LONG}"), answer("yes"))]
    made = core(tree(chain(*messages)), frame="{summary}")
    too_long = ContextTooLong("too long")
    effects, _ = play(question(made), made, too_long, too_long, said("one"), said("two"), said("r"))
    writes = [[text.split()[0] for text in texts(effect.messages)[:-1]] for effect in effects if isinstance(effect, Write)]

    assert writes[0] == [*writes[1], *writes[2][1:]]
    assert "one" == writes[2][0]


def test_what_cannot_be_halved_fails() -> None:
    """One message that is too long for every call is the call's own error."""
    made = core(tree(chain(ask(LONG), answer("c"))))
    with pytest.raises(ContextTooLong, match="first"):
        play(question(made), made, *[ContextTooLong(which) for which in ("first", "second", "third")])


def test_a_summary_of_calls_only() -> None:
    """A model that calls tools instead is asked once more without them, and then given up."""
    silent = Response(Message("assistant", (ToolCall("k", "f"),)), usage=Usage(1, 1))
    made = core(tree(FULL), window=WINDOW)
    effects, _ = play(question(made, tools=["f"]), made, silent, said("short"), said("r"))
    writes = [effect.options for effect in effects if isinstance(effect, Write)]
    assert [{"tools": ["f"]}, {"tools": ["f"], "tool_choice": "none"}] == writes
    assert 2 == made.history.sent()[0].calls

    made = core(tree(FULL), window=WINDOW)
    _, response = play(question(made, tools=["f"]), made, silent, silent, said("r"))
    assert "without a summary" in response.warnings[0]


def test_a_run_of_calls_is_shortened_within() -> None:
    """A long agent run under one question: whole steps are summarised, the last call stays with the result just sent."""
    steps = [message for number in range(6) for message in (calls(f"k{number}"), results(f"k{number}"))]
    turns = chain(ask("task"), *steps, calls("last"), usages={11: Usage(780, 10), 13: Usage(850, 10)})
    made = core(tree(turns), window=WINDOW, frame="{summary}")
    flow = converse(made, (results("last"),), {}, model="p:m", keep_partial=False)
    effects, _ = play(flow, made, said("short"), said("r"))
    asked = next(effect for effect in effects if isinstance(effect, Ask))

    assert "short" == asked.messages[0].text
    assert (calls("last"), results("last")) == asked.messages[-2:]
    assert ["user", *["assistant", "tool"] * (len(asked.messages) // 2)] == [message.role for message in asked.messages]


def test_asking_again_elsewhere_in_the_tree() -> None:
    """The head moves with the answer; a failure leaves it, even where a summary was written on the way."""
    made = core(tree(FULL), window=WINDOW)
    with pytest.raises(RateLimited):
        play(question(made, LONG * 3, at="t2"), made, said("short"), RateLimited("no"))
    assert "t4" == made.history.head

    play(question(made, at="t2"), made, said("r"))
    assert ["a", "b", "q", "r"] == texts(made.history.messages())


def test_compact_by_hand() -> None:
    """Half the window or not: all but the newest fifth is summarised; where nothing is left to do, nothing is done."""
    made = core(tree(chain(ask(LONG), answer(LONG), ask("c"), answer("d"))), frame="{summary}")
    assert made.compaction is not None
    effects, mark = play(compact(made, "p:m", made.compaction), made, said("short"))

    assert [Check, Write, Keep] == [type(effect) for effect in effects]
    assert "t3" == mark.since
    assert ["short", "c", "d"] == texts(made.history.messages())
    assert ([Check()], None) == play(compact(core(), "p:m", Compaction()), made)


@pytest.mark.parametrize(
    ("tokens", "count", "gone", "left"),
    [
        (None, 4, 2, ["c", "d", "e", "f"]),
        (None, 3, 4, ["e", "f"]),
        (None, 1, 4, ["e", "f"]),
        (None, 6, 0, ["a", "b", "c", "d", "e", "f"]),
        (25, None, 2, ["c", "d", "e", "f"]),
        (1000, None, 0, ["a", "b", "c", "d", "e", "f"]),
        (0, None, 4, ["e", "f"]),
    ],
)
def test_trim(tokens: int | None, count: int | None, gone: int, left: list[str]) -> None:
    """The oldest exchanges are not sent any more; the last one always is."""
    made = core(tree(chain(ask("a"), answer("b"), ask("c"), answer("d"), ask("e"), answer("f"))))
    _, dropped = play(trim(made, tokens, count), made)

    assert gone == len(dropped)
    assert left == texts(made.history.messages())
    assert 6 + bool(gone) == len(made.history.path())


def test_trim_keeps_instructions_and_the_summary() -> None:
    """System messages wherever they stood, and what stands for the past; instructions count among the tokens."""
    turns = chain(system("rule"), ask("a"), answer("b"), ask("c"), answer("d"))
    made = core(tree(turns).add(Turn("m", user("S"), "t5", kind="summary", since="t4")))
    made.options["system"] = (Text(LONG),)
    play(question(made), made, said("r"))
    kept = overhead((Text(LONG),), ()) + estimate(user("S")) + estimate(ask("q")) + 10
    _, dropped = play(trim(made, kept, None), made)

    assert ["c", "d"] == [turn.message.text for turn in dropped]
    assert ["rule", "S", "q", "r"] == texts(made.history.messages())


def test_trim_to_nothing_in_particular() -> None:
    """One of the two bounds is needed."""
    with pytest.raises(UsageError, match="max_tokens"):
        next(trim(core(), None, None))


def test_size() -> None:
    """What the provider counted, and an estimate of what comes on top."""
    assert Size(805, False) == size(tree(FULL), (), {})
    assert Size(805 + estimate(ask(LONG)), True) == size(tree(FULL), (ask(LONG),), {})
    assert size(History(), (), {}) == Size(0, True)
