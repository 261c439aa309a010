"""Keys that a program prints: `pass`, `op`, `gcloud auth print-access-token`. It runs when a key is needed, and not before."""

from __future__ import annotations

from collections.abc import Sequence

from ..engine.auth import Auth
from ..engine.credentials import Grant, Obtaining, Source
from ..engine.effects import Call, Wall
from ..engine.policy import Timeouts
from ..errors import UsageError
from ..types.secret import Secret

__all__ = ["Command"]


class Command(Source):
    """What a program prints is the key; it is kept, and the program run again when the provider refuses it.

    `command` is the program and its arguments; no shell reads them. `lifetime` is for how many seconds a key is good, None
    for one that is good until it is refused. `token` is for programs that print an access token, where a provider tells
    them from keys. `where` begins what is said when it goes wrong.
    """

    def __init__(
        self, command: Sequence[str], *, lifetime: float | None = None, token: bool = False, where: str = "the key command"
    ) -> None:
        if isinstance(command, str) or not command:
            raise UsageError('a key command is a program and its arguments, as ["pass", "show", "groq"]')
        self.command = tuple(command)
        self.lifetime = lifetime
        self.token = token
        self.where = where

    def __repr__(self) -> str:
        return f"Command({list(self.command)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Command) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash((self.command, self.lifetime, self.token, self.where))

    def obtain(self, timeouts: Timeouts) -> Obtaining:
        """Run the program. Raises UsageError when it does not run, fails or prints nothing."""
        secret: Secret = yield Call(self.run, blocks=True)
        auth = Auth() if self.token else None
        if self.lifetime is None:
            return Grant(secret, auth=auth)
        now: float = yield Wall()
        return Grant(secret, now + self.lifetime, auth)

    def run(self) -> Secret:
        """What the program prints to its standard output, blanks around it aside; its standard error goes to ours.

        Raises UsageError, which begins with `where`, when it does not run, fails or prints nothing.
        """
        import subprocess  # several milliseconds of import, for those who use it

        program = self.command[0]
        try:
            done = subprocess.run(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
        except (OSError, ValueError) as error:
            raise UsageError(f"{self.where}: cannot run {program!r}: {error}") from error
        if done.returncode != 0:
            raise UsageError(f"{self.where}: {program!r} failed with exit code {done.returncode}")
        key = done.stdout.decode("utf-8", "replace").strip()
        if not key:
            raise UsageError(f"{self.where}: {program!r} printed no key")
        return Secret(key)
