"""Secrets: credentials that cannot be printed by accident."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

__all__ = ["Secret", "concealed"]


class Secret:
    """A credential: `reveal()` gives it, everything else shows a mask.

    It is not text, does not pickle and does not encode to JSON, so that logs, errors, recordings and crash reports
    cannot carry it.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value: Callable[[], str] = lambda: value

    def reveal(self) -> str:
        """The credential itself, for the moment of sending."""
        return self._value()

    def __repr__(self) -> str:
        return "Secret('***')"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other.reveal() == self.reveal()

    def __hash__(self) -> int:
        return hash(self._value())

    def __bool__(self) -> bool:
        return bool(self._value())

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret does not pickle or copy; pass the key again where it is needed")

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self


def concealed(value: Any) -> Any:
    """Text as a `Secret`, anything else as it is."""
    return Secret(value) if isinstance(value, str) else value
