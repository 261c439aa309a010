"""Where credentials come from, outside of this process: programs, Google's and Amazon's own libraries.

A value of these goes where a key goes, `Client(keys={"vertex": GoogleCredentials()})` or `key=` of a call. Providers name
those that are taken where no key is given: `load` gives one by its name. The libraries of the clouds are extras of this
package, and are imported when a credential is needed.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..engine.auth import Auth as Auth
    from ..engine.auth import AwsKeys as AwsKeys
    from ..engine.credentials import Grant as Grant
    from ..engine.credentials import Source as Source
    from .aws import AwsCredentials as AwsCredentials
    from .command import Command as Command
    from .google import GoogleCredentials as GoogleCredentials

__all__ = ["Auth", "AwsCredentials", "AwsKeys", "Command", "GoogleCredentials", "Grant", "Source", "at_hand", "load"]

_HOMES = {
    "Auth": "..engine.auth",
    "AwsCredentials": ".aws",
    "AwsKeys": "..engine.auth",
    "Command": ".command",
    "GoogleCredentials": ".google",
    "Grant": "..engine.credentials",
    "Source": "..engine.credentials",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def load(name: str, environ: Mapping[str, str]) -> tuple[Source | None, str]:
    """The source called `name` (`aws`, `google`), None when it certainly has nothing, and what to do for it then."""
    module = import_module(f".{name}", __name__)
    source: Source | None = module.usual(environ)
    advice: str = module.ADVICE
    return source, advice


def at_hand(name: str, environ: Mapping[str, str]) -> bool:
    """Whether the environment says that the source called `name` has something; nothing is imported but its module, and
    nothing asked."""
    said: bool = import_module(f".{name}", __name__).said(environ)
    return said
