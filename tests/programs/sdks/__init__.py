"""Official client libraries, each made to run the programs: what they say is written here by hand, in their own words.

Each module has one function, `asker(url)`: a way of asking by that library. It writes a program's messages and options
as a user of the library would, reads the library's own objects back, and for the next turn gives it those objects again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["SDKS", "Sdk"]


@dataclass(frozen=True)
class Sdk:
    """A library: the package to import, what it asks at, and what it cannot say, as in the row of its wire.

    `loses` are differences that the library makes by itself. `codes` are the statuses its errors carry for the three
    failures of the error program; the third is inside a stream, for which each has its own habit.
    """

    package: str
    loses: frozenset[str] = frozenset()
    lacks: dict[str, frozenset[str]] = field(default_factory=dict)
    codes: tuple[int | None, ...] = (429, 401, None)


SDKS = {
    "anthropic_messages": Sdk("anthropic", codes=(429, 401, 200)),
    "bedrock_converse": Sdk("botocore"),
    "cohere_chat": Sdk("cohere", lacks={"PDF": frozenset({"document"})}),
    "gemini": Sdk("google.genai", codes=(429, 401, 500)),
    "mistral_chat": Sdk("mistralai", codes=(429, 401, 200)),
    # Its types know no ids, and not every word of JSON Schema.
    "ollama_chat": Sdk(
        "ollama",
        frozenset({"tools", "tool_call", "tool_result"}),
        {"PDF": frozenset({"document"}), "image": frozenset({"order"})},
        (429, 401, -1),
    ),
    "openai_chat": Sdk("openai"),
    "openai_responses": Sdk("openai"),
}
"""By wire format; the module here has its name."""
