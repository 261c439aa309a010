"""Which proxy a request takes, and what a proxy does wrong."""

from __future__ import annotations

import pytest
from fault_server import FIRST, FaultServer, Peer, answering, breaking, whole
from rigs import CERTIFICATES, Rig, ask, certificate

from dragoman.errors import ConnectionFailed, UsageError
from dragoman.transport.outgoing import route_to
from dragoman.transport.proxies import Proxies, is_loopback

WORD = "proxy-word-98765"


def where(environment: dict[str, str], origin: str) -> str | None:
    proxy = Proxies(environment).for_route(route_to(origin))
    return proxy.where if proxy else None


@pytest.mark.parametrize(
    ("environment", "origin", "proxy"),
    [
        ({}, "https://a.com", None),
        ({"HTTPS_PROXY": "http://p:1"}, "https://a.com", "p:1"),
        ({"HTTPS_PROXY": "http://p:1"}, "http://a.com", None),
        ({"https_proxy": "http://small:1", "HTTPS_PROXY": "http://p:1"}, "https://a.com", "small:1"),
        ({"HTTP_PROXY": "p:1"}, "http://a.com", "p:1"),
        ({"HTTP_PROXY": "http://p:1", "REQUEST_METHOD": "GET"}, "http://a.com", None),
        ({"http_proxy": "http://p:1", "REQUEST_METHOD": "GET"}, "http://a.com", "p:1"),
        ({"ALL_PROXY": "socks5://user:word@p:1"}, "https://a.com", "p:1"),
        ({"ALL_PROXY": "http://all:1", "HTTPS_PROXY": "http://p:1"}, "https://a.com", "p:1"),
        ({"HTTPS_PROXY": " "}, "https://a.com", None),
    ],
)
def test_a_proxy_is_named_by_the_environment(environment: dict[str, str], origin: str, proxy: str | None) -> None:
    """F45: the usual variables, the small spelling first."""
    assert proxy == where(environment, origin)


@pytest.mark.parametrize(
    ("without", "origin", "direct"),
    [
        ("*", "https://a.com", True),
        ("a.com", "https://a.com", True),
        ("a.com", "https://api.a.com", True),
        (".a.com", "https://api.a.com", True),
        ("*.a.com", "https://api.a.com", True),
        ("a.com", "https://ba.com", False),
        ("b.com, a.com", "https://a.com", True),
        ("A.COM", "https://a.com", True),
        ("a.com:8443", "https://a.com:8443", True),
        ("a.com:8443", "https://a.com", False),
        ("10.1.2.3", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://10.1.2.3", True),
        ("10.0.0.0/8", "https://11.1.2.3", False),
        ("10.0.0.0/8", "https://a.com", False),
        ("0.1.2.3", "https://10.1.2.3", False),
        ("fd00::1", "https://[fd00::1]", True),
        ("[fd00::1]:443", "https://[fd00::1]", True),
        ("fd00::/8", "https://[fd00::1]", True),
        ("not/a/network", "https://a.com", False),
        ("", "https://a.com", False),
    ],
)
def test_what_goes_without(without: str, origin: str, direct: bool) -> None:
    """F45: NO_PROXY in all the forms that are in use."""
    assert direct is (where({"HTTPS_PROXY": "http://p:1", "NO_PROXY": without}, origin) is None)


@pytest.mark.parametrize("host", ["localhost", "ollama.localhost", "127.0.0.1", "127.8.9.10", "::1"])
def test_this_machine_goes_without(host: str) -> None:
    """F45: a server on this machine is never asked for at a proxy."""
    bracketed = f"[{host}]" if ":" in host else host

    assert is_loopback(host)
    assert where({"ALL_PROXY": "http://p:1"}, f"http://{bracketed}:11434") is None


@pytest.mark.parametrize("host", ["example.com", "localhost.example.com", "128.0.0.1", "10.0.0.1", "fd00::1", "localhos"])
def test_other_machines_are_others(host: str) -> None:
    """Only a name or address of this machine is one."""
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "message"), [("ftp://p:1", "HTTPS_PROXY is a proxy of an unknown kind"), ("http://", "HTTPS_PROXY names no host")]
)
def test_a_proxy_that_cannot_be(url: str, message: str) -> None:
    """A variable that makes no sense is said, not passed over."""
    with pytest.raises(UsageError, match=message):
        Proxies({"HTTPS_PROXY": url})


def test_a_proxy_does_not_show_its_password() -> None:
    """S1: not in any representation."""
    proxy = Proxies({"ALL_PROXY": f"http://user:{WORD}@p:1"}).for_route(route_to("https://a.com"))

    assert proxy is not None
    assert WORD not in repr(proxy)
    assert f"http://user:{WORD}@p:1" == proxy.url.reveal()


# With both libraries


@pytest.fixture
def behind(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "authority.pem"))
    return rig


def test_plain_http_is_forwarded(behind: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """F45: the proxy is asked for the whole URL, and given its own credential."""
    with FaultServer(answering(whole(b"forwarded"))) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://user:{WORD}@127.0.0.1:{proxy.port}")
        _, body = behind.open().get(ask("http://api.invalid:8080/v1?x=1"))
        asked = proxy.received[0]

    assert (b"forwarded", "http://api.invalid:8080/v1?x=1") == (body, asked.target)
    assert ("api.invalid:8080", True) == (asked.headers["host"], asked.headers["proxy-authorization"].startswith("Basic "))


def test_https_takes_a_tunnel(behind: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """F45: the proxy is asked for a tunnel and sees nothing of the request; the certificate is the host's own."""
    with FaultServer(answering(whole(b"through")), tls=certificate("other_host")) as origin:

        def relay(peer: Peer) -> None:
            asked = peer.receive()
            assert ("CONNECT", "other.invalid:443") == (asked.method, asked.target)
            peer.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
            peer.relay("127.0.0.1", origin.port)

        with FaultServer(relay) as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://user:{WORD}@127.0.0.1:{proxy.port}")
            transport = behind.open()
            for _ in range(2):
                assert b"through" == transport.get(ask("https://other.invalid/v1"))[1]
            transport.close()
            assert 1 == len(proxy.received)
            assert proxy.received[0].headers["proxy-authorization"].startswith("Basic ")
            assert "authorization" not in proxy.received[0].headers

    assert "proxy-authorization" not in origin.received[0].headers


REFUSAL = whole(b"no", "407 Proxy Authentication Required", proxy_authenticate="Basic")


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        pytest.param("http://api.invalid/v1", [REFUSAL], id="407 instead of forwarding"),
        pytest.param("https://api.invalid/v1", [REFUSAL], id="407 instead of a tunnel"),
        pytest.param("https://api.invalid/v1", [whole(b"", "502 Bad Gateway")], id="502 instead of a tunnel"),
        pytest.param("https://api.invalid/v1", [], id="nothing instead of a tunnel"),
    ],
)
def test_a_proxy_that_refuses(behind: Rig, monkeypatch: pytest.MonkeyPatch, url: str, answer: list[bytes]) -> None:
    """F45: its refusal is a failure of the way there, and not an answer of the provider."""
    with FaultServer(breaking(*answer)) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"http://user:{WORD}@127.0.0.1:{proxy.port}")
        message = rf"api\.invalid cannot be reached through the proxy.*127\.0\.0\.1:{proxy.port}"
        with pytest.raises(ConnectionFailed, match=message) as caught:
            behind.open().send(ask(url))

    assert "proxy" == caught.value.kind
    assert WORD not in str(caught.value)


@pytest.mark.parametrize("url", ["http://api.invalid/v1", "https://api.invalid/v1"])
def test_a_proxy_that_is_not_there(behind: Rig, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """F45: the proxy is what could not be reached."""
    with FaultServer(Peer.close) as gone:
        port = gone.port
    monkeypatch.setenv("ALL_PROXY", f"http://user:{WORD}@127.0.0.1:{port}")
    with pytest.raises(ConnectionFailed, match=f"127.0.0.1:{port}") as caught:
        behind.open().send(ask(url))

    assert "proxy" == caught.value.kind
    assert WORD not in str(caught.value)


def test_this_machine_is_reached_directly(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """F45: a proxy in the environment and a server on this machine, with no NO_PROXY."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with FaultServer(answering(*FIRST, b"0\r\n\r\n")) as server:
        assert b"data: one\n\n" == rig.open().get(ask(server.url))[1]
