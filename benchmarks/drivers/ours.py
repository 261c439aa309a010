"""dragoman itself: typed events in both faces, on every wire format, with the vendor's own provider and a model that the
catalogue knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dragoman import ArgumentsDelta, AsyncClient, Client, TextDelta, ThinkingDelta

if TYPE_CHECKING:
    from dragoman import Message


def _options(model: str, url: str) -> dict[str, Any]:
    provider = model.partition(":")[0]
    return {"base_urls": {provider: url}, "keys": {provider: "a-key-for-nobody"}, "retry": False}


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


class _Blocking:
    asynchronous = False
    model: str
    path = ""

    def __init__(self, url: str) -> None:
        self._client = Client(**_options(self.model, url + self.path))

    prepare = staticmethod(_messages)

    def whole(self, request: list[Message]) -> str:
        return self._client.chat(self.model, request).text

    def stream(self, request: list[Message], sink: Any) -> None:
        with self._client.stream(self.model, request) as stream:
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


class _Async:
    asynchronous = True
    model: str
    path = ""

    def __init__(self, url: str) -> None:
        self._client = AsyncClient(**_options(self.model, url + self.path))

    prepare = staticmethod(_messages)

    async def whole(self, request: list[Message]) -> str:
        return (await self._client.chat(self.model, request)).text

    async def stream(self, request: list[Message], sink: Any) -> None:
        async with self._client.stream(self.model, request) as stream:
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


_MODELS = {
    "Chat": ("openai:gpt-5.6", "/v1"),
    "Messages": ("anthropic:claude-sonnet-5", ""),
    "Responses": ("openai-responses:gpt-5.6", "/v1"),
    "Gemini": ("gemini:gemini-3.8-flash", "/v1beta"),
    "Interactions": ("gemini-interactions:gemini-3.8-flash", "/v1beta"),
    "Mistral": ("mistral:mistral-medium-latest", "/v1"),
    "Cohere": ("cohere:command-a-vision-07-2025", ""),
    "Ollama": ("ollama:harbour:14b", ""),
    "Bedrock": ("bedrock:us.anthropic.claude-sonnet-4-6", ""),
    "Invoke": ("bedrock-anthropic:us.anthropic.claude-sonnet-4-6", ""),
}
for _kind, (_model, _path) in _MODELS.items():
    globals()[_kind] = type(_kind, (_Blocking,), {"model": _model, "path": _path})
    globals()["Async" + _kind] = type("Async" + _kind, (_Async,), {"model": _model, "path": _path})
