"""Typed answers: what is asked for on which target, what is made of the words that come, and what a program gets."""

from __future__ import annotations

import asyncio
import enum
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from pathlib import Path as FilePath
from typing import Any, Literal, TypedDict, get_overloads

import msgspec
import pytest

import dragoman
from dragoman import AsyncClient, Client, Output, Unsupported, errors, tool, tool_result, user
from dragoman.conversation import AsyncConversation, Conversation
from dragoman.output import Answer, OutputInvalid, Path, Typed
from dragoman.providers import Provider
from dragoman.testing import ScriptedProvider, Turn, call, text
from dragoman.types import Model, Text
from dragoman.types.response import Response

ELIZA = "offline:eliza"


@dataclass
class City:
    """A town."""

    name: str
    people: int | None = None


class Point(msgspec.Struct):
    x: float
    y: float


class Pair(TypedDict):
    left: str
    right: str


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


SCHEMA = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}
KINDS: dict[str, tuple[Any, str, Any]] = {
    "dataclass": (City, '{"name": "Oslo"}', City("Oslo")),
    "struct": (Point, '{"x": 1, "y": 2.5}', Point(1.0, 2.5)),
    "typed dict": (Pair, '{"left": "a", "right": "b"}', {"left": "a", "right": "b"}),
    "union": (City | Point, '{"value": {"x": 1, "y": 2}}', Point(1.0, 2.0)),
    "list": (list[City], '{"value": [{"name": "Oslo"}]}', [City("Oslo")]),
    "enum": (Colour, '{"value": "red"}', Colour.RED),
    "literal": (Literal["a", "b"], '{"value": "b"}', "b"),
    "number": (int, '{"value": 7}', 7),
    "optional": (int | None, '{"value": null}', None),
    "schema": (SCHEMA, '{"a": "b"}', {"a": "b"}),
    "schema of a list": ({"type": "array", "items": {"type": "integer"}}, '{"value": [1]}', [1]),
}
kinds = pytest.mark.parametrize(("kind", "said", "value"), KINDS.values(), ids=list(KINDS))


def client(*turns: Turn | str, models: Any = (), **more: Any) -> tuple[Client, ScriptedProvider]:
    provider = ScriptedProvider(*turns)
    keys = dict.fromkeys(("anthropic", "openai", "deepseek", "zai"), "none")
    return Client(transport=provider.transport(), keys=keys, models=models, retry=False, **more), provider


def sent(model: str, output: Any, *, about: Model | None = None, **options: Any) -> tuple[Mapping[str, Any], list[str]]:
    """The body of a call, and the words for what had to be adapted of the output."""
    plan = Client(models=[about] if about else ()).plan(model, "Hi", output=output, **options)
    return msgspec.json.decode(plan.http.body), [each.detail for each in plan.adaptations if each.feature == "output"]


@kinds
def test_native_answers_of_every_kind_are_read(kind: Any, said: str, value: Any) -> None:
    """What the vendor holds to the schema becomes an instance, and nothing had to be adapted."""
    face, provider = client(said)
    reply = face.chat("anthropic:new-model", "Hi", output=kind)

    assert isinstance(reply, Answer)
    assert (value, said) == (reply.output, reply.text)
    asked = provider.requests[0].output
    assert asked is not None
    assert asked.schema is not None
    assert "object" == asked.schema["type"]
    assert not [each for each in reply.adaptations if each.feature == "output"]


@kinds
def test_forced_calls_of_every_kind_are_read(kind: Any, said: str, value: Any) -> None:
    """Where the provider has no schemas, the arguments of a forced call are the answer, and its text."""
    face, provider = client(Turn(call("answer", said)))
    reply = face.chat("deepseek:new-model", "Hi", output=kind)

    assert (value, said, ()) == (reply.output, reply.text, reply.tool_calls)
    assert "stop" == (reply.finish.reason if reply.finish else None)
    choice = provider.requests[0].tool_choice
    assert ("tool", "answer") == (choice and choice.mode, choice and choice.name)
    assert ["said as a forced call of the tool 'answer'"] == [each.detail.partition(":")[0] for each in reply.adaptations][:1]


@kinds
def test_prompted_answers_of_every_kind_are_read(kind: Any, said: str, value: Any) -> None:
    """Said in words, an answer in a fence behind a sentence is understood."""
    face, provider = client(f"Here it is:\n```json\n{said}\n```\nAnything {{else}}?")
    reply = face.chat("anthropic:new-model", "Hi", system="Be brief.", output=Typed(kind, path="prompt"))

    assert value == reply.output
    words = provider.requests[0].system
    assert Text("Be brief.") == words[0]
    assert '{"' in words[-1].text
    assert ["said in words in the system instructions: as the call says, path='prompt'"] == [
        each.detail for each in reply.adaptations
    ]


def test_pydantic_models_are_read_where_the_user_has_them() -> None:
    """A model of pydantic's is a type like any other."""
    pydantic = pytest.importorskip("pydantic")
    made = pydantic.create_model("Made", name=(str, ...))
    face, _ = client('{"name": "Oslo"}')

    assert made(name="Oslo") == face.chat("anthropic:new-model", "Hi", output=made).output


@pytest.mark.parametrize(
    ("model", "about", "options", "field"),
    [
        ("openai:new", None, {}, "response_format"),
        ("anthropic:new", None, {}, "output_config"),
        ("anthropic:new", Model("anthropic", "new", schema=True), {}, "output_config"),
        ("anthropic:new", Model("anthropic", "new", schema=False), {}, "tool_choice"),
        ("anthropic:new", Model("anthropic", "new", schema=False, forced_tools=False), {}, "system"),
        ("anthropic:new", Model("anthropic", "new", schema=False, tools=False), {}, "system"),
        ("anthropic:new", Model("anthropic", "new", schema=False), {"reasoning": 2000}, "system"),
        ("anthropic:new", None, {"reasoning": 2000}, "output_config"),
        ("deepseek:new", None, {}, "tool_choice"),
        ("zai:new", None, {}, "response_format"),
        ("ollama:new", None, {}, "format"),
    ],
)
def test_the_best_path_is_taken(model: str, about: Model | None, options: Any, field: str) -> None:
    """The vendor's own field, else a forced call where the model can be forced, else words; changes are listed."""
    body, adapted = sent(model, City, about=about, **options)

    assert field in body
    assert (field == "tool_choice") == ("tools" in body)
    native = field in ("output_config", "format") or model.startswith("openai")
    assert native == (not adapted)


def test_the_vendors_json_mode_helps_the_words() -> None:
    """Where any JSON can be asked for, it is, besides the schema in words."""
    body, adapted = sent("zai:new", City)

    assert {"type": "json_object"} == body["response_format"]
    assert '"people"' in body["messages"][0]["content"]
    assert ["said in words in the system instructions: this provider does not hold answers to a JSON Schema"] == adapted


def test_calls_with_tools_of_their_own_are_not_forced() -> None:
    """The model may call them first, so the form is said in words where it cannot be said natively."""

    @tool
    def look(at: str) -> str:
        """Look."""
        return at

    body, _ = sent("deepseek:new", City, tools=[look])

    assert "tool_choice" not in body
    assert "When you have what you need of the tools" in body["messages"][0]["content"]
    body, _ = sent("deepseek:new", Typed(City, path="tool"), tools=[look])
    assert ("required", ["look", "answer"]) == (body["tool_choice"], [each["function"]["name"] for each in body["tools"]])


@pytest.mark.parametrize(
    ("model", "native"),
    [
        ("openai:new", True),
        ("gemini:gemini-3-pro", True),
        ("gemini:gemini-2.5-flash", False),
        ("groq:new", False),
        ("sglang:new", False),
        ("cohere:new", False),
        ("anthropic:new", True),
    ],
)
def test_a_schema_goes_beside_tools_where_both_are_taken(model: str, native: bool) -> None:
    """Some vendors refuse a request that has both; without tools all of these hold answers to the schema."""
    look = tool(lambda: "sunny", name="look", description="Look.")
    _, adapted = sent(model, City, tools=[look])
    _, alone = sent(model, City)

    assert [] == alone
    assert native == (not adapted)
    assert native or "with tools" in adapted[0]


def test_strict_modes_are_used_where_their_rules_are_known() -> None:
    """A type's schema is narrowed to what OpenAI guarantees when it can be; a schema of the caller's own is his to narrow."""

    def strict(output: Any, model: str = "openai:new") -> Any:
        body, adapted = sent(model, output)
        assert not adapted
        return body["response_format"]["json_schema"].get("strict")

    assert True is strict(City)
    assert None is strict(dict[str, int])
    assert None is strict(SCHEMA)
    assert True is strict(Typed(SCHEMA, strict=True))
    assert False is strict(Typed(City, strict=False))
    assert None is strict(City, "together:new")


def test_policy_decides_whether_another_path_may_be_taken() -> None:
    """`strict` takes the vendor's own field or refuses; so does the path `native`."""
    with pytest.raises(Unsupported, match="forced call"):
        sent("deepseek:new", City, adapt="strict")
    with pytest.raises(Unsupported, match="does not hold answers") as caught:
        sent("deepseek:new", Typed(City, path="native"))
    assert "output" == caught.value.feature


@pytest.mark.parametrize(
    ("output", "options", "hint"),
    [
        (lambda: 0, {}, "JSON"),
        (City, {"tools": [tool(lambda: "x", name="answer", description="A.")]}, "another name"),
    ],
)
def test_what_cannot_be_meant_is_said_before_sending(output: Any, options: Any, hint: str) -> None:
    """A thing that is no type, and two tools of one name."""
    with pytest.raises(errors.UsageError, match=hint):
        sent("deepseek:new", output, **options)


@pytest.mark.parametrize(("words", "hint"), [({"path": "magic"}, "no way"), ({"repairs": -1}, "at least 0")])
def test_settings_of_typed_are_checked(words: Any, hint: str) -> None:
    """A wrong path or number is refused where it is written."""
    with pytest.raises(errors.UsageError, match=hint):
        Typed(City, **words)


def test_an_output_value_is_sent_as_it_is() -> None:
    """`Output` asks for no reading: the response is a plain one."""
    face, _ = client('{"a": 1}')
    reply = face.chat("openai:new", "Hi", output=Output(kind="json_object"))

    assert Response is type(reply)
    assert '{"a": 1}' == reply.text


def test_references_of_a_schema_stay_good() -> None:
    """A root that is no object moves under a key, its definitions stay, and references to itself follow it."""
    tree = {
        "anyOf": [{"type": "integer"}, {"type": "array", "items": {"$ref": "#"}}, {"$ref": "#/$defs/leaf"}],
        "$defs": {"leaf": {}},
    }
    schema = Typed(tree).schema

    assert {"leaf": {}} == schema["$defs"]
    options = schema["properties"]["value"]["anyOf"]
    assert ("#/properties/value", "#/$defs/leaf") == (options[1]["items"]["$ref"], options[2]["$ref"])
    assert {"anyOf": tree["anyOf"], "$defs": tree["$defs"]} == tree


@pytest.mark.parametrize("path", ["native", "tool", "prompt"])
def test_what_does_not_fit_is_mended(path: Path) -> None:
    """The model is told what is wrong in words it can use, and its second answer counts."""

    def said(words: str) -> Turn:
        return Turn(call("answer", words)) if path == "tool" else Turn(words)

    face, provider = client(said('{"nam": "Oslo"}'), said('{"name": "Oslo"}'))
    reply = face.chat("anthropic:new-model", "Hi", output=Typed(City, path=path))

    assert (City("Oslo"), 2, 1) == (reply.output, len(reply.attempts), len(reply.misfits))
    last = provider.requests[1].messages
    assert ['{"nam": "Oslo"}'] == [message.text for message in last if message.role == "assistant"]
    assert "$.nam: unknown key" in last[-1].text
    assert 2 == len(provider.requests)


def test_an_answer_that_never_fits_is_an_error_with_all_that_is_wrong() -> None:
    """The error is typed, holds the last answer and its problems, and can be told apart from a broken wire."""
    face, provider = client("Oslo.", '{"name": 7}')
    with pytest.raises(OutputInvalid, match=r"\$\.name.*asked 2 times") as caught:
        face.chat("anthropic:new-model", "Hi", output=City)

    assert '{"name": 7}' == (caught.value.partial.text if caught.value.partial else None)
    assert ["$.name"] == [problem.partition(":")[0] for problem in caught.value.problems]
    assert 2 == len(provider.requests)


def test_words_around_tool_calls_are_no_answer() -> None:
    """With tools of the caller's own, the answer comes when the calls are answered; the last text is the value."""
    look = tool(lambda: "sunny", name="look", description="Look.")
    face, _ = client(Turn("I look.", call("look", {})), Turn(text("Now I know.\n"), text('{"name": "Oslo"}')))
    history = [user("Where?")]
    first = face.chat("anthropic:new-model", history, tools=[look], output=City)
    assert not first.given
    history += [first.message, tool_result(first.tool_calls[0], "sunny")]

    assert City("Oslo") == face.chat("anthropic:new-model", history, tools=[look], output=City).output


@pytest.mark.parametrize(("kind", "shown"), [(City, {"name": "Os"}), (list[City], [{"name": "Os"}])])
@pytest.mark.parametrize("path", ["native", "tool"])
def test_streams_show_what_has_come(kind: Any, shown: Any, path: Path) -> None:
    """`partial` grows with the text, and `output` is the value at the end."""
    begin, end = ('{"value": [{"name": "Os', 'lo"}]}') if kind is not City else ('{"name": "Os', 'lo"}')
    turn = Turn(text(begin, end)) if path == "native" else Turn(call("answer", begin + end))
    face, _ = client(turn)
    seen: list[str] = []
    with face.stream("anthropic:new-model", "Hi", output=Typed(kind, path=path)) as stream:
        assert stream.partial is None
        seen.extend(repr(stream.partial) for _ in stream)

    assert (kind is City, [City("Oslo")]) == (stream.output == City("Oslo"), [stream.output] if kind is City else stream.output)
    if path == "native":
        assert repr(shown) in seen


def test_streams_are_not_asked_for_again() -> None:
    """What has been seen cannot be taken back: an answer that does not fit is an error at the end."""
    face, provider = client('{"name": 7}', '{"name": "Oslo"}')
    stream = face.stream("anthropic:new-model", "Hi", output=City)
    with pytest.raises(OutputInvalid), stream:
        list(stream)

    assert 1 == len(provider.requests)


def test_a_stream_without_a_type_has_no_value() -> None:
    """Who asked for words gets words, and is told so."""
    face, _ = client("Hello.")
    with face.stream("anthropic:new-model", "Hi") as stream:
        list(stream)

    assert stream.partial is None
    with pytest.raises(errors.UsageError, match="asks for no type"):
        print(stream.output)


def test_the_async_face_answers_alike() -> None:
    """Whole and streamed, repaired and shown."""

    async def ask() -> tuple[Any, ...]:
        provider = ScriptedProvider("Oslo.", '{"name": "Oslo"}', '{"name": "Bergen"}')
        async with AsyncClient(transport=provider.async_transport(), keys={"anthropic": "none"}) as face:
            reply = await face.chat("anthropic:new-model", "Hi", output=City)
            async with face.stream("anthropic:new-model", "Hi", output=City) as stream:
                async for _ in stream:
                    pass
            return reply.output, stream.partial, stream.output

    assert (City("Oslo"), {"name": "Bergen"}, City("Bergen")) == asyncio.run(ask())


def test_every_target_of_a_route_is_asked_in_its_own_way() -> None:
    """The first fails natively; the second, which has no schemas, is made to call."""

    class Dead:
        def send(self, request: Any, **limits: Any) -> Any:
            if "dead" in request.url:
                raise errors.ConnectionFailed("nobody there")
            return alive.send(request, **limits)

        def close(self) -> None:
            pass

    alive = ScriptedProvider(Turn(call("answer", '{"name": "Oslo"}'))).transport()
    dead = Provider("dead", "Dead", "https://dead.example/v1", protocol="anthropic_messages", key_required=False)
    face = Client(transport=Dead(), providers=[dead], keys={"deepseek": "none"}, retry=False)
    reply = face.chat(["dead:m", "deepseek:m"], "Hi", output=City)

    assert (City("Oslo"), "deepseek:m") == (reply.output, reply.decision.target)


def test_a_run_ends_with_a_typed_answer() -> None:
    """Tools are called on the way, and the last answer has its value; the misfit stays out of the history."""
    look = tool(lambda: "sunny", name="look", description="Look.")
    face, _ = client(Turn(call("look", {})), "Oslo.", '{"name": "Oslo"}')
    result = face.run("anthropic:new-model", "Where?", tools=[look], output=City)

    assert isinstance(result.response, Answer)
    assert City("Oslo") == result.response.output
    assert ["assistant", "tool", "assistant"] == [message.role for message in result.messages]


def test_a_count_and_a_plan_take_a_type() -> None:
    """What a call would send can be counted and shown as ever."""
    face = Client()

    assert 0 < face.count(ELIZA, "Hi").tokens < face.count(ELIZA, "Hi", output=Typed(City, path="prompt")).tokens
    assert b'"people"' in face.plan(ELIZA, "Hi", output=City).http.body


def told_of(face: type, method: str) -> list[tuple[str, str]]:
    """The overloads of a method, in words that both faces share."""
    found = [
        (str(signature(each).parameters), str(signature(each).return_annotation)) for each in get_overloads(getattr(face, method))
    ]
    return [(parameters, returned.replace("Async", "")) for parameters, returned in found]


@pytest.mark.parametrize("faces", [(Client, AsyncClient), (Conversation, AsyncConversation)], ids=["client", "conversation"])
@pytest.mark.parametrize(
    ("method", "returned"),
    [
        ("chat", ["Answer[T]", "Response", "Answer[Any]", "Response"]),
        ("stream", ["Stream[T]", "Stream[Any]"]),
        ("run", ["RunResult[T]", "RunResult[Any]"]),
        ("run_stream", ["Run[T]", "Run[Any]"]),
    ],
)
def test_checkers_are_told_the_same_of_both_faces(faces: tuple[type, type], method: str, returned: list[str]) -> None:
    """A type as `output` gives a value of it, anything else that is read any value, and nothing a response."""
    told, told_async = [told_of(face, method) for face in faces]

    assert returned == [each.replace("Conversation", "") for _, each in told]
    assert told == told_async


CHECKED = """
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict, assert_type

import msgspec
import pydantic

from dragoman import Client, Response
from dragoman.client import Stream
from dragoman.output import Answer, Typed
from dragoman.run import Run
from dragoman.types import RunResult


@dataclass
class Data:
    name: str


class Struct(msgspec.Struct):
    name: str


class Dict(TypedDict):
    name: str


class Model(pydantic.BaseModel):
    name: str


def program(client: Client, stream: Stream, result: RunResult, run: Run) -> None:
    talk = client.conversation("p:m")
    assert_type(client.chat("p:m", "x"), Response)
    assert_type(talk.chat("x"), Response)
    assert_type(client.run("p:m", "x").output, Any)
    assert_type(talk.run(context=1).output, Any)
    assert_type(talk.edit("x", output=Data).output, Data)
    assert_type(talk.regenerate(output=Typed(Data)).output, Data)
    assert_type(talk.regenerate(), Response)
"""
ONE = """
    assert_type(client.chat("p:m", "x", output={kind}), Answer[{value}])
    with client.stream("p:m", "x", output={kind}) as stream_{n}:
        assert_type(stream_{n}.output, {value})
    assert_type(client.run("p:m", "x", output={kind}, context=1).output, {value})
    with client.run_stream("p:m", "x", output={kind}) as run_{n}:
        assert_type(run_{n}.result.output, {value})
    assert_type(talk.chat("x", output={kind}, model="p:n").output, {value})
    with talk.stream("x", output={kind}) as stream_{n}_t:
        assert_type(stream_{n}_t.output, {value})
    assert_type(talk.run("x", output={kind}, context=1).output, {value})
    with talk.run_stream(output={kind}) as run_{n}_t:
        assert_type(run_{n}_t.result.output, {value})
"""
KINDS = {
    **{kind: kind for kind in ("Data", "Struct", "Dict", "Model", "list[int]", "bool")},
    "Typed(Data, path='tool')": "Data",
    '{"type": "object"}': "Any",
    "int | str": "Any",
}


def in_async(program: str) -> str:
    """The same program with `await`."""
    for module in ("client import Stream", "run import Run"):
        program = program.replace(f"dragoman.{module}", f"dragoman.a{module}")
    program = re.sub(r"\b(Client|Stream|Run)\b", r"Async\1", program)
    program = program.replace("    with ", "    async with ").replace("\ndef ", "\nasync def ")
    called = r"(?:client|talk)\.(?:chat|run|edit|regenerate|conversation)\((?:[^()]|\([^()]*\))*\)"
    return re.sub(f"({called})", r"(await \1)", program)


def test_a_type_checker_knows_the_value(tmp_path: FilePath) -> None:
    """Of classes of every kind, in calls, streams, runs and conversations, in both faces; only of raw schemas it does not."""
    whole = CHECKED + "".join([ONE.format(kind=kind, value=value, n=n) for n, (kind, value) in enumerate(KINDS.items())])
    (tmp_path / "blocking.py").write_text(whole)
    (tmp_path / "asynchronous.py").write_text(in_async(whole))
    strict = ["--strict", "--follow-imports=silent", "--cache-dir", str(tmp_path / "cache")]
    outcome = subprocess.run(
        [sys.executable, "-m", "mypy", *strict, str(tmp_path)],
        env={"MYPYPATH": str(FilePath(dragoman.__file__).resolve().parent.parent)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
