"""One beginning of prompts, kept by a vendor or let go of: an errand like the others.

`Keeping.run()` yields effects (see `effects`); afterwards `Keeping.cached` is what lies at the vendor, None when it was let go
of. Keeping is tried again like a list of models: a copy that was made although its answer was lost expires by itself.
"""

from __future__ import annotations

from ..protocols.base import Protocol, Target
from ..types.cached import CachedPrompt
from ..types.response import Failure
from ..wire.http import HttpRequest
from ..wire.limits import ERROR_BYTES
from .auth import Auth
from .budget import RetryBudget
from .effects import Close
from .policy import Retry, Timeouts
from .trip import Credential, Flow, Trip

__all__ = ["Keeping"]


class Keeping(Trip):
    """The state of one such errand."""

    __slots__ = ("_http", "cached")

    def __init__(
        self,
        target: Target,
        protocol: Protocol,
        http: HttpRequest,
        *,
        credential: Credential = None,
        auth: Auth | None = None,
        timeouts: Timeouts | None = None,
        retry: Retry | None = None,
        budget: RetryBudget | None = None,
    ) -> None:
        """`http` is what the protocol's `encode_cached` or `encode_uncached` gave."""
        super().__init__(target, protocol, credential=credential, auth=auth, timeouts=timeouts, retry=retry, budget=budget)
        self._http = http
        self.cached: CachedPrompt | None = None

    def run(self) -> Flow[None]:
        """Yield effects until the vendor has answered. Raises the typed error that ends it."""
        self.cached = yield from self._tries(self._ask)

    def _ask(self) -> Flow[CachedPrompt | None]:
        yield from self._send(self._http)
        body = yield from self._read_body(ERROR_BYTES)
        yield Close()
        if self._http.method == "DELETE":
            return None
        cached = self._protocol.decode_cached(body, self._target)
        if isinstance(cached, Failure):
            raise self._api_error(cached)
        return cached
