"""What every wire format shares: reporting what had to change, and whose words may go where."""

from __future__ import annotations

import pytest

from dragoman.errors import Unsupported
from dragoman.protocols.base import Policy, Report, Target, belongs
from dragoman.types import Adaptation, Origin, Thinking

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
