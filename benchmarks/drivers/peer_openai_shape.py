"""Chunks in the shape of OpenAI's package, which several packages give."""

from __future__ import annotations

from typing import Any


def deliver(chunk: Any, sink: Any) -> None:
    """Give the delta of one chunk to the sink."""
    if chunk.choices:
        delta = chunk.choices[0].delta
        if delta.content:
            sink.text(delta.content)
        elif delta.tool_calls:
            for call in delta.tool_calls:
                if call.function and call.function.arguments:
                    sink.arguments(call.function.arguments)
        elif thinking := getattr(delta, "reasoning_content", None):
            sink.thinking(thinking)
