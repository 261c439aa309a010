"""The clients that are measured, what is installed for each, and what is measured."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from prompts import PROMPTS
from wires import WIRES

__all__ = ["DRIVERS", "MEASURES", "MODULES", "OFFICIAL", "REQUIREMENTS", "Driver", "Measure"]

ROOT = Path(__file__).resolve().parent.parent

CHECKED = ("bedrock", "invoke")
"""The wires with checksums in their frames, where the pacing server can put no time."""


class Driver(NamedTuple):
    """A client to be measured: its class, the package it stands for, its wire, and what its rows are compared with."""

    target: str
    package: str
    wire: str
    twin: str = ""


class Measure(NamedTuple):
    """What is measured: the mode of `measure.py`, the tape and its delivery, the prompt, and the number of whole calls or of
    streams at once."""

    mode: str
    about: str
    tape: str = ""
    delivery: str = "burst"
    prompt: str = "short"
    calls: int = 100

    def path(self, wire: str) -> str:
        """Where the server answers it."""
        return f"/{wire}/{self.tape}/{self.delivery}/{PROMPTS[self.prompt]}"

    def suits(self, driver: Driver) -> bool:
        """Whether it can be measured of a driver: many streams at once only in asyncio, and of wires that carry a stamp."""
        return self.mode != "many" or (driver.twin != f"dragoman-sync/{driver.wire}" and driver.wire not in CHECKED)


MEASURES = {
    "import": Measure("import", "one import statement in a bare interpreter"),
    "cold": Measure("cold", "a whole program: start, import, client, a stream of 20 deltas, exit", "text-20"),
    "plain": Measure("whole", "a short whole answer on a kept connection", "whole"),
    "conv200": Measure("whole", "a conversation of 200 turns sent again", "whole", prompt="conversation", calls=20),
    "image": Measure("whole", "an image of 10 MB in base64", "whole", prompt="image", calls=4),
    "burst": Measure("stream", "20,000 text deltas at once", "text-20000"),
    "mix": Measure("stream", "2,000 deltas of thinking, text and four tool calls at once", "mix-2000"),
    "frag": Measure("stream", "20,000 text deltas in pieces of 1,370 bytes", "text-20000", "frag"),
    "single": Measure("stream", "100 text deltas, one each 5 ms", "text-100", "single"),
    "args5k": Measure("stream", "a tool call in 5,000 deltas", "args-5000"),
    "args50k": Measure("stream", "a tool call in 50,000 deltas", "args-50000"),
    "conc1000": Measure("many", "1,000 streams at once, a text delta each 200 ms", "stamped-50", "paced200", calls=1000),
    "conc20": Measure("many", "20 streams at once, to see that all is well", "stamped-8", "paced20", calls=20),
    "check": Measure("check", "400 deltas of every kind, once, to see that all is well", "mix-400", "frag"),
}

_LIMITS = {
    "limit_openai": ("chat", "responses"),
    "limit_anthropic": ("messages", "invoke"),
    "limit_google": ("gemini", "interactions"),
    "limit_others": ("mistral", "cohere", "ollama"),
    "limit_bedrock": ("bedrock",),
}


def _family(name: str, module: str, wires: tuple[str, ...], faces: str = "both") -> Iterator[tuple[str, Driver]]:
    """The drivers of one package: its wire formats and its faces."""
    for wire in wires:
        kind = WIRES[wire].kind
        if faces != "blocking":
            yield f"{name}/{wire}", Driver(f"{module}:Async{kind}", name, wire, f"dragoman/{wire}")
        if faces != "asyncio":
            yield f"{name}-sync/{wire}", Driver(f"{module}:{kind}", name, wire, f"dragoman-sync/{wire}")


DRIVERS: dict[str, Driver] = {
    f"limit/{wire}": Driver(f"{module}:{WIRES[wire].kind}", "limit", wire, f"dragoman/{wire}")
    for module, wires in _LIMITS.items()
    for wire in wires
}
DRIVERS |= {
    **dict(_family("dragoman", "ours", tuple(WIRES))),
    **dict(_family("openai", "peer_openai", ("chat", "responses"))),
    **dict(_family("anthropic", "peer_anthropic", ("messages", "invoke"))),
    **dict(_family("google-genai", "peer_google", ("gemini", "interactions"))),
    **dict(_family("mistralai", "peer_mistralai", ("mistral",))),
    **dict(_family("cohere", "peer_cohere", ("cohere",))),
    **dict(_family("ollama", "peer_ollama", ("ollama",))),
    **dict(_family("boto3", "peer_boto3", ("bedrock",), "blocking")),
    **dict(_family("litellm", "peer_litellm", ("chat", "messages"))),
    **dict(_family("lm15", "peer_lm15", ("chat", "messages"))),
    **dict(_family("pydantic-ai", "peer_pydantic_ai", ("chat", "messages"), "asyncio")),
}

OFFICIAL = ("openai", "anthropic", "google-genai", "mistralai", "cohere", "ollama", "boto3")
"""The packages of the vendors themselves."""

REQUIREMENTS = {
    "limit": ["aiohttp", "msgspec"],
    "dragoman": ["--editable", str(ROOT)],
    "openai": ["openai"],
    "anthropic": ["anthropic[bedrock]"],
    "google-genai": ["google-genai"],
    "mistralai": ["mistralai"],
    "cohere": ["cohere"],
    "ollama": ["ollama"],
    "boto3": ["boto3"],
    "litellm": ["litellm"],
    "lm15": ["lm15"],
    "pydantic-ai": ["pydantic-ai-slim[openai,anthropic]"],
}
"""What is installed for each package, each in an environment of its own, because they ask for different versions."""

MODULES = {package: package for package in REQUIREMENTS} | {
    "limit": "aiohttp",
    "google-genai": "google.genai",
    "mistralai": "mistralai.client",
    "pydantic-ai": "pydantic_ai",
}
"""The module that a program imports to use a package."""
