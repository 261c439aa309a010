"""What a provider is: where to talk, as whom, in which wire format, and how that vendor's dialect differs."""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from ..engine.auth import Auth, Signing, TokenExchange
from ..engine.places import Variable

__all__ = ["Auth", "Provider", "Routing", "Signing", "TokenExchange", "Variable"]


class Provider(msgspec.Struct, frozen=True):
    """One vendor, as data.

    `key_env` are the environment variables its key is looked up in, first hit wins; `base_url_env` likewise for the
    base URL. `key_required` is False for servers that run without one. `base_url` has no trailing slash; it is None
    where the user must give it, and may hold `variables` (`{region}`). `dialect` is a value of the protocol's dialect
    class, None for the reference vendor. `headers` go with every request. `model` is what the command uses when no model
    is named. `docs` is the page the facts come from. `catalog` names the provider under whose name the catalogue lists
    its models, where that is another one (the same vendor in another wire format).

    `auth` is the header a key travels in, and `token_auth` the one of access tokens where that is another: those of
    `token_env` and those that a function gives. `sources` are names in `dragoman.credentials`, taken where no key is set.
    `exchange` is where a key is exchanged for a token first; `signing` is how requests are signed with AWS credentials.
    `kin` names other providers of the same vendor's models whose signed thinking is valid here: the vendor must say so.
    """

    name: str
    title: str
    base_url: str | None
    key_env: tuple[str, ...] = ()
    protocol: str = "openai_chat"
    dialect: Any = None
    auth: Auth = Auth()
    key_required: bool = True
    base_url_env: tuple[str, ...] = ()
    headers: dict[str, str] = {}
    model: str | None = None
    docs: str = ""
    catalog: str | None = None
    variables: dict[str, Variable] = {}
    token_env: tuple[str, ...] = ()
    token_auth: Auth | None = None
    sources: tuple[str, ...] = ()
    exchange: TokenExchange | None = None
    signing: Signing | None = None
    kin: tuple[str, ...] = ()


class Routing(Protocol):
    """What `Request.routing` takes: a vendor's own value that says where its requests may go.

    It is pure: the same value always adds the same fields.
    """

    def body(self) -> dict[str, Any]:
        """The top-level body fields it adds; `Request.extra` wins over them."""
