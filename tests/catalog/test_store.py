"""Where the lists are read from, what is found in them, and what a damaged cache does: nothing but a word."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest

import dragoman
from dragoman import catalog
from dragoman.catalog import store
from dragoman.catalog.store import Index, Listing, Source, cache_folder, encode, write
from dragoman.types.model import Model, Price

LATER = "2999-01-01"


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    """Every test opens the catalogue for itself, and leaves none open."""
    store.forget()
    yield
    store.forget()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The place of the user's own lists, empty."""
    folder = tmp_path / "lists"
    monkeypatch.setenv("DRAGOMAN_CATALOG", str(folder))
    return folder


def lists(*models: Model, date: str = LATER, same: dict[str, str] | None = None) -> dict[str, bytes]:
    """A set of lists with these models."""
    names = sorted({model.provider for model in models})
    held = {name: tuple(model for model in models if model.provider == name) for name in names}
    index = Index(date, (Source("me"),), {name: len(held[name]) for name in names}, same or {})
    files = {f"{name}.json": encode(Listing(date, ("me",), held[name])) for name in names}
    return {**files, "index.json": encode(index)}


NEWER = Model("openai", "gpt-5.6", "New", price=Price(Decimal("0.1"), Decimal("0.2")), aliases=("gpt-new", "gpt-5.6-old"))


def test_a_model_is_found_by_its_id() -> None:
    """The list that came with the library knows today's models and what they cost."""
    found = catalog.find("openai", "gpt-5.6")

    assert found is not None
    assert ("openai", "gpt-5.6") == (found.provider, found.id)
    assert found.price is not None
    assert found.price.input is not None


@pytest.mark.parametrize("name", ["gpt", "GPT-5.6", "gpt-5.6 ", "openai/gpt-5.6", "gpt-5.6-2026-01-01", ""])
def test_nothing_is_guessed(name: str) -> None:
    """What is nearly an id is none."""
    assert catalog.find("openai", name) is None


@pytest.mark.parametrize("name", ["vllm", "openai-compatible", "nobody", "index", "../openai"])
def test_a_provider_without_a_list_has_no_models(name: str) -> None:
    """Servers that run what their owner loaded, and names that nobody has."""
    assert ([], None) == (catalog.models(name), catalog.find(name, "gpt-5.6"))


def test_another_name_of_a_model_finds_it() -> None:
    """A dated id of which nothing else is known is the plain one's alias."""
    assert catalog.find("anthropic", "claude-haiku-4-5") == catalog.find("anthropic", "claude-haiku-4-5-20251001") is not None


def test_a_vendor_in_another_wire_format_has_the_same_models() -> None:
    """The list is shared under both names."""
    assert catalog.find("openai", "gpt-5.6") is catalog.find("openai-responses", "gpt-5.6")
    assert catalog.models("openai") == catalog.models("openai-responses") != []


def test_models_are_listed_once_and_by_id() -> None:
    """Aliases are no models of their own, and all lists together are each list after the other."""
    ids = [model.id for model in catalog.models("anthropic")]
    everything = catalog.models()

    assert sorted(set(ids)) == ids
    assert len({(model.provider, model.id) for model in everything}) == len(everything)
    assert [model for model in everything if model.provider == "groq"] == catalog.models("groq")


def test_what_is_known_of_it() -> None:
    """The set that came with the library says its date, its sources and their licences."""
    said = catalog.info()

    assert (False, ()) == (said.updated, said.problems)
    assert {"genai-prices", "litellm", "models.dev"} == {source.name for source in said.sources}
    assert {"MIT"} == {source.licence for source in said.sources}
    assert said.folder.startswith(str(Path(dragoman.__file__).parent))


def test_a_newer_set_in_the_cache_goes_first(cache: Path) -> None:
    """It replaces the library's lists, and what it does not name is still the library's."""
    write(lists(NEWER), cache)

    assert NEWER == catalog.find("openai", "gpt-5.6") == catalog.find("openai", "gpt-new")
    assert catalog.find("anthropic", "claude-sonnet-5") is not None
    assert (LATER, str(cache), True) == (catalog.info().date, catalog.info().folder, True)


def test_an_older_set_in_the_cache_is_left_alone(cache: Path) -> None:
    """A library that was brought up to date knows more than what was once fetched."""
    write(lists(NEWER, date="2020-01-01"), cache)

    assert NEWER != catalog.find("openai", "gpt-5.6") is not None
    assert not catalog.info().updated


def test_an_empty_setting_means_no_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`DRAGOMAN_CATALOG=` keeps to what came with the library."""
    write(lists(NEWER), cache)
    monkeypatch.setenv("DRAGOMAN_CATALOG", "")

    assert not catalog.info().updated


@pytest.mark.parametrize("damage", [b"", b"{", b'{"date": 5}', b"\xff\xfe", b'{"date":"2999-01-01","models":[{"id":"x"}]}'])
def test_a_damaged_list_is_passed_over(cache: Path, damage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """The library's own list is read instead; the log says so, and so does `info`."""
    write(lists(NEWER), cache)
    (cache / "openai.json").write_bytes(damage)

    with caplog.at_level(logging.WARNING, "dragoman.catalog"):
        found = catalog.find("openai", "gpt-5.6")

    assert NEWER != found is not None
    assert ["dragoman.catalog"] == [record.name for record in caplog.records]
    assert str(cache / "openai.json") in caplog.text
    assert 1 == len(catalog.info().problems)


def test_a_damaged_index_is_passed_over(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A cache that cannot say what it holds is not used."""
    cache.mkdir()
    (cache / "index.json").write_bytes(b"]")

    with caplog.at_level(logging.WARNING, "dragoman.catalog"):
        assert catalog.find("openai", "gpt-5.6") is not None

    assert not catalog.info().updated
    assert str(cache / "index.json") in catalog.info().problems[0]


def test_providers_that_share_in_a_circle_end(cache: Path) -> None:
    """No index can make the search for a list endless."""
    write(lists(NEWER, same={"a": "b", "b": "a"}), cache)

    assert [None, None] == [catalog.find(name, "m") for name in ("a", "b")]


def test_a_list_that_went_missing_is_the_librarys(cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As while another process puts a new set in place."""
    write(lists(NEWER), cache)
    (cache / "openai.json").unlink()

    with caplog.at_level(logging.WARNING, "dragoman.catalog"):
        assert NEWER != catalog.find("openai", "gpt-5.6") is not None


def test_writing_replaces_the_whole_set(cache: Path) -> None:
    """What the new set does not have is gone, nothing else is left lying about, and the next question sees it."""
    write(lists(NEWER, Model("groq", "old")), cache)
    assert catalog.find("groq", "old") is not None

    write(lists(Model("openai", "only")), cache)

    assert ["index.json", "openai.json"] == sorted(path.name for path in cache.iterdir())
    assert [cache] == list(cache.parent.iterdir())
    assert catalog.find("groq", "old") is None
    assert catalog.find("openai", "only") is not None


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        pytest.param({"index.json": None}, "a set of lists needs index.json", id="no index"),
        pytest.param({"index.json": b"{"}, "index.json: ", id="no JSON"),
        pytest.param({"openai.json": b"[]"}, "openai.json: ", id="no list"),
        pytest.param({"openai.json": None}, "do not name the same providers: openai.json", id="a list too few"),
        pytest.param({"other.json": b"{}"}, "do not name the same providers: other.json", id="a list too many"),
        pytest.param({"openai.json": encode(Listing(LATER))}, "openai.json has 0 models", id="a list cut short"),
        pytest.param(
            {"openai.json": encode(Listing(LATER, (), (Model("groq", "m"),)))}, "openai.json has a model of groq", id="a stranger"
        ),
    ],
)
def test_what_is_no_set_is_not_written(cache: Path, spoil: dict[str, bytes | None], complaint: str) -> None:
    """All of it is read before any of it replaces what was there."""
    write(lists(NEWER), cache)
    files = {name: data for name, data in {**lists(Model("openai", "m")), **spoil}.items() if data is not None}

    with pytest.raises(ValueError, match=complaint):
        write(files, cache)

    assert NEWER == catalog.find("openai", "gpt-5.6")
    assert [cache] == list(cache.parent.iterdir())


def test_no_name_leads_out_of_the_folder(cache: Path) -> None:
    """A provider's name is a name."""
    index = encode(Index(LATER, (), {"../evil": 0}))

    with pytest.raises(ValueError, match="no name for a list"):
        write({"index.json": index, "../evil.json": encode(Listing(LATER))}, cache)

    assert not list(cache.parent.iterdir())


@pytest.mark.parametrize(
    ("environ", "platform", "place"),
    [
        ({"DRAGOMAN_CATALOG": "/c", "HOME": "/h"}, "linux", "/c"),
        ({"DRAGOMAN_CATALOG": "", "HOME": "/h"}, "linux", None),
        ({"XDG_CACHE_HOME": "/x", "HOME": "/h"}, "linux", "/x/dragoman/catalog"),
        ({"HOME": "/h"}, "linux", "/h/.cache/dragoman/catalog"),
        ({"LOCALAPPDATA": "/l", "USERPROFILE": "/u"}, "win32", "/l/dragoman/catalog"),
        ({"LOCALAPPDATA": "/l", "HOME": "/h"}, "linux", "/h/.cache/dragoman/catalog"),
        ({}, "linux", None),
    ],
)
def test_the_place_of_the_cache(environ: dict[str, str], platform: str, place: str | None) -> None:
    """Named by the user, else where the system keeps such things."""
    assert (Path(place) if place is not None else None) == cache_folder(environ, platform)


def test_a_price_survives_its_file_to_the_last_digit() -> None:
    """Prices are numbers in the file and decimals in the program."""
    listing = Listing(LATER, (), (Model("x", "m", price=Price(Decimal("0.0036250"), Decimal("83.333333333"))),))

    written = encode(listing)

    assert b'"input":0.0036250' in written
    assert isinstance(json.loads(written)["models"][0]["price"]["output"], float)
    assert listing.models[0].price == store._decode(written, Listing).models[0].price


def test_it_is_read_from_an_archive(tmp_path: Path) -> None:
    """The library works from a zip file, and its lists with it."""
    package = Path(dragoman.__file__).parent
    archive = tmp_path / "library.zip"
    with ZipFile(archive, "w") as file:
        for path in sorted([*package.rglob("*.py"), *package.rglob("*.json")]):
            file.write(path, path.relative_to(package.parent))
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import dragoman.catalog as c; "
        "print(c.find('openai', 'gpt-5.6').id, c.__file__.startswith(sys.argv[1]))"
    )

    outcome = subprocess.run(
        [sys.executable, "-c", program, str(archive)],
        env={"DRAGOMAN_CATALOG": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ("gpt-5.6 True\n", "") == (outcome.stdout, outcome.stderr)


def test_asking_for_the_module_reads_nothing() -> None:
    """Importing the catalogue opens no file of it: the first question does."""
    program = (
        "import sys; seen = []; sys.addaudithook(lambda e, a: seen.append(str(a[0])) if e == 'open' else None); "
        "import dragoman.catalog as c; before = [s for s in seen if s.endswith('.json')]; c.find('groq', 'x'); "
        "print(before, sorted(s.rpartition('data')[2][1:] for s in seen if s.endswith('.json')))"
    )

    outcome = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, env=_environment())

    assert ("[] ['groq.json', 'index.json']\n", "") == (outcome.stdout, outcome.stderr)


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(dragoman.__file__).parent.parent), "DRAGOMAN_CATALOG": "", "PYTHONDONTWRITEBYTECODE": "1"}
