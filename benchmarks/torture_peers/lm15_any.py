"""The `lm15` package: `lm15_any.py openai|anthropic`."""

from __future__ import annotations

import json
import sys
from typing import Any

import lm15
from lm15 import Config, Message, Request, ToolCallPart
from lm15.transports import StdlibTransport
from loop import KEY, QUESTION, READ_SECONDS, Found, answer

__all__ = ["ask"]

ADAPTERS: Any = {"openai": lm15.OpenAIChatLM, "anthropic": lm15.AnthropicLM}
_ASKED = Request(model="a-model", messages=(Message.user(QUESTION),), config=Config(max_tokens=99))


def _read(reply: Any, found: Found) -> None:
    found.text, found.finish = reply.text or "", reply.finish_reason
    calls = [part for part in reply.message.parts if isinstance(part, ToolCallPart)]
    found.calls += [[part.name, json.dumps(part.input, separators=(",", ":"))] for part in calls]


def ask(root: str, streams: bool, found: Found) -> None:
    transport = StdlibTransport(connect_timeout=READ_SECONDS, read_timeout=READ_SECONDS)
    client = ADAPTERS[sys.argv[1]](api_key=KEY, base_url=f"{root}/v1", transport=transport)
    if streams:
        _read(lm15.materialize_response(client.stream(_ASKED), _ASKED), found)
    else:
        _read(client.complete(_ASKED), found)


if __name__ == "__main__":
    answer(ask, (lm15.LM15Error,))
