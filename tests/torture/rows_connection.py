"""Rows in which no answer comes: the connection breaks, cannot be made, or leads elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from fault_server import Handler, Peer, answering, breaking, head, whole

from .outcome import Expect
from .places import bypassed_proxy, elsewhere, nowhere, refusing_proxy, under_tls, unknown_name, via_proxy
from .row import Row
from .speech import Speech

__all__ = ["ANSWER", "ROWS", "in_turn", "sound", "spoken"]

TOLD = "Rain in Öslo today 🌧."
ANSWER = {"text": TOLD, "finish": "stop", "output": 4, "calls": ()}
"""The facts of the undisturbed answer."""


def spoken(speech: Speech) -> Handler:
    """The undisturbed answer."""
    return answering(*speech.answer())


def sound(tries: int = 1) -> Expect:
    """The undisturbed answer is what must come."""
    return Expect(tries=tries, **ANSWER)


def in_turn(*answers: Sequence[bytes] | Handler) -> Handler:
    """Answer each request of all connections by the next of these, the last one for ever."""

    def handler(peer: Peer) -> None:
        while callable(answer := answers[min(len(peer.server.received), len(answers) - 1)]) is False:
            peer.receive()
            peer.send(*answer)
        answer(peer)

    return handler


def _broken(kind: str | set[str], tries: int = 2) -> Expect:
    return Expect("ConnectionFailed", how=kind, retryable=True, text=None, tries=tries)


def _redirect(status: str) -> Row:
    def handler(peer: Peer) -> None:
        peer.receive()
        peer.send(whole(b"over there", status, location=f"{peer.server.other}/v1/answer"))  # type: ignore[attr-defined]

    right = Expect("APIError", words="`APIError`, not followed", status=int(status[:3]), retryable=False, text=None, tries=1)
    return Row(f"S2.{status[:3]}", f"{status[:3]} to another host", lambda _: handler, right, right, place=elsewhere)


_TLS = Expect("ConnectionFailed", how="tls", retryable=False, tries=0)
_CERTIFICATES = {"self_signed": "is self-signed", "expired": "has expired", "other_host": "is another host's"}

ROWS = (
    Row(
        "F1.reset",
        "reset before the head",
        lambda _: breaking(by=Peer.reset),
        _broken({"reset", "closed"}),
        _broken({"reset", "closed"}),
    ),
    Row("F1.closed", "closed before the head", lambda _: breaking(), _broken({"closed", "reset"}), _broken({"closed", "reset"})),
    Row("F1.head", "closed inside the head", lambda s: breaking(s.head()[:-9]), _broken({"closed"}), _broken({"closed"})),
    Row(
        "F1.garbage",
        "a head that is not HTTP",
        lambda _: breaking(b"\x00\x01 no\r\n\r\n"),
        *[Expect("ConnectionFailed", how="other")] * 2,
    ),
    Row(
        "F1.once",
        "reset before the head, then an answer",
        lambda s: in_turn(breaking(by=Peer.reset), s.answer()),
        sound(2),
        sound(2),
    ),
    Row(
        "F44.dns",
        "a name that nobody knows",
        spoken,
        *[Expect("ConnectionFailed", how="dns", retryable=False)] * 2,
        place=unknown_name,
    ),
    Row("F44.refused", "a port where nobody listens", spoken, *[_broken("refused", 0)] * 2, place=nowhere),
    *[
        Row(f"F44.{name}", f"a certificate that {words}", spoken, _TLS, _TLS, place=under_tls(name))
        for name, words in _CERTIFICATES.items()
    ],
    Row(
        "F44.trusted", "a certificate of an authority that SSL_CERT_FILE names", spoken, sound(), sound(), place=under_tls("good")
    ),
    Row("F45.proxy", "a host behind the proxy that the environment names", spoken, sound(), sound(), place=via_proxy),
    Row("F45.bypass", "a proxy in the environment, the server on this machine", spoken, sound(), sound(), place=bypassed_proxy),
    Row(
        "F45.407",
        "a proxy that answers 407",
        spoken,
        *[Expect("ConnectionFailed", how="proxy")] * 2,
        place=refusing_proxy,
    ),
    *[
        _redirect(status)
        for status in ("301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect")
    ],
    Row(
        "F52",
        "100 and 103 before the answer",
        lambda s: answering(head("100 Continue"), head("103 Early Hints"), *s.answer()),
        sound(),
        sound(),
    ),
)
"""The rows, in the order of the page."""
