"""The tools of a run: their order, who runs which, and no two of one name."""

from __future__ import annotations

from typing import Any

import pytest
from boxes import Box, look

from dragoman import Tool
from dragoman.errors import UsageError
from dragoman.tools.kit import Kit
from dragoman.types import Computer, CustomTool, VendorTool


def runner(made: Any) -> str:
    return f"runs {made.name}"


def test_toolboxes_are_replaced_by_what_is_in_them() -> None:
    """In the place in which they stood."""
    box, theirs = Box("a", []), Tool("browser")
    kit = Kit([theirs, box, look], runner)
    assert ((theirs, look), (box,)) == (kit.tools, kit.boxes)

    kit.unpack([[look.named("one"), look.named("two")]])
    assert ["browser", "one", "two", "look"] == [each.name for each in kit.tools]
    assert {"one": "runs one", "two": "runs two", "look": "runs look"} == kit.runners
    assert {"browser"} == kit.outside


def test_names_that_the_caller_answers() -> None:
    """Definitions alone; vendors' objects by the name that their calls have."""
    tools = [
        CustomTool("patch"),
        Computer(1, 1),
        VendorTool({"type": "bash_20250124", "name": "bash"}),
        VendorTool({"type": "local_shell"}),
        VendorTool({"type": "browser_toolset_20260801"}),
        VendorTool({"type": "computer_use_preview", "display_width": 1}),
    ]
    assert {"patch", "computer", "bash", "local_shell", "browser"} == Kit(tools, runner).outside


def test_two_of_one_name() -> None:
    """Refused at once, or when the toolbox that brings the second is opened; vendors' servers may be several."""
    with pytest.raises(UsageError, match="two tools are called 'look'"):
        Kit([look, Tool("look")], runner)
    kit = Kit([look.named("look_a"), Box("a", [])], runner)
    with pytest.raises(UsageError, match="two tools are called 'look_a'"):
        kit.unpack([[look.named("look_a")]])
    assert {"mcp"} == Kit([VendorTool({"type": "mcp", "server_label": each}) for each in "ab"], runner).outside
