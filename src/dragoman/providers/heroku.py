"""Heroku Managed Inference: https://devcenter.heroku.com/articles/heroku-inference-api-v1-chat-completions.

An app's `INFERENCE_URL` is the host of its region; give it, with `/v1`, in `HEROKU_INFERENCE_BASE_URL` where it is not the one of
the United States."""

from __future__ import annotations

from ..protocols.openai_chat.dialect import ChatDialect
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "heroku",
    "Heroku Managed Inference",
    "https://us.inference.heroku.com/v1",
    (
        "HEROKU_INFERENCE_KEY",
        "INFERENCE_KEY",
    ),
    dialect=ChatDialect(
        # The fields to which https://devcenter.heroku.com/articles/openai-compatibility-chat-completions says yes: `user`,
        # caching, `metadata`, `service_tier` and sound are not among them. Roles and tools are those of
        # https://devcenter.heroku.com/articles/heroku-inference-api-v1-chat-completions.
        system_role="system",
        developer_role=False,
        user_field=None,
        cache_key_field=None,
        cache_marks="none",
        drop=("metadata", "service_tier", "modalities", "audio"),
        custom_tools=False,
        tool_choices=("auto", "none", "required", "tool"),
    ),
    base_url_env=("HEROKU_INFERENCE_BASE_URL",),
    docs="https://devcenter.heroku.com/articles/heroku-inference-api-v1-chat-completions",
)
