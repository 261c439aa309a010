"""The embedded provider: answers without network and without a key, for a first try, demonstrations and tests."""

from __future__ import annotations

from ..protocols.anthropic_messages.dialect import MessagesDialect
from ..protocols.json_schema import Schemas
from .base import Provider

__all__ = ["PROVIDER"]

PROVIDER = Provider(
    "offline",
    "Embedded (no network)",
    "local://offline",
    protocol="anthropic_messages",
    dialect=MessagesDialect(
        # It keeps to https://json-schema.org/draft/2020-12 without anybody's limits: `dragoman.offline.schema`.
        schemas=Schemas(),
        count_path=None,  # there are no tokens here: the same estimate as anywhere else
    ),
    key_required=False,
    model="eliza",
)
