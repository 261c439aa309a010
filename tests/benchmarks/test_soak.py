"""A soak ends in peace when every exchange ends once and nothing stays, and says so when one does not or something does."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "benchmarks"))

from soak import Kept, Outcome, growth, leaks, main, wrong
from soak_cases import CASES, INJECTED, Exchange, exchanges, said

from dragoman.errors import Cancelled, StreamCut
from dragoman.protocols import NAMES
from dragoman.types import Attempt, Event, Finish, Finished, Message, Response, Text, TextDelta, ToolCall

ROOT = Path(__file__).resolve().parent.parent.parent

BEFORE = Kept(30_000_000, 30_000_000, 10, 2, 1, 0, 100_000, 30_000, {"dragoman.engine.auth.Auth": 3})
QUIET = BEFORE._replace(resident=40_000_000, needed=39_000_000, files=18, sockets=10, blocks=150_000, objects=40_000)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="what a process holds is read from /proc")
def test_a_small_soak() -> None:
    """Two hundred exchanges on every wire, in threads and in tasks: each ends as it must, and nothing stays behind."""
    command = [sys.executable, "-W", "error", str(ROOT / "benchmarks" / "soak.py"), "--exchanges", "200"]

    outcome = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert 0 == outcome.returncode, outcome.stdout + outcome.stderr
    assert "of which 40 with something injected" in outcome.stdout
    assert "" == outcome.stderr


def test_a_fifth_is_injected_and_everything_comes() -> None:
    """Ten thousand exchanges: 2,000 of them disturbed, each case on every wire format that can have it, in every way."""
    drawn = exchanges(10_000, 1)

    assert 2_000 == len([exchange for exchange in drawn if exchange.case in INJECTED])
    assert list(range(10_000)) == [exchange.number for exchange in drawn]
    met = Counter((exchange.case, exchange.face, exchange.streams) for exchange in drawn)
    kinds = {(name, face, streams) for name, case in CASES.items() for face in case.faces for streams in _ways(name)}
    assert kinds == set(met)
    assert {(name, wire) for name in CASES for wire in NAMES} == {(exchange.case, exchange.wire) for exchange in drawn}


def _ways(name: str) -> list[bool]:
    return [streams for streams in (True, False) if (CASES[name].streamed if streams else CASES[name].whole)]


def _exchange(case: str) -> Exchange:
    return Exchange(7, "threads", "openai_chat", True, case)


def _outcome(*events: Event, response: Response | None = None, error: BaseException | None = None) -> Outcome:
    outcome = Outcome()
    for event in events:
        outcome.saw(event)
    if response is not None:
        outcome.got(response, whole=False)
    if error is not None:
        outcome.failed(error)
    return outcome


FINISHED = Finished(Finish("stop"))
TEXT = said(_exchange("text"))
WHOLE = Response(Message("assistant", (Text(TEXT),)), finish=Finish("stop"), attempts=(Attempt("openai", "a-model", 0.1),))
CALLED = replace(WHOLE, message=Message("assistant", (Text(TEXT), ToolCall("1", "weather", '{"city": "Bergen"}'))))


@pytest.mark.parametrize(
    ("case", "outcome", "trouble"),
    [
        ("text", _outcome(), "it ended in nothing"),
        ("text", _outcome(FINISHED, FINISHED), "it ended in Finished and Finished"),
        ("text", _outcome(FINISHED, error=StreamCut("cut")), "it ended in Finished and StreamCut"),
        ("text", _outcome(error=StreamCut("cut")), "it ended in StreamCut, not in Finished"),
        ("text", _outcome(FINISHED, TextDelta(0, "more")), "1 events came after its end"),
        ("text", _outcome(TextDelta(0, "Rain"), FINISHED, response=WHOLE), "its text is wrong"),
        ("text", _outcome(TextDelta(0, TEXT), FINISHED), "the response does not say that it is finished"),
        ("tool call", _outcome(TextDelta(0, TEXT), FINISHED, response=CALLED), "its tool calls are wrong"),
        ("ended early", _outcome(FINISHED), "it ended in Finished, not in StreamCut"),
        ("ended early", _outcome(TextDelta(0, "Sun"), error=StreamCut("cut")), "what came before its end is wrong"),
        ("ended early", _outcome(error=StreamCut("cut", partial=WHOLE)), "it ended in StreamCut and a partial that is whole"),
        ("429", _outcome(error=Cancelled("stopped")), "it ended in Cancelled, not in RateLimited"),
    ],
)
def test_what_is_wrong_is_said(case: str, outcome: Outcome, trouble: str) -> None:
    """An exchange without an end, with two, with another than its own, or with another text or call than was sent."""
    found = wrong(_exchange(case), outcome)

    assert found is not None
    assert found.startswith(trouble)


def test_the_number_of_tries_counts() -> None:
    """An exchange that was not tried again, where it must be, is wrong."""
    outcome = _outcome(TextDelta(0, TEXT), FINISHED, response=WHOLE)

    assert wrong(_exchange("text"), outcome) is None
    assert "it took 1 tries, not 2" == wrong(_exchange("503, once"), outcome)


def test_nothing_stays() -> None:
    """Connections kept for the next exchange are no leak, and what is closed leaves what was there before."""
    assert [] == leaks(BEFORE, [QUIET] * 10, QUIET._replace(files=10, sockets=2), 8)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"threads": 2}, "1 threads are left after tenth 2"),
        ({"tasks": 1}, "1 tasks are left after tenth 2"),
        ({"sockets": 19, "files": 27}, "17 sockets are open after tenth 2, for 16 exchanges at once"),
        ({"files": 19}, "1 other files are open after tenth 2"),
        ({"passing": {"dragoman.stream.Stream": 17}}, "17 of dragoman.stream.Stream are left after the last tenth"),
    ],
)
def test_what_stays_while_all_is_quiet_is_said(changes: dict[str, object], words: str) -> None:
    """Threads, tasks, handles and objects of single exchanges."""
    found = leaks(BEFORE, [QUIET, QUIET._replace(**changes)], BEFORE, 8)  # type: ignore[arg-type]

    assert [words] == [line[: len(words)] for line in found]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"files": 11}, "1 files are left when the clients are closed"),
        ({"sockets": 3}, "1 sockets are left when the clients are closed"),
        ({"threads": 2}, "1 threads are left when the clients are closed"),
        ({"passing": {"dragoman.engine.auth.Auth": 4}}, "1 of dragoman.engine.auth.Auth are left when the clients are closed"),
    ],
)
def test_what_stays_when_the_clients_are_closed_is_said(changes: dict[str, object], words: str) -> None:
    """Whatever was not there before."""
    assert [words] == leaks(BEFORE, [QUIET] * 10, BEFORE._replace(**changes), 8)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["resident", "needed", "blocks", "objects"])
def test_memory_that_grows_is_said(name: str) -> None:
    """A quarter more of anything is more than wavering; no more is no growth."""
    more = getattr(QUIET, name) * 5 // 4

    assert [] == growth(QUIET, QUIET)
    assert [f"{name} grew from {getattr(QUIET, name)} to {more}"] == [
        line.partition(",")[0] for line in growth(QUIET, QUIET._replace(**{name: more}))
    ]


def test_too_few_to_measure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Fewer exchanges than tenths leave nothing to compare."""
    with pytest.raises(SystemExit, match="2"):
        main(["--exchanges", "9"])

    assert "at least 20" in capsys.readouterr().err
