"""How a conversation is read back from JSON.

In a module of its own, imported by whoever reads one: making it takes a millisecond that no other program pays, and the
lock of imports lets one thread make it. msgspec 0.22 crashes when threads meet a class of its for the first time together.
"""

from __future__ import annotations

from typing import Final

import msgspec

from .messages import Message

__all__ = ["read_messages"]

read_messages: Final = msgspec.json.Decoder(list[Message]).decode
