"""Life among threads and processes: the blocking face is shared, interrupted, closed from outside and forked."""

from __future__ import annotations

import errno
import gc
import signal
import socket
import ssl
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from traceback import walk_stack
from types import FrameType

import pytest
from fault_server import FIRST, PATIENCE, FaultServer, Peer, answering, stalling, whole
from rigs import Rig, ask, certificate

from dragoman.errors import Cancelled
from dragoman.transport.sockets import network_trouble

EVENT = b"data: one\n\n"


def test_many_threads_share_a_transport(blocking: Rig) -> None:
    """Answers do not mix, and connections are used again.

    A request of pyreqwest that finds none free makes one even where one is given back meanwhile, which it then takes: of
    those the number of requests is the only bound.
    """
    transport = blocking.open()

    def handler(peer: Peer) -> None:
        while True:
            peer.send(whole(peer.receive().body))

    def one(number: int) -> list[bytes]:
        return [transport.get(ask(server.url, body=f"{number}/{turn}".encode()))[1] for turn in range(4)]

    with FaultServer(handler) as server, ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(one, range(16)))
        assert server.connections <= (64 if blocking.kind == "pyreqwest" else 16)

    assert [[f"{number}/{turn}".encode() for turn in range(4)] for number in range(16)] == answers


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_closed_by_another_thread(blocking: Rig, tls: bool) -> None:
    """A read that blocks is ended by whoever closes the body, and says that it was; the server sees the connection go."""
    transport = blocking.open()
    with FaultServer(stalling(*FIRST), tls=certificate("good") if tls else None) as server:
        body = transport.send(ask(server.url))
        assert body.read() == EVENT
        with ThreadPoolExecutor(1) as threads:
            reading = threads.submit(body.read, PATIENCE)
            assert server.waiting.wait(PATIENCE)
            body.close()
            with pytest.raises(Cancelled):
                reading.result(PATIENCE)
        assert server.gone.wait(PATIENCE)
        with pytest.raises(Cancelled):
            body.read()


def test_interrupted_by_a_signal(blocking: Rig) -> None:
    """A read that blocks obeys the keyboard, and leaves no connection behind."""
    transport = blocking.open()
    under_way = iter([True])

    class Interrupt(Exception):
        pass

    def interrupt(_: int, frame: FrameType | None) -> None:
        """Once, when the read is at work, which on a busy machine may be later than the first signal."""
        callers = [caller.f_code for caller, _ in walk_stack(frame)][1:]
        if type(body.body).read.__code__ in callers and next(under_way, False):
            raise Interrupt

    if threading.current_thread() is not threading.main_thread():
        pytest.skip("signals reach the main thread only")
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with FaultServer(stalling(*FIRST)) as server:
            body = transport.send(ask(server.url))
            assert body.read() == EVENT
            signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
            with pytest.raises(Interrupt):
                body.read(PATIENCE)
            assert server.gone.wait(PATIENCE)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_a_forgotten_body(blocking: Rig) -> None:
    """F40: a body that nobody holds any more is closed."""
    transport = blocking.open()
    with FaultServer(stalling(*FIRST)) as server:
        body = transport.send(ask(server.url))
        assert body.read() == EVENT
        del body
        gc.collect()
        assert server.gone.wait(PATIENCE)


def test_a_transport_closed_under_a_body(blocking: Rig) -> None:
    """Closing the transport never hangs, whatever is under way."""
    transport = blocking.open()
    with FaultServer(stalling(*FIRST)) as server:
        body = transport.send(ask(server.url))
        transport.close()
        body.close()
        assert server.gone.wait(PATIENCE)


FORKING = """
import os, sys
from dragoman.transport import open_transport
from dragoman.wire.http import HttpRequest

def get():
    body = transport.send(HttpRequest("POST", sys.argv[2], {}, b"x"), connect=30, first_byte=30)
    answer = b""
    while piece := body.read(30):
        answer += piece
    return answer

transport = open_transport(sys.argv[1])
assert get() == b"ok"
child = os.fork()
if child == 0:
    os._exit(0 if get() == b"ok" and get() == b"ok" else 3)
assert get() == b"ok"
_, status = os.waitpid(child, 0)
assert get() == b"ok"
sys.exit(os.waitstatus_to_exitcode(status))
"""


def test_forked(library: str) -> None:
    """F46: parent and child go on with a transport that was used before the fork, each on connections of its own."""
    source = Path(__file__).resolve().parents[2] / "src"
    with FaultServer(answering(whole(b"ok"))) as server:
        outcome = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", FORKING, library, server.url],
            env={"PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE,
            check=False,
        )

        assert (0, "") == (outcome.returncode, outcome.stderr)
        assert 2 == server.connections


@pytest.mark.parametrize(
    ("error", "kind", "retryable", "reason"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "dns", False, "Name or service not known"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), "dns", True, "Temporary failure"),
        (UnicodeError("label too long"), "dns", False, "not a valid host name"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "refused"), "refused", True, ""),
        (OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1'), [Errno 111] Connect call"), "refused", True, ""),
        (OSError("Multiple exceptions: [Errno 111] Connect call, [Errno 101] Connect call"), "other", True, "unreachable"),
        (ConnectionResetError(errno.ECONNRESET, "reset"), "reset", True, ""),
        (BrokenPipeError(errno.EPIPE, "pipe"), "reset", True, ""),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "other", True, "network is unreachable"),
        (TimeoutError(errno.ETIMEDOUT, "Connection timed out"), "other", True, "connection timed out"),
        (ssl.SSLEOFError(8, "EOF occurred in violation of protocol"), "closed", True, ""),
        (OSError("something else"), "other", True, "something else"),
    ],
)
def test_what_the_system_says(error: OSError | UnicodeError, kind: str, retryable: bool, reason: str) -> None:
    """Every failure of the operating system has its kind, and says whether it will last."""
    trouble = network_trouble(error, "host")

    assert (kind, retryable) == (trouble.kind, trouble.retryable)
    assert reason in str(trouble)
