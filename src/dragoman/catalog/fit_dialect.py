"""Dialects of one model: what only a codec can say differently, decided by what the catalogue knows of the model.

`fit` changes the request; here are the few facts that stand in no field of a request, such as the word by which a wire
switches thinking on. Each is read from the model and nothing from its name; what is unknown leaves the provider's dialect as it
is.

And the other way round: where a wire has no words for levels or for a number of tokens, that the model would take them is of no
use, and `steerable` leaves it out.

| dialect | field | from the model |
|---|---|---|
| `MessagesDialect` | `thinking`, `efforts` | the words it takes, by `reasoning` |
| | `needs_budget` | whether it is known to take a budget, and not known to be adaptive |
| | `max_output` | `max_output`: the required limit stays below it |
| | `system_messages` | `system_midway` |
| `ConverseDialect` | `thinking` | the words it takes, by `reasoning` |
| | `system_messages` | `system_midway` |
| `GeminiDialect` | `thinking_budgets` | whether it takes levels or a number of tokens |
| `ChatDialect` | `efforts` | none is replaced where the model's own are known |
| | `reasoning_style` | `switch_style` for models that are switched on and off and take no efforts |
| `ResponsesDialect` | `efforts` | none is replaced where the model's own are known |
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from msgspec.structs import replace

from .. import protocols
from ..protocols.base import Target
from ..types.model import Model, ReasoningStyle

__all__ = ["fit_dialect", "steerable"]

Fields = dict[str, Any]


def fit_dialect(target: Target, model: Model) -> Target:
    """The target with the dialect of this model, the same object where the model changes nothing."""
    narrow = _NARROWED.get(target.protocol)
    if narrow is None:
        return target
    dialect = target.dialect if target.dialect is not None else _reference(target.protocol)
    fields = {name: value for name, value in narrow(dialect, model).items() if value != getattr(dialect, name)}
    return replace(target, dialect=replace(dialect, **fields)) if fields else target


def steerable(model: Model, target: Target) -> Model:
    """The model as this target can steer it: without the efforts or budgets that the wire has no words for."""
    style = _style(model)
    if style is None:
        return model
    if target.protocol == "openai_chat":
        words = _STYLES[getattr(target.dialect, "reasoning_style", "reasoning_effort")]
    else:
        words = _WORDS.get(target.protocol, _BOTH)
    if "budget" not in words and (style.budget is not None or style.efforts == ()):
        style = replace(style, budget=None, efforts=style.efforts or None)
    if "effort" not in words and style.efforts is not None:
        style = replace(style, efforts=None)
    return model if style is model.reasoning else replace(model, reasoning=style)


_BOTH = ("effort", "budget")
_WORDS = {
    "anthropic_messages": _BOTH,
    "anthropic_bedrock": _BOTH,
    "bedrock_converse": _BOTH,
    "gemini": _BOTH,
    "gemini_interactions": ("effort",),
    "openai_responses": ("effort",),
    "mistral_chat": ("effort",),
    "ollama_chat": ("effort",),
    "cohere_chat": ("budget",),
}
"""What each wire can say of how much."""

_STYLES: dict[str, tuple[str, ...]] = {
    "reasoning_effort": ("effort",),
    "reasoning": _BOTH,
    "thinking": _BOTH,
    "enable_thinking": ("budget",),
    "chat_template_kwargs": ("effort",),
    "none": (),
}
"""What Chat Completions can, by `ChatDialect.reasoning_style`."""


def _reference(protocol: str) -> Any:
    """The dialect of the wire's reference vendor."""
    if protocol == "anthropic_bedrock":
        return import_module(f"{protocols.__name__}.anthropic_messages.dialect").BEDROCK
    module = import_module(f"{protocols.__name__}.{protocol}.dialect")
    if hasattr(module, "REFERENCE"):
        return module.REFERENCE
    return getattr(module, next(name for name in module.__all__ if name.endswith("Dialect")))()


def _style(model: Model) -> ReasoningStyle | None:
    return model.reasoning if isinstance(model.reasoning, ReasoningStyle) else None


def _thinking(known: tuple[str, ...], style: ReasoningStyle) -> tuple[str, ...]:
    """The words of a wire with switches that the model takes."""
    lacking = set()
    if style.adaptive is False or _by_budget(style):
        lacking |= {"adaptive", "between_tools"}  # the younger of the two came after it
    if style.budget is None and style.efforts:
        lacking.add("enabled")
    if style.always:
        lacking.add("disabled")
    return tuple([word for word in known if word not in lacking])


def _by_budget(style: ReasoningStyle) -> bool:
    """Whether a budget is the one known way to make a model think."""
    return style.budget is not None and not style.adaptive


def _messages(dialect: Any, model: Model) -> Fields:
    fields: Fields = {"max_output": model.max_output}
    if (style := _style(model)) is not None:
        fields["thinking"] = _thinking(dialect.thinking, style)
        if style.efforts is not None:
            fields["efforts"] = style.efforts
        if _by_budget(style):
            fields["needs_budget"] = True
    return fields | _system_messages(model)


def _converse(dialect: Any, model: Model) -> Fields:
    style = _style(model)
    fields = {"thinking": _thinking(dialect.thinking, style)} if style is not None else {}
    return fields | _system_messages(model)


def _system_messages(model: Model) -> Fields:
    return {"system_messages": model.system_midway} if model.system_midway is not None else {}


def _gemini(dialect: Any, model: Model) -> Fields:
    style = _style(model)
    if style is None or (not style.efforts and style.budget is None):
        return {}
    # The field holds beginnings of model ids: none for a model with levels, that of every id for one without.
    return {"thinking_budgets": () if style.efforts else ("",)}


def _chat(dialect: Any, model: Model) -> Fields:
    style = _style(model)
    fields: Fields = {}
    if style is not None and style.efforts is not None:
        fields["efforts"] = {}
    if style is not None and style.toggle and not style.efforts and dialect.switch_style is not None:
        fields["reasoning_style"] = dialect.switch_style
    return fields


def _responses(dialect: Any, model: Model) -> Fields:
    style = _style(model)
    return {"efforts": {}} if style is not None and style.efforts is not None else {}


_NARROWED: dict[str, Callable[[Any, Model], Fields]] = {
    "anthropic_messages": _messages,
    "anthropic_bedrock": _messages,
    "bedrock_converse": _converse,
    "gemini": _gemini,
    "openai_chat": _chat,
    "openai_responses": _responses,
}
