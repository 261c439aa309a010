"""A response to the body of a whole answer."""

from __future__ import annotations

import msgspec

from ...types.content import Block, Citation, Refusal, Text, Thinking
from ...types.messages import Message
from ...types.response import Finish, Response, Usage
from .answers import Json, encode_finish, encode_logprobs, encode_time, encode_usage, split_extra
from .encode_parts import encode_part, own_block
from .grounding import encode_grounding, is_foreign

__all__ = ["encode_response"]


def encode_response(response: Response) -> bytes:
    """The response object."""
    top, of_candidates = split_extra(response.extra)
    choices: list[tuple[Message, Finish | None]]
    choices = [(choice.message, choice.finish) for choice in response.choices] or [(response.message, response.finish)]
    wire: Json = {
        "candidates": [
            _candidate(place, message, finish, of_candidates.get(place, {})) for place, (message, finish) in enumerate(choices)
        ]
    }
    if response.usage != Usage():
        wire["usageMetadata"] = encode_usage(response.usage)
    if response.model is not None:
        wire["modelVersion"] = response.model
    if response.id is not None:
        wire["responseId"] = response.id
    if response.created is not None and (time := encode_time(response.created)) is not None:
        wire["createTime"] = time
    return msgspec.json.encode(wire | top)


def _candidate(choice: int, message: Message, finish: Finish | None, fields: Json) -> Json:
    texts = [block for block in message.content if isinstance(block, Text)]
    own = [block for item in message.content if (block := own_block(item)) is not None]
    parts = [encode_part(block) for block in own if not _silent(block)]
    wire: Json = {"content": {"parts": parts, "role": "model"} if parts else {"role": "model"}}
    if finish is not None:
        wire |= encode_finish(finish)
    wire["index"] = choice
    if tokens := [token for block in texts for token in block.logprobs or ()]:
        wire["logprobsResult"] = encode_logprobs(tokens)
    if "groundingMetadata" not in fields:
        cited = [(block.text, _foreign(block)) for block in own if isinstance(block, Text | Refusal)]
        if grounding := encode_grounding(cited):
            wire["groundingMetadata"] = grounding
    return wire | fields


def _foreign(block: Text | Refusal) -> list[Citation]:
    return [item for item in block.citations if is_foreign(item)] if isinstance(block, Text) else []


def _silent(block: Block) -> bool:
    """Whether a block says nothing: an empty text without a signature."""
    if isinstance(block, Thinking) and block.signature is not None:
        return False
    return isinstance(block, Text | Thinking | Refusal) and not block.text and not block.extra
