"""The one module that knows the official package."""

from __future__ import annotations

import subprocess
import sys

from mcp_servers import OLD

PROGRAM = """
import sys
from dragoman import mcp
assert not {"mcp", "mcp_types", "pydantic"} & set(sys.modules), "it is loaded when a server is started"
sys.modules["mcp"] = None
try:
    with mcp.Server(mcp.Stdio(sys.argv[1])):
        pass
except ImportError as error:
    print(error)
"""


def test_the_package_is_an_extra() -> None:
    """Without the package, and before a server is started, everything loads; a start says what to install."""
    outcome = subprocess.run([sys.executable, "-c", PROGRAM, OLD.command], capture_output=True, text=True, check=False)

    assert "MCP servers need the official package: pip install dragoman[mcp]" in outcome.stdout, outcome.stderr
