"""Conversations with the blocking client: on every wire, in this process and over sockets."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from talks import clock, ids

import dragoman
from dragoman import errors
from dragoman.client import Client
from dragoman.conversation import Compaction, Size, Store
from dragoman.conversation.conversation import Conversation
from dragoman.conversation.sizes import estimate
from dragoman.testing import ScriptedProvider, Turn, call, fail, fault, finish, text, think, usage
from dragoman.types import Model, Price, TextDelta, Tool, tool_result, user

MODELS = ["openai:m", "anthropic:m", "gemini:m", "mistral:m", "cohere:m", "ollama:m"]
KEYS = dict.fromkeys(("openai", "anthropic", "gemini", "mistral", "cohere", "xai"), "none")
WEATHER = Tool("weather", "Today's weather.", {"type": "object", "properties": {"city": {"type": "string"}}})


def client(provider: ScriptedProvider, **settings: Any) -> Client:
    return Client(transport=provider.transport(), keys=KEYS, retry=False, **settings)


def texts(talk: Conversation) -> list[str]:
    return [message.text for message in talk.messages]


@pytest.mark.parametrize("model", MODELS)
def test_it_remembers(model: str) -> None:
    """Each question is asked with all that came before; instructions go along."""
    provider = ScriptedProvider("Paris.", "About two million.")
    with client(provider) as it:
        talk = it.conversation(model, system="Be brief.")
        talk.chat("Capital of France?")
        reply = talk.chat("How many people?")

    assert "About two million." == reply.text
    said = [message.text for message in provider.requests[1].messages if message.role != "system"]
    assert ["Capital of France?", "Paris.", "How many people?"] == said
    assert ["Capital of France?", "Paris.", "How many people?", "About two million."] == texts(talk)
    assert [True, True] == ["Be brief." in msgspec.json.encode(request).decode() for request in provider.requests]


def test_over_sockets_and_programs(tmp_path: Path) -> None:
    """A program that ends, and another one that goes on with another model and the same file."""
    path = tmp_path / "talks.db"
    provider = ScriptedProvider(Turn(think("hm", signature="sig"), "One."), "Two.")
    with provider.serve() as server:
        urls = {"openai": f"{server.url}/v1", "anthropic": server.url}
        with Client(keys=KEYS, base_urls=urls) as it, it.conversation("anthropic:m", store=path, id="count") as talk:
            talk.chat("Count.")
        with Client(keys=KEYS, base_urls=urls) as it, it.conversation(store=path, id="count") as talk:
            assert "anthropic:m" == talk.model
            talk.model = "openai:m"
            reply = talk.chat("Go on.")

    assert "Two." == reply.text
    assert ["thinking"] == [note.feature for note in reply.adaptations]
    with Store(path) as store:
        assert "openai:m" == store.recent()[0].model


@pytest.mark.parametrize("model", ["openai:m", "anthropic:m"])
def test_a_streamed_answer(model: str) -> None:
    """Events as they come; stored when the last one has been given."""
    provider = ScriptedProvider(Turn(think("hm"), "One ", "two.", usage(input=5, output=2)), "Three.")
    with client(provider) as it:
        talk = it.conversation(model)
        with talk.stream("Count.") as stream:
            assert () == stream.response.message.content
            said = []
            for event in stream:
                said += [event.text] if isinstance(event, TextDelta) else []
                assert () == talk.messages
        assert ("One two.", "One two.", ["Count.", "One two."]) == ("".join(said), stream.response.text, texts(talk))
        with pytest.raises(errors.UsageError, match="this stream is over"):
            iter(stream)

        with talk.stream("On.") as stream:
            assert ["Three."] == list(stream.text_stream)
    assert ["Count.", "One two.", "On.", "Three."] == texts(talk)


@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("how", ["left", "cancelled", "cut"])
def test_an_answer_that_broke_off(how: str, keep: bool) -> None:
    """Left early, cancelled or cut: kept by choice, as an interrupted turn with which the next call goes on."""
    parts = ["One ", "two."] if how != "cut" else ["One ", fault("end")]
    provider = ScriptedProvider(Turn(text(*parts), call("weather", {"city": "Oslo"})), "Again.")
    with client(provider) as it:
        talk = it.conversation("anthropic:m", keep_partial=keep)
        raised: type[Exception] | None = None
        try:
            with talk.stream("Count.") as stream:
                for event in stream:
                    if isinstance(event, TextDelta) and how == "left":
                        break
                    if isinstance(event, TextDelta) and how == "cancelled":
                        stream.cancel()
        except (errors.Cancelled, errors.StreamCut) as error:
            raised = type(error)

        assert {"left": None, "cancelled": errors.Cancelled, "cut": errors.StreamCut}[how] is raised
        assert [False, True] * keep == [turn.interrupted for turn in talk.turns]
        assert "Again." == talk.chat("Once more.").text
        assert "One" == stream.response.text.split()[0]
    assert (["Count.", "One"] * keep) + ["Once more.", "Again."] == [
        said.split()[0] if "One" in said else said for said in texts(talk)
    ]


def test_reading_no_further_than_the_last_event() -> None:
    """An answer whose end was seen is whole, whether or not the loop went on after it."""
    provider = ScriptedProvider("One.")
    with client(provider) as it:
        talk = it.conversation("openai:m")
        with talk.stream("Count.") as stream:
            for _ in stream:
                if stream.response.finish is not None:
                    break

    assert [("Count.", False), ("One.", False)] == [(turn.message.text, turn.interrupted) for turn in talk.turns if turn.message]


def test_a_stream_that_was_never_read() -> None:
    """Nothing was asked, nothing is stored, and the conversation is free."""
    provider = ScriptedProvider("One.")
    with client(provider) as it:
        talk = it.conversation("openai:m")
        with talk.stream("Count."):
            pass
        talk.stream("Never closed.")
        assert [] == provider.requests
        talk.chat("Count.")

    assert ["Count.", "One."] == texts(talk)


def test_a_stream_cancelled_before_it_begins() -> None:
    """Whoever reads it then is told."""
    with client(ScriptedProvider("One.")) as it:
        talk = it.conversation("openai:m")
        with talk.stream("Count.") as stream:
            stream.cancel()
            with pytest.raises(errors.Cancelled):
                list(stream)

    assert () == talk.turns


def test_a_failed_call_changes_nothing() -> None:
    """The question can be asked again, as if never before."""
    provider = ScriptedProvider(Turn(fail(400, message="no")), "Yes.")
    with client(provider) as it:
        talk = it.conversation("openai:m")
        with pytest.raises(errors.BadRequest):
            talk.chat("Well?")
        assert () == talk.turns
        talk.chat("Well?")

    assert ["Well?", "Yes."] == texts(talk)


def test_a_streamed_value() -> None:
    """It is seen as it grows, and typed in the end; where nothing was asked for there is none."""
    provider = ScriptedProvider(Turn(text('{"value": [1, ', "2]}")), "Words.")
    with client(provider) as it:
        talk = it.conversation("openai:m")
        seen = []
        with talk.stream("Count.", output=list[int]) as stream:
            assert stream.partial is None
            for event in stream:
                seen += [list(stream.partial)] if isinstance(event, TextDelta) else []
        assert ([1], [1, 2]) == (seen[0], stream.output)
        with talk.stream("Why?") as plain, pytest.raises(errors.UsageError, match="asks for no type"):
            _ = plain.output


def test_tools_by_hand() -> None:
    """Calls are stored with the answer, results as they are added, so that a killed program goes on from there."""
    provider = ScriptedProvider(Turn("Let me see.", call("weather", {"city": "Oslo"})), "Sunny.")
    with client(provider) as it:
        talk = it.conversation("anthropic:m", tools=[WEATHER])
        reply = talk.chat("Weather?")
        (added,) = talk.add(tool_result(reply.tool_calls[0], "sunny"))
        assert "Sunny." == talk.chat().text

    assert added in talk.turns
    assert [WEATHER.name] == [tool.name for tool in provider.requests[1].tools if isinstance(tool, Tool)]
    assert ["user", "assistant", "tool", "assistant"] == [message.role for message in talk.messages]


def test_options_of_the_conversation_and_of_a_call() -> None:
    """What a call says wins, once; so does its model."""
    provider = ScriptedProvider("a", "b", "c")
    with client(provider) as it:
        talk = it.conversation("openai:m", temperature=0.5)
        talk.chat("1")
        talk.chat("2", temperature=0.1, model="mistral:n")
        talk.chat("3")

    assert [(0.5, "m"), (0.1, "n"), (0.5, "m")] == [(request.temperature, request.model) for request in provider.requests]
    assert ["openai:m", "mistral:n", "openai:m"] == [turn.model for turn in talk.turns if turn.model]


def test_edit_regenerate_undo_fork_goto() -> None:
    """Every way back keeps what was said."""
    provider = ScriptedProvider("a", "b", "c", "d", "e")
    with client(provider) as it:
        talk = it.conversation("openai:m", ids=ids(), clock=clock())
        talk.chat("1")
        talk.edit("one")
        assert ["one", "b"] == texts(talk)
        talk.regenerate()
        assert ["one", "c"] == texts(talk)
        assert ["a", "b", "c"] == [turn.message.text for turn in talk.history.leaves() if turn.message]
        fork = talk.fork(id="fork")
        fork.chat("2")
        assert (["one", "c", "2", "d"], ["one", "c"]) == (texts(fork), texts(talk))
        talk.goto(talk.history.leaves()[0].id)
        assert ["1", "a"] == texts(talk)
        talk.undo()
        assert [] == texts(talk)
        talk.chat("new")

    assert ["new", "e"] == texts(talk)
    assert 7 == len(talk.history.turns)
    assert sorted(turn.at for turn in talk.history.turns.values()) == [turn.at for turn in talk.history.turns.values()]
    assert 0 == len(it.conversation("openai:m").turns)


def test_totals() -> None:
    """Tokens and money of all that was asked, by what is known."""
    price = Model("openai", "m", price=Price(input=Decimal(1), output=Decimal(2)))
    provider = ScriptedProvider(Turn("a", usage(input=1_000_000, output=500_000)), "b")
    with client(provider, models=[price]) as it:
        talk = it.conversation("openai:m")
        talk.chat("1")
        assert (1, 1_000_000, "2") == (talk.totals.calls, talk.totals.usage.input, str(talk.totals.cost.normalize()))  # type: ignore[union-attr]
        talk.chat("2")

    assert (2, None, None, 1) == (talk.totals.calls, talk.totals.usage.input, talk.totals.cost, talk.totals.unpriced)


def test_size() -> None:
    """As the provider counted, with an estimate of what is about to be said."""
    with client(ScriptedProvider(Turn("a", usage(input=40, output=2)))) as it:
        talk = it.conversation("openai:m")
        assert talk.size("hi").estimated
        talk.chat("1")

        assert Size(42, False) == talk.size()
        assert Size(42 + estimate(user("1")), True) == talk.size("1")


def test_a_full_window_is_emptied() -> None:
    """The client's own knowledge of the window decides; the summary is asked for with the very prefix of the talk."""
    provider = ScriptedProvider(Turn("a", usage(input=700, output=10)), Turn("b", usage(input=900, output=10)), "SHORT", "c")
    with client(provider, models=[Model("openai", "m", context=1000)]) as it:
        talk = it.conversation("openai:m", system="Rule.", compact=Compaction(prompt="Sum up."))
        talk.chat("1")
        talk.chat("2")
        reply = talk.chat("3")

    first, second = [request.messages for request in provider.requests[1:3]]
    assert (*first, *second[len(first) :]) == second
    assert "Sum up." == second[-1].text
    assert ["history"] == [note.feature for note in reply.adaptations]
    assert ["SHORT", "3"] == [message.text.split("\n")[-1] for message in provider.requests[3].messages if message.role == "user"]
    assert ["1", "a", "2", "b"] == [turn.message.text for turn in talk.turns[:4] if turn.message]
    talk_now = texts(talk)
    assert "SHORT" in talk_now[0]
    assert ["3", "c"] == talk_now[1:]


def test_the_least_window_of_a_route_counts() -> None:
    """Whoever of several answers must find room."""
    provider = ScriptedProvider(Turn("a", usage(input=700, output=10)), Turn("b", usage(input=900, output=10)), "SHORT", "c")
    known = [Model("openai", "m", context=100_000), Model("mistral", "n", context=1000)]
    with client(provider, models=known, routes={"both": ("openai:m", "mistral:n")}) as it:
        talk = it.conversation("both")
        for question in ("1", "2", "3"):
            talk.chat(question)

    assert 4 == len(provider.requests)


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_that_is_too_long(stream: bool) -> None:
    """The provider says so: once in a call the history is shortened and the question asked again."""
    long = "word " * 400
    too_long = Turn(fail(400, "invalid_request_error", "prompt is too long: 300000 tokens > 200000 maximum"))
    provider = ScriptedProvider(long, "b", too_long, "SHORT", "c")
    with client(provider) as it:
        talk = it.conversation("anthropic:m")
        talk.chat(long)
        talk.chat("2")
        if stream:
            with talk.stream("3") as streamed:
                for _ in streamed:
                    pass
            reply = streamed.response
        else:
            reply = talk.chat("3")

    assert "c" == reply.text
    assert ["history"] == [note.feature for note in reply.adaptations]
    assert ["2", "b", "3", "c"] == texts(talk)[1:]
    assert [False, False, stream, False, stream] == [request.stream for request in provider.requests]


def test_compact_and_trim_by_hand() -> None:
    """When the program thinks it is time."""
    with client(ScriptedProvider("a " * 200, "b", "SHORT", "c")) as it:
        talk = it.conversation("openai:m")
        talk.chat("1")
        talk.chat("2")
        mark = talk.compact()
        assert mark is not None
        assert ["2", "b"] == texts(talk)[1:]
        assert None is it.conversation("openai:m").compact()
        talk.chat("3")
        dropped = talk.trim(max_turns=2)

    assert ["2", "b"] == [turn.message.text for turn in dropped if turn.message]
    assert ["3", "c"] == texts(talk)[1:]


@pytest.mark.parametrize("model", [*MODELS, "xai:m", "bedrock:m", "openrouter:m"])
def test_each_request_begins_with_the_one_before(model: str) -> None:
    """Over many turns with thinking and tools, what is sent next is what was sent before and more: caches hold."""
    provider = ScriptedProvider(
        *[
            Turn(think(f"step {number}", signature="c2ln"), call("weather", {"city": str(number)}, id=f"Call1234{number}"))
            if number % 2 == 0
            else Turn(f"answer {number}")
            for number in range(10)
        ]
    )
    plans = []
    variables = {"bedrock": {"region": "eu-west-1"}}
    with client(provider, variables=variables) as it:
        talk = it.conversation("anthropic:m", system="Rule.", tools=[WEATHER])
        for number in range(10):
            said = f"question {number}" if number % 2 == 0 else tool_result(f"Call1234{number - 1}", "sunny")
            plans.append(talk.plan(said, model=model))
            talk.chat(said)
    bodies = [msgspec.json.decode(plan.http.body) for plan in plans]
    for body, longer in pairwise(bodies):
        assert body.keys() == longer.keys()
        for name, value in body.items():
            if isinstance(value, list) and name != "tools":
                assert value == longer[name][: len(value)], name
            else:
                assert value == longer[name], name


def test_the_words_about_it(tmp_path: Path) -> None:
    """Name, title, notes and instructions can be read; a list in the store shows them."""
    with Store(tmp_path / "talks.db") as store, client(ScriptedProvider()) as it:
        talk = it.conversation("openai:m", id="one", store=store, system="Rule.")
        talk.describe(title="Title", notes={"k": 1})

        assert ("one", "Title", {"k": 1}, "Rule.") == (talk.id, talk.title, talk.notes, talk.system[0].text)
        assert ["Title"] == [record.title for record in store.recent()]
        assert "<Conversation one of 0 turns with 'openai:m'>" == repr(talk)


def test_save_and_load(tmp_path: Path) -> None:
    """A file, or bytes, go on elsewhere."""
    path = tmp_path / "talk.json"
    with client(ScriptedProvider("a", "b", "c")) as it:
        talk = it.conversation("openai:m")
        talk.chat("1")
        talk.save(path)
        one, two = it.conversation(saved=path), it.conversation("mistral:n", saved=talk.dump())
        one.chat("2")
        two.chat("3")

    assert (["1", "a", "2", "b"], ["1", "a", "3", "c"]) == (texts(one), texts(two))


def test_another_program_went_on() -> None:
    """The second one is told before it pays, and takes the change over."""
    with Store(":memory:") as store, client(ScriptedProvider("a", "b", "c")) as it:
        one, two = [it.conversation("openai:m", store=store, id="one") for _ in range(2)]
        one.chat("1")
        with pytest.raises(errors.StoreConflict, match="changed elsewhere"):
            two.chat("2")
        three = it.conversation(store=store, id="one")
        three.chat("3")
        one.refresh()

    assert ["1", "a", "3", "b"] == texts(one)


def test_finish_reasons_are_on_the_turns() -> None:
    """Whoever reads a tree later knows how each answer ended."""
    with client(ScriptedProvider(Turn("a", finish("length")))) as it:
        talk = it.conversation("openai:m")
        talk.chat(user("1"))

    assert "length" == talk.turns[1].finish.reason  # type: ignore[union-attr]


def test_blocking_code_loads_what_it_uses() -> None:
    """No event loop for the blocking face, and no database without a store."""
    program = """if True:
        import sys
        from dragoman import Client
        from dragoman.testing import ScriptedProvider
        client = Client(transport=ScriptedProvider("a").transport(), keys={"openai": "none"})
        client.conversation("openai:m").chat("1")
        print(*({"asyncio", "sqlite3", "dragoman.conversation.store"} & set(sys.modules)))
    """
    source = str(Path(dragoman.__file__).resolve().parent.parent)
    told = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": source}, capture_output=True, text=True, check=False
    )

    assert ("\n", "") == (told.stdout, told.stderr)
