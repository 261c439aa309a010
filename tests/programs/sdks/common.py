"""What the libraries share: their objects remembered for the next turn, and their answers as ours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dragoman import Message, Response
from dragoman.types import Adaptation, Block, Finish, FinishReason, Text, Usage

__all__ = ["Turns", "answer", "data_url", "joined"]


class Turns:
    """The library's own objects of earlier answers, which it gets back as they are."""

    def __init__(self) -> None:
        self._kept: list[tuple[Message, Any]] = []

    def keep(self, reply: Response, native: Any) -> Response:
        """Remember what an answer was in the library's words."""
        self._kept.append((reply.message, native))
        return reply

    def native(self, message: Message) -> Any:
        """The library's object of an answer, None for a message that the program wrote."""
        return next((native for kept, native in self._kept if kept is message), None)


def answer(
    blocks: Sequence[Block],
    finish: FinishReason,
    usage: tuple[int | None, int | None],
    dropped: Sequence[str] = (),
) -> Response:
    """An answer in our words, with the features that the library could not say."""
    listed = tuple([Adaptation(feature, "dropped", "the library has no word for it") for feature in dropped])
    return Response(Message("assistant", tuple(blocks)), finish=Finish(finish), usage=Usage(*usage), adaptations=listed)


def joined(blocks: Sequence[Block]) -> str:
    """The text of some blocks."""
    return "".join([block.text for block in blocks if isinstance(block, Text)])


def data_url(media_type: str, data: str) -> str:
    """Media as the URL that holds it."""
    return f"data:{media_type};base64,{data}"
