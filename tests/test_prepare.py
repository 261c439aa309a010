"""What the caller wrote, and the request it means."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from dragoman import catalog, errors
from dragoman.access import check_base_url
from dragoman.engine.effects import Call, Send
from dragoman.engine.exchange import Exchange
from dragoman.engine.policy import Timeouts
from dragoman.options import Options
from dragoman.prepare import Plan, Preparer, Settings
from dragoman.providers.base import Provider
from dragoman.types import Base64, Image, Secret, Tool, assistant, user
from dragoman.types.model import Model

KEY = "sk-marker-0123456789"
OWN = Provider("own", "Our own", "https://models.example.com/v1", ("OWN_KEY",), base_url_env=("OWN_URL",))


def prepare(
    model: str = "own:m", messages: Any = "Hi", stream: bool = False, settings: Settings | None = None, **options: Any
) -> Exchange:
    settings = settings or Settings.make(providers=[OWN], keys={"own": KEY})
    given: Options = options  # type: ignore[assignment]
    return Preparer(settings).exchange(model, messages, stream, given)


def body(**options: Any) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(prepare(**options).http.body)
    return decoded


def test_the_first_colon_parts_provider_and_model() -> None:
    """Model ids with colons of their own stay whole."""
    exchange = prepare("own:org/model:7b:free")

    assert "org/model:7b:free" == json.loads(exchange.http.body)["model"]
    assert "https://models.example.com/v1/chat/completions" == exchange.http.url


@pytest.mark.parametrize("reference", ["gpt-5", ":m", "own:", ""])
def test_a_reference_without_both_parts_is_explained(reference: str) -> None:
    """Nothing is guessed from a model's name."""
    with pytest.raises(errors.UsageError, match="provider:model"):
        prepare(reference)


def test_an_unknown_provider_lists_near_names() -> None:
    """Known names and the caller's own are offered."""
    with pytest.raises(errors.UnknownProvider, match="did you mean 'own'"):
        prepare("owm:m")
    with pytest.raises(errors.UnknownProvider, match="did you mean 'openai'"):
        prepare("opnai:m", settings=Settings.make())


def test_shared_words_reach_the_body() -> None:
    """The short spellings of options become their values."""
    said = body(
        system="Be brief.",
        messages=[user("a"), assistant("b"), user("c")],
        tools=[Tool("f", "does f", {"type": "object", "properties": {}})],
        tool_choice="f",
        parallel_tools=False,
        stop="END",
        temperature=0.0,
        max_tokens=5,
        logprobs=3,
        reasoning="low",
        extra={"odd": 1},
    )

    assert ["Be brief.", "a", "b", "c"] == [message["content"] for message in said["messages"]]
    assert {"type": "function", "function": {"name": "f"}} == said["tool_choice"]
    assert (False, ["END"], 0.0, True, 3, "low", 1) == (
        said["parallel_tool_calls"],
        said["stop"],
        said["temperature"],
        said["logprobs"],
        said["top_logprobs"],
        said["reasoning_effort"],
        said["odd"],
    )


def test_a_schema_becomes_a_structured_answer() -> None:
    """A bare JSON Schema is enough."""
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"], "additionalProperties": False}

    assert schema == body(output=schema)["response_format"]["json_schema"]["schema"]


def test_a_plan_is_what_a_call_would_send() -> None:
    """The same bytes as the call itself, without a key, and with what had to be adapted."""
    settings = Settings.make(providers=[OWN])
    words: Options = {"temperature": 0.5, "top_k": 3}
    plan = Preparer(settings).plan("own:m", "Hi", True, words)

    assert prepare(stream=True, temperature=0.5, top_k=3).http == plan.http
    assert (["top_k"], "own", "openai_chat", "m") == (
        [entry.feature for entry in plan.adaptations],
        plan.provider,
        plan.protocol,
        plan.model,
    )


def test_a_plan_is_refused_where_the_call_would_be() -> None:
    """Strict policy says it before anything is sent."""
    with pytest.raises(errors.Unsupported) as caught:
        Preparer(Settings.make(providers=[OWN], adapt="strict")).plan("own:m", "Hi", False, {"top_k": 3})
    assert "top_k" == caught.value.feature


class TestKeys:
    """Where keys come from, and where they do not go."""

    def credential(self, exchange: Exchange) -> Any:
        """What the first request would carry."""
        flow = exchange.run()
        value: Any = None
        while not isinstance(effect := flow.send(value), Send):
            value = effect.function() if isinstance(effect, Call) else 0.0
        flow.close()
        return Secret(effect.request.headers["authorization"].removeprefix("Bearer "))

    def test_an_argument_wins_over_the_client_and_the_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nearest first."""
        monkeypatch.setenv("OWN_KEY", "from-environment")

        assert Secret("given") == self.credential(prepare(key="given"))
        assert Secret(KEY) == self.credential(prepare())
        assert Secret("from-environment") == self.credential(prepare(settings=Settings.make(providers=[OWN])))

    def test_a_missing_key_says_where_to_put_one(self) -> None:
        """The variable's name is in the message."""
        with pytest.raises(errors.MissingKey, match="OWN_KEY"):
            prepare(settings=Settings.make(providers=[OWN]))

    @pytest.mark.parametrize("how", ["call", "client"])
    def test_a_key_of_the_environment_does_not_follow_to_another_host(self, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A base URL given in the program gets only a key given in the program."""
        monkeypatch.setenv("OWN_KEY", KEY)
        other = "https://elsewhere.example.com/v1"
        settings = Settings.make(providers=[OWN], base_urls={"own": other} if how == "client" else {})
        options = {"base_url": other} if how == "call" else {}

        with pytest.raises(errors.MissingKey):
            prepare(settings=settings, **options)
        assert Secret("given") == self.credential(prepare(settings=settings, key="given", **options))

    def test_functions_are_kept_for_the_moment_of_sending(self) -> None:
        """A callable is not called while preparing."""

        called: list[str] = []
        exchange = prepare(key=lambda: called.append("now") or "k")

        assert [] == called
        assert Secret("k") == self.credential(exchange)
        assert ["now"] == called

    def test_no_key_is_in_what_can_be_printed(self) -> None:
        """Neither settings nor the encoded request show it."""
        exchange = prepare(key=KEY)

        assert KEY not in repr(exchange.http)
        assert KEY not in repr(Settings.make(keys={"own": KEY}))


class TestBaseUrls:
    """Where requests may go."""

    def test_the_environment_moves_a_provider(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Its own variable names another base URL; a trailing slash makes no difference."""
        monkeypatch.setenv("OWN_URL", "http://127.0.0.1:9/v2/")

        assert "http://127.0.0.1:9/v2/chat/completions" == prepare().http.url

    @pytest.mark.parametrize(
        ("host", "url"),
        [
            ("0.0.0.0", "http://0.0.0.0:11434/api/chat"),
            ("10.0.0.7:99", "http://10.0.0.7:99/api/chat"),
            ("https://models.example.com", "https://models.example.com/api/chat"),
        ],
    )
    def test_a_bare_host_is_completed(self, host: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A variable that names only a host takes scheme and port from the provider."""
        monkeypatch.setenv("OLLAMA_HOST", host)

        assert url == prepare("ollama:m", settings=Settings.make()).http.url

    def test_a_provider_without_one_asks_for_it(self) -> None:
        """The message names the argument and the variable."""
        with pytest.raises(errors.UsageError, match="OPENAI_COMPATIBLE_BASE_URL"):
            prepare("openai-compatible:m", settings=Settings.make())

    @pytest.mark.parametrize(
        "url",
        [
            "https://x.com/v1",
            "http://localhost:8000",
            "http://127.0.0.1:1",
            "http://10.0.0.7/v1",
            "http://vllm:8000/v1",
            "http://[::1]:9",
        ],
    )
    def test_https_and_local_addresses_are_fine(self, url: str) -> None:
        """Nothing is raised."""
        check_base_url(url)

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("http://api.example.com/v1", "unprotected"),
            ("https://user:pw@x.com", "credentials"),
            ("ftp://x.com", "no base URL"),
            ("x.com/v1", "no base URL"),
            ("", "no base URL"),
        ],
    )
    def test_what_would_leak_is_refused(self, url: str, words: str) -> None:
        """Plain http to the open network, and credentials in the URL."""
        with pytest.raises(errors.UsageError, match=words) as caught:
            check_base_url(url)
        assert "pw" not in str(caught.value)


def test_the_words_of_a_call_win_over_those_of_the_client() -> None:
    """Deadlines and tries: what the call says, else what the client was made with."""
    settings = Settings.make(providers=[OWN], keys={"own": KEY}, timeout=9, retry=4)

    asked = [prepare(settings=settings), prepare(settings=settings, timeout=5, retry=False)]

    assert [(Timeouts(total=9), 4), (Timeouts(total=5), 1)] == [(one._timeouts, one._retry.attempts) for one in asked]


class TestModels:
    """What is known of a model decides before anything is sent."""

    PICTURE = Image(Base64("image/png", "aGk="))
    BLIND = Model("own", "blind", inputs=("text",), max_output=1000, temperature=False, aliases=("also-blind",))
    SEEING = Model("own", "seeing", inputs=("text", "image"))

    def plan(self, model: str, messages: Any = "Hi", models: Any = (BLIND, SEEING), **options: Any) -> Plan:
        settings = Settings.make(providers=[OWN], models=models)
        given: Options = options  # type: ignore[assignment]
        return Preparer(settings).plan(model, messages, False, given)

    def test_a_plan_shows_what_is_sent_and_what_was_changed(self) -> None:
        """The exact request, without the network and without a key."""
        plan = self.plan("own:blind", max_tokens=5000, temperature=0.5)
        said = json.loads(plan.http.body)

        assert 1000 == said["max_completion_tokens"]
        assert "temperature" not in said
        assert [("temperature", "dropped"), ("max_tokens", "changed")] == [(a.feature, a.action) for a in plan.adaptations]

    @pytest.mark.parametrize("model", ["own:unknown", "own:blin", "own:Blind"])
    def test_an_unknown_model_is_sent_what_was_asked(self, model: str) -> None:
        """A name that is nearly a known one is not taken for it."""
        plan = self.plan(model, user(self.PICTURE), max_tokens=5000, temperature=0.5)

        assert () == plan.adaptations
        assert 5000 == json.loads(plan.http.body)["max_completion_tokens"]

    def test_another_name_of_a_model_is_known_too(self) -> None:
        """What the vendor calls by two names is one model."""
        assert 2 == len(self.plan("own:also-blind", max_tokens=5000, temperature=0.5).adaptations)

    @pytest.mark.parametrize("adapt", ["adapt", "strict", {"*": "adapt"}])
    def test_a_refusal_says_what_else_can_be_done(self, adapt: Any) -> None:
        """The word that allows it, and a model of the provider that can; nothing is sent."""
        with pytest.raises(errors.Unsupported) as caught:
            self.plan("own:blind", user(self.PICTURE), adapt=adapt)

        assert ("image", "own", "blind") == (caught.value.feature, caught.value.provider, caught.value.model)
        assert 'adapt={"image": "adapt"}' in str(caught.value)
        assert "Models of own that can: seeing" in str(caught.value)
        assert "catalogue" not in str(caught.value)

    def test_a_refusal_by_the_catalogue_says_its_date_and_how_to_correct_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Facts age: the program may know better."""
        monkeypatch.setattr(catalog, "find", lambda provider, model: self.BLIND if provider == "own" else None)
        with pytest.raises(errors.Unsupported) as caught:
            self.plan("own:blind", user(self.PICTURE), models=())

        correction = "models=[Model('own', 'blind', inputs=('text', 'image'))]"
        assert f"If the catalogue of {catalog.info().date} is wrong about this model, say so: {correction}" in str(caught.value)

    def test_what_the_program_knows_wins_field_by_field(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A correction leaves the rest of the record as it is."""
        monkeypatch.setattr(catalog, "find", lambda provider, model: self.BLIND)
        plan = self.plan("own:blind", user(self.PICTURE), [Model("own", "blind", inputs=("text", "image"))], max_tokens=5000)

        assert [("max_tokens", "changed")] == [(a.feature, a.action) for a in plan.adaptations]

    def test_a_named_feature_is_adapted(self) -> None:
        """Consent to that one loss sends the request without it, and lists it."""
        plan = self.plan("own:blind", user("Look:", self.PICTURE), adapt={"image": "adapt"})

        content = json.loads(plan.http.body)["messages"][0]["content"]
        assert ["Look:", "[image omitted: this model takes no images]"] == [part["text"] for part in content]
        assert [("image", "changed")] == [(a.feature, a.action) for a in plan.adaptations]

    def test_the_same_provider_by_another_name_has_its_models(self) -> None:
        """`Provider.catalog` names the list, of the program's own models too."""
        other = msgspec.structs.replace(OWN, name="other", catalog="own")
        settings = Settings.make(providers=[other], models=[self.BLIND])
        plan = Preparer(settings).plan("other:blind", "Hi", False, {"temperature": 1.0})

        assert ["temperature"] == [item.feature for item in plan.adaptations]

    def test_an_exchange_is_what_was_planned(self) -> None:
        """What is refused or changed in a plan is so in the call."""
        settings = Settings.make(providers=[OWN], keys={"own": KEY}, models=[self.BLIND])
        exchange = prepare("own:blind", settings=settings, max_tokens=5000)

        assert exchange.http.body == self.plan("own:blind", max_tokens=5000).http.body

    def test_a_longer_conversation_extends_the_shorter_one(self) -> None:
        """Prompt caches hold: a picture left out by consent is left out in the same words when the talk goes on."""
        first = [user("Look:", self.PICTURE)]
        more = [*first, assistant("I cannot."), user("Pity.")]
        plans = [self.plan("own:blind", said, adapt={"image": "adapt"}) for said in (first, more)]
        shorter, longer = [json.loads(plan.http.body)["messages"] for plan in plans]

        assert shorter == longer[:1]
