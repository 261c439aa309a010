"""HTTP values."""

from __future__ import annotations

from dragoman.wire.http import HttpHead, HttpRequest, header_map


def test_repeated_headers_are_joined() -> None:
    """Names are folded to lower case and repeated fields are one list."""
    assert header_map([("A", "1"), ("b", "3"), ("a", "2")]) == {"a": "1, 2", "b": "3"}


def test_media_type_is_without_parameters() -> None:
    """The content type is compared without its charset."""
    assert HttpHead(200, {"content-type": "Text/Event-Stream; charset=utf-8"}).media_type == "text/event-stream"
    assert HttpHead(200).media_type == ""


def test_a_request_can_be_printed_without_its_credential() -> None:
    """Names of headers and the length of the body are all that shows."""
    request = HttpRequest("POST", "https://x/y", {"authorization": "Bearer sk-marker"}, b"sk-marker")

    assert "HttpRequest('POST', 'https://x/y', headers=['authorization'], body=9 bytes)" == repr(request)
