"""Ctrl-C while something is waited for.

Python looks for signals between its own steps: one that comes in the moment before a wait in the system is not seen until
that wait is over, and on Windows none is. The system tells a file descriptor of it at once, though, and a thread that reads
that one can end the wait.
"""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["interruptible"]


@contextmanager
def interruptible(stop: Callable[[], object]) -> Iterator[None]:
    """While inside, Ctrl-C also calls `stop`, from another thread, so that what the main thread waits for ends."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals reach the main thread only
        return
    ours, theirs = socket.socketpair()

    def watch() -> None:
        while number := ours.recv(1):
            if number[0] == signal.SIGINT:
                stop()

    watching = threading.Thread(target=watch, name="dragoman-interrupt", daemon=True)
    with ours, theirs:
        theirs.setblocking(False)
        watching.start()
        before = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)
            theirs.shutdown(socket.SHUT_RDWR)
            watching.join()
