"""The small readings that every module of this wire shares."""

from __future__ import annotations

import msgspec
import pytest

from dragoman.protocols.bedrock_converse.wire import (
    MALFORMED,
    beside,
    decode_arguments,
    encode_arguments,
    family,
    is_object,
    union,
)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("anthropic.claude-3-haiku-20240307-v1:0", "anthropic"),
        ("us.anthropic.claude-sonnet-4-6", "anthropic"),
        ("global.amazon.nova-2-lite-v1:0", "amazon"),
        ("us-gov.anthropic.claude-3", "anthropic"),
        ("ai21.jamba-1-5-large-v1:0", "ai21"),
        ("arn:aws:bedrock:us-east-1::foundation-model/meta.llama3-1-8b", "meta"),
        ("arn:aws:bedrock:us-east-1:1:inference-profile/us.deepseek.r1-v1:0", "deepseek"),
        ("arn:aws:bedrock:us-east-1:1:application-inference-profile/ab12cd", ""),
        ("imported", ""),
        ("us.imported", ""),
        ("", ""),
    ],
)
def test_the_family_a_model_is_of(model: str, expected: str) -> None:
    """The vendor stands in the id, behind a region or inside an ARN, or nowhere."""
    assert family(model) == expected


def test_a_union_has_one_key() -> None:
    """Anything else has no kind."""
    assert union({"text": "x"}) == ("text", "x")
    assert [union(value) for value in ({}, {"a": 1, "b": 2}, "text", None)] == [None] * 4


def test_fields_beside_the_known_ones() -> None:
    """Nulls say nothing."""
    assert beside({"a": 1, "b": None, "c": 0}, "a") == {"c": 0}


@pytest.mark.parametrize("text", ['{"a": 1}', "{}", '{"a": [1.0, "é"]}'])
def test_arguments_keep_their_spelling(text: str) -> None:
    """What the model wrote goes back byte for byte when it is an object."""
    assert msgspec.json.encode(encode_arguments(text)) == text.encode()


@pytest.mark.parametrize("text", ['{"a":', "[1]", '"x"', "null", "\ud800"])
def test_malformed_arguments_come_back(text: str) -> None:
    """Text that is no object stands in one field and is unwrapped again."""
    assert not is_object(text)
    assert encode_arguments(text) == {MALFORMED: text}
    assert decode_arguments({MALFORMED: text}) == text


def test_no_arguments() -> None:
    """Nothing, blanks and null are no arguments; free text is one of them."""
    assert (encode_arguments(""), encode_arguments(" \n")) == ({}, {})
    assert decode_arguments(None) == "{}"
    assert encode_arguments("any", custom=True) == {"input": "any"}
    assert decode_arguments({MALFORMED: '{"sound":1}'}) == '{"_malformed_arguments":"{\\"sound\\":1}"}'
