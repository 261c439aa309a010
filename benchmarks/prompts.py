"""What is asked, in no wire format: each driver turns it into its own client's form before the clock runs.

Modules are imported where they are used, because what this module imports is part of every client's cold start.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["PROMPTS", "TOOL", "Turn", "prompt"]


class Turn(NamedTuple):
    """One message: a user's text and perhaps an image (base64), an assistant's text and call, or a tool's answer."""

    role: str
    text: str
    image: str = ""
    call: str = ""
    arguments: str = ""


TOOL = "read_file"


def prompt(name: str) -> list[Turn]:
    """The turns of a prompt: `short`, `conversation` (200 turns of an agent at work) or `image` (10 MB of base64)."""
    if name == "short":
        return [Turn("user", "When does the ferry leave?")]
    if name == "image":
        import base64

        return [Turn("user", "What is this?", base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(range(250)) * 30_000).decode())]
    import json

    code = 'def knots(metres, seconds):\n    """Grüße an die Crew, 港まで."""\n    return f"{metres / seconds * 1.944:.1f} kn"\n'
    turns: list[Turn] = []
    for number in range(66):
        call = f"bth{number:06d}"  # nine letters and digits: Mistral takes no other
        arguments = json.dumps({"path": f"src/harbour/berth{number}.py", "lines": [1, 180]})
        turns.append(Turn("user", f"Now berth {number}, please.\n{code * 3}"))
        turns.append(Turn("assistant", f"First I look at what berth {number} holds. " * 5, "", call, arguments))
        turns.append(Turn("tool", code * 32, "", call))
    return [*turns, Turn("assistant", "All berths are done."), Turn("user", "Then write the tests.")]


PROMPTS = {"short": 20, "conversation": 250_000, "image": 10_000_000}
"""The prompts and the fewest bytes a request that holds all of one can have: the server refuses a shorter one."""
