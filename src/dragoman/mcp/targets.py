"""Where an MCP server is: a program to start, or an address to speak to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..access import check_base_url
from ..errors import UsageError
from ..types.secret import Secret

if TYPE_CHECKING:
    from .tools import ServerTool

__all__ = ["Http", "Stdio", "Target", "revealed"]


class _Place:
    """What can be given to a run in place of a server: one is started there for it, without a name."""

    __slots__ = ()

    def opened(self) -> AbstractContextManager[list[ServerTool]]:
        """The tools of a server there, which is started for them and stopped at the end."""
        from .server import Server

        return Server(self).opened()  # type: ignore[arg-type]

    def aopened(self) -> AbstractAsyncContextManager[list[ServerTool]]:
        """As `opened`, in asynchronous code."""
        from .aserver import AsyncServer

        return AsyncServer(self).aopened()  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Stdio(_Place):
    """A server that is a program of this machine, spoken to over its standard input and output.

    It gets `PATH`, `HOME` and the like of the environment, and what `env` says, but no other variable: keys that this program
    holds are not its business. What it writes to its standard error goes to ours, or to the end of a file, `log`.
    """

    command: str
    arguments: Sequence[str] = ()
    env: Mapping[str, str | Secret] = field(default_factory=dict, repr=False)
    directory: str | Path | None = None
    log: str | Path | None = None

    def __post_init__(self) -> None:
        if isinstance(self.arguments, str):
            raise UsageError(f"arguments are a list of strings: write Stdio({self.command!r}, [{self.arguments!r}])")

    @property
    def label(self) -> str:
        """What the server is called in messages when it has no name."""
        return Path(self.command).name


@dataclass(frozen=True, slots=True)
class Http(_Place):
    """A server that speaks streamable HTTP at a URL.

    `token` is sent as a bearer token, `headers` as they are; neither is ever printed. Redirects to another host are not followed.
    Raises UsageError for a URL that holds credentials, and for plain http to anywhere but local and private addresses.
    """

    url: str
    token: str | Secret | None = field(default=None, repr=False)
    headers: Mapping[str, str | Secret] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        check_base_url(self.url)

    @property
    def label(self) -> str:
        """What the server is called in messages when it has no name."""
        return urlsplit(self.url).netloc

    def sent_headers(self) -> dict[str, str]:
        """The headers of every request, the token among them, for the moment of sending."""
        bearer = {} if self.token is None else {"Authorization": f"Bearer {_plain(self.token)}"}
        return {**revealed(self.headers), **bearer}


Target = Stdio | Http


def revealed(values: Mapping[str, str | Secret]) -> dict[str, str]:
    """Values with their secrets told."""
    return {name: _plain(value) for name, value in values.items()}


def _plain(value: str | Secret) -> str:
    return value.reveal() if isinstance(value, Secret) else value
