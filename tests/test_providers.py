"""Vendors are data: one file and one name each, imported on first use, and open to other packages."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from dragoman import protocols, providers
from dragoman.engine.places import fill
from dragoman.errors import UnknownProvider, UsageError
from dragoman.protocols.anthropic_messages.dialect import MessagesDialect
from dragoman.protocols.gemini.dialect import GeminiDialect
from dragoman.protocols.gemini_interactions.dialect import InteractionsDialect
from dragoman.protocols.openai_chat.dialect import ChatDialect
from dragoman.protocols.openai_responses.dialect import ResponsesDialect
from dragoman.providers import NAMES, Provider, all_providers, load

FOLDER = Path(providers.__file__).parent
VENDORS = sorted(path for path in FOLDER.glob("*.py") if path.stem not in {"__init__", "base", "config"})
DIALECTS = {
    "openai_chat": ChatDialect,
    "gemini": GeminiDialect,
    "gemini_interactions": InteractionsDialect,
    "anthropic_messages": MessagesDialect,
    "openai_responses": ResponsesDialect,
}


# Domains of one vendor: Amazon's services, the variable that is the host of an Azure resource.
SAME_VENDOR = {"api.aws": "amazonaws.com"}


@pytest.fixture
def _forgetful() -> Iterator[None]:
    """Providers of other packages are forgotten afterwards."""
    load.cache_clear()
    yield
    load.cache_clear()


def test_no_vendor_is_imported_before_it_is_used() -> None:
    """Importing the package imports no vendor file, and loading one imports that one."""
    program = """
import sys
from dragoman import providers
def vendors():
    return sorted(name for name in sys.modules if name.startswith("dragoman.providers.") and not name.endswith(".base"))
print(vendors())
providers.load("groq")
print(vendors())
"""
    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert "[]\n['dragoman.providers.groq']\n" == outcome.stdout


def test_every_file_has_a_name_and_every_name_a_file() -> None:
    """The table and the folder agree, and every provider has the name it is found by."""
    homes = {name: home.partition(":")[0] for name, home in providers._MODULES.items()}

    assert {path.stem for path in VENDORS} == set(homes.values())
    assert all(name.replace("-", "_") == home for name, home in homes.items() if ":" not in providers._MODULES[name])
    assert list(NAMES) == [load(name).name for name in NAMES]
    assert list(NAMES) == [provider.name for provider in all_providers()]


@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.stem)
def test_a_vendor_file_holds_only_data(path: Path) -> None:
    """A vendor file is imports, constants and frozen values: no function of its own, no branch, no loop."""
    for node in ast.parse(path.read_text("utf-8")).body[1:]:
        match node:
            case ast.ImportFrom() | ast.Import() | ast.Assign():
                pass
            case ast.ClassDef(bases=[ast.Attribute(attr="Struct")], keywords=keywords):
                assert "frozen" in {keyword.arg for keyword in keywords}
            case _:
                pytest.fail(f"line {node.lineno} is not data")


@pytest.mark.parametrize("path", VENDORS, ids=lambda path: path.stem)
def test_a_dialect_says_where_it_is_from(path: Path) -> None:
    """A vendor has a dialect where its file writes one, with a link to a page: `providers/test_reasons.py` holds each value."""
    text = path.read_text("utf-8").partition("PROVIDER = ")[2]
    written = re.search(r"\w+Dialect\(", text) is not None

    assert written == (load(path.stem.replace("_", "-")).dialect is not None)
    assert not written or "https://" in text


@pytest.mark.parametrize("name", NAMES)
def test_a_provider_is_complete(name: str) -> None:
    """A known wire format with its own dialect, a safe base URL, and key variables that are variables."""
    provider = load(name)
    parts = urlsplit(fill(provider.base_url or "https://given.example", dict.fromkeys(provider.variables, "x")))
    asked = {*provider.key_env, *provider.token_env, *provider.base_url_env}
    asked |= {name for variable in provider.variables.values() for name in variable.env}

    assert provider.protocol in protocols.NAMES
    assert provider.dialect is None or isinstance(provider.dialect, DIALECTS[provider.protocol])
    assert parts.scheme == "https" or parts.hostname == "localhost" or provider.base_url == "local://offline"
    assert not (provider.base_url or "").endswith("/")
    assert all(re.fullmatch("[A-Z][A-Z0-9_]+", variable) for variable in asked)
    assert provider.key_env or provider.sources or not provider.key_required
    assert provider.base_url or provider.base_url_env
    assert {"{" not in parts.netloc, set(re.findall(r"\{(\w+)\}", provider.base_url or "")) <= provider.variables.keys()} == {
        True
    }
    assert provider.signing is None or provider.signing.region in provider.variables
    assert provider.title


def test_a_provider_is_a_value() -> None:
    """Providers compare by content, cannot be changed, and can be changed copies of each other."""
    groq = load("groq")

    assert groq == msgspec.structs.replace(groq)
    assert "elsewhere" == msgspec.structs.replace(groq, base_url="elsewhere").base_url
    with pytest.raises(AttributeError):
        groq.base_url = "elsewhere"  # type: ignore[misc]


def test_key_variables_belong_to_one_vendor() -> None:
    """No variable's key is sent to two vendors: providers that share one are at one domain, in two formats or two regions."""
    domains: dict[str, list[str | None]] = {}
    for provider in all_providers():
        domain = None if provider.base_url is None else ".".join((urlsplit(provider.base_url).hostname or "").split(".")[-2:])
        domain = SAME_VENDOR.get(domain, domain) if domain is not None else None
        for variable in (*provider.key_env, *provider.token_env):
            domains.setdefault(variable, []).append(domain)

    assert {} == {name: found for name, found in domains.items() if len(found) > 1 and (None in found or len(set(found)) > 1)}


def test_base_url_variables_mean_one_url() -> None:
    """A variable that moves a provider moves only what is at the same URL: two formats that share it."""
    urls: dict[str, list[str | None]] = {}
    for provider in all_providers():
        for variable in provider.base_url_env:
            urls.setdefault(variable, []).append(provider.base_url)

    assert {} == {name: found for name, found in urls.items() if len(found) > 1 and (None in found or len(set(found)) > 1)}


def test_an_unknown_provider_is_told_what_is_near() -> None:
    """A misspelt name is refused with near names, all names, and the way to any other server; nothing is guessed."""
    with pytest.raises(UnknownProvider) as caught:
        load("antropic")

    assert "unknown provider 'antropic'; did you mean 'anthropic'" in str(caught.value)
    assert ", ".join(NAMES) in str(caught.value)
    assert "'openai-compatible'" in str(caught.value)


def test_a_name_like_none_is_told_all_names() -> None:
    """Where nothing is near, the error does not pretend so."""
    with pytest.raises(UnknownProvider) as caught:
        load("zzz")

    assert str(caught.value).startswith("unknown provider 'zzz'; known: openai, anthropic, ")


def install(folder: Path, entry: str, source: str = "") -> None:
    """A package in `folder` that declares one entry point, as an installer leaves it."""
    info = folder / "acme_dragoman-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-dragoman\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[dragoman.providers]\n{entry}\n")
    (folder / f"{entry.partition('=')[2].partition(':')[0].strip()}.py").write_text(source)


SOURCE = "from dragoman.providers import Provider\nPROVIDER = Provider('acme', 'Acme', 'https://acme.example/v1')\n"


@pytest.mark.usefixtures("_forgetful")
def test_other_packages_bring_providers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed entry point is a provider like any other, listed and suggested too."""
    install(tmp_path, "acme = acme_vendor_one:PROVIDER", SOURCE)
    monkeypatch.syspath_prepend(tmp_path)

    assert Provider("acme", "Acme", "https://acme.example/v1") == load("acme")
    assert [*NAMES, "acme"] == [provider.name for provider in all_providers()]
    with pytest.raises(UnknownProvider, match="did you mean 'acme'"):
        load("acne")


@pytest.mark.usefixtures("_forgetful")
def test_other_packages_do_not_replace_providers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry point with a name of ours is not even loaded: keys keep going where they went."""
    install(tmp_path, "openai = acme_vendor_two:PROVIDER", "raise RuntimeError('loaded')")
    monkeypatch.syspath_prepend(tmp_path)

    assert "https://api.openai.com/v1" == load("openai").base_url
    assert list(NAMES) == [provider.name for provider in all_providers()]


@pytest.mark.usefixtures("_forgetful")
@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("acme_vendor_three", "import no_such_module_at_all", "does not load: No module named 'no_such_module_at_all'"),
        ("acme_vendor_four", "", "does not load: module 'acme_vendor_four' has no attribute 'PROVIDER'"),
        ("acme_vendor_five", "PROVIDER = 3", "is not a Provider but int"),
        ("acme_vendor_six", SOURCE.replace("'acme'", "'other'"), "is a provider with another name, 'other'"),
    ],
)
def test_a_broken_entry_point_names_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, source: str, complaint: str
) -> None:
    """What is wrong with a foreign provider is told with the package it comes from."""
    install(tmp_path, f"acme = {module}:PROVIDER", source)
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(UsageError) as caught:
        load("acme")
    assert f"entry point 'acme' of acme-dragoman {complaint}" == str(caught.value)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_lists_the_provider(name: str) -> None:
    """docs/providers.md says of every provider which wire format it speaks and which variables it reads."""
    page = (FOLDER.parent.parent.parent / "docs" / "providers.md").read_text("utf-8")
    (row,) = re.findall(rf"^\| `{name}` \|.*$", page, re.MULTILINE)
    provider = load(name)

    keys = {*provider.key_env, *provider.token_env}
    assert {name, provider.protocol, *keys, *provider.base_url_env} == set(re.findall("`([^`]+)`", row))
    assert [source.title() if source == "google" else source.upper() for source in provider.sources] == re.findall(
        r"(Google|AWS) credentials", row
    )
    assert ("optional" in row or "none" in row) == (not provider.key_required)


def test_kin_know_each_other() -> None:
    """Who runs the same vendor's models names all others who do: signed thinking goes from each to each."""
    kin = {provider.name: {provider.name, *provider.kin} for provider in all_providers() if provider.kin}

    assert {"anthropic", "bedrock-anthropic", "bedrock-messages", "vertex-anthropic"} == kin.keys()
    assert all(kin[name] == family for family in kin.values() for name in family)
