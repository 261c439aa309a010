"""What the library does, in one minute, without a key or a network: `make demo`.

The embedded provider is served on 127.0.0.1 and spoken to over real sockets, first in Anthropic's wire format, then in
OpenAI's, in one conversation.
"""

from __future__ import annotations

import sys

from dragoman import BlockStop, Client, Message, TextDelta, ThinkingDelta, Tool, tool_result, user
from dragoman.offline import handler
from dragoman.testing import Server

DIM, PLAIN = ("\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "")
WEATHER = Tool(
    "weather",
    "Today's weather in a city.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


def say(client: Client, model: str, history: list[Message], words: str, **options: object) -> None:
    """One turn of the conversation, streamed; tool calls are answered until the model is done."""
    print(f"\n[{model}]\n> {words}")
    history.append(user(words))
    while True:
        with client.stream(model, history, **options) as stream:  # type: ignore[arg-type]
            for event in stream:
                match event:
                    case ThinkingDelta(text=text):
                        print(f"{DIM}{text}{PLAIN}", end="", flush=True)
                    case TextDelta(text=text):
                        print(text, end="", flush=True)
                    case BlockStop():
                        print()
        response = stream.response
        history.append(response.message)
        for adaptation in response.adaptations:
            print(f"  (adapted: {adaptation.feature} {adaptation.action}: {adaptation.detail})")
        if not response.tool_calls:
            break
        for call in response.tool_calls:
            print(f"  -> {call.name}({call.arguments})")
            history.append(tool_result(call, "sunny, 21 °C"))
    usage, finish = response.usage, response.finish
    print(f"  {usage.input} tokens in, {usage.output} out, {usage.reasoning or 0} of them thinking; {finish and finish.reason}")


def main() -> None:
    """The demonstration."""
    history: list[Message] = []
    keys = {"anthropic": "none", "openai": "none"}
    with (
        Server(handler()) as server,
        Client(keys=keys, base_urls={"anthropic": server.url, "openai": f"{server.url}/v1"}) as client,
    ):
        say(client, "anthropic:eliza", history, "I am unhappy with every chat library I tried.", reasoning="low")
        say(client, "anthropic:eliza", history, "What is the weather in Oslo today?", tools=[WEATHER])
        say(client, "openai:eliza", history, "My brother says it always rains there.")
        say(client, "anthropic:eliza", history, "Perhaps I should stay at home.")
    print(f"\n{len(history)} messages, two wire formats, one conversation.")


if __name__ == "__main__":
    main()
