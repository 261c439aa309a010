"""Handoff: a history made fit for another target, with a report of what had to change.

Here are the repairs that are the same for every wire: ids of calls that the target would refuse are rewritten (the
same id always to the same one, so that prompt caches and resumed conversations hold), calls without a result get one
that says so, and results without a call are taken out. What only one wire knows (where a system message may stand,
what becomes of foreign thinking or of a picture in a tool result) is decided where that wire is encoded.
"""

from __future__ import annotations

import re

import msgspec

from ..protocols.base import Protocol, Report, Target, ToolIdRule
from ..types.content import Block, Text, ToolCall, ToolResult
from ..types.messages import Message
from ..types.request import Request

__all__ = ["handoff"]

_ANY_ID = ToolIdRule(r".+", 24, prefix="call_")
_UNANSWERED = "This call was not answered: the conversation was interrupted before its result came."


def handoff(request: Request, target: Target, protocol: Protocol, report: Report) -> Request:
    """The request with a history that the target's wire takes; the same object when nothing had to change.

    Raises Unsupported through `report` when policy refuses a repair.
    """
    messages = request.messages
    if not any(type(block) in (ToolCall, ToolResult) for message in messages for block in message.content):
        return request
    repaired = _pair(messages, report, held=any(request.extra.get(name) for name in protocol.held))
    rule = getattr(target.dialect, "tool_ids", None) or protocol.tool_ids or _ANY_ID
    repaired = _fit_ids(repaired, rule, report)
    return request if repaired is messages else msgspec.structs.replace(request, messages=repaired)


def _pair(messages: tuple[Message, ...], report: Report, *, held: bool) -> tuple[Message, ...]:
    """Every call answered before the next assistant turn, every result with its call, which the server may hold."""
    out: list[Message] = []
    open_calls: dict[str, ToolCall] = {}
    changed = False
    for position, message in enumerate(messages):
        if message.role == "assistant":
            if open_calls:
                changed |= _answer(out, open_calls, report)
            open_calls = {block.id: block for block in message.content if type(block) is ToolCall}
            out.append(message)
            continue
        results = [block for block in message.content if type(block) is ToolResult]
        orphans = results and [block for block in results if open_calls.pop(block.id, None) is None and not held]
        if orphans:
            changed = True
            for block in orphans:
                report.adapt(
                    "orphan_result", "dropped", f"the result {block.id!r} answers no call before it", f"messages[{position}]"
                )
            kept = tuple([block for block in message.content if not any(block is orphan for orphan in orphans)])
            if not kept:
                continue
            message = msgspec.structs.replace(message, content=kept)
        if open_calls and not results and message.role == "user":
            changed |= _answer(out, open_calls, report)
            open_calls = {}
        out.append(message)
    changed |= _answer(out, open_calls, report)
    return tuple(out) if changed else messages


def _answer(out: list[Message], open_calls: dict[str, ToolCall], report: Report) -> bool:
    """Append a result for each call still open; True when there was one."""
    if not open_calls:
        return False
    for call in open_calls.values():
        report.adapt(
            "orphan_call", "added", f"the call {call.id!r} of tool {call.name!r} had no result: one was added that says so"
        )
    results: tuple[Block, ...] = tuple(
        [ToolResult(call.id, (Text(_UNANSWERED),), is_error=True, name=call.name) for call in open_calls.values()]
    )
    position = len(out)
    while position and out[position - 1].role in ("system", "developer"):
        position -= 1
    last = out[position - 1]
    if last.role in ("user", "tool") and any(type(block) is ToolResult for block in last.content):
        out[position - 1] = msgspec.structs.replace(last, content=_after_results(last.content, results))
    else:
        out.insert(position, Message("tool", results))
    return True


def _after_results(content: tuple[Block, ...], results: tuple[Block, ...]) -> tuple[Block, ...]:
    end = max(index for index, block in enumerate(content) if type(block) is ToolResult) + 1
    return content[:end] + results + content[end:]


def _fit_ids(messages: tuple[Message, ...], rule: ToolIdRule, report: Report) -> tuple[Message, ...]:
    """Ids the target takes, each used for one call: ids made up where a vendor gave none repeat from turn to turn."""
    fits = re.compile(rule.pattern).fullmatch
    ids = [block.id for message in messages for block in message.content if type(block) is ToolCall]
    if len(set(ids)) == len(ids) and all(map(fits, ids)):
        return messages
    uses: dict[str, int] = {}
    current: dict[str, str] = {}
    out = []
    for message in messages:
        content: list[Block] = []
        for block in message.content:
            if type(block) is ToolCall:
                uses[block.id] = uses.get(block.id, 0) + 1
                again = uses[block.id] > 1
                current.pop(block.id, None)
                if again or not fits(block.id):
                    current[block.id] = _make_id(f"{block.id} {uses[block.id]}" if again else block.id, rule)
                    reason = "names an earlier call too" if again else "is not one this wire takes"
                    report.adapt("tool_id", "changed", f"the id {block.id!r} {reason}: sent as {current[block.id]!r}")
            if (type(block) is ToolCall or type(block) is ToolResult) and block.id in current:
                block = msgspec.structs.replace(block, id=current[block.id])
            elif type(block) is ToolResult and not fits(block.id):
                block = msgspec.structs.replace(block, id=_make_id(block.id, rule))
            content.append(block)
        changed = any(new is not old for new, old in zip(content, message.content, strict=True))
        out.append(msgspec.structs.replace(message, content=tuple(content)) if changed else message)
    return tuple(out) if any(new is not old for new, old in zip(out, messages, strict=True)) else messages


def _make_id(old: str, rule: ToolIdRule) -> str:
    """An id that fits, always the same for the same old one."""
    from hashlib import sha256  # OpenSSL behind it takes milliseconds to load, and few histories need new ids

    number = int.from_bytes(sha256(old.encode()).digest(), "big")
    letters = []
    for _ in range(rule.length - len(rule.prefix)):
        number, digit = divmod(number, len(rule.alphabet))
        letters.append(rule.alphabet[digit])
    return rule.prefix + "".join(letters)
