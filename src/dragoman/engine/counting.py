"""One count of a prompt: by the vendor's endpoint where there is one, an estimate with its error elsewhere.

`Counting.run()` yields effects (see `effects`); afterwards `Counting.count` is the answer. Counting changes nothing and is
tried again like a list of models. A server without the endpoint, and a vendor that does not count for this model, give
the estimate and the reason; what else the vendor refuses (a key, a model that is not there) is raised.
"""

from __future__ import annotations

from ..errors import APIError
from ..protocols.base import Protocol, Target
from ..types.count import Count
from ..types.request import Request
from ..types.response import Failure
from ..types.secret import Secret
from ..wire.http import HttpRequest
from ..wire.limits import ERROR_BYTES
from .auth import Auth
from .budget import RetryBudget
from .effects import Close
from .policy import Retry, Timeouts
from .trip import Credential, Flow, Trip

__all__ = ["Counting"]

_TOKENS = 64 * ERROR_BYTES
"""How long an answer may be: some servers send every token along."""

_NOWHERE = frozenset({404, 405, 501})


class Counting(Trip):
    """The state of one count."""

    __slots__ = ("_http", "_request", "count")

    def __init__(
        self,
        request: Request,
        target: Target,
        protocol: Protocol,
        http: HttpRequest | None,
        *,
        credential: Credential = None,
        auth: Auth | None = None,
        timeouts: Timeouts | None = None,
        retry: Retry | None = None,
        budget: RetryBudget | None = None,
    ) -> None:
        """`http` is what `Protocol.encode_count` gave: None for an estimate."""
        super().__init__(target, protocol, credential=credential, auth=auth, timeouts=timeouts, retry=retry, budget=budget)
        self._request = request
        self._http = http
        self.count = self._estimate(f"{target.provider} has no endpoint that counts this") if http is None else Count(0)

    @property
    def http(self) -> HttpRequest | None:
        """The request for the count, without its credential; None where there is only an estimate."""
        return self._http

    def run(self) -> Flow[None]:
        """Yield effects until there is a count, none for an estimate. Raises the typed error that ends it."""
        if self._http is None:
            return
        try:
            self.count = yield from self._tries(self._ask)
        except APIError as error:
            if not self._uncounted(error):
                raise
            self.count = self._estimate(f"{self._target.provider} does not count this: {error.args[0]}")

    def _secrets(self) -> tuple[Secret, ...]:
        return (*super()._secrets(), *self._request.secrets())

    def _ask(self) -> Flow[Count]:
        assert self._http is not None
        yield from self._send(self._http)
        body = yield from self._read_body(_TOKENS)
        yield Close()
        count = self._protocol.decode_count(body, self._target)
        if isinstance(count, Failure):
            raise self._api_error(count)
        return count

    def _estimate(self, reason: str) -> Count:
        from .estimate import estimate  # its patterns are compiled when something is estimated, and not before

        tokens, error = estimate(self._request, self._target.model)
        return Count(tokens, False, error, "estimate", reason)

    def _uncounted(self, error: APIError) -> bool:
        """Whether there is no such endpoint, or none for this model. A 404 that speaks of the model is about the model."""
        said = str(error.body).lower()  # the vendor's own words, without our advice
        if any(phrase in said for phrase in self._protocol.uncounted):
            return True
        return error.status in _NOWHERE and not (error.status == 404 and "model" in said)
