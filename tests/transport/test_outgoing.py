"""A request before it leaves: where it goes, and that nothing in it can break out of its place."""

from __future__ import annotations

import pytest

from dragoman.errors import UsageError
from dragoman.transport.outgoing import USER_AGENT, Route, checked_headers, route_to, split_url
from dragoman.wire.http import HttpRequest


@pytest.mark.parametrize(
    ("origin", "route"),
    [
        ("https://api.example.com", Route(True, "api.example.com", 443, "api.example.com")),
        ("http://Localhost:11434", Route(False, "localhost", 11434, "localhost:11434")),
        ("HTTPS://[::1]:8443", Route(True, "::1", 8443, "[::1]:8443")),
        ("http://127.0.0.1", Route(False, "127.0.0.1", 80, "127.0.0.1")),
    ],
)
def test_a_route(origin: str, route: Route) -> None:
    """Scheme, host and port, with the scheme's port where none is said."""
    assert route == route_to(origin)


@pytest.mark.parametrize(
    "origin",
    ["", "api.example.com", "ftp://example.com", "http://", "http://:80", "http://a:b", "https://a:123456", "file:///etc"],
)
def test_no_route(origin: str) -> None:
    """What is no origin of http or https is refused, with what to check."""
    with pytest.raises(UsageError, match="check the base URL"):
        route_to(origin)


def test_credentials_in_a_url_are_refused() -> None:
    """S3: never a key in a URL; the refusal does not repeat it."""
    with pytest.raises(UsageError, match="give the credential as a key") as caught:
        route_to("https://user:sk-secret@example.com")

    assert "sk-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://a.b/v1/chat?x=1", ("https://a.b", "/v1/chat?x=1")),
        ("https://a.b", ("https://a.b", "/")),
        ("https://a.b?x=/y", ("https://a.b", "/?x=/y")),
        ("https://a.b/v1#part", ("https://a.b", "/v1")),
        ("https://a.b/v1/m:go?alt=sse", ("https://a.b", "/v1/m:go?alt=sse")),
    ],
)
def test_a_url_has_two_parts(url: str, parts: tuple[str, str]) -> None:
    """The origin, and the target to ask it for; a fragment stays at home."""
    assert parts == split_url(url)


@pytest.mark.parametrize("url", ["https://a.b/\r\nx: 1", "https://a.b/a b", "https://a.b/é", "https://a.b\n", "https://a.b/\x7f"])
def test_a_url_cannot_break_out(url: str) -> None:
    """S7: what a URL may not hold is refused before sending."""
    with pytest.raises(UsageError, match="percent-encode it"):
        split_url(url)


def test_headers_are_sent_as_they_are() -> None:
    """Only a user agent is added, and only where there is none; blanks around a value mean nothing in HTTP."""
    assert {"user-agent": USER_AGENT, "a": "1"} == checked_headers(HttpRequest("GET", "", {"a": " 1\t"}))
    assert {"user-agent": "mine"} == checked_headers(HttpRequest("GET", "", {"user-agent": "mine"}))


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"a b": "1"}, "the header name 'a b'"),
        ({"a\n": "1"}, "the header name"),
        ({"": "1"}, "the header name"),
        ({"x-key": "1\r\nx: 2"}, "the value of the header 'x-key'"),
        ({"x-key": "naïve"}, "the value of the header 'x-key'"),
        ({"content-length": "5"}, "contradict the length of the body"),
        ({"transfer-encoding": "chunked"}, "contradict the length of the body"),
    ],
)
def test_headers_that_cannot_be_sent(headers: dict[str, str], message: str) -> None:
    """S7, S20: what would break the framing is refused before sending."""
    with pytest.raises(UsageError, match=message):
        checked_headers(HttpRequest("POST", "", headers, b"1234"))


def test_a_length_that_is_right_may_be_said() -> None:
    """Signing schemes cover it."""
    assert "4" == checked_headers(HttpRequest("POST", "", {"content-length": "4"}, b"1234"))["content-length"]


@pytest.mark.parametrize("method", ["", "PO ST", "POST\r\n", "PÖST"])
def test_no_method(method: str) -> None:
    """S7: a method is a word."""
    with pytest.raises(UsageError, match="is not an HTTP method"):
        checked_headers(HttpRequest(method, ""))
