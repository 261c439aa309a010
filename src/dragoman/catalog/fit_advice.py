"""What to do about a refusal that the catalogue caused: another model, or a word that the catalogue is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import Unsupported
from ..types.model import Model

__all__ = ["advise"]

_SHOWN = 3
_INPUTS = {"image": "image", "audio": "audio", "video": "video", "document": "pdf"}
_FIELDS = {
    "temperature": "temperature",
    "top_p": "temperature",
    "top_k": "temperature",
    "tools": "tools",
    "tool_choice": "forced_tools",
    "parallel_tools": "parallel_tools",
    "output": "schema",
    "prefill": "prefill",
    "system_message": "system_midway",
    "cache": "caching",
}
"""The field of a model that answers yes or no for each feature word."""


def advise(refusal: Unsupported, model: Model, others: list[Model], date: str | None) -> str:
    """The words of a refusal with what else can be done.

    `others` are the models of the same provider; `date` is the catalogue's, None where the program itself named the model.
    """
    said = refusal.message
    feature = refusal.feature or ""
    able, correction = _knowledge(feature, model)
    if able is not None:
        # Newest first; a model without a date is last.
        found = sorted([other for other in others if able(other)], key=lambda other: other.released or "", reverse=True)
        if names := ", ".join([other.id for other in found[:_SHOWN]]):
            more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
            said += f". Models of {model.provider} that can: {names}{more}"
    if date is not None:
        where = f"Model({model.provider!r}, {model.id!r}, {correction})"
        said += f". If the catalogue of {date} is wrong about this model, say so: models=[{where}]"
    return said


def _knowledge(feature: str, model: Model) -> tuple[Callable[[Model], bool] | None, str]:
    """Which models can, where a model's record tells, and what a corrected record would say."""
    if (word := _INPUTS.get(feature)) is not None:
        return lambda other: word in (other.inputs or ()), f"inputs={(*(model.inputs or ()), word)}"
    if (field := _FIELDS.get(feature)) is not None:
        return lambda other: getattr(other, field) is True, f"{field}=True"
    fields: dict[str, Any] = {"reasoning": "reasoning=True", "max_tokens": "max_output=...", "modalities": "outputs=(...)"}
    return None, fields.get(feature, "...")
