"""What a provider may be able to do beyond the ten programs, each as a program of its own; with them the matrix is made."""

from __future__ import annotations

from typing import Any

from dragoman import user
from dragoman.testing import Turn, call, text, usage
from dragoman.types import Audio, Base64, Cache, Citation, Reasoning, Text, Thinking, VendorTool

from .programs import OSLO, WEATHER
from .stage import Stage

__all__ = [
    "audio",
    "cache_marks",
    "citations",
    "cost",
    "forced_tool",
    "logprobs",
    "one_call",
    "server_tools",
    "thinking",
    "usage_in_stream",
]

SOUND = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA="

# A tool that the vendor runs itself, by wire format, as the vendor's own page writes it:
# https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool,
# https://platform.openai.com/docs/guides/tools-web-search, https://ai.google.dev/gemini-api/docs/google-search,
# https://docs.aws.amazon.com/nova/latest/userguide/grounding.html.
SERVER_TOOLS: dict[str, dict[str, Any]] = {
    "anthropic_messages": {"type": "web_search_20250305", "name": "web_search"},
    "openai_responses": {"type": "web_search"},
    "gemini": {"googleSearch": {}},
    "bedrock_converse": {"systemTool": {"name": "nova_grounding"}},
}


async def forced_tool(stage: Stage) -> None:
    """The model must call this tool."""
    turn = Turn(call("weather", OSLO, id="call00001"), usage(30, 12))
    await stage.ask(turn, [user("Hello.")], tools=[WEATHER], tool_choice="weather")


async def one_call(stage: Stage) -> None:
    """The model may call one tool at a time."""
    turn = Turn(call("weather", OSLO, id="call00001"), usage(30, 12))
    await stage.ask(turn, [user("Oslo or Bergen?")], tools=[WEATHER], parallel_tools=False)


async def thinking(stage: Stage) -> None:
    """The model is told how much to think, and what it thinks arrives."""
    turn = Turn(*stage.wire.thought(("Hm. ", "Rain."), "weather", OSLO, "call00001"), usage(30, 40))
    reply = await stage.ask(turn, [user("Shall I?")], tools=[WEATHER], reasoning=Reasoning(effort="high"), max_tokens=20_000)
    assert ["Hm. Rain."] == [block.text for block in reply.message.content if isinstance(block, Thinking)]


async def audio(stage: Stage) -> None:
    """Sound, and a question about it."""
    await stage.ask(Turn("Silence.", usage(90, 3)), [user("What is said?", Audio(Base64("audio/wav", SOUND)))])


async def cache_marks(stage: Stage) -> None:
    """Up to here the prompt may be cached."""
    await stage.ask(Turn("Yes.", usage(2000, 3)), [user(Text("A long text.", cache=Cache()), "Short?")])


async def citations(stage: Stage) -> None:
    """The answer names its source."""
    source = Citation(kind="url_citation", url="https://example.com/oslo", title="Oslo", text="Oslo", start=0, end=4)
    reply = await stage.ask(Turn(text("Oslo is fine.", source), usage(20, 7)), [user("How is Oslo?")])
    cited = [citation for block in reply.message.content if isinstance(block, Text) for citation in block.citations]
    if [source.url] != [citation.url for citation in cited]:
        stage.unseen = True


async def logprobs(stage: Stage) -> None:
    """Every token comes with its probability."""
    tokens = [{"token": word, "logprob": -0.5, "bytes": list(word.encode()), "top_logprobs": []} for word in ("Os", "lo")]
    reply = await stage.ask(Turn(text("Oslo", logprobs=tokens), usage(9, 2)), [user("Where?")], logprobs=True)
    told = [block.logprobs for block in reply.message.content if isinstance(block, Text)]
    if told == [None]:
        stage.unseen = True
        return
    assert [["Os", "lo"]] == [[token["token"] for token in block or ()] for block in told]


async def server_tools(stage: Stage) -> None:
    """The vendor's own tool is offered."""
    if stage.provider.protocol not in SERVER_TOOLS:
        stage.unseen = True
        return
    tool = VendorTool(SERVER_TOOLS[stage.provider.protocol], stage.provider.protocol)
    await stage.ask(Turn("Sunny.", usage(50, 2)), [user("How is the weather?")], tools=[tool])


async def usage_in_stream(stage: Stage) -> None:
    """A stream says how many tokens it took."""
    reply = await stage.ask(Turn("Yes.", usage(20, 7)), [user("Well?")], stream=True)
    if reply.usage.output is None:
        stage.unseen = True


async def cost(stage: Stage) -> None:
    """The answer says what it cost."""
    reply = await stage.ask(Turn("Yes.", usage(20, 7)), [user("Well?")])
    if reply.cost is None:
        stage.unseen = True
