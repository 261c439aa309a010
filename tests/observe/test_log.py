"""Calls in the log: what a person needs to know, and nothing that was said."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dragoman
from dragoman import AsyncClient, Client, Route, errors
from dragoman.engine.gate import Limits
from dragoman.engine.policy import Retry
from dragoman.observe.log import LOGGER, host_of, listening
from dragoman.testing import ScriptedProvider, Turn, call, fail, fault, think
from dragoman.wire.http import HttpHead, HttpRequest

KEY = "sk-marker-0123456789"
KEYS = {"openai": KEY, "anthropic": KEY}
MODELS = ["openai:scripted", "anthropic:scripted"]
SOURCE = Path(dragoman.__file__).parent.parent
NOW = Retry(base=0.0)


def client(provider: ScriptedProvider, **settings: Any) -> Client:
    return Client(transport=provider.transport(), keys=KEYS, **settings)


def named(request_id: str, *turns: Turn | str) -> Client:
    """A client of a provider that names its requests so."""
    inner = ScriptedProvider(*turns).transport()

    class Naming:
        def send(self, request: HttpRequest, **limits: Any) -> Any:
            body = inner.send(request, **limits)
            body.head = HttpHead(body.head.status, {**body.head.headers, "x-request-id": request_id})
            return body

        def close(self) -> None:
            inner.close()

    return Client(transport=Naming(), keys=KEYS)


@pytest.fixture
def heard(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that any logger says."""
    with caplog.at_level(logging.DEBUG), caplog.at_level(logging.DEBUG, "dragoman"):
        yield caplog


def lines(heard: pytest.LogCaptureFixture) -> list[tuple[str, str]]:
    """Level and text of what `dragoman` says, times left out."""
    found = [(record.levelname, record.getMessage()) for record in heard.records if record.name == "dragoman"]
    return [(level, " ".join(["N" if is_number(word) else word for word in text.split(" ")])) for level, text in found]


def is_number(word: str) -> bool:
    return word.replace(".", "", 1).isdecimal() and "." in word


def test_every_try_is_a_line(heard: pytest.LogCaptureFixture) -> None:
    """Where, how it ended, how long it took, and the provider's name for it."""
    with named("req_7", "Hi.") as it:
        it.chat(MODELS[0], "x")

    assert [("DEBUG", "openai scripted at api.openai.com: 200 in N s, request req_7")] == lines(heard)


def test_the_facts_are_there_for_machines(heard: pytest.LogCaptureFixture) -> None:
    """A structured log need not parse the line."""
    with named("req_7", "Hi.") as it:
        it.chat(MODELS[0], "x")
    facts = heard.records[0].dragoman  # type: ignore[attr-defined]

    assert {"provider", "model", "host", "status", "error", "seconds", "request_id"} == set(facts)
    assert ("openai", "scripted", "api.openai.com", 200, None, "req_7") == tuple(
        facts[name] for name in ("provider", "model", "host", "status", "error", "request_id")
    )


def test_another_try_is_news(heard: pytest.LogCaptureFixture) -> None:
    """With the reason and the wait; the last failure is raised, not news."""
    with client(ScriptedProvider(Turn(fail(529)), Turn(fail(500, retry_after=0)), Turn(fail(400))), retry=NOW) as it:
        with pytest.raises(errors.BadRequest):
            it.chat(MODELS[0], "x")
        said = [(level, text.partition(": ")[2].partition(", request")[0]) for level, text in lines(heard)]

    assert [
        ("INFO", "Overloaded (529) in N s"),
        ("INFO", "ServerError (500) in N s"),
        ("DEBUG", "BadRequest (400) in N s"),
    ] == said
    assert ["; trying again"] * 2 == [text[text.index(";") :] for _, text in lines(heard)[:2]]


def test_the_wait_is_said(heard: pytest.LogCaptureFixture) -> None:
    """Whoever watches a silent program sees why."""
    with client(ScriptedProvider(Turn(fail(429, retry_after=0.04)), "Hi."), retry=NOW) as it:
        it.chat(MODELS[0], "x")

    assert lines(heard)[0][1].endswith("; trying again in N s")


@pytest.mark.parametrize("model", MODELS)
def test_an_answer_that_broke_off_and_is_asked_for_again_is_a_warning(model: str, heard: pytest.LogCaptureFixture) -> None:
    """It may be paid for twice."""
    with client(ScriptedProvider(Turn(fault("end")), "Hi."), retry=NOW) as it:
        list(it.stream(model, "x"))

    assert [("WARNING", True), ("DEBUG", False)] == [(level, "StreamCut" in text) for level, text in lines(heard)]


def test_another_target_is_news(heard: pytest.LogCaptureFixture) -> None:
    """Which one is asked, and why not the one before it."""
    with client(ScriptedProvider(Turn(fail(529)), "Hi.")) as it:
        it.chat(MODELS, "x")
    asked = [line for line in lines(heard) if line[1].startswith("asking")]

    assert [
        ("DEBUG", "asking openai:scripted: it is listed first"),
        ("INFO", "asking anthropic:scripted: the one before it failed; passed over: openai:scripted"),
    ] == asked


def test_a_stopped_try_is_a_line(heard: pytest.LogCaptureFixture) -> None:
    """It is not a failure."""
    with named("req_7", Turn("half", fault("stall"))) as it, it.stream(MODELS[0], "x") as stream:
        next(iter(stream))

    assert [("DEBUG", "openai scripted at api.openai.com: stopped by the caller, request req_7")] == lines(heard)


def test_a_call_that_waits_for_its_turn_says_so(heard: pytest.LogCaptureFixture) -> None:
    """When it begins to wait, since nothing else happens then, and when its turn has come."""
    waits = threading.Event()

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "waiting" in record.getMessage():
                waits.set()

    handler = Watch()
    LOGGER.addHandler(handler)
    try:
        with client(ScriptedProvider(Turn("a", fault("stall")), "Hi."), limits=Limits(in_flight=1)) as it:
            with it.stream(MODELS[0], "x") as stream:
                for _ in stream:
                    second = threading.Thread(target=it.chat, args=(MODELS[0], "x"))
                    second.start()
                    assert waits.wait(10)
                    break
            second.join(10)
    finally:
        LOGGER.removeHandler(handler)
    said = [text for _, text in lines(heard) if "turn" in text]

    assert ["openai scripted: waiting for its turn", "openai scripted: its turn after N s"] == said


def test_a_list_of_models_is_logged(heard: pytest.LogCaptureFixture) -> None:
    """By its provider, as there is no model."""
    with client(ScriptedProvider(), retry=False) as it, pytest.raises(errors.NotFound):
        it.models("openai")

    assert "openai at api.openai.com: NotFound (404)" == lines(heard)[0][1].partition(" in ")[0]


SAID = "the-marker-prompt"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("face", ["blocking", "async"])
def test_no_line_holds_a_key_or_what_was_said(model: str, face: str, heard: pytest.LogCaptureFixture) -> None:
    """Not in a prompt, an answer, a thought, a call, nor in a provider's complaint that quotes them."""
    turns = [
        Turn(fail(429, message=f"key {KEY} asked {SAID}", retry_after=0)),
        Turn(fail(529, message=SAID)),
        Turn(think(SAID), f"You said {SAID}", call("look", {"for": SAID})),
        Turn(fail(400, message=f"{KEY} {SAID}")),
    ]
    provider = ScriptedProvider(*turns)
    routes = {"both": Route((model,), tries=3)}
    if face == "blocking":
        with client(provider, retry=NOW, routes=routes) as it:
            it.chat("both", SAID, system=SAID)
            with pytest.raises(errors.BadRequest):
                it.chat("both", SAID)
    else:

        async def main() -> None:
            transport = provider.async_transport()
            async with AsyncClient(transport=transport, keys=KEYS, retry=NOW, routes=routes) as it:
                await it.chat("both", SAID, system=SAID)
                with pytest.raises(errors.BadRequest):
                    await it.chat("both", SAID)

        asyncio.run(main())
    everything = " ".join([f"{record.getMessage()} {record.__dict__}" for record in heard.records])

    assert 4 <= len(lines(heard))
    assert KEY not in everything
    assert SAID not in everything


def test_nobody_begins_a_line_of_the_log(heard: pytest.LogCaptureFixture) -> None:
    """Names and ids from outside cannot break out of their line, nor speak to a terminal."""
    with named("r\x1b[2Jq" + "7" * 500, "Hi.") as it:
        it.chat("openai:m\nERROR:root:all is lost\x1b[31m\u2028", "x")
    text = lines(heard)[0][1]

    assert text.isprintable()
    assert text.startswith("openai m ERROR:root:all is lost at api.openai.com: 200")
    assert len(text) < 400
    assert all(str(value).isprintable() for value in heard.records[0].dragoman.values())  # type: ignore[attr-defined]


@pytest.mark.parametrize("before", ["", "import logging\n", "import logging\nlogging.getLogger('dragoman').setLevel(1)\n"])
def test_a_program_that_does_not_listen_hears_nothing(before: str) -> None:
    """Retries and all: no line on the standard error, whatever level is set."""
    program = before + (
        "from dragoman import Client, Retry\n"
        "from dragoman.testing import ScriptedProvider, Turn, fail, fault\n"
        "provider = ScriptedProvider(Turn(fail(529)), Turn(fault('end')), 'Hi.')\n"
        "with Client(transport=provider.transport(), keys={'openai': 'k'}, retry=Retry(base=0.0)) as it:\n"
        "    with it.stream('openai:m', 'x') as stream:\n"
        "        print(*stream.text_stream)\n"
    )
    outcome = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(SOURCE), "DRAGOMAN_CONFIG": "", "DRAGOMAN_CATALOG": ""},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ("Hi.\n", "") == (outcome.stdout, outcome.stderr)


@pytest.fixture
def alone() -> Iterator[logging.Logger]:
    """The logger `dragoman`, hearing nothing of pytest's handlers."""
    before = LOGGER.handlers
    LOGGER.propagate = False
    yield LOGGER
    LOGGER.propagate, LOGGER.handlers = True, before
    LOGGER.setLevel(logging.NOTSET)


def test_somebody_listens_when_a_handler_hears(alone: logging.Logger) -> None:
    """A handler that throws all away is none, and nor is a level that nothing reaches."""
    alone.handlers = []  # pytest has put its own there
    assert not listening()
    alone.addHandler(logging.NullHandler())
    assert not listening()
    alone.addHandler(logging.Handler())
    assert listening()
    alone.setLevel(logging.ERROR)
    assert not listening()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.openai.com/v1/chat?key=secret", "api.openai.com"),
        ("http://me:secret@127.0.0.1:8000/v1", "127.0.0.1:8000"),
        ("local://offline/v1", "offline"),
    ],
)
def test_a_host_is_all_that_is_shown_of_a_url(url: str, host: str) -> None:
    """Neither a path nor a query nor a name with a password."""
    assert host == host_of(url)
