"""The `anthropic` package, by its stream helper and its whole answers."""

from __future__ import annotations

import json
from typing import Any

import anthropic
from loop import KEY, QUESTION, READ_SECONDS, TRIES_AGAIN, Found, answer

__all__ = ["ask"]


def _read(message: Any, found: Found) -> None:
    found.finish = message.stop_reason
    for block in message.content or ():
        if block.type == "tool_use":
            found.calls.append([block.name, json.dumps(block.input, separators=(",", ":"))])


def ask(root: str, streams: bool, found: Found) -> None:
    asked: Any = {"model": "a-model", "max_tokens": 99, "messages": [{"role": "user", "content": QUESTION}]}
    with anthropic.Anthropic(base_url=root, api_key=KEY, timeout=READ_SECONDS, max_retries=TRIES_AGAIN) as client:
        if streams:
            with client.messages.stream(**asked) as stream:
                for piece in stream.text_stream:
                    found.text += piece
                _read(stream.get_final_message(), found)
            return
        message = client.messages.create(**asked)
        if isinstance(message, anthropic.types.Message):  # what is none was given as an answer, and says nothing
            found.text = "".join([block.text for block in message.content or () if block.type == "text"])
            _read(message, found)


if __name__ == "__main__":
    answer(ask, (anthropic.AnthropicError,))
