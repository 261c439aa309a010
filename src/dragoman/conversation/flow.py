"""What a conversation does, as generators that decide and do no I/O: a call, a summary, a trimming.

They yield effects (see `effects`) and are sent the results; both faces run the same ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from ..errors import Cancelled, ContextTooLong, DecodeError, DragomanError, StoreError, UsageError
from ..routes import ModelLike
from ..types.messages import Message
from ..types.response import Adaptation, Response
from .compaction import Compaction, added, limit, older, options_for, pieces, request, summary
from .core import Core
from .cuts import cut, halves
from .effects import Ask, Check, Flow, Keep, Write
from .history import History, Turn, arranged, instructs
from .sizes import Size, estimate, overhead, total, turn_sizes

__all__ = ["HERE", "compact", "converse", "one_answer", "size", "trim"]

HERE = "here"
"""The head of the conversation, whatever it is; None stands before the first turn."""

_WORTH = 0.25
"""How much of all that is sent a summary must stand for, where nobody asked for it."""


_FILLED = 0.95
"""How much of the writer's window older turns may fill; the rest is for the instruction and the summary."""


class _Parts(NamedTuple):
    """What a call would send: a standing part that no cut touches, and what can be cut, with its sizes."""

    so_far: Message | None
    body: tuple[Turn, ...]
    sizes: list[int]


def converse(
    core: Core,
    said: tuple[Message, ...],
    options: dict[str, Any],
    *,
    model: ModelLike,
    keep_partial: bool,
    at: str | None = HERE,
) -> Flow[Response]:
    """One question and its answer; both are stored when it returns. `at` is the turn after which it is asked.

    Raises what the call raises. Nothing is added then, except an answer that broke off where `keep_partial` is set.
    """
    with core.claimed():
        yield Check()
        history = core.history if at == HERE else core.history.at(at)
        return (yield from _Call(core, history, said, options, model, keep_partial).run())


def one_answer(
    core: Core, said: tuple[Message, ...], options: dict[str, Any], *, model: ModelLike, keep_partial: bool
) -> Flow[Response]:
    """One answer of a run, which has the conversation to itself already; kept, with what was said before it, when it returns.

    Raises as `converse` does.
    """
    return (yield from _Call(core, core.history, said, options, model, keep_partial).run())


def compact(core: Core, model: ModelLike, policy: Compaction) -> Flow[Turn | None]:
    """Write a summary now, of all but the newest turns. None where nothing can be summarised."""
    with core.claimed():
        yield Check()
        options = core.call({})
        parts = _parts(core.history, (), options)
        return (yield from _summarised(core, core.history, parts, options, model, policy, sum(parts.sizes), 0.0))


def trim(core: Core, tokens: int | None, count: int | None) -> Flow[tuple[Turn, ...]]:
    """Send no more than the newest turns that fit from now on. Returns the turns that are not sent any more."""
    if tokens is None and count is None:
        raise UsageError("say what the conversation is trimmed to: max_tokens= or max_turns=")
    with core.claimed():
        yield Check()
        history = core.history
        options = core.call({})
        parts = _parts(history, (), options)
        if tokens is not None:
            tokens -= _standing(options)
            tokens -= estimate(parts.so_far) if parts.so_far is not None else 0
        place = cut(parts.body, parts.sizes, led=parts.so_far is not None, tokens=tokens, count=count)
        if place == 0:
            return ()
        mark = Turn(core.ids(), parts.so_far, history.head, core.clock(), kind="trim", since=parts.body[place].id)
        yield Keep((mark,), mark.id)
        return tuple([turn for turn in parts.body[:place] if not instructs(turn)])


def size(history: History, said: Sequence[Message], options: dict[str, Any]) -> Size:
    """The tokens of the prompt that a call would send."""
    turns = history.sent()
    known = total(turns, _standing(options), history.since())
    return Size(known.tokens + sum(map(estimate, said)), known.estimated or bool(said))


def _parts(history: History, said: Sequence[Message], options: dict[str, Any]) -> _Parts:
    sent = history.sent()
    marks = [position for position, turn in enumerate(sent) if turn.kind != "said"]
    start = marks[-1] + 1 if marks else 0
    new = [Turn("", message) for message in said]
    so_far = sent[marks[-1]].message if marks else None
    return _Parts(so_far, (*sent[start:], *new), [*_sizes(history, sent, options)[start:], *map(estimate, said)])


def _sizes(history: History, sent: Sequence[Turn], options: dict[str, Any]) -> list[int]:
    """The size of each turn. Where the provider counted more than all of them, estimates were too small, and share the rest."""
    sizes = turn_sizes(sent, history.since())
    standing = _standing(options)
    guessed = sum(size.tokens for size in sizes if size.estimated)
    missing = total(sent, standing, history.since()).tokens - standing - sum(size.tokens for size in sizes)
    if missing <= 0 or not guessed:
        return [size.tokens for size in sizes]
    return [round(size.tokens * (1 + missing / guessed)) if size.estimated else size.tokens for size in sizes]


def _standing(options: dict[str, Any]) -> int:
    return overhead(options.get("system") or (), options.get("tools") or ())


class _Call:
    """One question under way: what it is, what the history was made into for it, and what the answer has to say of that."""

    __slots__ = ("_adaptations", "_asked", "_core", "_history", "_keep_partial", "_model", "_options", "_said", "_warnings")

    def __init__(
        self,
        core: Core,
        history: History,
        said: tuple[Message, ...],
        options: dict[str, Any],
        model: ModelLike,
        keep_partial: bool,
    ) -> None:
        self._core = core
        self._history = history
        self._said = said
        self._options = options
        self._model = model
        self._keep_partial = keep_partial
        self._asked = core.turns(history.head, said, core.clock())
        self._adaptations: list[Adaptation] = []
        self._warnings: list[str] = []

    def run(self) -> Flow[Response]:
        tried = yield from self._make_room()
        while True:
            try:
                response: Response = yield Ask(self._model, arranged((*self._history.messages(), *self._said)), self._options)
                break
            except ContextTooLong as error:
                if tried or not (yield from self._shorten()):
                    for warning in self._warnings:
                        error.add_note(warning)
                    raise
                tried = True
            except DragomanError as error:
                yield from self._kept_partial(error)
                raise
        if self._adaptations or self._warnings:
            response = msgspec.structs.replace(
                response,
                adaptations=(*response.adaptations, *self._adaptations),
                warnings=(*response.warnings, *self._warnings),
            )
        yield from self._kept(response)
        return response

    def _make_room(self) -> Flow[bool]:
        """Shorten the history where it would fill the window; whether that was tried."""
        policy = self._core.compaction
        window = self._window()
        if policy is None or window is None:
            return False
        if size(self._history, self._said, self._options).tokens <= policy.at * window:
            return False
        yield from self._shorten()
        return bool(self._adaptations or self._warnings)

    def _window(self) -> int | None:
        return limit(self._core.known(self._model, self._options.get("base_url")), self._options.get("max_tokens"))

    def _shorten(self) -> Flow[bool]:
        """Put a summary into the history; False where it is not worth it, not wanted or could not be written."""
        policy = self._core.compaction
        if policy is None:
            return False
        parts = _parts(self._history, self._said, self._options)
        # A provider's window may be smaller than it is known to be: of what is too long for it, `keep` is a part of that.
        whole = min(sum(parts.sizes), self._window() or sum(parts.sizes))
        try:
            mark = yield from _summarised(self._core, self._history, parts, self._options, self._model, policy, whole, _WORTH)
        except (Cancelled, StoreError):
            raise
        except DragomanError as error:
            self._warnings.append(f"the conversation was not shortened, since its summary failed: {error}")
            return False
        if mark is None:
            return False
        ids = [turn.id for turn in parts.body]
        gone = ids.index(mark.since) if mark.since is not None else len(ids) - len(self._said)
        self._adaptations.append(
            Adaptation("history", "changed", f"a summary (turn {mark.id}) was sent for the {gone} oldest messages")
        )
        self._history = self._history.add(mark)
        if self._asked:
            self._asked = (msgspec.structs.replace(self._asked[0], parent=mark.id), *self._asked[1:])
        return True

    def _kept_partial(self, error: DragomanError) -> Flow[None]:
        """Keep what arrived where it is wanted; an answer that was closed after its end is a whole one."""
        partial = error.partial
        if partial is None:
            return
        whole = partial.finish is not None and isinstance(error, Cancelled)
        if whole or (self._keep_partial and partial.message.content):
            yield from self._kept(partial, interrupted=not whole)

    def _kept(self, response: Response, *, interrupted: bool = False) -> Flow[None]:
        parent = self._asked[-1].id if self._asked else self._history.head
        answers = self._core.answer(parent, response, self._model, interrupted=interrupted)
        try:
            yield Keep((*self._asked, *answers), answers[0].id)
        except StoreError as error:
            error.partial = response
            raise


def _summarised(
    core: Core,
    history: History,
    parts: _Parts,
    options: dict[str, Any],
    model: ModelLike,
    policy: Compaction,
    whole: int,
    worth: float,
) -> Flow[Turn | None]:
    """Have the older turns summarised and keep the summary; None where there is too little of them.

    What is longer than the window of the model that writes is summarised part by part, each summary taking up the one before.
    """
    new = sum(1 for turn in parts.body if not turn.id)
    place = older(parts.body, parts.sizes, new, int(policy.keep * whole), least=worth)
    if not place:
        return None
    writer = policy.model or model
    given = options_for(options, policy, same=policy.model is None)
    room = limit(core.known(writer, given.get("base_url")), policy.max_tokens)
    todo = deque(pieces(parts.body[:place], parts.sizes[:place], None if room is None else int(_FILLED * room)))
    so_far = parts.so_far
    responses: list[Response] = []
    while todo:
        part = todo.popleft()
        try:
            response = yield Write(writer, arranged(request(so_far, part, policy)), given)
        except ContextTooLong:
            two = halves(part, [size.tokens for size in turn_sizes(part)])
            if len(two) == 1:
                raise
            todo.extendleft(reversed(two))
            continue
        responses.append(response)
        if response.text.strip():
            so_far = summary(response.text.strip(), policy)
        elif given.get("tools") and given.get("tool_choice") != "none":
            # The tools stay in the first request, since without them the provider's cache of this prompt is of no use.
            given = {**given, "tool_choice": "none"}
            todo.appendleft(part)
        else:
            raise DecodeError(f"{writer} answered without a summary", partial=response)
    usage, cost = added(responses)
    mark = msgspec.structs.replace(
        core.answer(history.head, responses[-1], writer)[0],
        message=so_far,
        kind="summary",
        since=parts.body[place].id if place < len(parts.body) - new else None,
        usage=usage,
        cost=cost,
        calls=len(responses),
    )
    yield Keep((mark,), mark.id if history.head == core.history.head else core.history.head)
    return mark
