"""The `openai` package on Chat Completions, by its stream helper and its whole answers."""

from __future__ import annotations

from typing import Any

import openai
from loop import KEY, QUESTION, READ_SECONDS, TRIES_AGAIN, Found, answer

__all__ = ["ask", "read"]


def read(reply: Any, found: Found) -> None:
    """What a completion says; one without choices, or what is none at all, was given as an answer and says nothing."""
    for choice in getattr(reply, "choices", None) or ():
        found.text += choice.message.content or ""
        found.finish = choice.finish_reason
        found.calls += [[made.function.name, made.function.arguments] for made in choice.message.tool_calls or ()]


def ask(root: str, streams: bool, found: Found) -> None:
    asked: Any = {"model": "a-model", "messages": [{"role": "user", "content": QUESTION}]}
    with openai.OpenAI(base_url=f"{root}/v1", api_key=KEY, timeout=READ_SECONDS, max_retries=TRIES_AGAIN) as client:
        if not streams:
            read(client.chat.completions.create(**asked), found)
            return
        with client.chat.completions.stream(**asked) as stream:
            for _ in stream:
                pass
            read(stream.get_final_completion(), found)


if __name__ == "__main__":
    answer(ask, (openai.OpenAIError,))
