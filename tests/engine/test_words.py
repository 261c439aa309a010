"""The vocabulary of errors holds together, and says right what vendors' own error answers mean."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

import dragoman
from dragoman import errors
from dragoman.engine.classify import classify
from dragoman.engine.effects import Now, Random, Read, Send, Wall
from dragoman.engine.exchange import Exchange
from dragoman.engine.policy import NO_RETRY
from dragoman.engine.words import ADVICE, CERTAIN, FAMILY, PHRASES, PROVIDER_CODES, PROVIDER_STATUS, STATUS, VAGUE
from dragoman.protocols import load as load_protocol
from dragoman.protocols.base import Report, Target
from dragoman.providers import NAMES
from dragoman.providers import load as load_provider
from dragoman.types import Failure, Request, user
from dragoman.wire.http import HttpHead

Row = dict[str, Any]

WALL = 1_800_000_000.0
RECORDED = Path(__file__).resolve().parents[1] / "recordings" / "errors.jsonl"
ROWS: list[Row] = [json.loads(line) for line in RECORDED.read_text("utf-8").splitlines()]


def raised(row: Row) -> errors.DragomanError:
    """The error that an exchange with this provider ends with when it answers so."""
    provider = load_provider(row["provider"])
    target = Target(provider.name, provider.protocol, "m", "https://acme.test/v1", provider.dialect)
    said = row["stream"] if "stream" in row else row["body"]
    body = (said if isinstance(said, str) else json.dumps(said)).encode()
    kind = "text/event-stream" if "stream" in row else "application/json"
    head = HttpHead(row["status"], {"content-type": kind, **row.get("headers", {})})
    request = Request("m", (user("q"),), stream="stream" in row)
    with pytest.raises(errors.DragomanError) as caught:
        play(Exchange(request, target, load_protocol(provider.protocol), Report(target), retry=NO_RETRY), head, [body])
    return caught.value


def play(exchange: Exchange, head: HttpHead, chunks: list[bytes]) -> None:
    flow = exchange.run()
    answer: Any = None
    while True:
        match flow.send(answer):
            case Send():
                answer = head
            case Read():
                answer = chunks.pop(0) if chunks else b""
            case Now():
                answer = 1.0
            case Wall():
                answer = WALL
            case Random():
                answer = 0.5
            case _:
                answer = None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['provider']}: {row['about']}")
def test_every_vendor_in_its_own_words(row: Row) -> None:
    """What a vendor answers becomes the class it means, with the time to wait it names and with what to do next."""
    error = raised(row)
    kind = getattr(errors, row["error"])

    assert kind is type(error), str(error)
    assert (row["provider"], row["provider"]) == (error.provider, str(error).partition("/")[0])
    assert row.get("retryable", kind.retryable) == error.retryable
    if "retry_after" in row:
        assert row["retry_after"] == pytest.approx(error.retry_after)
    assert row.get("says", "; ") in str(error)
    assert "<" not in error.message or "html" not in error.message


def test_every_row_has_its_source() -> None:
    """A claim about a vendor says where it was read, and no two rows say the same."""
    keys = [(row["provider"], row["about"]) for row in ROWS]

    assert all(row["source"].startswith("https://") for row in ROWS)
    assert len(keys) == len(set(keys)) >= 120
    assert {row["provider"] for row in ROWS} <= set(NAMES)


def test_words_are_in_the_form_in_which_they_are_looked_up() -> None:
    """Lower case, and in one table only: a word cannot be certain and vague."""
    words = [*CERTAIN, *VAGUE, *[code for _, code in PROVIDER_CODES]]

    assert [word.lower() for word in words] == words
    assert not CERTAIN.keys() & VAGUE.keys()


def test_numbers_belong_to_providers() -> None:
    """Whoever has a table of numbers, or shares another's, is a provider."""
    assert {*FAMILY, *FAMILY.values(), *[name for name, _ in [*PROVIDER_CODES, *PROVIDER_STATUS]]} <= set(NAMES)


def test_tables_name_only_answers_of_providers() -> None:
    """Every class in them is an `APIError`."""
    classes = {*CERTAIN.values(), *VAGUE.values(), *STATUS.values(), *PHRASES, *PROVIDER_CODES.values()}

    assert all(issubclass(kind, errors.APIError) for kind in classes)


def test_every_class_says_what_to_do() -> None:
    """Each class of an answer has its advice, and a message ends with it."""
    classes = [kind for name in errors.__all__ if issubclass(kind := getattr(errors, name), errors.APIError)]

    assert {*classes, errors.DecodeError} == ADVICE.keys()
    for status in (200, 302, 400, 401, 402, 403, 404, 413, 418, 429, 500, 501, 503, 529, None):
        what, _, advice = classify(Failure("it says why.", status)).message.partition("; ")
        assert ("it says why", True) == (what, bool(advice))


MADE_HERE = {"StreamCut", "DecodeError", "TimedOut", "ConnectionFailed", "RateLimited"}


def test_what_the_library_itself_finds_says_what_to_do() -> None:
    """Every message of an error that the engine or a transport makes goes on after what happened with what can be done."""
    package = Path(dragoman.__file__).parent
    silent = []
    for path in [*sorted((package / "engine").glob("*.py")), *sorted((package / "transport").glob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MADE_HERE and node.args):
                continue
            texts = [part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)]
            text = "".join([text for text in texts if isinstance(text, str)])
            if text and "; " not in text and path.name not in {"local.py", "replay.py"}:  # scripts, and what was recorded
                silent.append((path.name, node.lineno, text))

    assert [] == silent
