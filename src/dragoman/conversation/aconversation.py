"""A conversation in asynchronous code: the twin of `conversation`, whose store never holds up the event loop."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TypeVar, Unpack, overload

from ..arun import AsyncRun
from ..engine.answered import Answer
from ..options import Messages, Options, Words
from ..output import Typed
from ..prepare import Plan
from ..routes import ModelLike
from ..run import RunOptions, RunWords
from ..types.content import Text
from ..types.messages import Message
from ..types.request import Output
from ..types.response import Response
from ..types.run import RunResult
from .astreamed import AsyncAnswers, AsyncConversationStream, aside, obey
from .compaction import Compaction
from .core import Core, Known, Opening
from .effects import Flow
from .flow import HERE, compact, converse, size, trim
from .going import Going
from .history import History, Turn, arranged
from .sizes import Size
from .totals import Totals, totals

T = TypeVar("T")
_T = TypeVar("_T")

__all__ = ["AsyncConversation"]


class AsyncConversation:
    """What was said, and the model it goes on with; made by `AsyncClient.conversation`.

    Use it in an `async with` block when it opens a store by its path. One call at a time; `fork` it for more.
    """

    def __init__(self, client: AsyncAnswers, core: Core) -> None:
        self._client = client
        self._core = core

    @classmethod
    async def open(cls, client: AsyncAnswers, known: Known, model: ModelLike | None, words: Opening) -> AsyncConversation:
        """A conversation from the words of `Opening`; see `Core.open` for what it raises."""
        return cls(client, await asyncio.to_thread(Core.open, known, model, words))

    async def __aenter__(self) -> AsyncConversation:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"<AsyncConversation {self.id} of {len(self._core.history.turns)} turns with {self.model!r}>"

    @property
    def id(self) -> str:
        """Its name in the store."""
        return self._core.record.id

    @property
    def model(self) -> ModelLike:
        """Who is asked next; set it at any time, and the history goes along. Stored with the next turn."""
        return self._core.model

    @model.setter
    def model(self, model: ModelLike) -> None:
        self._core.model = model

    @property
    def system(self) -> tuple[Text, ...]:
        """The instructions before all messages."""
        return self._core.record.system

    @property
    def title(self) -> str | None:
        """A name for people."""
        return self._core.record.title

    @property
    def notes(self) -> dict[str, Any]:
        """The caller's own words about it."""
        return dict(self._core.record.notes)

    @property
    def history(self) -> History:
        """Everything that was ever said in it, as a tree."""
        return self._core.history

    @property
    def turns(self) -> tuple[Turn, ...]:
        """What was said up to here, marks included, with ids and times."""
        return self._core.history.path()

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the next call sends before what it adds."""
        return self._core.history.messages()

    @property
    def totals(self) -> Totals:
        """What its answers have taken so far."""
        return totals(self._core.history.turns.values())

    def size(self, content: Messages | None = None) -> Size:
        """How many tokens the prompt of the next call has, as far as that is known, and whether that is an estimate."""
        said = () if content is None else self._core.said(content)
        return size(self._core.history, said, self._core.call({}))

    @overload
    async def chat(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        output: type[T] | Typed[T],
        **options: Unpack[Words],
    ) -> Answer[T]: ...
    @overload
    async def chat(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        output: Output | None,
        **options: Unpack[Words],
    ) -> Response: ...
    @overload
    async def chat(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        output: Any,
        **options: Unpack[Words],
    ) -> Answer[Any]: ...
    @overload
    async def chat(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        **options: Unpack[Options],
    ) -> Response: ...
    async def chat(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        **options: Unpack[Options],
    ) -> Response:
        """Say something and get the whole answer; both are stored when it returns. None goes on with what was said last.

        `model` and the options are for this call. Raises the errors of a call, and nothing is added then, except an answer
        that broke off where `keep_partial` is set; StoreConflict where somebody else has gone on with the conversation.
        """
        return await self._run(self._converse(content, model, keep_partial, options))

    @overload
    def stream(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        output: type[T] | Typed[T],
        **options: Unpack[Words],
    ) -> AsyncConversationStream[T]: ...
    @overload
    def stream(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        **options: Unpack[Options],
    ) -> AsyncConversationStream[Any]: ...
    def stream(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        **options: Unpack[Options],
    ) -> AsyncConversationStream[Any]:
        """As `chat`, with the answer as it comes; use it in an `async with` block. Stored when the last event has been given."""
        return AsyncConversationStream(self._client, self._core, self._converse(content, model, keep_partial, options))

    @overload
    async def run(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        output: type[T] | Typed[T],
        **options: Unpack[RunWords],
    ) -> RunResult[T]: ...
    @overload
    async def run(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        **options: Unpack[RunOptions],
    ) -> RunResult[Any]: ...
    async def run(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        **options: Unpack[RunOptions],
    ) -> RunResult[Any]:
        """Say something and let the model work with tools until it is done, as `AsyncClient.run` does.

        Each answer, each result and what is said meanwhile is stored before you are told of it. None goes on where a run stopped,
        or a program was killed: with the calls that have no result yet, or not at all where the last answer was the end.
        Raises as `chat` does; what was stored stays.
        """
        async with self._going(content, model, keep_partial, options, stream=False) as run:
            async for _ in run:
                pass
        return run.result

    @overload
    def run_stream(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        output: type[T] | Typed[T],
        **options: Unpack[RunWords],
    ) -> AsyncRun[T]: ...
    @overload
    def run_stream(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        **options: Unpack[RunOptions],
    ) -> AsyncRun[Any]: ...
    def run_stream(
        self,
        content: Messages | None = None,
        *,
        model: ModelLike | None = None,
        keep_partial: bool | None = None,
        **options: Unpack[RunOptions],
    ) -> AsyncRun[Any]:
        """As `run`, with the events of every step as it goes on; use it in an `async with` block."""
        return self._going(content, model, keep_partial, options, stream=True)

    @overload
    async def edit(
        self, content: Messages, *, model: ModelLike | None = None, output: type[T] | Typed[T], **options: Unpack[Words]
    ) -> Answer[T]: ...
    @overload
    async def edit(self, content: Messages, *, model: ModelLike | None = None, **options: Unpack[Options]) -> Response: ...
    async def edit(self, content: Messages, *, model: ModelLike | None = None, **options: Unpack[Options]) -> Response:
        """Say something else in place of the last question. What was said before stays in the tree, as another branch."""
        said = self._core.said(content)
        asked = self._core.history.question()[0]
        return await self._run(self._flow(said, model, None, options, asked.parent))

    @overload
    async def regenerate(
        self, *, model: ModelLike | None = None, output: type[T] | Typed[T], **options: Unpack[Words]
    ) -> Answer[T]: ...
    @overload
    async def regenerate(self, *, model: ModelLike | None = None, **options: Unpack[Options]) -> Response: ...
    async def regenerate(self, *, model: ModelLike | None = None, **options: Unpack[Options]) -> Response:
        """Ask for the last answer again. The one before stays in the tree, as another branch."""
        return await self._run(self._flow((), model, None, options, self._core.history.unanswered()))

    def plan(
        self, content: Messages | None = None, *, model: ModelLike | None = None, stream: bool = False, **options: Unpack[Options]
    ) -> Plan:
        """What `chat` would send as things stand, without sending it; a summary that it would have written first is not in it."""
        said = self._core.said(content)
        asked: Any = self._core.call(options)
        return self._client.plan(model or self.model, arranged((*self.messages, *said)), stream=stream, **asked)

    async def add(self, messages: Messages) -> tuple[Turn, ...]:
        """Store messages without asking anything, such as the results of tools."""
        return await aside(self._core, self._core.add, messages)

    async def undo(self, count: int = 1) -> None:
        """Go back to before the last exchanges, each a question with all that followed. What was said stays in the tree."""
        await aside(self._core, self._core.undo, count)

    async def goto(self, turn: str | None) -> None:
        """Go to any turn of the tree by its id, None to before the first."""
        await aside(self._core, self._core.goto, turn)

    async def fork(self, at: str | None = None, *, id: str | None = None) -> AsyncConversation:
        """Another conversation with the same past, up to a turn or all of it. What either says then, the other does not hear."""
        return AsyncConversation(self._client, await aside(self._core, self._core.fork, at, id))

    async def trim(self, *, max_tokens: int | None = None, max_turns: int | None = None) -> tuple[Turn, ...]:
        """Send only the newest turns from now on, as many as fit; returns those that are not sent any more.

        A call stays with its result and an exchange with its question, instructions and a summary stay. The last exchange
        is kept even where it alone does not fit.
        """
        return await self._run(trim(self._core, max_tokens, max_turns))

    async def compact(self, policy: Compaction | None = None) -> Turn | None:
        """Have all but the newest turns summarised now; None where there is nothing to summarise."""
        return await self._run(compact(self._core, self.model, policy or self._core.compaction or Compaction()))

    async def describe(self, *, title: str | None = None, notes: Mapping[str, Any] | None = None) -> None:
        """Give it another title, other notes, or both."""
        await aside(self._core, self._core.describe, title, notes)

    async def refresh(self) -> None:
        """Take over what others have stored of this conversation, and where it stands now."""
        await aside(self._core, self._core.refresh)

    def dump(self) -> bytes:
        """All of it as JSON: `client.conversation(saved=...)` goes on with it."""
        return self._core.dump()

    async def save(self, path: str | os.PathLike[str]) -> None:
        """As `dump`, into a file, which is replaced in one step."""
        await asyncio.to_thread(self._core.save, path)

    async def close(self) -> None:
        """Close the store, where it was opened for this conversation."""
        await aside(self._core, self._core.close)

    def _going(
        self,
        content: Messages | None,
        model: ModelLike | None,
        keep_partial: bool | None,
        options: RunOptions,
        *,
        stream: bool,
    ) -> AsyncRun[Any]:
        core, answerer = self._core, model or self.model
        kept = core.keep_partial if keep_partial is None else keep_partial
        words: Any = core.call(options)
        going = Going(core, core.said(content), words.get("output"), model=answerer, keep_partial=kept, stream=stream)
        return self._client._run(answerer, (), stream, words, going)

    def _converse(
        self, content: Messages | None, model: ModelLike | None, keep_partial: bool | None, options: Options
    ) -> Flow[Response]:
        return self._flow(self._core.said(content), model, keep_partial, options, HERE)

    def _flow(
        self,
        said: tuple[Message, ...],
        model: ModelLike | None,
        keep_partial: bool | None,
        options: Options,
        at: str | None,
    ) -> Flow[Response]:
        core = self._core
        kept = core.keep_partial if keep_partial is None else keep_partial
        return converse(core, said, core.call(options), model=model or self.model, keep_partial=kept, at=at)

    async def _run(self, flow: Flow[_T]) -> _T:
        step: Any = flow.send
        value: Any = None
        while True:
            try:
                effect = step(value)
            except StopIteration as end:
                result: _T = end.value
                return result
            step = flow.send
            try:
                value = await obey(self._client, self._core, effect)
            except BaseException as error:
                step, value = flow.throw, error
