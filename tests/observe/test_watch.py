"""Observers of a client, in both faces."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import dragoman
from dragoman import AsyncClient, Client, errors, user
from dragoman.engine.exchange import Exchange
from dragoman.engine.observe import Observed
from dragoman.engine.policy import Retry
from dragoman.observe import Call, Observer
from dragoman.testing import ScriptedProvider, Turn, fail, fault, usage
from dragoman.types import Finished, Response, TextDelta

KEYS = {"openai": "sk-marker-0123456789", "anthropic": "sk-marker-0123456789"}
MODELS = ["openai:scripted", "anthropic:scripted"]
SOURCE = Path(dragoman.__file__).parent.parent


def client(provider: ScriptedProvider, *observers: Any, **settings: Any) -> Client:
    return Client(transport=provider.transport(), keys=KEYS, observers=observers, **settings)


def async_client(provider: ScriptedProvider, *observers: Any, **settings: Any) -> AsyncClient:
    return AsyncClient(transport=provider.async_transport(), keys=KEYS, observers=observers, **settings)


class Ends(Observer):
    """How calls have ended."""

    def __init__(self) -> None:
        self.ends: list[Any] = []

    def after_response(self, call: Call, response: Response) -> None:
        self.ends.append((call.provider, response.text, response.usage.output))

    def on_error(self, call: Call, error: Exception) -> None:
        self.ends.append((call.provider, type(error).__name__, len(call.attempts)))

    def on_cancel(self, call: Call, partial: Response | None) -> None:
        self.ends.append((call.provider, "cancelled", partial.text if partial is not None else None))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_call_ends_once(model: str, stream: bool) -> None:
    """Answered, failed or stopped: one end each, with what is known."""
    ends, name = Ends(), model.partition(":")[0]
    provider = ScriptedProvider(Turn("Hi.", usage(input=1, output=2)), Turn(fail(400)), Turn("half ", fault("stall")))
    with client(provider, ends) as it:
        if stream:
            list(it.stream(model, "x"))
            with pytest.raises(errors.BadRequest):
                list(it.stream(model, "x"))
        else:
            it.chat(model, "x")
            with pytest.raises(errors.BadRequest):
                it.chat(model, "x")
        with it.stream(model, "x") as left:
            for event in left:
                if isinstance(event, TextDelta):
                    break

    assert [(name, "Hi.", 2), (name, "BadRequest", 1), (name, "cancelled", "half ")] == ends.ends


@pytest.mark.parametrize("model", MODELS)
def test_async_observers_are_awaited(model: str) -> None:
    """Every method but one may take its time, without being waited for elsewhere."""

    class Later(Observer):
        def __init__(self) -> None:
            self.told: list[Any] = []

        async def before_request(self, call: Call, request: Any) -> dict[str, str]:
            await asyncio.sleep(0)
            return {"x-trace": "7"}

        async def on_event(self, call: Call, event: Any) -> None:
            await asyncio.sleep(0)
            self.told.append(event)

        async def after_response(self, call: Call, response: Response) -> None:
            await asyncio.sleep(0)
            self.told.append(response.text)

    provider, later = ScriptedProvider("Hi."), Later()

    async def main() -> list[Any]:
        async with async_client(provider, later) as it, it.stream(model, "x") as stream:
            return [event async for event in stream]

    assert [*asyncio.run(main()), "Hi."] == later.told
    assert "7" == provider.http[0].headers["x-trace"]


def test_a_cancelled_task_is_a_cancelled_call() -> None:
    """The observer is told though nothing can be awaited any more."""
    ends = Ends()

    async def main() -> None:
        arrived = asyncio.Event()

        async def read() -> None:
            async with it.stream(MODELS[0], "x") as stream:
                async for event in stream:
                    if isinstance(event, TextDelta):
                        arrived.set()

        async with async_client(ScriptedProvider(Turn("half ", fault("stall"))), ends) as it:
            task = asyncio.create_task(read())
            await arrived.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())

    assert [("openai", "cancelled", "half ")] == ends.ends


def test_a_call_over_several_targets_is_one_call() -> None:
    """Its observers see which target answers, why, and the tries of all."""
    seen: list[Any] = []

    class Sees(Observer):
        def on_call(self, call: Call) -> None:
            seen.append((call.provider, call.decision))

        def before_request(self, call: Call, request: Any) -> None:
            seen.append((call.provider, call.decision.reason if call.decision else None))

        def after_response(self, call: Call, response: Response) -> None:
            seen.append((call.provider, [attempt.error for attempt in call.attempts]))

    with client(ScriptedProvider(Turn(fail(529)), "Hi."), Sees()) as it:
        it.chat(MODELS, "x")

    assert [
        (None, None),
        ("openai", "it is listed first"),
        ("anthropic", "the one before it failed"),
        ("anthropic", ["Overloaded", None]),
    ] == seen


def test_a_hidden_try_has_no_events() -> None:
    """What is tried again was never delivered, and so nobody is told of it."""
    texts: list[str] = []
    watcher = SimpleNamespace(on_event=lambda call, event: texts.append(getattr(event, "text", "")))
    provider = ScriptedProvider(Turn(fault("end")), "Hi.")
    with client(provider, watcher, retry=Retry(base=0.0)) as it:
        list(it.stream(MODELS[0], "x"))

    assert "Hi." == "".join(texts)


def test_events_are_those_that_are_delivered() -> None:
    """In order, the last one too."""
    events: list[Any] = []
    watcher = SimpleNamespace(on_event=lambda call, event: events.append(event))
    with client(ScriptedProvider("Hi."), watcher) as it, it.stream(MODELS[0], "x") as stream:
        delivered = list(stream)

    assert delivered == events
    assert isinstance(events[-1], Finished)


def test_a_list_of_models_is_watched() -> None:
    """Its tries and failures are told, with no model and no answer."""
    seen: list[Any] = []

    class Sees(Observer):
        def on_call(self, call: Call) -> None:
            seen.append((call.provider, call.model, call.request))

        def on_error(self, call: Call, error: Exception) -> None:
            seen.append((type(error).__name__, call.response()))

    with client(ScriptedProvider(), Sees(), retry=False) as it, pytest.raises(errors.NotFound):
        it.models("openai")

    assert [("openai", None, None), ("NotFound", None)] == seen


async def later(*_: Any) -> None:
    """A method that wants to be awaited."""


@pytest.mark.parametrize(
    ("observer", "said"),
    [
        (SimpleNamespace(after_response=later), "after_response is async: make it a plain function, it takes an AsyncClient"),
        (Ends, "pass an object with methods"),
        (SimpleNamespace(after_reponse=print), "is no observer"),
        ("print", "is no observer"),
    ],
)
def test_what_cannot_observe_is_refused(observer: Any, said: str) -> None:
    """A client says so when it is made, not call after call."""
    with pytest.raises(errors.UsageError, match=said):
        Client(observers=[observer])


def test_what_nobody_can_await_is_refused() -> None:
    """Who cancels a task does not wait."""
    with pytest.raises(errors.UsageError, match="on_cancel is async: make it a plain function, a call that is stopped"):
        AsyncClient(observers=[SimpleNamespace(on_cancel=later)])


@pytest.mark.parametrize("stream", [False, True])
def test_a_broken_observer_is_logged_once(stream: bool, caplog: pytest.LogCaptureFixture) -> None:
    """With its traceback, once for each method; the calls are as if it were not there."""

    class Broken(Observer):
        def on_event(self, call: Call, event: Any) -> None:
            raise ValueError("my mistake")

        def after_response(self, call: Call, response: Response) -> None:
            raise KeyError("another one")

    ends = Ends()
    with client(ScriptedProvider("One.", "Two."), Broken(), ends) as it:
        for _ in range(2):
            list(it.stream(MODELS[0], "x")) if stream else it.chat(MODELS[0], "x")

    complaints = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert ["One.", "Two."] == [end[1] for end in ends.ends]
    assert [
        "Broken.on_event of an observer raised ValueError; the call goes on, and this is not logged again",
        "Broken.after_response of an observer raised KeyError; the call goes on, and this is not logged again",
    ] == [record.getMessage() for record in complaints]
    assert all(record.exc_info for record in complaints)


def program(text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", text],
        env={"PYTHONPATH": str(SOURCE), "DRAGOMAN_CONFIG": "", "DRAGOMAN_CATALOG": ""},
        capture_output=True,
        text=True,
        check=True,
    )


def test_a_broken_observer_is_seen_without_any_logging() -> None:
    """A program that has set up nothing finds its mistake on the standard error."""
    outcome = program(
        "from types import SimpleNamespace\n"
        "from dragoman import Client\n"
        "with Client(observers=[SimpleNamespace(on_call=lambda call: 1 / 0)]) as it:\n"
        "    print(it.chat('offline:eliza', 'Hello').text)\n"
    )

    assert outcome.stdout
    assert outcome.stderr.startswith("SimpleNamespace.on_call of an observer raised ZeroDivisionError")


def test_nobody_pays_for_logging_who_does_not_use_it() -> None:
    """A blocking client, its calls and its observers leave `logging` and OpenTelemetry alone."""
    outcome = program(
        "import sys\n"
        "from dragoman import Client\n"
        "from dragoman.observe import Observer\n"
        "with Client(observers=[Observer()]) as it:\n"
        "    it.chat('offline:eliza', 'Hello')\n"
        "print(sorted({'logging', 'opentelemetry', 'dragoman.observe.log'} & set(sys.modules)))\n"
    )

    assert "[]\n" == outcome.stdout


@pytest.mark.parametrize("make", [Client, AsyncClient])
def test_a_call_that_nobody_watches_is_run_as_it_is(make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one generator stands between the engine and the face."""
    monkeypatch.setattr("dragoman.observe.log.listening", lambda: False)
    watched = make(observers=[Ends()])._router.call("offline:eliza", [user("x")], False, {})
    errand = make()._router.call("offline:eliza", [user("x")], False, {})

    assert (Observed, Exchange) == (type(watched), type(errand))
