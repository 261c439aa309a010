"""Where MCP servers are."""

from __future__ import annotations

import pytest

from dragoman import mcp
from dragoman.errors import UsageError
from dragoman.mcp.targets import revealed
from dragoman.types import Secret


def test_credentials_are_told_only_to_the_server() -> None:
    """Tokens, headers and environments are no part of what is printed, plain or secret."""
    http = mcp.Http("https://mcp.example.com/mcp", token="t-1", headers={"X-Key": Secret("t-2"), "X-Plain": "t-3"})
    stdio = mcp.Stdio("serve", env={"KEY": "t-4"})

    assert http.sent_headers() == {"Authorization": "Bearer t-1", "X-Key": "t-2", "X-Plain": "t-3"}
    assert revealed(stdio.env) == {"KEY": "t-4"}
    assert "t-" not in repr(http) + repr(stdio)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param("http://mcp.example.com/mcp", "plain http", id="plain http to elsewhere"),
        pytest.param("https://me:secret@mcp.example.com", "must not hold credentials", id="credentials in the address"),
        pytest.param("mcp.example.com", "no base URL", id="no address"),
    ],
)
def test_an_address_that_would_leak(url: str, words: str) -> None:
    """An address over which a token could be read is refused before anything is sent, without showing what it holds."""
    with pytest.raises(UsageError, match=words) as caught:
        mcp.Http(url)

    assert "secret" not in str(caught.value)


def test_arguments_are_a_list() -> None:
    """A command line as one string is a mistake that is told."""
    with pytest.raises(UsageError, match="arguments are a list of strings"):
        mcp.Stdio("uvx", "mcp-server-time")


def test_labels() -> None:
    """A server without a name is called by its program or its host."""
    assert mcp.Stdio("/usr/bin/uvx", ["mcp-server-time"]).label == "uvx"
    assert mcp.Http("https://mcp.example.com:8443/mcp").label == "mcp.example.com:8443"
