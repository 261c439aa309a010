"""dragoman itself: typed events in both faces, both wire formats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman import ArgumentsDelta, AsyncClient, Client, TextDelta, ThinkingDelta
from dragoman.providers.base import Auth, Provider

if TYPE_CHECKING:
    from dragoman import Message

MODEL = "bench:harbour-5"


def _options(protocol: str, url: str) -> dict[str, Any]:
    if protocol == "openai_chat":
        provider = Provider("bench", "Bench", f"{url}/v1", protocol=protocol)
    else:
        provider = Provider("bench", "Bench", url, protocol=protocol, auth=Auth("x-api-key", ""))
    return {"providers": [provider], "keys": {"bench": "a-key-for-nobody"}, "retry": False}


def _messages(turns: list[Any]) -> list[Message]:
    from dragoman import Base64, Image, ToolCall, assistant, tool_result, user

    messages = []
    for turn in turns:
        if turn.role == "tool":
            messages.append(tool_result(turn.call, turn.text))
        elif turn.role == "assistant":
            calls = [ToolCall(turn.call, "read_file", turn.arguments)] if turn.call else []
            messages.append(assistant(turn.text, *calls))
        else:
            messages.append(user(turn.text, *[Image(Base64("image/png", turn.image))] if turn.image else []))
    return messages


class Chat:
    protocol = "openai_chat"
    asynchronous = False

    def __init__(self, url: str) -> None:
        self._client = Client(**_options(self.protocol, url))

    prepare = staticmethod(_messages)

    def whole(self, request: list[Message]) -> str:
        return self._client.chat(MODEL, request).text

    def stream(self, request: list[Message], sink: Any) -> None:
        with self._client.stream(MODEL, request) as stream:
            for event in stream:
                kind = type(event)
                if kind is TextDelta:
                    sink.text(event.text)
                elif kind is ArgumentsDelta:
                    sink.arguments(event.text)
                elif kind is ThinkingDelta:
                    sink.thinking(event.text)

    def close(self) -> None:
        self._client.close()


class AsyncChat:
    protocol = "openai_chat"
    asynchronous = True

    def __init__(self, url: str) -> None:
        self._client = AsyncClient(**_options(self.protocol, url))

    prepare = staticmethod(_messages)

    async def whole(self, request: list[Message]) -> str:
        return (await self._client.chat(MODEL, request)).text

    async def stream(self, request: list[Message], sink: Any) -> None:
        async with self._client.stream(MODEL, request) as stream:
            async for event in stream:
                kind = type(event)
                if kind is TextDelta:
                    sink.text(event.text)
                elif kind is ArgumentsDelta:
                    sink.arguments(event.text)
                elif kind is ThinkingDelta:
                    sink.thinking(event.text)

    async def close(self) -> None:
        await self._client.close()


class Messages(Chat):
    protocol = "anthropic_messages"


class AsyncMessages(AsyncChat):
    protocol = "anthropic_messages"
