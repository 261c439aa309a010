"""A newer list laid over the library's: what is news wins, what was known and not believed is no news."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from dragoman import catalog, errors
from dragoman.catalog import store
from dragoman.catalog.models_dev import Reading
from dragoman.catalog.names import MODELS_DEV
from dragoman.catalog.store import Index, Listing, Source
from dragoman.catalog.update import Aside, Update, build, encode_aside, fetch, load_aside, merge, set_aside, update
from dragoman.engine.serve import Served
from dragoman.testing import Server
from dragoman.transport import open_transport
from dragoman.types.model import Model, Price, ReasoningStyle
from dragoman.wire.http import HttpHead, HttpRequest

NONE = Aside()
ONE, TWO, THREE = Decimal(1), Decimal(2), Decimal(3)


def newer(**facts: object) -> Model:
    return Model("acme", "m", source="models.dev", **facts)  # type: ignore[arg-type]


def test_what_is_stated_wins_and_what_is_not_stays() -> None:
    """Field by field; the source of what changed stands first."""
    known = Model("acme", "m", "Old", 1000, max_output=50, tools=True, aliases=("n",), source="litellm, models.dev")

    assert Model(
        "acme", "m", "Old", 2000, max_output=50, tools=True, schema=False, aliases=("n",), source="models.dev, litellm"
    ) == merge(known, newer(name="New", context=2000, schema=False))
    assert known is merge(known, newer(context=1000))


def test_what_was_said_before_is_no_news() -> None:
    """A fact that was not believed when the list was compiled is believed when it changes."""
    known = Model("acme", "m", context=1000, reasoning=False, price=Price(ONE, TWO))
    heard = newer(context=900, reasoning=ReasoningStyle(), price=Price(TWO, TWO))

    assert known is merge(known, heard, heard)
    changed = merge(known, newer(context=800, reasoning=ReasoningStyle(), price=Price(THREE, TWO)), heard)
    assert (800, False, Price(THREE, TWO)) == (changed.context, changed.reasoning, changed.price)


@pytest.mark.parametrize(
    ("known", "stated", "expected"),
    [
        (None, Price(ONE, TWO), Price(ONE, TWO)),
        (Price(ONE, TWO), None, Price(ONE, TWO)),
        # The same amounts: what only one of the two says is added.
        (
            Price(ONE, TWO, cache_write_1h=THREE, services={"batch": Price(ONE)}),
            Price(ONE, TWO, cache_read=ONE, services={"flex": Price(TWO)}),
            Price(ONE, TWO, cache_read=ONE, cache_write_1h=THREE, services={"batch": Price(ONE), "flex": Price(TWO)}),
        ),
        # Another price: nothing of the old one stands beside it.
        (Price(ONE, TWO, cache_write_1h=THREE, tiers=(Price(TWO, above=9),)), Price(TWO, TWO), Price(TWO, TWO)),
        # Zeros mean that a list does not know.
        (Price(ONE, TWO), Price(Decimal(0), Decimal(0)), Price(ONE, TWO)),
    ],
)
def test_a_price_is_one_statement(known: Price | None, stated: Price | None, expected: Price | None) -> None:
    """Amounts of two times are not mixed."""
    assert expected == merge(Model("acme", "m", price=known), newer(price=stated)).price


@pytest.mark.parametrize(
    ("known", "stated", "expected"),
    [
        (None, False, False),
        (False, ReasoningStyle(efforts=("low",)), ReasoningStyle(efforts=("low",))),
        (ReasoningStyle(always=True, adaptive=True), None, ReasoningStyle(always=True, adaptive=True)),
        (
            ReasoningStyle(always=True, adaptive=True),
            ReasoningStyle(efforts=("low",), toggle=True),
            ReasoningStyle(always=True, adaptive=True, efforts=("low",)),
        ),
        (ReasoningStyle(efforts=("low",)), ReasoningStyle(), ReasoningStyle(efforts=("low",))),
    ],
)
def test_ways_to_reason(
    known: ReasoningStyle | bool | None, stated: ReasoningStyle | bool | None, expected: ReasoningStyle | bool | None
) -> None:
    """A newer word on efforts leaves alone what it says nothing of; what always reasons has no switch."""
    assert expected == merge(Model("acme", "m", reasoning=known), newer(reasoning=stated)).reasoning


def test_a_whole_set() -> None:
    """Every list, with its date, its counts and its sources; other providers keep theirs as they were."""
    index = Index(
        "2026-01-01",
        (Source("litellm"), Source("models.dev", "https://old", version="v1")),
        {"acme": 2, "other": 1},
        {"a2": "acme"},
    )
    lists = {
        "acme": Listing("2026-01-01", ("litellm",), (Model("acme", "a", context=1), Model("acme", "b", aliases=("c",)))),
        "other": Listing("2026-01-01", ("litellm",), (Model("other", "x"),)),
    }
    said = (Model("acme", "a", context=2), Model("acme", "b"), Model("acme", "c"), Model("acme", "d"), Model("acme", "over"))
    reading = Reading({"acme": said}, {"acme": frozenset({"over"})}, 3)
    files, done = build(reading, index, lists, NONE, "https://new/api.json", "2026-05-05")

    assert Update("2026-05-05", 4, 1, 1, 3) == done
    assert {"index.json", "acme.json", "other.json"} == files.keys()
    acme, other = (msgspec.json.decode(files[f"{name}.json"], type=Listing) for name in ("acme", "other"))
    assert [("a", 2), ("b", None), ("d", None)] == [(model.id, model.context) for model in acme.models]
    assert ("2026-05-05", ("litellm", "models.dev")) == (acme.date, acme.sources)
    assert lists["other"] == other
    assert Index(
        "2026-05-05",
        (Source("litellm"), Source("models.dev", "https://new/api.json", "MIT", None, "2026-05-05")),
        {"acme": 3, "other": 1},
        {"a2": "acme"},
    ) == msgspec.json.decode(files["index.json"], type=Index)


def test_models_that_were_left_out_stay_out_until_they_change() -> None:
    """What models.dev alone still listed when the lists were compiled is not brought back by the same words."""
    heard = Model("acme", "retired", context=1, source="models.dev")
    aside = Aside("v1", {"acme": (heard,)})
    index, lists = Index("2026-01-01", providers={"acme": 0}), {"acme": Listing("2026-01-01")}

    same = build(Reading({"acme": (heard,)}, {}, 0), index, lists, aside, "x", "2026-02-02")[1]
    other = build(Reading({"acme": (newer(),)}, {}, 0), index, lists, aside, "x", "2026-02-02")[1]
    assert (0, 1) == (same.models, other.models)


def test_a_clock_that_is_behind() -> None:
    """A set that would never be read is not built."""
    with pytest.raises(errors.UsageError, match="see to the clock"):
        build(Reading({}, {}, 0), Index("2026-01-02"), {}, NONE, "x", "2026-01-01")


def test_the_same_list_again_changes_nothing() -> None:
    """What was set aside is exactly what laying the list over would change."""
    index = Index("2026-01-01", (Source("models.dev", version="v1"),), {"acme": 2})
    lists = {"acme": Listing("2026-01-01", (), (Model("acme", "a", context=1, tools=True), Model("acme", "b")))}
    reading = Reading({"acme": (Model("acme", "z"), Model("acme", "a", context=9, tools=True), Model("acme", "b"))}, {}, 0)
    aside = set_aside(reading, index, lists)

    assert Aside("v1", {"acme": (Model("acme", "a", context=9), Model("acme", "z"))}) == aside
    assert aside == msgspec.json.decode(encode_aside(aside), type=Aside)
    assert (0, 0) == build(reading, index, lists, aside, "x", "2026-02-02")[1][2:4]


def test_what_came_with_the_library_fits_its_lists() -> None:
    """The facts set aside are of the models.dev that the lists were compiled from, and none of them stands in the lists."""
    index, lists = store.shipped()
    aside = load_aside()

    assert [source.version for source in index.sources if source.name == "models.dev"] == [aside.version]
    for provider, models in aside.models.items():
        known = {model.id: model for model in lists[provider].models} if provider in lists else {}
        followed = [model.id for model in models if model.id in known and merge(known[model.id], model) == known[model.id]]
        assert [] == followed, provider


API = msgspec.json.encode(
    {theirs.id: {"models": {"claude-brand-new": {"limit": {"context": 77}}}} for theirs in MODELS_DEV.values()}
)


@contextmanager
def serving(body: bytes = API, status: int = 200, **headers: str) -> Iterator[str]:
    def handle(request: HttpRequest) -> Served:
        assert "GET" == request.method
        return Served(HttpHead(status, {"content-length": str(len(body)), **headers}), iter([body]))

    with Server(handle) as server:
        yield f"{server.url}/api.json"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A cache that the library reads."""
    folder = tmp_path / "cache" / "catalog"
    monkeypatch.setenv("DRAGOMAN_CATALOG", str(folder))
    catalog_date = store.shipped()[0].date
    assert catalog_date < "2100-01-01"
    store.forget()
    yield folder
    store.forget()


def test_an_update_is_used_at_once(cache: Path) -> None:
    """What was fetched is found by the next question, and what it does not say is still there."""
    before = catalog.find("anthropic", "claude-sonnet-5")
    with serving() as url:
        done = update(url, cache, "2100-01-01")

    found = catalog.find("anthropic", "claude-brand-new")
    assert found is not None
    assert 77 == found.context
    assert before == catalog.find("anthropic", "claude-sonnet-5")
    assert done.new > 0
    assert ("2100-01-01", True, str(cache)) == (catalog.info().date, catalog.info().updated, catalog.info().folder)


def test_a_file_is_a_source_too(cache: Path, tmp_path: Path) -> None:
    """For machines without a way out."""
    (tmp_path / "api.json").write_bytes(API)
    update(str(tmp_path / "api.json"), cache, "2100-01-01")

    assert catalog.info().updated
    with pytest.raises(errors.UsageError, match="cannot be read: No such file"):
        update(str(tmp_path / "missing.json"), cache, "2100-01-01")


def test_a_bad_answer_leaves_what_is_there(cache: Path) -> None:
    """Errors are typed, and the old set stays, whole."""
    with serving() as url:
        update(url, cache, "2100-01-01")
    before = {path.name: path.read_bytes() for path in cache.iterdir()}
    for body, status, headers, kind in (
        (b"<html>maintenance</html>", 200, {}, errors.DecodeError),
        (API[: len(API) // 2], 200, {}, errors.DecodeError),
        (b"{}", 200, {}, errors.DecodeError),
        (b"gone", 404, {}, errors.NotFound),
        (b"later", 503, {}, errors.DragomanError),
        (b"", 302, {"location": "https://elsewhere.example/api.json"}, errors.APIError),
    ):
        with serving(body, status, **headers) as url, pytest.raises(kind):
            update(url, cache, "2100-01-02")

    assert before == {path.name: path.read_bytes() for path in cache.iterdir()}
    assert "2100-01-01" == catalog.info().date


def test_a_redirect_is_named_and_not_followed() -> None:
    """The user decides where the list comes from."""
    transport = open_transport()
    with (
        serving(b"", 301, location="https://elsewhere.example/x") as url,
        pytest.raises(errors.APIError, match=r"HTTP 301 and points to https://elsewhere\.example/x"),
    ):
        fetch(url, transport)
    transport.close()


def test_a_list_without_end_is_given_up() -> None:
    """There is a bound, and the connection is cut at it."""
    pieces: list[int] = []

    def handle(request: HttpRequest) -> Served:
        def endless() -> Iterator[bytes]:
            while True:
                pieces.append(1)
                yield b" " * (4 * 1024 * 1024)

        return Served(HttpHead(200, {}), endless())

    transport = open_transport()
    with Server(handle) as server, pytest.raises(errors.DecodeError, match="more than 67,108,864 bytes"):
        fetch(f"{server.url}/api.json", transport)
    transport.close()

    assert len(pieces) < 40


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("http://models.example/api.json", "plain http from models.example could be changed on the way"),
        ("https://me:secret@models.example/api.json", "must not hold credentials"),
        ("ftp://models.example/api.json", "write an https:// URL"),
        ("https:///api.json", "write an https:// URL"),
    ],
)
def test_places_that_are_not_asked(source: str, why: str) -> None:
    """Nothing is sent, and no password is repeated."""
    transport = open_transport()
    with pytest.raises(errors.UsageError, match=why) as caught:
        fetch(source, transport)
    transport.close()

    assert "secret" not in str(caught.value)
