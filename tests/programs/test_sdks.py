"""The same ten programs by the vendors' own client libraries, against the same server."""

from __future__ import annotations

from importlib import import_module

import pytest

from .programs import PROGRAMS
from .sdks import SDKS
from .stage import Stage, perform_with
from .wires import reference


@pytest.mark.parametrize("form", ["whole", "stream"])
@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("name", SDKS)
def test_a_program_runs_by_the_vendors_own_client(name: str, program: str, form: str) -> None:
    """The library reads what was scripted, and our server side understands what the library says."""
    sdk = SDKS[name]
    pytest.importorskip(sdk.package)
    stage = Stage(reference(name), "any-model", streams=form == "stream", loses=sdk.loses)
    perform_with(PROGRAMS[program], stage, import_module(f".sdks.{name}", __package__).asker)

    assert sdk.lacks.get(program, frozenset()) == {adaptation.feature for adaptation in stage.adaptations}
    if program == "error":
        assert sdk.codes == tuple(map(status, stage.failures))


def status(failure: Exception) -> int | None:
    """The HTTP status that an error of any of the libraries carries."""
    told = getattr(failure, "response", None)
    if isinstance(told, dict):
        return told.get("ResponseMetadata", {}).get("HTTPStatusCode")
    found = getattr(failure, "status_code", None)
    return found if found is not None else getattr(failure, "code", None)
