"""Conversations: what was said, kept as a tree, in a store that survives a killed process; and how they are shortened.

`Client.conversation` and `AsyncClient.conversation` make them. The names are bound on first use, so that blocking code
loads no event loop and a conversation without a store no database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .aconversation import AsyncConversation
    from .astreamed import AsyncConversationStream
    from .compaction import Compaction
    from .conversation import Conversation
    from .history import History, Turn
    from .saved import Record, Saved
    from .sizes import Size
    from .store import Store, default_path
    from .streamed import ConversationStream
    from .totals import Totals

__all__ = [
    "AsyncConversation",
    "AsyncConversationStream",
    "Compaction",
    "Conversation",
    "ConversationStream",
    "History",
    "Record",
    "Saved",
    "Size",
    "Store",
    "Totals",
    "Turn",
    "default_path",
]

_HOMES = {
    "AsyncConversation": "aconversation",
    "AsyncConversationStream": "astreamed",
    "Compaction": "compaction",
    "Conversation": "conversation",
    "ConversationStream": "streamed",
    "History": "history",
    "Record": "saved",
    "Saved": "saved",
    "Size": "sizes",
    "Store": "store",
    "Totals": "totals",
    "Turn": "history",
    "default_path": "store",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
