"""A call with several models: who answers, who is asked next, and what the response says about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest

from dragoman import AsyncClient, Client, TextDelta, assistant, errors, user
from dragoman.engine.policy import Retry
from dragoman.engine.route import Route
from dragoman.providers import Provider
from dragoman.testing import ScriptedProvider, Turn, call, fail, fault, text, think
from dragoman.transport.base import Body
from dragoman.types import Model, Price, Response
from dragoman.wire.http import HttpRequest

ONE, TWO, THREE = "one:m", "two:m", "three:m"
DOWN = Turn(fail(503, "overloaded", "no room"))


class Hosts:
    """A transport to scripted providers by host name."""

    def __init__(self, scripts: Mapping[str, ScriptedProvider]) -> None:
        self._transports = {name: script.transport() for name, script in scripts.items()}

    def send(self, request: HttpRequest, **limits: Any) -> Body:
        host = urlsplit(request.url).hostname or ""
        return self._transports[host.partition(".")[0]].send(request, **limits)

    def close(self) -> None:
        pass


def provider(name: str, **more: Any) -> Provider:
    facts = {"protocol": "anthropic_messages", "key_required": False, **more}
    return Provider(name, name.title(), f"https://{name}.example/v1", **facts)


def client(scripts: Mapping[str, ScriptedProvider], **more: Any) -> Client:
    providers = [provider(name) for name in ("one", "two", "three")]
    return Client(transport=Hosts(scripts), providers=providers, **{"retry": False, **more})


def scripts(**turns: list[Turn | str]) -> dict[str, ScriptedProvider]:
    return {name: ScriptedProvider(*said) for name, said in turns.items()}


def test_the_first_of_a_list_answers_when_it_can() -> None:
    """The second is not asked, and the decision says why the first was."""
    who = scripts(one=["from one"], two=["from two"])
    reply = client(who).chat([ONE, TWO], "Hi", max_tokens=9)

    assert "from one" == reply.text
    assert (ONE, "it is listed first", ()) == (reply.decision.target, reply.decision.reason, reply.decision.passed_over)
    assert 0 == len(who["two"].requests)


def test_the_next_answers_when_the_first_cannot() -> None:
    """All tries of all targets are on the response, and who was passed over."""
    who = scripts(one=[DOWN], two=["from two"])
    reply = client(who).chat([ONE, TWO], "Hi", max_tokens=9)

    assert "from two" == reply.text
    assert [("one", "Overloaded"), ("two", None)] == [(attempt.provider, attempt.error) for attempt in reply.attempts]
    assert (TWO, ((ONE, "it failed: Overloaded"),)) == (reply.decision.target, reply.decision.passed_over)
    assert reply.provider == "two"


def test_only_the_last_one_is_tried_again() -> None:
    """Going elsewhere is quicker than waiting; where there is nowhere to go, the call's own retries hold."""
    who = scripts(one=[DOWN], two=[DOWN, DOWN, "at last"])
    reply = client(who, retry=Retry(3, base=0.0)).chat([ONE, TWO], "Hi", max_tokens=9)

    assert "at last" == reply.text
    assert ["one", "two", "two", "two"] == [attempt.provider for attempt in reply.attempts]


def test_when_all_fail_the_last_error_tells_of_every_try() -> None:
    """Nothing is hidden by going on."""
    who = scripts(one=[DOWN], two=[Turn(fail(401, "authentication_error", "who are you"))])
    with pytest.raises(errors.AuthenticationFailed) as caught:
        client(who).chat([ONE, TWO], "Hi", max_tokens=9)

    assert ["Overloaded", "AuthenticationFailed"] == [attempt.error for attempt in caught.value.attempts]


def test_what_the_caller_did_wrong_is_not_asked_elsewhere() -> None:
    """A bad request is bad everywhere."""
    who = scripts(one=[Turn(fail(400, "invalid_request_error", "no"))], two=["never"])
    with pytest.raises(errors.BadRequest):
        client(who).chat([ONE, TWO], "Hi", max_tokens=9)

    assert 0 == len(who["two"].requests)


def test_a_target_without_a_key_is_passed_over() -> None:
    """And so is one that cannot take the request; the reason is said."""
    who = scripts(two=["from two"])
    keyed = [provider("one", key_required=True), provider("two")]
    reply = Client(transport=Hosts(who), providers=keyed).chat([ONE, TWO], "Hi", max_tokens=9)

    assert "no key" in dict(reply.decision.passed_over)[ONE]


def test_after_the_first_word_there_is_no_other_target() -> None:
    """What the caller has seen is not said a second time."""
    who = scripts(one=[Turn(text("Once upon", fault("reset")))], two=["never"])
    stream = client(who).stream([ONE, TWO], "Hi", max_tokens=9)
    with pytest.raises(errors.TransportError), stream:
        list(stream)

    assert 0 == len(who["two"].requests)
    assert "Once upon" == stream.response.text


def resumed(second: str, **facts: Any) -> tuple[dict[str, ScriptedProvider], Client]:
    who = scripts(one=[Turn(text("Once upon ", fault("reset")))], two=[second], three=["never"])
    return who, client(who, models=[Model("two", "m", **facts)], routes={"story": Route((ONE, TWO), resume=True)})


def test_an_answer_may_be_continued_elsewhere() -> None:
    """By a policy that must be asked for: the second target is given the beginning and the caller reads one answer."""
    who, asking = resumed("a time.", prefill=True)
    with asking.stream("story", "Tell me", max_tokens=9) as stream:
        said = "".join([event.text for event in stream if isinstance(event, TextDelta)])

    assert "Once upon a time." == said == stream.response.text
    assert (user("Tell me"), assistant("Once upon")) == who["two"].requests[0].messages
    decision = stream.response.decision
    assert (TWO, True) == (decision.target, decision.resumed)


def test_a_model_that_takes_no_begun_answer_does_not_continue_one() -> None:
    """The error of the one that broke off is raised, with what it had said."""
    _, asking = resumed("never")
    with pytest.raises(errors.TransportError) as caught, asking.stream("story", "Tell me", max_tokens=9) as stream:
        list(stream)

    assert caught.value.partial is not None
    assert "Once upon " == caught.value.partial.text


def test_a_begun_thought_is_not_continued() -> None:
    """It is its own model's."""
    who = scripts(one=[Turn(think("Hmm", signature="s"), text("Once", fault("reset")))], two=["never"])
    asking = client(who, models=[Model("two", "m", prefill=True)], routes={"story": Route((ONE, TWO), resume=True)})
    with pytest.raises(errors.TransportError), asking.stream("story", "Tell me", max_tokens=9) as stream:
        list(stream)

    assert 0 == len(who["two"].requests)


def test_a_target_that_keeps_failing_is_left_alone() -> None:
    """After three failures in a row it is not asked while it rests."""
    who = scripts(one=[DOWN] * 3, two=[f"answer {number}" for number in range(5)])
    asking = client(who)
    replies = [asking.chat([ONE, TWO], f"Hi {number}", max_tokens=9) for number in range(5)]

    assert [2, 2, 2, 1, 1] == [len(reply.attempts) for reply in replies]
    assert "it rests" in dict(replies[-1].decision.passed_over)[ONE]


def test_a_conversation_stays_with_who_answered_it() -> None:
    """Its prompt cache is there; a new conversation goes where the route says."""
    who = scripts(one=[DOWN, "one again"], two=["first", "second"])
    asking = client(who)
    first = asking.chat([ONE, TWO], "Hi", max_tokens=9)
    second = asking.chat([ONE, TWO], [user("Hi"), first.message, user("And?")], max_tokens=9)
    other = asking.chat([ONE, TWO], "Something else", max_tokens=9)

    assert ["two", "two", "one"] == [reply.provider for reply in (first, second, other)]
    assert "it answered this conversation last" == second.decision.reason


def test_the_cheapest_by_price() -> None:
    """Prices are the catalogue's, or what the program says of its models."""
    who = scripts(one=["dear"], two=["cheap"])
    priced = [Model("one", "m", price=Price(Decimal(3), Decimal(15))), Model("two", "m", price=Price(Decimal(1), Decimal(2)))]
    reply = client(who, models=priced, routes={"any": Route((ONE, TWO), pick="cheapest")}).chat("any", "Hi", max_tokens=9)

    assert ("cheap", "it is the cheapest") == (reply.text, reply.decision.reason)


def test_both_faces_route_alike() -> None:
    """The decision is the engine's."""
    who = scripts(one=[DOWN], two=["from two"])

    class AsyncHosts:
        def __init__(self) -> None:
            self._transports = {name: script.async_transport() for name, script in who.items()}

        async def send(self, request: HttpRequest, **limits: Any) -> Any:
            host = urlsplit(request.url).hostname or ""
            return await self._transports[host.partition(".")[0]].send(request, **limits)

        async def close(self) -> None:
            pass

    async def ask() -> Response:
        providers = [provider("one"), provider("two")]
        async with AsyncClient(transport=AsyncHosts(), providers=providers, retry=False) as asking:
            return await asking.chat([ONE, TWO], "Hi", max_tokens=9)

    reply = asyncio.run(ask())
    assert ("from two", TWO) == (reply.text, reply.decision.target)


def test_a_plan_is_made_for_the_first() -> None:
    """Nothing is sent, so nothing else can be known."""
    assert "one" == client(scripts()).plan([ONE, TWO], "Hi", max_tokens=9).provider


def bad_routes() -> Iterator[tuple[Any, str]]:
    yield {"a:b": [ONE]}, "no colon"
    yield {"a": []}, "no models"
    yield {"a": ["one"]}, "names no model"
    yield {"a": [ONE, ONE]}, "twice"
    yield {"a": Route((ONE, TWO), "weighted", (1.0,))}, "one weight for each"
    yield {"a": Route((ONE, TWO), "weighted", (0.0, 0.0))}, "one weight for each"
    yield {"a": Route((ONE,), tries=0)}, "at least 1"


@pytest.mark.parametrize(("routes", "why"), list(bad_routes()))
def test_a_route_that_cannot_be_is_refused_at_once(routes: Any, why: str) -> None:
    """When the client is made, and not when the fallback is needed."""
    with pytest.raises(errors.UsageError, match=why):
        client(scripts(), routes=routes)


def test_a_name_that_is_no_route_lists_the_routes() -> None:
    """The likeliest mistake is a misspelt one."""
    with pytest.raises(errors.UsageError, match="one of this client's routes: fast"):
        client(scripts(), routes={"fast": [ONE]}).chat("fats", "Hi")


def test_one_providers_options_are_not_for_several() -> None:
    """A key must not go to whoever comes next."""
    with pytest.raises(errors.UsageError, match="keys="):
        client(scripts()).chat([ONE, TWO], "Hi", key="sk")


def test_the_tools_of_a_call_go_to_whoever_answers() -> None:
    """A fallback is the same request, made fit for its target anew."""
    who = scripts(one=[DOWN], two=[Turn(call("f", {"a": 1}))])
    from dragoman import Tool

    reply = client(who).chat([ONE, TWO], "Hi", tools=[Tool("f", "does f", {"type": "object"})], max_tokens=9)
    assert [("f", {"a": 1})] == [(made.name, made.input) for made in reply.tool_calls]
    assert "f" == who["two"].requests[0].tools[0].name  # type: ignore[union-attr]
