"""The same ten programs on every wire format, through our own server side on 127.0.0.1, by both clients, whole and streamed."""

from __future__ import annotations

import pytest

from dragoman import errors
from dragoman.protocols import NAMES

from .programs import PROGRAMS
from .stage import FACES, Stage, perform
from .wires import WIRES, Refused, reference

CLASSES = [errors.RateLimited, errors.AuthenticationFailed, errors.ServerError]


def test_every_wire_format_has_its_row() -> None:
    """A wire format that joins the library joins these programs."""
    assert {*NAMES} == WIRES.keys()
    assert [] == [program for wire in WIRES.values() for program in wire.lacks if program not in PROGRAMS]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", NAMES)
def test_a_program_runs(name: str, program: str, face: str) -> None:
    """The answers are what was scripted, and the provider understands what was said but for what is listed."""
    wire = WIRES[name]
    lacks = wire.lacks.get(program, frozenset())
    if isinstance(lacks, Refused):
        with pytest.raises(errors.Unsupported) as caught:
            perform(PROGRAMS[program], reference(name), face)
        assert lacks.feature == caught.value.feature
        return
    stage = perform(PROGRAMS[program], reference(name), face)

    assert lacks == {adaptation.feature for adaptation in stage.adaptations}
    if program == "error":
        check_failures(stage)
    else:
        check_accounts(stage)


def check_failures(stage: Stage) -> None:
    """Each failure has its class and its facts, and what had arrived before the last one is kept."""
    assert CLASSES == [type(failure) for failure in stage.failures]
    limited, denied, late = stage.failures
    assert isinstance(limited, errors.APIError)
    assert isinstance(denied, errors.APIError)
    assert isinstance(late, errors.APIError)
    assert (429, 7.0, True) == (limited.status, limited.retry_after, limited.retryable)
    assert (401, False) == (denied.status, denied.retryable)
    assert late.partial is not None
    assert "Once " == late.partial.text
    assert stage.provider.name == late.provider


def check_accounts(stage: Stage) -> None:
    """The counts of every answer are there, and say the same as the script."""
    for reply in stage.replies:
        assert reply.usage.output, "the script says how many tokens every answer has"
        assert stage.provider.name == reply.provider
        assert reply.model in ("any-model", None), "some wires name no model in their answers"
