"""A watched flow is the flow it watches; the test is the face, and the errand a script."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import pytest

from dragoman.engine.effects import Call as Run
from dragoman.engine.effects import Close, Now, Read, Send, Sleep, Wait
from dragoman.engine.observe import Call, Hooks, Observed, Observer, hook_names, observed
from dragoman.errors import Cancelled, ConnectionFailed, Overloaded
from dragoman.protocols.base import Target
from dragoman.types import Finish, Finished, Message, Request, Response, Started, Text, TextDelta, user
from dragoman.types.response import Attempt
from dragoman.wire.http import HttpHead, HttpRequest

SHOWN = HttpRequest("POST", "https://api.example.com/v1/chat", {"content-type": "application/json"}, b"{}")
SENT = HttpRequest(SHOWN.method, SHOWN.url, {**SHOWN.headers, "authorization": "Bearer sk-marker"}, SHOWN.body)
HEAD = HttpHead(200, {"x-request-id": "r1"})
EVENTS = [Started("a", "m"), TextDelta(0, "Hi"), Finished(Finish("stop"))]
ANSWER = Response(Message("assistant", (Text("Hi"),)), finish=Finish("stop"))
FAILED = Attempt("openai", "m", 0.5, 529, "Overloaded", 0.25)
DONE = Attempt("openai", "m", 1.0, 200)


class Errand:
    """What a watched flow asks of an exchange."""

    def __init__(self, *steps: Any) -> None:
        self.target = Target("openai", "openai_chat", "m")
        self.request = Request("m", (user("Hi"),))
        self.http = SHOWN
        self.attempts: tuple[Attempt, ...] = ()
        self.steps = steps
        self.got: list[Any] = []
        self.closed = False

    def response(self) -> Response:
        return ANSWER

    def run(self) -> Generator[Any, Any, None]:
        try:
            for step in self.steps:
                if isinstance(step, Attempt):
                    self.attempts += (step,)
                elif isinstance(step, Exception):
                    raise step
                else:
                    try:
                        self.got.append((yield step))
                    except ConnectionFailed as error:
                        self.got.append(error)
        finally:
            self.closed = True


class Diary(Observer):
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def on_call(self, call: Call) -> None:
        self.told.append("call")

    def on_wait(self, call: Call, seconds: float | None) -> None:
        self.told.append(("wait", seconds))

    def before_request(self, call: Call, request: HttpRequest) -> None:
        self.told.append(request)

    def on_head(self, call: Call, head: HttpHead) -> None:
        self.told.append(head.status)

    def after_try(self, call: Call, attempt: Attempt) -> None:
        self.told.append(attempt)

    def on_event(self, call: Call, event: Any) -> None:
        self.told.append(event)

    def after_response(self, call: Call, response: Response) -> None:
        self.told.append(response)

    def on_error(self, call: Call, error: Exception) -> None:
        self.told.append(error)

    def on_cancel(self, call: Call, partial: Response | None) -> None:
        self.told.append(("cancelled", partial))


class Face:
    """Obeys a flow: sends heads, calls functions, collects batches."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.effects: list[Any] = []

    def obey(self, flow: Generator[Any, Any, None]) -> None:
        step: Callable[[Any], Any] = flow.send
        value: Any = None
        while True:
            try:
                effect = step(value)
            except StopIteration:
                return
            self.effects.append(effect)
            step, value = flow.send, None
            try:
                if isinstance(effect, Run):
                    value = run(effect.function())
                elif isinstance(effect, Send) and self.answers:
                    value = self.answers.pop(0)
                    if isinstance(value, Exception):
                        raise value
            except Exception as error:
                step, value = flow.throw, error


def run(coroutine: Any) -> Any:
    """What a coroutine that waits for nothing gives."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits for something")


class Complaints(list[tuple[str, str]]):
    """What went wrong in whom."""

    def __call__(self, name: str, observer: object, error: Exception) -> None:
        self.append((name, f"{type(error).__name__}: {error}"))


def watched(errand: Errand, *observers: object, awaits: bool = False, complaints: Complaints | None = None) -> Any:
    return observed(errand, Hooks(observers, complaints if complaints is not None else Complaints(), awaits=awaits))  # type: ignore[arg-type]


def test_a_watched_flow_passes_everything_on() -> None:
    """Effects and batches are the same objects, in the same order, and their results come back."""
    batch = list(EVENTS)
    steps = [Now(), Send(SENT), Read(), batch, Sleep(1.0), Close()]
    errand, face = Errand(*steps), Face(HEAD)
    face.obey(watched(errand, Diary()))

    assert [id(step) for step in steps] == [id(effect) for effect in face.effects]
    assert [None, HEAD, None, None, None, None] == errand.got


def test_a_failed_effect_fails_in_the_flow() -> None:
    """What a face throws in arrives where the effect was asked for."""
    broken = ConnectionFailed("no")
    errand = Errand(Send(SENT), Send(SENT))
    Face(broken, HEAD).obey(watched(errand, Diary()))

    assert [broken, HEAD] == errand.got


def test_observers_are_told_in_the_order_of_things() -> None:
    """Call, its turn, each request, its head, each try, each event, the answer."""
    diary = Diary()
    errand = Errand(Wait(None, 2.0), Send(SENT), FAILED, Sleep(0.25), Send(SENT), list(EVENTS), DONE)
    Face(HttpHead(529), HEAD).obey(watched(errand, diary))

    assert ["call", ("wait", 2.0), SHOWN, 529, FAILED, SHOWN, 200, *EVENTS, DONE, ANSWER] == diary.told


def test_requests_are_shown_without_their_credential() -> None:
    """What an observer sees is the request before the key was put on."""
    diary = Diary()
    Face(HEAD).obey(watched(Errand(Send(SENT)), diary))

    assert "sk-marker" not in str([request.headers for request in diary.told if isinstance(request, HttpRequest)])


def test_errands_for_credentials_are_not_shown() -> None:
    """A request whose answer is a token is nobody's business."""
    diary = Diary()
    token = HttpRequest("POST", "https://login.example.com/token", {}, b"secret", private=True)
    Face(HEAD).obey(watched(Errand(Send(token)), diary))

    assert ["call", ANSWER] == diary.told


def test_an_error_is_told_and_raised_as_it_is() -> None:
    """The tries come first, and the caller gets the same object."""
    diary, error = Diary(), Overloaded("busy")
    with pytest.raises(Overloaded) as caught:
        Face(HEAD).obey(watched(Errand(Send(SENT), FAILED, error), diary))

    assert caught.value is error
    assert ["call", SHOWN, 200, FAILED, error] == diary.told


def test_a_closed_flow_is_a_cancelled_call() -> None:
    """Who leaves is told of with what had arrived, after the flow itself is closed."""
    diary, errand = Diary(), Errand(Send(SENT), Read())
    flow = watched(errand, diary)
    flow.send(None)
    flow.close()

    assert errand.closed
    assert ["call", SHOWN, ("cancelled", ANSWER)] == diary.told


def test_cancelled_is_not_failed() -> None:
    """A call that is stopped from elsewhere raises, and is told of as stopped."""
    diary, stopped = Diary(), Attempt("openai", "m", 0.5, 200, "Cancelled")
    with pytest.raises(Cancelled):
        Face(HEAD).obey(watched(Errand(Send(SENT), stopped, Cancelled("stop")), diary))

    assert ["call", SHOWN, 200, stopped, ("cancelled", ANSWER)] == diary.told


def test_a_flow_that_never_ran_is_no_call() -> None:
    """A stream that nobody iterates over tells nothing."""
    diary = Diary()
    watched(Errand(Send(SENT)), diary).close()

    assert [] == diary.told


def test_added_headers_do_not_replace_what_is_there() -> None:
    """Trace and request ids can be added, credentials and content types stay."""

    class Adds(Observer):
        def before_request(self, call: Call, request: HttpRequest) -> dict[str, str]:
            return {"X-Trace": "7", "Authorization": "Bearer mine", "content-type": "text/plain"}

    face = Face(HEAD)
    face.obey(watched(Errand(Send(SENT, 1.0, 2.0)), Adds()))

    assert [Send(HttpRequest(SENT.method, SENT.url, {**SENT.headers, "x-trace": "7"}, SENT.body), 1.0, 2.0)] == face.effects


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"x trace": "7"}, "ValueError: before_request may not add the header 'x trace'"),
        ({"content-length": "7"}, "ValueError: before_request may not add the header 'content-length'"),
        ({"x-trace": "7\r\nx-evil: 1"}, "ValueError: the value of the header 'x-trace' holds what no header can carry"),
        (["x-trace"], "TypeError: before_request returns headers or None, not list"),
        ({"x-trace": 7}, "TypeError: expected string or bytes-like object, got 'int'"),
    ],
)
def test_headers_that_cannot_be_are_not_sent(given: Any, complaint: str) -> None:
    """They are a mistake of the observer, and the request leaves without them."""

    class Adds(Observer):
        def before_request(self, call: Call, request: HttpRequest) -> Any:
            return given

    face, complaints = Face(HEAD), Complaints()
    face.obey(watched(Errand(Send(SENT)), Adds(), complaints=complaints))

    assert [Send(SENT)] == face.effects
    assert [("before_request", complaint)] == complaints


@pytest.mark.parametrize("name", [name for name in hook_names() if name not in ("on_error", "on_cancel")])
@pytest.mark.parametrize("awaits", [False, True])
def test_an_observer_that_raises_breaks_nothing(name: str, awaits: bool) -> None:
    """The call goes on, the next observer is told all the same, and somebody hears of it."""

    class Broken:
        pass

    def fail(*_: Any) -> None:
        raise KeyError("oops")

    async def fail_later(*_: Any) -> None:
        raise KeyError("oops")

    broken, diary, complaints = Broken(), Diary(), Complaints()
    setattr(broken, name, fail_later if awaits else fail)
    errand = Errand(Wait(None), Send(SENT), [EVENTS[0]], DONE)
    Face(HEAD).obey(watched(errand, broken, diary, awaits=awaits, complaints=complaints))

    assert [(name, "KeyError: 'oops'")] == complaints
    assert ["call", ("wait", None), SHOWN, 200, EVENTS[0], DONE, ANSWER] == diary.told


def test_an_observer_that_raises_at_the_end_hides_no_error() -> None:
    """The caller gets the call's error, not the observer's."""

    class Broken(Observer):
        def on_error(self, call: Call, error: Exception) -> None:
            raise KeyError("oops")

    complaints = Complaints()
    with pytest.raises(Overloaded):
        Face().obey(watched(Errand(Overloaded("busy")), Broken(), complaints=complaints))

    assert [("on_error", "KeyError: 'oops'")] == complaints


def test_an_observer_that_raises_does_not_keep_a_stream_open() -> None:
    """Closing ends, whatever it is told."""

    class Broken(Observer):
        def on_cancel(self, call: Call, partial: Response | None) -> None:
            raise KeyError("oops")

    complaints, errand = Complaints(), Errand(Read())
    flow = watched(errand, Broken(), complaints=complaints)
    flow.send(None)
    flow.close()

    assert errand.closed
    assert [("on_cancel", "KeyError: 'oops'")] == complaints


def test_async_methods_are_awaited_by_the_face() -> None:
    """What they return counts as if they were plain."""

    class Later(Observer):
        async def before_request(self, call: Call, request: HttpRequest) -> dict[str, str]:
            return {"x-trace": "7"}

    face = Face(HEAD)
    face.obey(watched(Errand(Send(SENT)), Later(), awaits=True))

    assert [Run, Send] == [type(effect) for effect in face.effects]
    assert "7" == face.effects[1].request.headers["x-trace"]


def test_an_awaitable_where_nobody_awaits_is_a_mistake() -> None:
    """It is said, and no coroutine is left behind."""

    async def later() -> None:
        pass

    class Later(Observer):
        def on_call(self, call: Call) -> Any:
            return later()

    complaints = Complaints()
    Face().obey(watched(Errand(), Later(), complaints=complaints))

    assert [("on_call", "TypeError: an async method can only be awaited with AsyncClient")] == complaints


def test_a_call_that_is_stopped_after_its_end_has_ended() -> None:
    """Each call ends once for its observers."""
    told: list[str] = []

    class Late(Observer):
        async def after_response(self, call: Call, response: Response) -> None:
            told.append("response")

        def on_cancel(self, call: Call, partial: Response | None) -> None:
            told.append("cancelled")

    flow = watched(Errand(), Late(), awaits=True)
    effect = flow.send(None)
    run(effect.function())
    flow.close()

    assert ["response"] == told


def test_an_observed_errand_is_the_errand() -> None:
    """All but its flow is its own, so that nobody need know that it is observed."""
    errand, diary = Errand(Send(SENT)), Diary()
    it = Observed(errand, Hooks([diary], Complaints(), awaits=False))  # type: ignore[arg-type]
    Face(HEAD).obey(it.run())

    assert (errand.request, ANSWER) == (it.request, it.response())
    assert ["call", SHOWN, 200, ANSWER] == diary.told


def test_a_call_shows_how_far_it_has_come() -> None:
    """Provider, model, request, tries; and what is not known yet is None."""
    errand = Errand()
    call = Call(errand)  # type: ignore[arg-type]
    errand.attempts = (FAILED,)

    assert ("openai", "openai_chat", "m") == (call.provider, call.protocol, call.model)
    assert (errand.request, SHOWN, (FAILED,), None, ANSWER) == (
        call.request,
        call.http,
        call.attempts,
        call.decision,
        call.response(),
    )
    assert "Call('openai', 'm')" == repr(call)


def test_a_call_without_a_target_yet_knows_nothing() -> None:
    """A call over several targets has none before the first is chosen."""

    class Several:
        current = None
        decision = None
        attempts = ()

    call = Call(Several())  # type: ignore[arg-type]

    assert (None, None, None, None, None, None) == (
        call.provider,
        call.protocol,
        call.model,
        call.request,
        call.http,
        call.response(),
    )
