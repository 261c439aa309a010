"""The form of the answer and how much to think, in the words of each dialect."""

from __future__ import annotations

from typing import Any, Final

from ...types.request import Output, Reasoning
from ..base import Report
from ..json_schema import fit_schema
from .dialect import ChatDialect

__all__ = ["STEERING", "encode_output", "encode_reasoning"]


def encode_output(body: dict[str, Any], output: Output, dialect: ChatDialect, report: Report) -> None:
    """`response_format`, as far as the vendor has it."""
    style = dialect.json_schema
    kind: str = output.kind
    schema = output.schema
    if style == "none" and kind != "text":
        report.adapt("output", "dropped", "this provider has no structured output: say the form in the prompt", "output")
        return
    if schema is not None and kind == "json_schema" and style in ("json_schema", "json_object_schema"):
        schema = fit_schema(schema, dialect.schemas.for_output(output.strict), report, "output.schema")
    if kind == "json_schema" and style == "json_object":
        report.adapt("output", "changed", "this provider has no schemas: the answer is asked to be JSON of any form", "output")
        body["response_format"] = {"type": "json_object", **output.extra}
    elif kind == "json_schema" and style == "json_object_schema":
        body["response_format"] = {"type": "json_object", **_present(schema=schema), **output.extra}
    elif kind == "json_schema":
        inner = _present(name=output.name, description=output.description, schema=schema, strict=output.strict)
        extra = dict(output.extra)
        inner.update(extra.pop("json_schema", {}))
        body["response_format"] = {"type": "json_schema", "json_schema": inner, **extra}
    else:
        body["response_format"] = {"type": kind, **_present(schema=schema), **output.extra}


STEERING: Final = (
    *("reasoning_effort", "reasoning", "thinking", "enable_thinking", "thinking_budget"),
    *("chat_template_kwargs", "chat_template_args", "include_reasoning", "reasoning_format"),
)
"""The fields in which one vendor or another is told how much to think."""

NO_SWITCH = "there is no switch here: a model thinks as it does by itself; name an effort to be sure"


def encode_reasoning(body: dict[str, Any], reasoning: Reasoning, dialect: ChatDialect, report: Report) -> None:
    """How much to think: effort, budget, switch and summary, in the fields of the dialect's style."""
    style = dialect.reasoning_style
    effort = _effort(reasoning.effort, dialect, report)
    said = {"effort": effort, "budget": reasoning.budget, "mode": reasoning.mode, "summary": reasoning.summary}
    fields: dict[str, Any] = {}
    unsaid: tuple[str, ...]
    if style == "reasoning_effort":
        if effort is None and reasoning.mode == "disabled":
            effort = said["mode"] = None
            fields["reasoning_effort"] = "none"
        elif effort is not None:
            fields["reasoning_effort"] = effort
        if said["mode"] in ("enabled", "adaptive"):
            if effort is None:
                report.adapt("reasoning", "dropped", NO_SWITCH, "reasoning.mode")
            said["mode"] = None
        unsaid = ("budget", "mode", "summary")
    elif style == "reasoning":
        inner = _present(effort=effort, max_tokens=reasoning.budget, summary=reasoning.summary)
        if reasoning.mode is not None:
            inner["enabled"] = reasoning.mode != "disabled"
        inner.update(reasoning.extra)
        body["reasoning"] = inner
        return
    elif style == "thinking":
        switch = _switch(reasoning, effort)
        if switch == "enabled" and reasoning.mode is None:
            switch = dialect.thinking_on
        inner = _present(type=switch, budget_tokens=reasoning.budget)
        inner.update(reasoning.extra)
        if inner:
            body["thinking"] = inner
        if effort is not None and (effort != "none" or reasoning.mode is not None):
            body["reasoning_effort"] = effort
        unsaid = ("summary",)
    elif style == "enable_thinking":
        switch = _switch(reasoning, effort)
        if switch is not None:
            fields["enable_thinking"] = switch != "disabled"
        fields.update(_present(thinking_budget=reasoning.budget))
        unsaid = ("summary",) if effort in (None, "none") else ("effort", "summary")
    elif style == "chat_template_kwargs":
        switch = _switch(reasoning, effort)
        if switch is not None:
            fields["chat_template_kwargs"] = {"enable_thinking": switch != "disabled"}
        if effort is not None and effort != "none":
            fields["reasoning_effort"] = effort
        unsaid = ("budget", "summary")
    else:
        unsaid = ("effort", "budget", "mode", "summary")
    for name in unsaid:
        if said[name] is not None:
            report.adapt("reasoning", "dropped", f"this provider has no word for reasoning {name}", f"reasoning.{name}")
    body.update(fields)
    if style != "thinking":
        body.update(reasoning.extra)


def _effort(effort: str | None, dialect: ChatDialect, report: Report) -> str | None:
    """The level in the vendor's words."""
    if effort is None or effort not in dialect.efforts:
        return effort
    word = dialect.efforts[effort]
    if word != effort:
        report.adapt("reasoning", "changed", f"effort {effort} is {word} here", "reasoning.effort")
    return word


def _switch(reasoning: Reasoning, effort: str | None) -> str | None:
    """Whether to think at all: the caller's own word, else what effort and budget imply."""
    if reasoning.mode is not None:
        return reasoning.mode
    if effort == "none" or reasoning.budget == 0:
        return "disabled"
    return "enabled" if effort is not None or reasoning.budget is not None else None


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
