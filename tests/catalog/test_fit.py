"""What a model is known not to take is refused or adapted, and what is unknown changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.catalog.fit import fit
from dragoman.errors import Unsupported
from dragoman.protocols.base import Policy, Report, Target
from dragoman.types import (
    AudioOutput,
    Base64,
    Cache,
    Document,
    Image,
    Output,
    Reasoning,
    Request,
    Text,
    Tool,
    ToolChoice,
    WebSearch,
    assistant,
    system,
    user,
)
from dragoman.types import VendorTool as Vendor
from dragoman.types.model import Model

TARGET = Target("own", "openai_chat", "m")
WEATHER = Tool("weather")
SEARCH = Vendor({"type": "web_search"})
WEB = WebSearch(max_uses=1)
FORCED = ToolChoice("tool", "weather")
SCHEMA = Output({"type": "object"})
PICTURE = Image(Base64("image/png", "aGk="))


def known(**facts: Any) -> Model:
    return Model("own", "m", **facts)


def asked(**said: Any) -> Request:
    return Request("m", said.pop("messages", (user("Hi"),)), **said)


def fitted(request: Request, model: Model, policy: Policy = "adapt") -> tuple[Request, list[tuple[str, str]]]:
    report = Report(TARGET, policy)
    result = fit(request, model, report)
    return result, [(item.feature, item.action) for item in report.adaptations]


EVERYTHING = asked(
    messages=(user("Look:", PICTURE), assistant("I see"), system("Be brief."), user(PICTURE), assistant("So")),
    system=(Text("Hello", cache=Cache()),),
    tools=(WEATHER,),
    tool_choice=FORCED,
    parallel_tools=True,
    output=SCHEMA,
    reasoning=Reasoning("ultra", 9, "adaptive"),
    max_tokens=10**9,
    temperature=1.0,
    top_p=0.5,
    top_k=5,
    modalities=("text", "image"),
    audio=AudioOutput("alloy", "wav"),
    cache=Cache(),
)


@pytest.mark.parametrize("policy", ["adapt", "strict"])
def test_what_is_unknown_changes_nothing(policy: Policy) -> None:
    """A model of which only the name is known takes whatever it is asked: the same request goes on."""
    report = Report(TARGET, policy)

    assert fit(EVERYTHING, known(), report) is EVERYTHING
    assert [] == report.adaptations


def test_what_a_model_takes_is_left_as_it_is() -> None:
    """Yes is no reason to touch a request."""
    model = known(
        max_output=10**9,
        inputs=("text", "image"),
        outputs=("text", "image", "audio"),
        tools=True,
        parallel_tools=True,
        forced_tools=True,
        schema=True,
        reasoning=True,
        temperature=True,
        prefill=True,
        system_midway=True,
        caching=True,
    )

    assert fit(EVERYTHING, model, Report(TARGET, "strict")) is EVERYTHING


@pytest.mark.parametrize(
    ("said", "facts", "fits", "listed"),
    [
        ({"temperature": 0.0}, {"temperature": False}, {}, [("temperature", "dropped")]),
        ({"top_p": 0.1, "top_k": 4}, {"temperature": False}, {}, [("top_p", "dropped"), ("top_k", "dropped")]),
        ({"max_tokens": 900}, {"max_output": 800}, {"max_tokens": 800}, [("max_tokens", "changed")]),
        ({"reasoning": Reasoning("high")}, {"reasoning": False}, {}, [("reasoning", "dropped")]),
        (
            {"tools": (WEATHER,), "tool_choice": FORCED},
            {"forced_tools": False},
            {"tools": (WEATHER,), "tool_choice": ToolChoice()},
            [("tool_choice", "changed")],
        ),
        (
            {"tool_choice": ToolChoice("required", allowed=("weather",))},
            {"forced_tools": False},
            {"tool_choice": ToolChoice(allowed=("weather",))},
            [("tool_choice", "changed")],
        ),
        ({"parallel_tools": True}, {"parallel_tools": False}, {}, [("parallel_tools", "dropped")]),
        ({"tools": (WEATHER,), "tool_choice": ToolChoice("none")}, {"tools": False}, {}, [("tools", "dropped")]),
        ({"cache": Cache()}, {"caching": False}, {}, [("cache", "dropped")]),
    ],
)
def test_what_can_be_done_without_is_adapted(
    said: dict[str, Any], facts: dict[str, Any], fits: dict[str, Any], listed: list[tuple[str, str]]
) -> None:
    """The answer is as good as this model gives: the request is sent changed and the change listed, or refused when strict."""
    assert (asked(**fits), listed) == fitted(asked(**said), known(**facts))
    with pytest.raises(Unsupported) as caught:
        fitted(asked(**said), known(**facts), "strict")
    assert listed[0][0] == caught.value.feature


@pytest.mark.parametrize(
    ("said", "facts", "fits", "feature"),
    [
        ({"tools": (WEATHER,), "tool_choice": FORCED, "parallel_tools": True}, {"tools": False}, {}, "tools"),
        ({"tools": (WEATHER, SEARCH, WEB)}, {"tools": False}, {"tools": (SEARCH, WEB)}, "tools"),
        ({"output": SCHEMA}, {"schema": False}, {}, "output"),
        ({"modalities": ("text", "audio")}, {"outputs": ("text",)}, {"modalities": ("text",)}, "modalities"),
        ({"modalities": ("IMAGE",)}, {"outputs": ("text",)}, {}, "modalities"),
        ({"audio": AudioOutput("alloy", "wav")}, {"outputs": ("text",)}, {}, "modalities"),
    ],
)
def test_what_makes_the_answer_worthless_is_refused_unless_named(
    said: dict[str, Any], facts: dict[str, Any], fits: dict[str, Any], feature: str
) -> None:
    """Adapting everything is not consent to losing the point of the request: the feature must be named."""
    for policy in ("adapt", "strict", {"*": "adapt"}, {feature: "strict"}):
        with pytest.raises(Unsupported, match=f'adapt={{"{feature}": "adapt"}}') as caught:
            fitted(asked(**said), known(**facts), policy)  # type: ignore[arg-type]
        assert feature == caught.value.feature

    assert (asked(**fits), [(feature, "dropped")]) == fitted(asked(**said), known(**facts), {feature: "adapt", "*": "strict"})


@pytest.mark.parametrize(
    ("said", "facts", "fits"),
    [
        ({"parallel_tools": False}, {"parallel_tools": False}, {}),
        ({"reasoning": Reasoning("none")}, {"reasoning": False}, {}),
        ({"reasoning": Reasoning(mode="disabled")}, {"reasoning": False}, {}),
    ],
)
def test_what_a_model_does_anyway_is_left_unsaid(said: dict[str, Any], facts: dict[str, Any], fits: dict[str, Any]) -> None:
    """Asking for what cannot be otherwise is no adaptation, and the word for it, which the model may refuse, is not sent."""
    assert (asked(**fits), []) == fitted(asked(**said), known(**facts), "strict")


@pytest.mark.parametrize(
    ("said", "facts"),
    [
        ({"tools": (SEARCH,)}, {"tools": False}),
        ({"tool_choice": ToolChoice("none")}, {"forced_tools": False}),
        ({"output": Output(kind="json_object")}, {"schema": False}),
        ({"modalities": ("text",)}, {"outputs": ("text",)}),
        ({"max_tokens": 800}, {"max_output": 800}),
        ({"max_tokens": 5}, {"context": 1}),
        ({"messages": (user(Document(Base64("text/plain", "aGk="))),)}, {"inputs": ("text",)}),
    ],
)
def test_what_no_record_speaks_of_is_the_vendors_to_judge(said: dict[str, Any], facts: dict[str, Any]) -> None:
    """The vendor's own tools, JSON of any form, the length of the prompt: what a model cannot do says nothing of them."""
    request = asked(**said)

    assert (request, []) == fitted(request, known(**facts), "strict")
