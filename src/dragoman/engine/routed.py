"""A call with several targets: one exchange after another until one answers, as a generator like an exchange's own.

It has the surface of an `Exchange` (`run`, `response`, `adaptations`), so that a face need not know which it obeys.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import msgspec

from ..errors import DragomanError, MissingKey, Unsupported
from ..types.response import Adaptation, Attempt, Decision, Response
from .effects import Effect, Now, Random
from .exchange import Exchange, Flow
from .resume import Continuation, continued, joined
from .route import Candidate, Route, Sticky, blames_target, choose, falls_back

__all__ = ["Make", "Routed"]

Make = Callable[[str, bool, Response | None], Exchange]
"""A reference, whether it is the last one, and what another target has begun (None: nothing), to its exchange.

Raises MissingKey or Unsupported when the target cannot be asked.
"""


class Routed:
    """The state of one call over several targets."""

    __slots__ = (
        "_attempts",
        "_begun",
        "_candidates",
        "_continues",
        "_conversation",
        "_current",
        "_decision",
        "_make",
        "_route",
        "_started_at",
        "_sticky",
    )

    def __init__(
        self,
        route: Route,
        candidates: Sequence[Candidate],
        make: Make,
        *,
        sticky: Sticky | None = None,
        conversation: tuple[int, bool] = (0, False),
    ) -> None:
        self._route = route
        self._candidates = candidates
        self._make = make
        self._sticky = sticky
        self._conversation = conversation
        self._current: Exchange | None = None
        self._begun: Response | None = None
        self._continues = False
        self._decision = Decision()
        self._attempts: tuple[Attempt, ...] = ()
        self._started_at = 0.0

    @property
    def adaptations(self) -> tuple[Adaptation, ...]:
        """What had to change for the target that answers."""
        return self._current.adaptations if self._current is not None else ()

    @property
    def current(self) -> Exchange | None:
        """The exchange with the target that is asked now, None before the first."""
        return self._current

    @property
    def decision(self) -> Decision | None:
        """Why that one is asked."""
        return self._decision

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """The tries that have ended, of all targets."""
        return self._attempts + (self._current.attempts if self._current is not None else ())

    def response(self) -> Response:
        """What has arrived so far, whoever said it, with the decision and the tries of all targets."""
        if self._current is None:
            from ..types.messages import Message

            return Response(Message("assistant", ()), decision=self._decision)
        response = self._current.response()
        if self._begun is not None and self._continues:
            response = joined(self._begun, response)
        return msgspec.structs.replace(response, attempts=self._attempts + response.attempts, decision=self._decision)

    def run(self) -> Flow[None]:
        """Yield effects and lists of events until one target's answer is complete.

        Raises the error of the last target that was asked, with the tries of all in its `attempts`.
        """
        candidates, first = yield from self._order()
        reason, passed = first.reason, list(first.passed_over)
        failed: DragomanError | None = None
        for place, candidate in enumerate(candidates):
            last = place == len(candidates) - 1
            try:
                exchange = self._make(candidate.reference, last, self._begun)
            except (MissingKey, Unsupported) as error:
                if last:
                    raise self._known(failed or error) from None
                passed.append((candidate.reference, str(error)))
                reason = "the one before it cannot be asked"
                continue
            if failed is not None:
                self._attempts += failed.attempts
            exchange.count_from(self._started_at)
            self._current, self._continues = exchange, self._begun is not None
            others = tuple([entry for entry in passed if entry[0] != candidate.reference])
            self._decision = Decision(candidate.reference, reason, others, self._continues)
            try:
                yield from self._ask(candidate, exchange)
            except DragomanError as error:
                failed = error
                if last or not self._next(exchange, error):
                    raise self._known(error) from None
                passed.append((candidate.reference, f"it failed: {type(error).__name__}"))
                reason = "it continues what broke off" if self._begun is not None else "the one before it failed"
            else:
                return

    def _order(self) -> Generator[Effect, Any, tuple[list[Candidate], Decision]]:
        now: float = yield Now()
        self._started_at = now
        random: float = (yield Random()) if self._route.pick == "weighted" else 0.0
        conversation, goes_on = self._conversation
        stays = self._sticky is not None and goes_on and self._route.sticky > 0
        last = self._sticky.last(conversation, now, self._route.sticky) if stays and self._sticky is not None else None
        return choose(self._route, self._candidates, now, random, last)

    def _ask(self, candidate: Candidate, exchange: Exchange) -> Flow[None]:
        """One target's whole exchange; its health learns from it."""
        health = candidate.health
        settled = False
        begun: float = yield Now()
        health.begin(begun)
        try:
            yield from exchange.run() if self._begun is None else self._go_on(exchange)
            first = exchange.response().timing.first_event
            health.succeed(first - (begun - self._started_at) if first is not None else None)
            settled = True
        except DragomanError as error:
            if blames_target(error):
                health.fail((yield Now()), error.retry_after)
                settled = True
            raise
        finally:
            if not settled:
                health.give_up()
        if self._sticky is not None:
            self._sticky.keep(self._conversation[0], candidate.reference, (yield Now()))

    def _go_on(self, exchange: Exchange) -> Flow[None]:
        """The rest of an answer another target began: its first text goes on where that one broke off."""
        assert self._begun is not None
        continuation = Continuation(self._begun)
        flow = exchange.run()
        value: Any = None
        step: Any = flow.send
        while True:
            try:
                effect = step(value)
            except StopIteration:
                return
            step, value = flow.send, None
            if type(effect) is list:
                if events := continuation.feed(effect):
                    yield events
                continue
            try:
                value = yield effect
            except GeneratorExit:
                flow.close()
                raise
            except BaseException as error:
                step, value = flow.throw, error

    def _next(self, exchange: Exchange, error: DragomanError) -> bool:
        """Whether the next target is asked after this error; what has been delivered must be text to be gone on with."""
        if not falls_back(error):
            return False
        if not exchange.delivered:
            return True
        partial = error.partial if error.partial is not None else exchange.response()
        if self._route.resume and self._begun is None and continued(partial):
            self._begun = partial
            return True
        return False

    def _known(self, error: DragomanError) -> DragomanError:
        """The error with the tries of every target, and all that was said."""
        error.attempts = self._attempts + error.attempts
        if self._begun is not None:
            error.partial = self.response()
        return error
