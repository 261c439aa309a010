"""What every wire format shares: reporting what had to change, and whose words may go where."""

from __future__ import annotations

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols import NAMES, load
from dragoman.protocols.base import Policy, Protocol, Report, Target, belongs, same_blocks, understands
from dragoman.types import Adaptation, Origin, Thinking
from dragoman.types.response import Failure

TARGET = Target("groq", "openai_chat", "some-model")


@pytest.mark.parametrize("policy", ["adapt", {}, {"top_k": "adapt", "*": "strict"}, {"*": "adapt"}, {"images": "strict"}])
def test_an_adaptation_is_listed(policy: Policy) -> None:
    """What policy allows to change is changed and listed, with where in the request it was."""
    report = Report(TARGET, policy)

    report.adapt("top_k", "dropped", "top_k does not exist here", "top_k")

    assert [Adaptation("top_k", "dropped", "top_k does not exist here", "top_k")] == report.adaptations


@pytest.mark.parametrize("policy", ["strict", {"top_k": "strict"}, {"*": "strict"}, {"top_k": "strict", "*": "adapt"}])
def test_a_strict_policy_refuses_instead(policy: Policy) -> None:
    """What policy forbids to change refuses the request, names the feature, and says how to allow it."""
    report = Report(TARGET, policy)

    with pytest.raises(Unsupported, match='top_k does not exist here; allow it with adapt="adapt"') as caught:
        report.adapt("top_k", "dropped", "top_k does not exist here")

    assert ("top_k", "groq", "some-model") == (caught.value.feature, caught.value.provider, caught.value.model)
    assert [] == report.adaptations


@pytest.mark.parametrize("policy", ["strict", {"*": "strict"}])
def test_the_loss_of_vendor_fields_is_listed_even_when_strict(policy: Policy) -> None:
    """They mean nothing to another target: a strict handoff would otherwise fail on every item id."""
    report = Report(TARGET, policy)
    report.adapt("extra", "dropped", "fields of another vendor: item")

    assert ["extra"] == [adaptation.feature for adaptation in report.adaptations]
    with pytest.raises(Unsupported):
        Report(TARGET, {"extra": "strict"}).adapt("extra", "dropped", "fields of another vendor: item")


@pytest.mark.parametrize("policy", ["adapt", "strict", {}, {"*": "adapt"}, {"image": "strict"}, {"audio": "adapt"}])
def test_what_was_asked_about_is_not_left_out_by_a_policy_for_everything(policy: Policy) -> None:
    """Losing the point of a request takes consent to that very loss; the refusal says how to give it."""
    report = Report(TARGET, policy)

    with pytest.raises(Unsupported, match=r'no images; allow it with adapt={"image": "adapt"} or') as caught:
        report.refuse_unless_named("image", "changed", "no images")

    assert ("image", "groq", "some-model", []) == (
        caught.value.feature,
        caught.value.provider,
        caught.value.model,
        report.adaptations,
    )


@pytest.mark.parametrize("policy", [{"image": "adapt"}, {"image": "adapt", "*": "strict"}])
def test_a_loss_that_the_policy_names_is_listed(policy: Policy) -> None:
    """Whoever names a feature has thought of it."""
    report = Report(TARGET, policy)

    report.refuse_unless_named("image", "changed", "no images", "messages[0]")

    assert [Adaptation("image", "changed", "no images", "messages[0]")] == report.adaptations


def test_some_things_are_refused_whatever_the_policy() -> None:
    """Where nothing faithful can be sent, a policy that adapts everything does not help."""
    with pytest.raises(Unsupported) as caught:
        Report(TARGET, "adapt").refuse("video", "this wire has no video")

    assert "video" == caught.value.feature


def test_an_answer_carries_its_target_as_origin() -> None:
    """Who said something is the wire format, the provider and the model it came through."""
    assert Origin("openai_chat", "groq", "some-model") == TARGET.origin()


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        pytest.param(None, True, id="written by the caller"),
        pytest.param(Origin("openai_chat", "groq", "another-model"), True, id="same provider, another model"),
        pytest.param(Origin("openai_chat"), True, id="same wire, provider unknown"),
        pytest.param(Origin("openai_chat", "deepseek"), False, id="same wire, another provider"),
        pytest.param(Origin("anthropic_messages", "groq"), False, id="another wire"),
    ],
)
def test_vendor_data_goes_back_where_it_came_from(origin: Origin | None, expected: bool) -> None:
    """A signature means something to the provider that signed, over the wire it was signed on, and to nobody else."""
    assert expected is belongs(Thinking(text="hm", signature="sig", origin=origin), TARGET)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("anthropic_messages", "anthropic_messages", True),
        ("anthropic_bedrock", "anthropic_messages", True),
        ("anthropic_messages", "anthropic_bedrock", True),
        ("anthropic_bedrock", "bedrock_converse", False),
        ("gemini", "openai_chat", False),
    ],
)
def test_another_framing_of_the_same_json(one: str, other: str, expected: bool) -> None:
    """Blocks of a protocol that differs from another by its framing alone are the other's, both ways round."""
    assert expected is same_blocks(one, other)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (None, True),
        (Origin("openai_chat", "groq"), True),
        (Origin("openai_chat", "cousin"), True),
        (Origin("openai_chat", "stranger"), False),
        (Origin("gemini", "cousin"), False),
    ],
)
def test_what_kin_signed_is_understood(origin: Origin | None, expected: bool) -> None:
    """Thinking of a provider that is named as kin is valid here; its other data still belongs to it alone."""
    target = Target("groq", "openai_chat", "some-model", kin=("cousin",))
    block = Thinking(text="hm", signature="sig", origin=origin)

    assert expected is understands(block, target)
    assert (expected and (origin is None or origin.provider == "groq")) is belongs(block, target)


@pytest.mark.parametrize("name", NAMES)
def test_a_list_of_models_is_asked_for_or_refused(name: str) -> None:
    """On every wire a list is a GET that carries no credential, or there is none and that is said before anything is sent."""
    protocol = load(name)
    target = Target("acme", name, "", "https://acme.example/v1", headers={"X-Team": "search"})
    if type(protocol).encode_models is Protocol.encode_models:
        with pytest.raises(Unsupported, match="acme has no list of models"):
            protocol.encode_models(target)
        return
    request = protocol.encode_models(target)

    assert ("GET", b"") == (request.method, request.body)
    assert request.url.startswith("https://acme.example/v1/")
    assert "search" == request.headers["x-team"]
    assert "authorization" not in request.headers


@pytest.mark.parametrize("name", NAMES)
def test_a_list_that_is_none_is_a_failure_and_no_exception(name: str) -> None:
    """Whatever bytes come, a page or the facts of a failure come of them."""
    protocol = load(name)
    target = Target("acme", name, "", "https://acme.example/v1")
    if type(protocol).decode_models is Protocol.decode_models:
        with pytest.raises(Unsupported, match="acme has no list of models"):
            protocol.decode_models(b"[]", target)
        return
    for body in (b"", b"null", b"7", b"<html>", b'{"data":7,"models":{}}', b'{"error":{"message":"no"}}', b"[" * 100_000):
        failure = protocol.decode_models(body, target)
        assert isinstance(failure, Failure), body
        assert failure.message
