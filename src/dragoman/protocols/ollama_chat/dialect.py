"""What Ollama takes of JSON Schema; all vendors speak this wire alike else."""

from __future__ import annotations

import msgspec

from ..json_schema import Schemas
from ..json_schema.known import LLAMA_CPP

__all__ = ["OllamaDialect"]


class OllamaDialect(msgspec.Struct, frozen=True):
    """How a server of this wire differs. The defaults are the reference vendor, Ollama.

    | field | meaning |
    |---|---|
    | `schemas` | what is taken of JSON Schema: Ollama makes a grammar of it with llama.cpp |
    """

    schemas: Schemas = LLAMA_CPP
