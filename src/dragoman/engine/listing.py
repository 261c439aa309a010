"""One list of models: every page of it, tries included, as a generator that decides and does no I/O.

`Listing.run()` yields effects (see `effects`); afterwards `Listing.models` is what the vendor has. Asking changes nothing,
so each page is asked for again like the opening of an answer; the total deadline is for all of them.
"""

from __future__ import annotations

from ..errors import DecodeError
from ..protocols.base import ModelPage, Protocol, Target
from ..types.model import Model
from ..types.response import Failure
from ..wire.http import HttpRequest
from ..wire.limits import LIST_BYTES
from .auth import Auth
from .budget import RetryBudget
from .effects import Close
from .policy import Retry, Timeouts
from .trip import Credential, Flow, Trip

__all__ = ["Listing"]

_PAGES = 1000


class Listing(Trip):
    """The state of one list."""

    __slots__ = ("_http", "models")

    def __init__(
        self,
        target: Target,
        protocol: Protocol,
        *,
        credential: Credential = None,
        auth: Auth | None = None,
        timeouts: Timeouts | None = None,
        retry: Retry | None = None,
        budget: RetryBudget | None = None,
    ) -> None:
        """Raises Unsupported when the provider has no list."""
        super().__init__(target, protocol, credential=credential, auth=auth, timeouts=timeouts, retry=retry, budget=budget)
        self._http = protocol.encode_models(target)
        self.models: tuple[Model, ...] = ()

    @property
    def http(self) -> HttpRequest:
        """The request for the page that is asked for now, without its credential."""
        return self._http

    def run(self) -> Flow[None]:
        """Yield effects until the list is complete. Raises the typed error that ends it; nothing of the list is kept then."""
        models: dict[str, Model] = {}  # a list that changes between two pages may name a model twice
        asked: set[str] = set()
        while True:
            page = yield from self._tries(self._page)
            for model in page.models:
                models.setdefault(model.id, model)
            if page.after is None:
                break
            if page.after in asked or len(asked) >= _PAGES:
                raise DecodeError("the list of models does not end; check the base URL", provider=self._target.provider)
            asked.add(page.after)
            self._http = self._protocol.encode_models(self._target, page.after)
        self.models = tuple(models.values())

    def _page(self) -> Flow[ModelPage]:
        yield from self._send(self._http)
        body = yield from self._read_body(LIST_BYTES)
        if len(body) > LIST_BYTES:
            raise DecodeError(f"a page of the list of models has more than {LIST_BYTES:,} bytes; check the base URL", status=200)
        yield Close()
        page = self._protocol.decode_models(body, self._target)
        if isinstance(page, Failure):
            raise self._api_error(page)
        return page
