"""A conversation that a run of tools goes on with: each answer, each result and what is said meanwhile is kept as it comes.

The run's loop asks it for its steps and tells it of results (`engine.loop.Keeper`). A step is an answer as `flow` decides it:
room is made for it, and its question is kept beside it. What `flow` yields becomes what the faces of a run obey.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import Any

import msgspec

from ..engine.answered import Answer
from ..engine.effects import Commit
from ..engine.loop import Asked, unanswered
from ..errors import Cancelled, OutputInvalid
from ..options import Options
from ..output import asked
from ..routes import ModelLike
from ..types.content import ToolCall
from ..types.messages import Message
from ..types.response import Response, Usage
from .core import Core
from .effects import Ask, Check, Keep, Write
from .effects import Flow as Talk
from .flow import one_answer
from .history import Turn, arranged

__all__ = ["Going"]

Flow = Generator[Any, Any, None]


class Going:
    """One run of a conversation. What is asked is kept with the first answer, so that a run that fails before it adds nothing."""

    def __init__(
        self,
        core: Core,
        said: tuple[Message, ...],
        output: Any,
        *,
        model: ModelLike,
        keep_partial: bool,
        stream: bool,
    ) -> None:
        """`output` is the form that the last answer is to have."""
        self.core = core
        self.said = said
        self.model = model
        self.keep_partial = keep_partial
        self.stream = stream
        self.besides: list[Response] = []
        self._output = output
        self._step: _Step | None = None
        self._claimed = False

    @property
    def messages(self) -> tuple[Message, ...]:
        """What the next step is asked with."""
        return arranged((*self.core.history.messages(), *self.said))

    @property
    def open(self) -> tuple[ToolCall, ...]:
        """The calls at the end that have no result yet. An answer that broke off has made none: they may not be whole."""
        last = self._last("assistant")
        return () if last is not None and last.interrupted else tuple(unanswered(self.messages))

    @property
    def last(self) -> Response | None:
        """The last answer in the conversation, with what is kept of it and, where it fits the form that is wanted, its value."""
        turn = self._last("assistant")
        if turn is None or turn.message is None:
            return None
        fields: dict[str, Any] = {"id": turn.response, "finish": turn.finish, "usage": turn.usage or Usage(), "cost": turn.cost}
        response = Response(turn.message, **fields)
        typed = asked(self._output)
        if typed is None:
            return response
        try:
            return Answer(turn.message, **fields, value=typed.read(response), given=True)
        except OutputInvalid:
            return Answer(turn.message, **fields)

    @property
    def ended(self) -> bool:
        """Whether it ends with an answer that was the end of what was asked: whole, without calls, of the form that is wanted."""
        turn, last = self._last(), self.last
        if self.said or turn is None or last is None or turn.message is not last.message:
            return False
        if last.finish_reason in (None, "pause") or turn.interrupted or last.tool_calls:
            return False
        return not isinstance(last, Answer) or last.given

    def begin(self) -> Flow:
        """Yield effects until the conversation is this run's. Raises UsageError where it is another's, and StoreConflict."""
        self.core.claim()
        self._claimed = True
        yield self.commit(self.core.check)

    def ask(self, ask: Callable[..., Asked], options: Options) -> Asked:
        """The next step."""
        self._step = _Step(self, ask, options)
        return self._step

    def keep(self, message: Message) -> Flow:
        """Yield effects until a result, or what was said meanwhile, is kept: with the question, where that is not kept yet."""
        result = message.role == "tool"
        if self.said and not result:
            self.said = (*self.said, message)
            return
        core = self.core
        turns = core.turns(core.history.head, (*self.said, message), core.clock())
        if not result:
            turns = (*turns[:-1], msgspec.structs.replace(turns[-1], steered=True))
        yield self.commit(partial(core.keep, turns, turns[-1].id))
        self.said = ()

    def end(self) -> Flow:
        """Yield `Commit` effects until what the run left is kept, and let others have the conversation."""
        if not self._claimed:
            return
        try:
            if self._step is not None:
                yield from self._step.left()
        finally:
            self._claimed = False
            self.core.release()

    def commit(self, function: Callable[[], object]) -> Commit:
        """What waits for the disk, where there is one."""
        return Commit(function, blocks=self.core.store is not None)

    def _last(self, role: str | None = None) -> Turn | None:
        """The last turn that was said, by somebody."""
        said = [turn for turn in self.core.history.path() if turn.kind == "said" and turn.message is not None]
        return next((turn for turn in reversed(said) if role is None or (turn.message and turn.message.role == role)), None)


class _Step:
    """One answer of a run."""

    def __init__(self, going: Going, ask: Callable[..., Asked], options: Options) -> None:
        self._going = going
        self._ask = ask
        self._flow: Talk[Response] | None = one_answer(
            going.core, going.said, dict(options), model=going.model, keep_partial=going.keep_partial
        )
        self._asked: Asked | None = None
        self._response: Response | None = None

    def response(self) -> Response:
        """The answer as far as it has come."""
        if self._response is not None:
            return self._response
        return self._asked.response() if self._asked is not None else Response(Message("assistant", ()))

    def run(self) -> Flow:
        """Yield effects and lists of events until the answer is kept; raises as the flow of the conversation does."""
        assert self._flow is not None
        step: Any = self._flow.send
        value: Any = None
        while True:
            try:
                effect = step(value)
            except StopIteration as end:
                self._flow, self._response = None, end.value
                self._going.said = ()
                return
            except BaseException:
                self._flow = None
                raise
            step = self._flow.send
            try:
                value = yield from self._obey(effect)
            except Exception as error:
                step, value = self._flow.throw, error

    def _obey(self, effect: Any) -> Generator[Any, Any, Any]:
        going = self._going
        match effect:
            case Ask(model=model, messages=messages, options=options):
                self._asked = self._ask(model, messages, going.stream, options)
                yield from self._asked.run()
                return self._asked.response()
            case Write(model=model, messages=messages, options=options):
                written = self._ask(model, messages, False, options)
                yield from _unheard(written.run())
                going.besides.append(written.response())
                return written.response()
        return (yield self._kept(effect))

    def _kept(self, effect: Any) -> Commit:
        core = self._going.core
        match effect:
            case Keep(turns=turns, head=head):
                return self._going.commit(partial(core.keep, turns, head))
            case _:
                assert isinstance(effect, Check)
                return self._going.commit(core.check)

    def left(self) -> Flow:
        """The reader has gone in the middle: yield what is to be kept of what had come."""
        flow, self._flow = self._flow, None
        if flow is None:
            return
        partial = self._asked.response() if self._asked is not None else None
        step: Any = flow.throw
        value: Any = Cancelled("the run was stopped before its end", partial=partial)
        while True:
            try:
                effect = step(value)
            except (Cancelled, StopIteration):
                return
            step = flow.send
            try:
                value = yield self._kept(effect)
            except Exception as error:
                step, value = flow.throw, error


def _unheard(flow: Generator[Any, Any, Any]) -> Flow:
    """A flow whose events nobody is told of."""
    step: Any = flow.send
    value: Any = None
    while True:
        try:
            effect = step(value)
        except StopIteration:
            return
        step, value = flow.send, None
        if type(effect) is list:
            continue
        try:
            value = yield effect
        except GeneratorExit:
            flow.close()
            raise
        except BaseException as error:
            step, value = flow.throw, error
