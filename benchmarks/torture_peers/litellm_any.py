"""The `litellm` package, on Chat Completions or on Messages: `litellm_any.py openai|anthropic`."""

from __future__ import annotations

import os
import sys
from typing import Any

os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")

import litellm
import openai
from loop import KEY, QUESTION, READ_SECONDS, TRIES_AGAIN, Found, answer
from openai_chat import read

litellm.suppress_debug_info = True
litellm.telemetry = False

__all__ = ["ask"]

PATHS = {"openai": "/v1", "anthropic": ""}


def ask(root: str, streams: bool, found: Found) -> None:
    litellm.in_memory_llm_clients_cache.flush_cache()
    asked: Any = {
        "model": f"{sys.argv[1]}/a-model",
        "api_base": root + PATHS[sys.argv[1]],
        "api_key": KEY,
        "messages": [{"role": "user", "content": QUESTION}],
        "timeout": READ_SECONDS,
        "max_retries": TRIES_AGAIN,
    }
    if streams:
        read(litellm.stream_chunk_builder(list(litellm.completion(stream=True, **asked))), found)
    else:
        read(litellm.completion(**asked), found)


if __name__ == "__main__":
    # Its classes of errors are children of those of the openai package.
    answer(ask, (openai.OpenAIError,))
