"""What counting a prompt gives."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["Count"]


class Count(msgspec.Struct, frozen=True, omit_defaults=True):
    """How many tokens a prompt has, and how sure that is.

    `method` tells who counted: the `vendor`, or this library by an `estimate`. `exact` is False for a number that is not
    what the vendor would bill; then `error` is how far off it may be, as a share of it either way (0.2 is a fifth), None
    where nobody states it. `reason` says why there is an estimate.
    """

    tokens: int
    exact: bool = False
    error: float | None = None
    method: Literal["vendor", "estimate"] = "estimate"
    reason: str = ""
