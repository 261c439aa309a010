"""Field names in either spelling."""

from __future__ import annotations

from dragoman.protocols.gemini.names import camel_case


def test_names_become_camel_case() -> None:
    """At any depth, but for the caller's own JSON; nulls are left out, and leading underscores stay."""
    wire = {
        "system_instruction": {"parts": [{"text": "a_b"}]},
        "tools": [{"function_declarations": [{"name": "n", "parameters_json_schema": {"my_field": {"a_b": None}}}]}],
        "labels": {"my_label": "x"},
        "_responseJsonSchema": 1,
        "safety_settings": None,
    }

    assert camel_case(wire) == {
        "systemInstruction": {"parts": [{"text": "a_b"}]},
        "tools": [{"functionDeclarations": [{"name": "n", "parametersJsonSchema": {"my_field": {"a_b": None}}}]}],
        "labels": {"my_label": "x"},
        "_responseJsonSchema": 1,
    }
