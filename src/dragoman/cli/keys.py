"""Keys that a program prints: run when the key is needed, and not before."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import partial

from ..errors import UsageError
from ..providers.config import Config
from ..types.secret import Secret

__all__ = ["client_keys", "run_key_command"]


def client_keys(config: Config) -> dict[str, Secret | Callable[[], Secret]]:
    """The keys of the config file, for `Client(keys=...)`; commands run when the client asks."""
    commands = {
        name: partial(run_key_command, command, f"{config.path}: [providers.{name}] key_command")
        for name, command in config.key_commands.items()
    }
    return {**config.keys, **commands}


def run_key_command(command: tuple[str, ...], where: str) -> Secret:
    """The key that a program prints to its standard output; its standard error goes to ours.

    Raises UsageError, which begins with `where`, when it does not run, fails or prints nothing.
    """
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"{where}: cannot run {command[0]!r}: {error}") from error
    if done.returncode != 0:
        raise UsageError(f"{where}: {command[0]!r} failed with exit code {done.returncode}")
    key = done.stdout.decode("utf-8", "replace").strip()
    if not key:
        raise UsageError(f"{where}: {command[0]!r} printed no key")
    return Secret(key)
