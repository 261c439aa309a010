"""Where providers are, and how one client gets in."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import msgspec
import pytest

from dragoman import AsyncClient, Client, errors
from dragoman.access import Entrance, Where, held_key
from dragoman.credentials import AwsCredentials, AwsKeys, Command, GoogleCredentials, Grant, Source, at_hand, aws, google, load
from dragoman.engine.auth import Auth
from dragoman.engine.effects import Call, Send, Wall
from dragoman.engine.policy import Timeouts
from dragoman.providers import Provider, all_providers
from dragoman.providers import load as load_provider
from dragoman.providers.base import Signing, TokenExchange, Variable
from dragoman.testing import Server, record
from dragoman.types import Secret
from dragoman.wire.http import HttpHead, HttpRequest

KEY = "sk-marker-0123456789"
OWN = Provider(
    "own",
    "Our own",
    "https://{region}.models.example.com/v1",
    ("OWN_KEY",),
    auth=Auth("x-key", ""),
    token_auth=Auth(),
    token_env=("OWN_TOKEN",),
    base_url_env=("OWN_URL",),
    variables={"region": Variable("the region", ("OWN_REGION",), "eu")},
)
HOSTED = msgspec.structs.replace(
    OWN, base_url="https://{host}/v1", variables={"host": Variable("the host", ("OWN_HOST",), "models.example.com")}
)


def entrance(
    keys: dict[str, Any] | None = None, base_urls: dict[str, str] | None = None, **variables: dict[str, str]
) -> Entrance:
    return Entrance({name: held_key(key) for name, key in (keys or {}).items()}, base_urls or {}, variables)


def headers(way: Entrance, provider: Provider = OWN, key: Any = None, base_url: str | None = None) -> dict[str, str]:
    """What a request would carry."""
    access = way.access(provider, key, base_url, "m")
    assert access is not None

    def play(flow: Any) -> Any:
        value: Any = None
        while True:
            try:
                effect = flow.send(value)
            except StopIteration as end:
                return end.value
            value = 1_440_938_160.0 if isinstance(effect, Wall) else effect.function() if isinstance(effect, Call) else None

    request = HttpRequest("POST", way.where(provider, base_url).url + "/chat")
    found: dict[str, str] = play(access.put_on(request, play(access.grant(Timeouts())))).headers
    return found


class TestWhere:
    """The program, the config file, the environment, the default: in this order."""

    def test_nearest_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A value from the client wins over the variable, and both over the default."""
        assert "https://eu.models.example.com/v1" == entrance().where(OWN, None).url
        monkeypatch.setenv("OWN_REGION", "us")
        assert "https://us.models.example.com/v1" == entrance().where(OWN, None).url
        assert "https://asia.models.example.com/v1" == entrance(own={"region": "asia"}).where(OWN, None).url

    def test_a_whole_base_url_wins(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of the call, of the client, of the environment; but what the program says of a part wins over the last."""
        monkeypatch.setenv("OWN_URL", "https://env.example/v1")
        client = entrance(base_urls={"own": "https://client.example/v1"})

        assert "https://call.example" == client.where(OWN, "https://call.example/").url
        assert "https://client.example/v1" == client.where(OWN, None).url
        assert "https://env.example/v1" == entrance().where(OWN, None).url
        assert "https://asia.models.example.com/v1" == entrance(own={"region": "asia"}).where(OWN, None).url

    def test_what_is_missing_is_told(self) -> None:
        """With everything that would help."""
        with pytest.raises(errors.UsageError) as caught:
            entrance().where(load_provider("foundry"), None)
        assert (
            "foundry needs the name of the Foundry resource: set ANTHROPIC_FOUNDRY_RESOURCE, or make the client with "
            "variables={'foundry': {'resource': ...}}, or pass base_url=... or set ANTHROPIC_FOUNDRY_BASE_URL"
        ) == str(caught.value)

    def test_a_misspelt_variable_is_told(self) -> None:
        """It would change nothing, in silence."""
        with pytest.raises(errors.UsageError, match="own has no variable 'regoin'; it has: region"):
            entrance(own={"regoin": "eu"}).where(OWN, None)

    def test_the_region_is_known_wherever_the_request_goes(self) -> None:
        """From a regional host itself, else from the variable: requests are signed for it."""
        bedrock = load_provider("bedrock")

        def region(base_url: str | None, **said: str) -> str:
            return entrance(bedrock=said).where(bedrock, base_url).values["region"]

        assert ("us-east-1", "eu-west-1") == (region(None), region(None, region="eu-west-1"))
        assert "ap-south-1" == region("https://bedrock-runtime.ap-south-1.amazonaws.com")
        assert "eu-west-1" == region("https://vpce-1.example.com", region="eu-west-1")


@pytest.mark.parametrize("name", [provider.name for provider in all_providers() if provider.variables])
def test_every_template_can_be_filled(name: str) -> None:
    """With a value for each variable that has no default there is a base URL, and its host is the provider's own."""
    provider = load_provider(name)
    said = {variable: "my-thing" for variable, value in provider.variables.items() if value.default is None}
    where = entrance(**{name: said}).where(provider, None)

    assert where.url.startswith("https://")
    assert "{" not in where.url
    assert where.own_url


@pytest.mark.parametrize(
    ("model", "said", "url"),
    [
        (
            "vertex:gemini-3.8-flash",
            {"project": "p"},
            "https://aiplatform.googleapis.com/v1/projects/p/locations/global/publishers/google/models/gemini-3.8-flash"
            ":generateContent",
        ),
        (
            "vertex:gemini-3.8-flash",
            {"project": "p", "location": "us-east5"},
            "https://us-east5-aiplatform.googleapis.com/v1/projects/p/locations/us-east5/publishers/google/models/"
            "gemini-3.8-flash:generateContent",
        ),
        (
            "vertex-anthropic:claude-sonnet-5",
            {"project": "p", "location": "eu"},
            "https://aiplatform.eu.rep.googleapis.com/v1/projects/p/locations/eu/publishers/anthropic/models/claude-sonnet-5"
            ":rawPredict",
        ),
        (
            "vertex-chat:meta/llama-4",
            {"project": "p"},
            "https://aiplatform.googleapis.com/v1/projects/p/locations/global/endpoints/openapi/chat/completions",
        ),
        ("azure:d", {"resource": "r"}, "https://r.openai.azure.com/openai/v1/chat/completions"),
        (
            "azure-responses:d",
            {"host": "https://r.services.ai.azure.com/"},
            "https://r.services.ai.azure.com/openai/v1/responses",
        ),
        (
            "azure-classic:my d",
            {"resource": "r"},
            "https://r.openai.azure.com/openai/deployments/my%20d/chat/completions?api-version=2024-10-21",
        ),
        ("foundry:c", {"resource": "r"}, "https://r.services.ai.azure.com/anthropic/v1/messages"),
        (
            "bedrock:amazon.nova-lite-v1:0",
            {"region": "eu-west-1"},
            "https://bedrock-runtime.eu-west-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/converse",
        ),
        ("bedrock-messages:c", {}, "https://bedrock-mantle.us-east-1.api.aws/anthropic/v1/messages"),
        ("bedrock-chat:m", {}, "https://bedrock-mantle.us-east-1.api.aws/v1/chat/completions"),
        ("bedrock-responses:m", {}, "https://bedrock-mantle.us-east-1.api.aws/v1/responses"),
        ("bedrock-openai:m", {}, "https://bedrock-mantle.us-east-1.api.aws/openai/v1/responses"),
        (
            "databricks:m",
            {"host": "adb-1.0.azuredatabricks.net"},
            "https://adb-1.0.azuredatabricks.net/serving-endpoints/chat/completions",
        ),
        ("snowflake:m", {"account": "o-a"}, "https://o-a.snowflakecomputing.com/api/v2/cortex/v1/chat/completions"),
        ("cloudflare:@cf/m", {"account": "38bc"}, "https://api.cloudflare.com/client/v4/accounts/38bc/ai/v1/chat/completions"),
        ("github-copilot:m", {}, "https://api.githubcopilot.com/chat/completions"),
        ("github-copilot-responses:m", {}, "https://api.githubcopilot.com/responses"),
        ("deepseek-responses:m", {}, "https://api.deepseek.com/responses"),
    ],
)
def test_where_the_clouds_are(model: str, said: dict[str, str], url: str) -> None:
    """As their own clients ask them, and as they were recorded."""
    client = Client(variables={model.partition(":")[0]: said})

    assert url == client.plan(model, "Hi").http.url


class TestAccess:
    """Keys, tokens and sources."""

    def test_a_key_and_a_token_travel_differently(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A key in its own header, an access token of the environment, a function or a program as a bearer."""
        assert {"x-key": "k"} == headers(entrance({"own": "k"}))
        assert {"authorization": "Bearer t"} == headers(entrance({"own": lambda: "t"}))
        assert {"x-key": "k"} == headers(entrance({"own": lambda: Grant(Secret("k"), auth=Auth("x-key", ""))}))
        monkeypatch.setenv("OWN_KEY", "k")
        assert {"x-key": "k"} == headers(entrance())
        monkeypatch.setenv("OWN_TOKEN", "t")
        assert {"authorization": "Bearer t"} == headers(entrance())

    @pytest.mark.parametrize("held", ["key", "token", "source"])
    @pytest.mark.parametrize("how", ["call", "client", "host"])
    def test_what_the_environment_holds_stays_with_the_providers_hosts(
        self, held: str, how: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A base URL, or a variable that is the whole host, given in the program gets only a key given in the program."""
        monkeypatch.setenv({"key": "OWN_KEY", "token": "OWN_TOKEN", "source": "AWS_ACCESS_KEY_ID"}[held], KEY)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
        provider = msgspec.structs.replace(HOSTED, sources=("aws",), signing=Signing("s", "host"))
        other = "https://elsewhere.example/v1"
        way = entrance(
            base_urls={"own": other} if how == "client" else {},
            **({"own": {"host": "elsewhere.example"}} if how == "host" else {}),
        )
        url = other if how == "call" else None

        assert way.where(provider, url).url == other
        with pytest.raises(errors.MissingKey, match="do not go to other hosts"):
            way.access(provider, None, url, "m")
        assert {"x-key": "given"} == headers(way, provider, "given", url)
        assert headers(entrance(), provider)

    def test_a_region_of_the_provider_is_no_other_host(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Neither by variable nor by a base URL that is one of its own."""
        monkeypatch.setenv("OWN_KEY", "k")

        assert {"x-key": "k"} == headers(entrance(own={"region": "asia"}))
        assert {"x-key": "k"} == headers(entrance(), base_url="https://asia.models.example.com/v2")
        with pytest.raises(errors.MissingKey):
            headers(entrance(), base_url="https://asia.models.example.com.evil.example/v2")

    def test_nothing_says_what_would_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Variables, the argument, and the library that could find more."""
        monkeypatch.setattr(aws, "find_spec", lambda name: None)
        with pytest.raises(errors.MissingKey) as caught:
            entrance().access(load_provider("bedrock"), None, None, "m")
        assert "no key for Amazon Bedrock: set AWS_BEARER_TOKEN_BEDROCK, or pass key=..., or set AWS_ACCESS_KEY_ID" in str(
            caught.value
        )
        assert "dragoman[aws]" in str(caught.value)

        monkeypatch.setattr(google, "find_spec", lambda name: None)
        with pytest.raises(errors.MissingKey, match=r"dragoman\[google\]"):
            entrance(vertex={"project": "p"}).access(load_provider("vertex"), None, None, "m")

    def test_amazon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its API key wins; without one requests are signed, for the region they go to."""
        bedrock = load_provider("bedrock")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
        monkeypatch.setenv("AWS_REGION", "eu-west-1")

        signed = headers(entrance(), bedrock)["authorization"]
        assert "Credential=AKIDEXAMPLE/20150830/eu-west-1/bedrock/aws4_request" in signed
        assert signed == headers(entrance({"bedrock": AwsKeys("AKIDEXAMPLE", KEY)}), bedrock)["authorization"]
        mantle = headers(entrance(), load_provider("bedrock-chat"))["authorization"]
        assert "/eu-west-1/bedrock-mantle/aws4_request" in mantle
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bearer")
        assert {"authorization": "Bearer bearer"} == headers(entrance(), bedrock)

    def test_aws_credentials_are_for_amazon(self) -> None:
        """Anywhere else they are refused before anything is sent."""
        with pytest.raises(errors.UsageError, match="Our own is none"):
            entrance({"own": AwsKeys("a", "b")}).access(OWN, None, None, "m")

    def test_what_is_fetched_is_kept_for_the_client(self) -> None:
        """One way in for all requests, another for another key; a function given to one call is only its own."""
        source = Command(["never", "run"])
        way = entrance({"own": source})

        assert way.access(OWN, None, None, "a") is way.access(OWN, None, None, "b")
        assert way.access(OWN, Command(["other"]), None, "a") is not way.access(OWN, None, None, "a")
        assert way.access(OWN, Command(["other"]), None, "a") is way.access(OWN, Command(["other"]), None, "a")
        assert way.access(OWN, lambda: "k", None, "a") is not way.access(OWN, lambda: "k", None, "a")

    def test_what_is_kept_is_bounded(self) -> None:
        """A gateway sees many keys."""
        way = entrance()
        for number in range(1000):
            way.access(OWN, Command([str(number)]), None, "m")

        assert len(way._kept) <= 256


class Reply(NamedTuple):
    head: HttpHead
    chunks: Iterator[bytes]


CHAT = {
    "id": "c1",
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}],
}


class Copilot:
    """Both of GitHub's servers: exchanges tokens, numbered, and answers whoever shows one that is not refused."""

    def __init__(self, refused: tuple[str, ...] = ()) -> None:
        self.refused = refused
        self.url = ""
        self.seen: list[tuple[str, str]] = []
        self.lock = threading.Lock()

    def __call__(self, request: HttpRequest) -> Reply:
        shown = request.headers["authorization"]
        with self.lock:
            self.seen.append((request.url.removeprefix(self.url), shown))
            count = sum(path == "/token" for path, _ in self.seen)
        if request.url.endswith("/token"):
            return self.say(200, {"token": f"tid=secret{count}", "expires_at": 9e9, "endpoints": {"api": f"{self.url}/moved"}})
        if shown in self.refused:
            return self.say(401, {"error": {"message": f"{shown} is expired"}})
        return self.say(200, CHAT)

    def say(self, status: int, body: Any) -> Reply:
        return Reply(HttpHead(status, {"content-type": "application/json"}), iter([json.dumps(body).encode()]))

    def provider(self, url: str) -> Provider:
        self.url = url
        known = load_provider("github-copilot")
        assert known.exchange is not None
        exchange = msgspec.structs.replace(known.exchange, url=f"{url}/token")
        return msgspec.structs.replace(known, base_url=f"{url}/usual", exchange=exchange)

    def client(self, url: str) -> Client:
        return Client(keys={"github-copilot": "gho_1"}, providers=[self.provider(url)])


class TestOverSockets:
    """The flows, obeyed by the faces."""

    def test_a_token_is_exchanged_once_and_its_host_followed(self) -> None:
        """Two answers, one exchange; the long-lived token goes to the exchange alone."""
        copilot = Copilot()
        with (
            Server(copilot) as server,
            copilot.client(server.url) as client,
        ):
            replies = [client.chat("github-copilot:m", "Hi").text for _ in range(2)]

        path = "/moved/chat/completions"
        assert ["Hi", "Hi"] == replies
        assert [("/token", "token gho_1"), (path, "Bearer tid=secret1"), (path, "Bearer tid=secret1")] == copilot.seen

    def test_a_base_url_of_the_program_is_kept(self) -> None:
        """Also when the exchange names another."""
        copilot = Copilot()
        with (
            Server(copilot) as server,
            copilot.client(server.url) as client,
        ):
            client.chat("github-copilot:m", "Hi", base_url=f"{server.url}/mine")

        assert "/mine/chat/completions" == copilot.seen[-1][0]

    def test_a_refused_token_is_exchanged_anew(self) -> None:
        """The try is in the attempts, and the answer comes."""
        copilot = Copilot(("Bearer tid=secret1",))
        with (
            Server(copilot) as server,
            copilot.client(server.url) as client,
        ):
            response = client.chat("github-copilot:m", "Hi", retry=False)

        assert ("Hi", [401, 200]) == (response.text, [attempt.status for attempt in response.attempts])

    def test_tokens_are_in_no_error(self) -> None:
        """Not the refused one, which the server quotes."""
        copilot = Copilot(("Bearer tid=secret1", "Bearer tid=secret2"))
        with (
            Server(copilot) as server,
            copilot.client(server.url) as client,
            pytest.raises(errors.AuthenticationFailed) as caught,
        ):
            client.chat("github-copilot:m", "Hi")
        assert "secret2" not in repr(caught.value.__dict__) + str(caught.value)

    def test_tokens_are_in_no_recording(self, tmp_path: Any) -> None:
        """The exchange is not written, and the token of the rest is masked."""
        copilot = Copilot()
        path = tmp_path / "r.jsonl"
        with Server(copilot) as server:
            provider = copilot.provider(server.url)
            with Client(transport=record(path), keys={"github-copilot": "gho_marker_1"}, providers=[provider]) as client:
                client.chat("github-copilot:m", "Hi")

        text = path.read_text("utf-8")
        assert 1 == len(text.splitlines())
        assert "secret1" not in text
        assert "gho_marker_1" not in text

    def test_threads_share_a_token(self) -> None:
        """Whole tokens only, whoever renews; with a token kept nobody exchanges again."""
        copilot = Copilot()
        with (
            Server(copilot) as server,
            copilot.client(server.url) as client,
        ):
            run: Callable[[], Any] = lambda: client.chat("github-copilot:m", "Hi")  # noqa: E731
            threads = [threading.Thread(target=run) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            before = len([path for path, _ in copilot.seen if path == "/token"])
            run()

        shown = {header for path, header in copilot.seen if path != "/token"}
        assert shown <= {f"Bearer tid=secret{number}" for number in range(1, before + 1)}
        assert before == len([path for path, _ in copilot.seen if path == "/token"])

    async def asked(self, provider: Provider, key: Any) -> list[str]:
        async with AsyncClient(keys={provider.name: key}, providers=[provider]) as client:
            return [(await client.chat(f"{provider.name}:m", "Hi")).text for _ in range(2)]

    def test_the_async_face_does_the_same(self) -> None:
        """One exchange for two answers."""
        import asyncio

        copilot = Copilot()
        with Server(copilot) as server:
            assert ["Hi", "Hi"] == asyncio.run(self.asked(copilot.provider(server.url), "gho_1"))

        assert ["/token", "/moved/chat/completions", "/moved/chat/completions"] == [path for path, _ in copilot.seen]

    def test_a_source_that_blocks_does_not_block_the_loop(self) -> None:
        """It is called in another thread by the async face, and kept all the same."""
        import asyncio

        where: list[threading.Thread] = []

        class Slow(Source):
            def obtain(self, timeouts: Timeouts) -> Any:
                yield Call(lambda: where.append(threading.current_thread()), blocks=True)
                return Grant(Secret("tid=own"))

        copilot = Copilot()
        with Server(copilot) as server:
            asyncio.run(self.asked(copilot.provider(server.url), Slow()))

        assert 1 == len(where)
        assert where[0] is not threading.main_thread()

    def test_a_signed_request_arrives_as_it_was_signed(self) -> None:
        """The host and path that the server sees are the ones in the signature."""
        from dragoman.engine.sigv4 import authorization

        seen: list[HttpRequest] = []

        def bedrock(request: HttpRequest) -> Reply:
            seen.append(request)
            body = {"output": {"message": {"role": "assistant", "content": [{"text": "Hi"}]}}, "stopReason": "end_turn"}
            return Reply(HttpHead(200, {"content-type": "application/json"}), iter([json.dumps(body).encode()]))

        keys = AwsKeys("AKIDEXAMPLE", "secret", "session-token")
        with Server(bedrock) as server, Client(keys={"bedrock": keys}, base_urls={"bedrock": server.url}) as client:
            reply = client.chat("bedrock:eu.amazon.nova-lite-v1:0", "Hi")

        got = seen[0].headers
        signed = {name: got[name] for name in ("content-type", "host", "x-amz-date", "x-amz-security-token")}
        target = seen[0].url[seen[0].url.index("/model") :]
        expected = authorization("POST", f"http://{got['host']}{target}", signed, seen[0].body, keys, "bedrock", "us-east-1")
        assert ("Hi", expected) == (reply.text, got["authorization"])
        assert "/model/eu.amazon.nova-lite-v1%3A0/converse" == target


def test_sources_by_name() -> None:
    """Providers name them; what the environment says of them is known without asking."""
    known = {name for provider in all_providers() for name in provider.sources}

    assert {"aws", "google"} == known
    assert isinstance(load("aws", {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"})[0], AwsCredentials)
    assert isinstance(load("google", {})[0], GoogleCredentials | None)
    assert (True, False) == (at_hand("aws", {"AWS_PROFILE": "p"}), at_hand("google", {}))


def test_values_of_an_entrance() -> None:
    """A place is a value, an exchange is data, and text becomes a secret."""
    assert Where("https://eu.models.example.com/v1", {"region": "eu"}, True, True) == entrance().where(OWN, None)
    assert TokenExchange("https://x") == TokenExchange("https://x")
    assert Secret("k") == held_key("k")
    assert isinstance(Send, type)
