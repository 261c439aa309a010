"""A wait in the system ends on Ctrl-C even when Python has seen the signal before it."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator

import pytest

from dragoman.cli.interrupt import interruptible

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a process sends itself signals on POSIX")


@pytest.fixture(autouse=True)
def unheeded() -> Iterator[None]:
    """Signals that Python takes and does nothing about, like one that came too early."""
    numbers = (signal.SIGINT, signal.SIGUSR1)
    before = [signal.signal(number, lambda *_: None) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_a_wait_that_has_not_seen_the_signal() -> None:
    """The signal is gone when the wait begins, and the wait ends nevertheless."""
    ours, theirs = socket.socketpair()
    with ours, theirs, interruptible(lambda: theirs.shutdown(socket.SHUT_RDWR)):
        signal.raise_signal(signal.SIGINT)
        assert b"" == ours.recv(1)


def test_other_signals_stop_nothing() -> None:
    """What is no Ctrl-C is passed over, and the next Ctrl-C is not."""
    stopped: list[str] = []
    done = threading.Event()

    def stop() -> None:
        stopped.append(threading.current_thread().name)
        done.set()

    with interruptible(stop):
        signal.raise_signal(signal.SIGUSR1)
        signal.raise_signal(signal.SIGINT)
        assert done.wait(60)

    assert ["dragoman-interrupt"] == stopped


def test_afterwards_all_is_as_before() -> None:
    """Whoever was told of signals before is told again, and no thread is left."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.setblocking(False)
        first = signal.set_wakeup_fd(theirs.fileno())
        try:
            with interruptible(lambda: None):
                pass
            signal.raise_signal(signal.SIGINT)
            assert bytes([signal.SIGINT]) == ours.recv(1)
        finally:
            signal.set_wakeup_fd(first)

    assert "dragoman-interrupt" not in [thread.name for thread in threading.enumerate()]


def test_beside_the_main_thread_nothing_is_done() -> None:
    """A program that runs the command in a thread of its own has the signals for itself."""
    came: list[bool] = []

    def run() -> None:
        with interruptible(lambda: None):
            came.append("dragoman-interrupt" in [thread.name for thread in threading.enumerate()])

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()

    assert [False] == came
