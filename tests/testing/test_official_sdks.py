"""The vendors' own clients read what a script says: an independent opinion on the bytes of our server side.

Every way of asking (whole, streamed, the client's own streaming helper; blocking and asyncio) gets the same script.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import BaseModel

from dragoman.offline import handler
from dragoman.testing import ScriptedProvider, Server, Turn, call, fail, fault, finish, ping, refuse, text, think, usage

anthropic = pytest.importorskip("anthropic")
openai = pytest.importorskip("openai")

MODES = ["whole", "stream", "helper"]
WEATHER = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


@dataclass
class Asker:
    """One way of asking: blocking or asyncio, whole, streamed or by the helper."""

    face: str
    mode: str

    def openai(self, url: str, **options: Any) -> Any:
        """The completion that OpenAI's client makes of the answer."""
        asked = {"model": "scripted", "messages": [{"role": "user", "content": "Hi"}], **options}
        if self.mode != "whole":
            asked["stream_options"] = {"include_usage": True}
        base = {"api_key": "none", "base_url": f"{url}/v1", "max_retries": 0}
        if self.face == "sync":
            with openai.OpenAI(**base) as client:
                create = client.chat.completions.create
                if self.mode == "whole":
                    return create(**asked)
                if self.mode == "stream":
                    state = openai.lib.streaming.chat.ChatCompletionStreamState()
                    with create(**asked, stream=True) as chunks:
                        for chunk in chunks:
                            state.handle_chunk(chunk)
                    return state.get_final_completion()
                with client.chat.completions.stream(**asked) as stream:
                    return stream.get_final_completion()
        return asyncio.run(self._openai(base, asked))

    async def _openai(self, base: dict[str, Any], asked: dict[str, Any]) -> Any:
        async with openai.AsyncOpenAI(**base) as client:
            create = client.chat.completions.create
            if self.mode == "whole":
                return await create(**asked)
            if self.mode == "stream":
                state = openai.lib.streaming.chat.ChatCompletionStreamState()
                async with await create(**asked, stream=True) as chunks:
                    async for chunk in chunks:
                        state.handle_chunk(chunk)
                return state.get_final_completion()
            async with client.chat.completions.stream(**asked) as stream:
                return await stream.get_final_completion()

    def anthropic(self, url: str, **options: Any) -> Any:
        """The message that Anthropic's client makes of the answer."""
        asked = {"model": "scripted", "max_tokens": 99, "messages": [{"role": "user", "content": "Hi"}], **options}
        base = {"api_key": "none", "base_url": url, "max_retries": 0}
        if self.face == "sync":
            with anthropic.Anthropic(**base) as client:
                if self.mode == "whole":
                    return client.messages.create(**asked)
                if self.mode == "stream":
                    with client.messages.create(**asked, stream=True) as events:
                        return fold(list(events))
                with client.messages.stream(**asked) as stream:
                    return stream.get_final_message()
        return asyncio.run(self._anthropic(base, asked))

    async def _anthropic(self, base: dict[str, Any], asked: dict[str, Any]) -> Any:
        async with anthropic.AsyncAnthropic(**base) as client:
            if self.mode == "whole":
                return await client.messages.create(**asked)
            if self.mode == "stream":
                async with await client.messages.create(**asked, stream=True) as events:
                    return fold([event async for event in events])
            async with client.messages.stream(**asked) as stream:
                return await stream.get_final_message()


def fold(events: list[Any]) -> Any:
    """A message of the raw events its client gave, by the rules the vendor documents for them."""
    assert "message_start" == events[0].type
    assert "message_stop" == events[-1].type
    message, arguments = events[0].message, {}
    for event in events[1:]:
        delta = getattr(event, "delta", None)
        match event.type, getattr(delta, "type", None):
            case "content_block_start", _:
                assert event.index == len(message.content)
                message.content.append(event.content_block)
            case "content_block_delta", "text_delta":
                message.content[event.index].text += delta.text
            case "content_block_delta", "thinking_delta":
                message.content[event.index].thinking += delta.thinking
            case "content_block_delta", "signature_delta":
                message.content[event.index].signature = delta.signature
            case "content_block_delta", "input_json_delta":
                arguments[event.index] = arguments.get(event.index, "") + delta.partial_json
            case "content_block_stop", _ if event.index in arguments:
                message.content[event.index].input = json.loads(arguments[event.index])
            case "message_delta", _:
                message.stop_reason, message.stop_sequence = delta.stop_reason, delta.stop_sequence
                for name, count in event.usage:
                    if count is not None:
                        setattr(message.usage, name, count)
    return message


@pytest.fixture(params=[f"{face} {mode}" for face in ("sync", "async") for mode in MODES])
def asker(request: pytest.FixtureRequest) -> Asker:
    return Asker(*request.param.split())


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Serve turns for the length of a test; gives the URL."""
    servers: list[Server] = []

    def start(*turns: Any) -> str:
        server = ScriptedProvider(*turns).serve()
        server.start()
        servers.append(server)
        return server.url

    yield start
    errors = [error for server in servers for error in server.errors]
    for server in servers:
        server.close()
    assert [] == errors


# --- OpenAI ----------------------------------------------------------------------------------------------------------


def test_openai_reads_text(asker: Asker, serve: Callable[..., str]) -> None:
    """Words, ids, model, counts and the reason to stop, as scripted."""
    counts = usage(20, 7, cache_read=12, reasoning=3)
    said = asker.openai(
        serve(Turn(text("Grüße ", "an ", "alle"), counts, id="chatcmpl-7", model="scripted-2", created=1_760_000_000))
    )

    assert ("chatcmpl-7", "scripted-2", 1_760_000_000) == (said.id, said.model, said.created)
    assert [("assistant", "Grüße an alle", "stop")] == [
        (choice.message.role, choice.message.content, choice.finish_reason) for choice in said.choices
    ]
    assert (32, 7, 39) == (said.usage.prompt_tokens, said.usage.completion_tokens, said.usage.total_tokens)
    assert 12 == said.usage.prompt_tokens_details.cached_tokens
    assert 3 == said.usage.completion_tokens_details.reasoning_tokens


def test_openai_reads_parallel_tool_calls(asker: Asker, serve: Callable[..., str]) -> None:
    """Two calls beside text keep their ids, names and arguments apart, in order."""
    turn = Turn("Let me look.", call("weather", {"city": "Oslo"}, id="call_a", size=3), call("weather", {"city": "Bergen"}))
    choice = asker.openai(
        serve(turn), tools=[{"type": "function", "function": {"name": "weather", "parameters": WEATHER}}]
    ).choices[0]

    assert ("Let me look.", "tool_calls") == (choice.message.content, choice.finish_reason)
    assert [("call_a", "weather", {"city": "Oslo"}), ("call_1_2", "weather", {"city": "Bergen"})] == [
        (made.id, made.function.name, json.loads(made.function.arguments)) for made in choice.message.tool_calls
    ]


def test_openai_reads_a_refusal(asker: Asker, serve: Callable[..., str]) -> None:
    """A refusal is not content."""
    choice = asker.openai(serve(Turn(refuse("I cannot ", "do that.")))).choices[0]

    assert ("I cannot do that.", "stop") == (choice.message.refusal, choice.finish_reason)
    assert not choice.message.content


def test_openai_reads_token_probabilities(asker: Asker, serve: Callable[..., str]) -> None:
    """Each token object arrives, in order."""
    tokens = [{"token": word, "logprob": -0.5, "bytes": list(word.encode()), "top_logprobs": []} for word in ("Hel", "lo")]
    choice = asker.openai(serve(Turn(text("Hello", logprobs=tokens))), logprobs=True).choices[0]

    assert "Hello" == choice.message.content
    assert tokens == [token.model_dump() for token in choice.logprobs.content]


def test_openai_reads_several_choices(asker: Asker, serve: Callable[..., str]) -> None:
    """Alternatives have their own text and their own end."""
    said = asker.openai(serve(Turn("one", text("two", choice=1), finish("stop", others=["stop"]))), n=2)

    assert [(0, "one", "stop"), (1, "two", "stop")] == sorted(
        (choice.index, choice.message.content, choice.finish_reason) for choice in said.choices
    )


def test_openai_reads_an_answer_cut_by_its_limit(asker: Asker, serve: Callable[..., str]) -> None:
    """The reason reaches the client, whose streaming helpers make an exception of it."""
    url = serve(Turn("Once", finish("length")))
    if asker.mode == "whole":
        said = asker.openai(url)
    else:
        with pytest.raises(openai.LengthFinishReasonError) as caught:
            asker.openai(url)
        said = caught.value.completion

    assert ("Once", "length") == (said.choices[0].message.content, said.choices[0].finish_reason)


@pytest.mark.parametrize(
    ("item", "kind", "code"),
    [
        (fail(400, "invalid_request_error", "bad", code="context_length_exceeded", param="messages"), "BadRequestError", None),
        (fail(401, "invalid_request_error", "bad", code="invalid_api_key"), "AuthenticationError", "invalid_api_key"),
        (fail(403, None, "bad"), "PermissionDeniedError", None),
        (fail(404, None, "bad", code="model_not_found"), "NotFoundError", "model_not_found"),
        (fail(422, None, "bad"), "UnprocessableEntityError", None),
        (fail(429, "insufficient_quota", "bad", code="insufficient_quota"), "RateLimitError", "insufficient_quota"),
        (fail(500, "server_error", "bad"), "InternalServerError", None),
        (fail(503, None, "bad", retry_after=7), "InternalServerError", None),
    ],
)
def test_openai_raises_its_typed_errors(asker: Asker, serve: Callable[..., str], item: Any, kind: str, code: str | None) -> None:
    """A scripted failure is the client's exception for that status, with the vendor's words in it."""
    with pytest.raises(getattr(openai, kind)) as caught:
        asker.openai(serve(Turn(item)))
    error, failure = caught.value, item.failure

    assert (failure.status, "bad") == (error.status_code, error.body["message"])
    assert failure.code == error.code
    assert failure.param == error.param
    assert error.request_id.startswith("req_")
    assert ("7" if failure.retry_after else None) == error.response.headers.get("retry-after")


def test_openai_raises_an_error_inside_a_stream(asker: Asker, serve: Callable[..., str]) -> None:
    """An error after the first words is raised too, as an HTTP error where nothing was streamed."""
    with pytest.raises(openai.APIError) as caught:
        asker.openai(serve(Turn("Once", fail(503, "server_error", "gone", code="c"))))

    assert ("gone", "c") == (caught.value.body["message"], caught.value.code)


@pytest.mark.parametrize("face", ["sync", "async"])
def test_openai_notices_a_broken_connection(face: str, serve: Callable[..., str]) -> None:
    """Faults of the script are faults of a real connection."""
    with pytest.raises(openai.APIConnectionError):
        Asker(face, "whole").openai(serve(Turn(fault("reset"))))
    with pytest.raises(openai.OpenAIError):
        Asker(face, "stream").openai(serve(Turn(text("Once ", fault("cut"), "upon"))))


class Answer(BaseModel):
    reply: str
    score: int


def test_openai_parses_structured_output(serve: Callable[..., str]) -> None:
    """The client's own parser takes an answer in the form it asked for, from a script and from ELIZA."""
    url = serve(Turn(text('{"reply": "yes", "score": 3}', size=4)))
    with openai.OpenAI(api_key="none", base_url=f"{url}/v1", max_retries=0) as client:
        parsed = client.chat.completions.parse(model="m", messages=[{"role": "user", "content": "Hi"}], response_format=Answer)
    with Server(handler()) as server, openai.OpenAI(api_key="none", base_url=f"{server.url}/v1", max_retries=0) as client:
        eliza = client.chat.completions.parse(
            model="eliza", messages=[{"role": "user", "content": "I am sad"}], response_format=Answer
        )

    assert Answer(reply="yes", score=3) == parsed.choices[0].message.parsed
    assert Answer(reply="I am sorry that you are sad.", score=1) == eliza.choices[0].message.parsed


# --- Anthropic -------------------------------------------------------------------------------------------------------


def test_anthropic_reads_text(asker: Asker, serve: Callable[..., str]) -> None:
    """Words, ids, model, counts and the reason to stop, as scripted."""
    counts = usage(20, 7, cache_read=12, cache_write=5, reasoning=3)
    said = asker.anthropic(serve(Turn(text("Grüße ", ping(), "an ", "alle"), counts, id="msg_7", model="scripted-2")))

    assert ("msg_7", "scripted-2", "assistant", "end_turn") == (said.id, said.model, said.role, said.stop_reason)
    assert [("text", "Grüße an alle")] == [(block.type, block.text) for block in said.content]
    assert (20, 7, 12, 5) == (
        said.usage.input_tokens,
        said.usage.output_tokens,
        said.usage.cache_read_input_tokens,
        said.usage.cache_creation_input_tokens,
    )
    assert 3 == said.usage.output_tokens_details.thinking_tokens


def test_anthropic_reads_thinking_and_calls(asker: Asker, serve: Callable[..., str]) -> None:
    """Thinking with its signature, redacted thinking, text and two calls keep their order and their bytes."""
    turn = Turn(
        think("Let me ", "see.", signature="EqQBCgIYAhIM"),
        think(encrypted="EmwKAhgB"),
        "I look.",
        call("weather", {"city": "Oslo"}, id="toolu_1", size=2),
        call("weather", {"city": "Bergen", "days": [1, 2]}, id="toolu_2"),
        call("clock", id="toolu_3"),
    )
    said = asker.anthropic(
        serve(turn),
        tools=[{"name": "weather", "input_schema": WEATHER}],
        thinking={"type": "adaptive"},
    )

    assert [
        {"type": "thinking", "thinking": "Let me see.", "signature": "EqQBCgIYAhIM"},
        {"type": "redacted_thinking", "data": "EmwKAhgB"},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Oslo"}},
        {"type": "tool_use", "id": "toolu_2", "name": "weather", "input": {"city": "Bergen", "days": [1, 2]}},
        {"type": "tool_use", "id": "toolu_3", "name": "clock", "input": {}},
    ] == [
        {
            name: value
            for name, value in block.model_dump(exclude_unset=True).items()
            if value is not None and name != "parsed_output"
        }
        for block in said.content
    ]
    assert "tool_use" == said.stop_reason


@pytest.mark.parametrize(
    ("end", "reason", "sequence"),
    [
        (finish("length"), "max_tokens", None),
        (finish("stop", stop_sequence="END"), "stop_sequence", "END"),
        (finish("refusal"), "refusal", None),
        (finish("pause"), "pause_turn", None),
        (finish("context_window"), "model_context_window_exceeded", None),
    ],
)
def test_anthropic_reads_every_reason_to_stop(
    asker: Asker, serve: Callable[..., str], end: Any, reason: str, sequence: str | None
) -> None:
    """The common word is said in the vendor's."""
    said = asker.anthropic(serve(Turn("a", end)))

    assert (reason, sequence) == (said.stop_reason, said.stop_sequence)


@pytest.mark.parametrize(
    ("item", "kind"),
    [
        (fail(400, "invalid_request_error", "bad"), "BadRequestError"),
        (fail(401, "authentication_error", "bad"), "AuthenticationError"),
        (fail(403, "permission_error", "bad"), "PermissionDeniedError"),
        (fail(404, "not_found_error", "bad"), "NotFoundError"),
        (fail(429, "rate_limit_error", "bad", retry_after=7), "RateLimitError"),
        (fail(500, "api_error", "bad"), "InternalServerError"),
        (fail(529, "overloaded_error", "bad"), "OverloadedError"),
    ],
)
def test_anthropic_raises_its_typed_errors(asker: Asker, serve: Callable[..., str], item: Any, kind: str) -> None:
    """A scripted failure is the client's exception for that status, with the vendor's words in it."""
    expected = getattr(anthropic, kind, None) or getattr(anthropic._exceptions, kind)
    with pytest.raises(expected) as caught:
        asker.anthropic(serve(Turn(item)))
    error, failure = caught.value, item.failure

    assert failure.status == error.status_code
    assert (failure.type, "bad") == (error.body["error"]["type"], error.body["error"]["message"])
    assert error.request_id.startswith("req_")
    assert error.request_id == error.body["request_id"]
    assert ("7" if failure.retry_after else None) == error.response.headers.get("retry-after")


def test_anthropic_raises_an_error_inside_a_stream(asker: Asker, serve: Callable[..., str]) -> None:
    """An error after the first words is raised too, as an HTTP error where nothing was streamed."""
    with pytest.raises(anthropic.APIStatusError) as caught:
        asker.anthropic(serve(Turn("Once", fail(529, "overloaded_error", "busy"))))

    assert ("overloaded_error", "busy") == (caught.value.body["error"]["type"], caught.value.body["error"]["message"])


def test_anthropic_holds_a_conversation_with_eliza(asker: Asker) -> None:
    """The embedded provider answers the vendor's client: thinking, then a call, then words from its result."""
    asked = {"role": "user", "content": "How is the weather in Oslo?"}
    options = {"model": "eliza", "tools": [{"name": "weather", "input_schema": WEATHER}], "thinking": {"type": "adaptive"}}
    with Server(handler()) as server:
        first = asker.anthropic(server.url, messages=[asked], **options)
        made = first.content[-1]
        turn = [block.model_dump(exclude_none=True, exclude={"parsed_output"}) for block in first.content]
        result = {"type": "tool_result", "tool_use_id": made.id, "content": "sunny"}
        messages = [asked, {"role": "assistant", "content": turn}, {"role": "user", "content": [result]}]
        second = asker.anthropic(server.url, messages=messages, **options)

        assert [] == server.errors
    assert ["thinking", "text", "tool_use"] == [block.type for block in first.content]
    assert {"city": "Oslo"} == made.input
    assert second.content[-1].text.startswith("weather says: sunny.")
