"""AWS signatures, held to AWS's published test suite and to AWS's own implementation.

The suite is the one of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html: one access
key, one moment, one host.
"""

from __future__ import annotations

import pytest

from dragoman.engine.auth import AwsKeys
from dragoman.engine.sigv4 import authorization, sign
from dragoman.errors import UsageError
from dragoman.wire.http import HttpRequest

KEYS = AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TEMPORARY = AwsKeys("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "session-token")
MOMENT = 1_440_938_160.0  # 2015-08-30T12:36:00Z
STAMP = "20150830T123600Z"
ROOT = "https://example.amazonaws.com"
LETTERS = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

SUITE = [
    ("get-vanilla", "GET", "/", {}, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    (
        "get-vanilla-query-order-key-case",
        "GET",
        "/?Param2=value2&Param1=value1",
        {},
        b"",
        "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
    ),
    (
        "get-vanilla-query-order-value",
        "GET",
        "/?Param1=value2&Param1=value1",
        {},
        b"",
        "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694",
    ),
    (
        "get-vanilla-utf8-query",
        "GET",
        "/?%E1%88%B4=bar",
        {},
        b"",
        "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04",
    ),
    ("get-unreserved", "GET", f"/{LETTERS}", {}, b"", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    (
        "get-header-value-trim",
        "GET",
        "/",
        {"my-header1": " value1", "my-header2": ' "a   b   c"'},
        b"",
        "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    ),
    ("get-relative", "GET", "/example/..", {}, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    (
        "get-relative-relative",
        "GET",
        "/example1/example2/../..",
        {},
        b"",
        "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
    ),
    ("get-slash", "GET", "//", {}, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("get-slash-dot-slash", "GET", "/./", {}, b"", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    (
        "get-slash-pointless-dot",
        "GET",
        "/./example",
        {},
        b"",
        "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5",
    ),
    ("get-slashes", "GET", "//example//", {}, b"", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"),
    ("post-vanilla", "POST", "/", {}, b"", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    (
        "post-vanilla-query",
        "POST",
        "/?Param1=value1",
        {},
        b"",
        "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11",
    ),
    (
        "post-x-www-form-urlencoded",
        "POST",
        "/",
        {"content-type": "application/x-www-form-urlencoded"},
        b"Param1=value1",
        "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "signature"), [pytest.param(*case[1:], id=case[0]) for case in SUITE]
)
def test_the_published_suite(method: str, path: str, headers: dict[str, str], body: bytes, signature: str) -> None:
    """Paths, queries, headers and bodies are made canonical as AWS makes them."""
    signed = {"host": "example.amazonaws.com", "x-amz-date": STAMP, **headers}
    value = authorization(method, ROOT + path, signed, body, KEYS, "service", "us-east-1")

    names = ";".join(sorted(signed))
    scope = "20150830/us-east-1/service/aws4_request"
    assert f"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{scope}, SignedHeaders={names}, Signature={signature}" == value


BEDROCK = "https://bedrock-runtime.eu-west-1.amazonaws.com/model"
MODEL = f"{BEDROCK}/eu.amazon.nova-lite-v1%3A0/converse"
PROFILE = f"{BEDROCK}/arn%3Aaws%3Abedrock%3Aeu-west-1%3A123456789012%3Aapplication-inference-profile%2Fabc/converse-stream"


def request(url: str, body: bytes) -> HttpRequest:
    return HttpRequest("POST", url, {"content-type": "application/json", "accept": "*/*", "anthropic-beta": "x"}, body)


@pytest.mark.parametrize(
    ("url", "body", "keys", "signature"),
    [
        (MODEL, b'{"messages":[]}', KEYS, "210391b5ca31fd886b904e94fbccaf0e135364c5e197ce5d0d14aef133501a58"),
        (PROFILE, b"{}", KEYS, "c7e8d2a85fefe8423628f8788fc370be571838fcf4487b34b9a008fea4ad2e04"),
        (MODEL, b'{"messages":[]}', TEMPORARY, "4d4c412146ba768e5692cce21eb58073533dcef2f518ade7efc53e456de80033"),
        (PROFILE, b"{}", TEMPORARY, "a0f2272323347c66e769d4f47ecad107d64dacceecc6296045e2cf54541fb64e"),
    ],
)
def test_model_ids_are_encoded_once_more(url: str, body: bytes, keys: AwsKeys, signature: str) -> None:
    """What stands as `%3A` in the path is signed as `%253A`; the values were computed with botocore 1.44.5."""
    signed = sign(request(url, body), keys, "bedrock", "eu-west-1", MOMENT)

    assert signed.headers["authorization"].endswith(f"Signature={signature}")
    assert (url, body, STAMP) == (signed.url, signed.body, signed.headers["x-amz-date"])
    assert ("session-token" if keys is TEMPORARY else None) == signed.headers.get("x-amz-security-token")


@pytest.mark.parametrize("keys", [KEYS, TEMPORARY])
@pytest.mark.parametrize("url", [MODEL, PROFILE, f"{BEDROCK}/a%20b+c/invoke", f"{BEDROCK}/m/converse?b=2&a=1%2F3&c"])
def test_as_amazon_signs(url: str, keys: AwsKeys) -> None:
    """botocore, given the same request and moment, writes the same signature."""
    auth = pytest.importorskip("botocore.auth", reason="botocore is not installed")
    aws_request = pytest.importorskip("botocore.awsrequest").AWSRequest
    credentials = pytest.importorskip("botocore.credentials").Credentials
    theirs = aws_request(method="POST", url=url, headers={"content-type": "application/json"}, data=b'{"a":1}')
    theirs.context["timestamp"] = STAMP
    theirs.headers["x-amz-date"] = STAMP
    token = keys.session_token.reveal() if keys.session_token is not None else None
    if token is not None:
        theirs.headers["x-amz-security-token"] = token
    signer = auth.SigV4Auth(credentials(keys.access_key.reveal(), keys.secret_key.reveal(), token), "bedrock", "eu-west-1")
    signature = signer.signature(signer.string_to_sign(theirs, signer.canonical_request(theirs)), theirs)

    ours = sign(request(url, b'{"a":1}'), keys, "bedrock", "eu-west-1", MOMENT)
    assert ours.headers["authorization"].endswith(f"Signature={signature}")


@pytest.mark.parametrize(
    ("url", "sent", "host"),
    [
        ("https://h.example:443/a", "https://h.example/a", "h.example"),
        ("http://localhost:80/a", "http://localhost/a", "localhost"),
        ("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/a", "127.0.0.1:8080"),
        ("https://H.Example/a%2Fb?x=%41", "https://h.example/a%2Fb?x=%41", "h.example"),
    ],
)
def test_the_signed_host_is_the_one_that_is_sent(url: str, sent: str, host: str) -> None:
    """A scheme's own port is in neither; the rest of the URL goes out as it came."""
    signed = sign(request(url, b""), KEYS, "s", "r", MOMENT)
    expected = authorization(
        "POST", sent, {"content-type": "application/json", "host": host, "x-amz-date": STAMP}, b"", KEYS, "s", "r"
    )

    assert (sent, expected) == (signed.url, signed.headers["authorization"])
    assert "host" not in signed.headers


def test_credentials_cannot_smuggle_headers() -> None:
    """A line break in a session token is refused without showing it."""
    with pytest.raises(UsageError, match="no HTTP header") as caught:
        sign(request(MODEL, b""), AwsKeys("AKID", "secret", "token\r\nx: y"), "s", "r", MOMENT)
    assert "token\r" not in str(caught.value)
