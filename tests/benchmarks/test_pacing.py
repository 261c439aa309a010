"""The pacing server says one thing: each text carries the time it was sent at, wherever the answer repeats it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent.parent / "benchmarks" / "pacing.py"


@pytest.fixture
def server() -> Iterator[HTTPConnection]:
    """A connection to a server that paces three deltas of the Responses format."""
    command = [sys.executable, str(SCRIPT), "responses/stamped-3/paced5"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    connection = HTTPConnection("127.0.0.1", int(process.stdout.readline()), timeout=60)
    yield connection
    connection.close()
    process.communicate(timeout=60)
    assert 0 == process.returncode


@pytest.mark.parametrize("body", [b"{}", (b"{", b"}")], ids=["sized", "chunked"])
def test_times_follow_each_other_and_are_repeated_at_the_end(server: HTTPConnection, body: bytes | tuple[bytes, ...]) -> None:
    """A text's time is the one of its delta in the whole text too, and later deltas have later times; then the next answer."""
    for _ in range(2):
        server.request("POST", "/responses/stamped-3/paced5/0/v1/responses", body)
        events = [json.loads(line[6:]) for line in server.getresponse() if line.startswith(b"data: ")]
        body = b"{}"

        deltas = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]
        times = [int(delta[:19]) for delta in deltas]
        assert sorted(set(times)) == times
        assert ["The", " ferry", " leaves"] == [delta[19:] for delta in deltas]
        assert "".join(deltas) == events[-1]["response"]["output"][0]["content"][0]["text"]


def test_a_tape_that_is_not_there_is_said(server: HTTPConnection) -> None:
    """What was not prepared is answered at once, with 404."""
    server.request("POST", "/chat/stamped-3/paced5/0/v1/chat/completions", b"{}")

    assert 404 == server.getresponse().status
