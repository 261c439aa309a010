"""What a vendor takes, as data."""

from __future__ import annotations

from dragoman.protocols.json_schema import AS_IS, SchemaRules, Schemas
from dragoman.protocols.json_schema.known import ANTHROPIC, LLAMA_CPP, OPENAI, XAI

TOOLS, STRICT = SchemaRules(source="tools"), SchemaRules(source="strict")


def test_strictness_chooses_the_rules() -> None:
    """Strict tools and strict answers have rules of their own."""
    schemas = Schemas(tools=TOOLS, strict_tools=STRICT, output=TOOLS, strict_output=STRICT)

    assert [TOOLS, TOOLS, STRICT] == [schemas.for_tool(strict) for strict in (None, False, True)]
    assert [TOOLS, TOOLS, STRICT] == [schemas.for_output(strict) for strict in (None, False, True)]
    assert Schemas().for_tool(True) is AS_IS


def test_rules_are_keys() -> None:
    """Equal rules are one key, so that what was fitted under them is found again."""
    assert {SchemaRules(root="flat", formats=("date",)): 1}[SchemaRules(root="flat", formats=("date",))] == 1


def test_every_limit_names_its_page() -> None:
    """Rules that change something say where they were read."""
    known = [rules for schemas in (OPENAI, ANTHROPIC, XAI, LLAMA_CPP) for rules in (schemas.tools, schemas.strict_output)]

    assert [] == [rules for rules in known if not rules.source.startswith("https://")]
