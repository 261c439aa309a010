"""A scripted provider: it answers in order what a test wrote down, and remembers what it was asked.

```python
provider = ScriptedProvider(Turn(call("weather", {"city": "Oslo"})), "Sunny.")
with Client(transport=provider.transport()) as client:          # in this process, no sockets
    ...
with provider.serve() as server:                                # on 127.0.0.1, for any client
    openai.OpenAI(base_url=f"{server.url}/v1", api_key="none")
assert provider.requests[0].tools[0].name == "weather"
```

It speaks every wire format this library does, on one port: the path of a request decides. In the process and over
sockets the same script gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from threading import Lock

from ..engine.serve import Chunks, Responder, Served, accept
from ..protocols.base import HttpReply, Protocol
from ..transport.local import AsyncLocalTransport, Late, LocalTransport, Reply
from ..types.events import Event
from ..types.request import Request
from ..wire.http import HttpHead, HttpRequest
from .items import fail
from .play import play
from .script import Turn
from .server import Server

__all__ = ["Script", "ScriptedProvider"]

Script = Callable[[Request], Turn | str]
"""A turn that depends on the request. A `DragomanError` it raises is the provider's error answer."""


class ScriptedProvider:
    """Answers request after request with the next turn; safe for many threads.

    A turn is a `Turn`, a string (`Turn(string)`) or a function of the request. `answer` is a function for all requests
    after the last turn; without it a request too many is answered with an error that says so (400, so that no client
    tries again).

    `requests` are the requests it saw, decoded; `http` the same and those it could not decode, as they came. `http`
    holds the credentials that clients sent.
    """

    def __init__(
        self, *turns: Turn | str | Script, answer: Script | None = None, protocols: Sequence[Protocol] | None = None
    ) -> None:
        self.requests: list[Request] = []
        self.http: list[HttpRequest] = []
        self._turns = turns
        self._answer = answer
        self._protocols = protocols
        self._lock = Lock()

    @property
    def remaining(self) -> int:
        """How many turns have not been asked for yet."""
        return max(0, len(self._turns) - len(self.requests))

    def transport(self) -> LocalTransport:
        """A transport to this provider within the process."""
        return LocalTransport(self.handle)

    def async_transport(self) -> AsyncLocalTransport:
        """As `transport`, for asyncio."""
        return AsyncLocalTransport(self.handle)

    def serve(self) -> Server:
        """A server on 127.0.0.1 that answers for this provider while its `with` block lasts."""
        return Server(self.handle)

    def handle(self, http: HttpRequest) -> Reply | Late:
        """Answer one request: the `Handler` behind all of the above."""
        with self._lock:
            self.http.append(http)
        responder = accept(http, self._protocols)
        if isinstance(responder, HttpReply):
            return Served(HttpHead(responder.status, responder.headers), iter([responder.body]))
        with self._lock:
            self.requests.append(responder.request)
            number = len(self.requests)
        try:
            turn = self._turn(responder.request, number)
        except Exception as error:
            return _raised(error, responder)
        return play(turn, responder, number)

    def _turn(self, request: Request, number: int) -> Turn:
        turns = self._turns
        turn = turns[number - 1] if number <= len(turns) else self._answer
        if turn is None:
            message = f"the script has run out: it has {len(turns)} turn{'s' * (len(turns) != 1)} and this is request {number}"
            return Turn(fail(400, message=message))
        if not isinstance(turn, (Turn, str)):
            turn = turn(request)
        return Turn(turn) if isinstance(turn, str) else turn


def _raised(error: Exception, responder: Responder) -> Served:
    """The answer of a function that raised: the client is told, and whoever carries the answer gets the exception."""

    def answer(_: Request) -> Iterable[Event]:
        raise error

    chunks = Chunks(responder, answer)
    assert responder.head is not None
    return Served(responder.head, chunks)
