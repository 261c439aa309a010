"""What holds for every test: no keys, no proxies, no network beyond this machine; and where the recordings are."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parent / "support"))

from watch import MADE_UP, checks, watch

# The same examples on every run, so that a change is what makes a test fail; DRAGOMAN_FUZZ=1 looks for new ones.
settings.register_profile("same", derandomize=True, deadline=None, database=None)
if not os.environ.get("DRAGOMAN_FUZZ"):
    settings.load_profile("same")

ROOT = Path(__file__).resolve().parent.parent
CORPUS = Path(os.environ.get("DRAGOMAN_CORPUS") or ROOT.parent / "shared" / "corpus").resolve()

WATCHING = watch()

# What a developer's shell may hold that would change what the library does.
_PERSONAL = re.compile(
    r"(DRAGOMAN_(?!(CORPUS|FUZZ)$)|AWS_|AZURE_|BEDROCK_|CLOUDSDK_|CLOUD_ML_|COPILOT_|GCLOUD_|GITHUB_COPILOT_|GOOGLE_|OLLAMA_).*"
    r"|OPENAI_API_VERSION|ANTHROPIC_(FOUNDRY|VERTEX)_.*|CLOUDFLARE_ACCOUNT_ID|DATABRICKS_HOST|SNOWFLAKE_ACCOUNT"
    r"|.*_(API_KEY|API_TOKEN|AUTH_TOKEN|API_BASE|BASE_URL)|.*_PROXY",
    re.IGNORECASE,
)


def pytest_configure(config: pytest.Config) -> None:
    """Forget the developer's keys, proxies and settings before anything reads them, and close the way out."""
    for name in [name for name in os.environ if _PERSONAL.fullmatch(name)]:
        del os.environ[name]
    os.environ["DRAGOMAN_CONFIG"] = ""
    os.environ["DRAGOMAN_CATALOG"] = ""
    sys.addaudithook(_stay_here)


def pytest_report_header(config: pytest.Config) -> str:
    """One line that says whether the recordings are here."""
    recordings = "here" if CORPUS.is_dir() else f"none, their tests are skipped ({_where()})"
    return f"recordings: {recordings}; requests are held against {checks()}"


@pytest.fixture(autouse=True)
def requests_are_valid(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every request that a test encodes is one its vendor takes."""
    WATCHING.reset()
    yield
    name = request.node.nodeid.partition("[")[0].removeprefix("tests/")
    assert name in MADE_UP or not WATCHING.wrong, "\n".join(WATCHING.wrong)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of recorded exchanges with real providers; tests that ask for it are skipped where it is absent."""
    if not CORPUS.is_dir():
        pytest.skip(f"no recordings ({_where()})")
    return CORPUS


def _where() -> str:
    return "set DRAGOMAN_CORPUS to their folder, or lay them at ../shared/corpus"


def _stay_here(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.sendto"} and isinstance(address := arguments[1], tuple) and not _local(address[0]):
        pytest.fail(f"a test reaches out to {address[0]}: tests stay on this machine")


def _local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False
