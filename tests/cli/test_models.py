"""The list of models: from the catalogue, or the vendors' own word laid over it."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from dragoman import catalog
from dragoman.cli.models import Row, ask, known, list_models, rows, table, to_ask, wanted
from dragoman.engine.serve import Served
from dragoman.errors import AuthenticationFailed, MissingKey, UnknownProvider
from dragoman.providers import load
from dragoman.providers.base import Provider
from dragoman.providers.config import Config
from dragoman.testing import Server
from dragoman.types import Secret
from dragoman.types.model import Model, Price, ReasoningStyle
from dragoman.wire.http import HttpHead, HttpRequest

TODAY = "2026-11-24"
ENVIRON = {"DRAGOMAN_CONFIG": ""}


def listed(body: bytes, status: int = 200) -> Served:
    return Served(HttpHead(status, {"content-type": "application/json", "content-length": str(len(body))}), iter([body]))


def run(environ: dict[str, str] | None = None, **said: Any) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    arguments = Namespace(**{"providers": [], "search": [], "live": False, "all": False, "json": False, **said})
    code = list_models(arguments, {**ENVIRON, **(environ or {})}, out, err)
    return code, out.getvalue(), err.getvalue()


def test_the_catalogue_is_listed_without_asking_anybody() -> None:
    """Every provider with a list is there, under references that can be asked."""
    code, out, err = run()
    references = {line.split()[0] for line in out.splitlines()[1:]}

    assert (0, "") == (code, err)
    assert {model.provider for model in catalog.models()} >= {reference.partition(":")[0] for reference in references}
    assert references <= {f"{model.provider}:{model.id}" for model in catalog.models()}
    assert len(references) > 500


def test_a_named_provider() -> None:
    """A second wire of a vendor lists the vendor's models under its own name; an unknown one is refused with near names."""
    _, out, _ = run(providers=["openai-responses"])
    models = [line.split()[0] for line in out.splitlines()[1:]]

    assert models
    assert all(model.startswith("openai-responses:") for model in models)
    with pytest.raises(UnknownProvider, match="did you mean 'openai'"):
        run(providers=["openia"])


def test_words_narrow_the_list() -> None:
    """All words must be there, in any order and any case, over several options."""
    row = Row(Model("acme", "big-model-2", "Acme Big"))

    assert wanted(row, [], False)
    assert wanted(row, ["MODEL acme"], False)
    assert wanted(row, ["big", "2"], False)
    assert not wanted(row, ["big", "3"], False)


def test_nothing_found_is_said() -> None:
    """An empty list says how to see more, and is no error."""
    code, out, err = run(search=["no-such-model-anywhere"])

    assert (0, "") == (code, out)
    assert err.startswith("dragoman: no model fits: --all")


@pytest.mark.parametrize(
    ("model", "marks", "shown"),
    [
        (Model("a", "m", outputs=("text", "audio")), (), True),
        (Model("a", "m"), (), True),
        (Model("a", "m", outputs=("image",)), (), False),
        (Model("a", "m"), ("retired",), False),
        (Model("a", "m"), ("retires 2027-01-01",), True),
    ],
)
def test_what_cannot_be_used_is_hidden(model: Model, marks: tuple[str, ...], shown: bool) -> None:
    """Models that are retired or do not write are for --all."""
    assert shown == wanted(Row(model, marks), [], False)
    assert wanted(Row(model, marks), [], True)


def test_dates_are_marks() -> None:
    """The last day is told while it is ahead, by day or by month."""
    days = ["2026-11-24", "2026-11-25", "2026-11", "2027", None]
    found = rows([Model("a", str(day), retires=day) for day in days], None, TODAY)

    marks = [("retired",), ("retires 2026-11-25",), ("retired",), ("retires 2027",), ()]
    assert marks == [row.marks for row in found]


def test_what_the_vendor_says_goes_first() -> None:
    """Facts are laid over the catalogue's, and each side's own models are marked."""
    catalogued = [
        Model("a", "both", context=1000, max_output=100, tools=True, retires="2027-01-01"),
        Model("a", "renamed", aliases=("today",)),
        Model("a", "latest"),
        Model("a", "over"),
    ]
    vendors = [
        Model("a", "fresh", context=7),
        Model("a", "both", context=2000, retires="2026-12-01"),
        Model("a", "today", tools=False),
        Model("a", "dated", aliases=("latest",), context=9),
    ]

    found = rows(catalogued, vendors, TODAY)
    assert [
        ("both", ("retires 2026-12-01",)),
        ("renamed", ()),
        ("latest", ()),
        ("over", ("not listed",)),
        ("fresh", ("new",)),
        ("dated", ("new",)),
    ] == [(row.model.id, row.marks) for row in found]
    both = found[0].model
    assert (2000, 100, True) == (both.context, both.max_output, both.tools)
    assert found[1].model.tools is False


def test_the_table() -> None:
    """Columns line up, numbers to the right; what nobody has stated is a dash."""
    full = Model(
        *("acme", "m-1", "M", 1_048_576, None, 65_536, Price(Decimal("0.075"), Decimal(10))),
        inputs=("text", "image", "pdf"),
        tools=True,
        schema=True,
        reasoning=ReasoningStyle(),
    )
    odd = Model("acme", "evil\x1b[31m\nname", max_input=8192, max_output=500, tools=False, reasoning=False)

    assert [
        "MODEL                CONTEXT  OUTPUT  IN $/M  OUT $/M  CAN                               NOTE",
        "acme:m-1               1.05M   65.5k   0.075       10  tools,image,pdf,reasoning,schema  not listed, retires 2027-01-01",
        "acme:evil [31m name    8.19k     500       -        -  -                                 new",
    ] == table([Row(full, ("not listed", "retires 2027-01-01")), Row(odd, ("new",))]).splitlines()


def test_json_is_model_values() -> None:
    """Programs get every field, prices as numbers, and marks where there are some."""
    code, out, _ = run(providers=["anthropic"], json=True, all=True)
    raw = json.loads(out, parse_float=Decimal)

    assert 0 == code
    assert catalog.models("anthropic") == msgspec.json.decode(out, type=list[Model])
    assert any("price" in item for item in raw)
    assert all(isinstance(item["price"]["input"], int | Decimal) for item in raw if "price" in item)
    assert all(item["marks"] for item in raw if "marks" in item)


def test_the_config_file_has_a_word() -> None:
    """A user's own provider and what the user knows of models are listed with the rest."""
    config = Config(
        providers=(Provider("own", "Own", "https://own.example", catalog="groq"),),
        models=(Model("own", "mine", context=5), Model("groq", "llama-3.1-8b-instant", context=6)),
    )
    own = {model.id: model for model in known(config.provider("own"), config)}

    assert ("own", 5) == (own["mine"].provider, own["mine"].context)
    assert {model.id for model in catalog.models("groq")} < own.keys()
    assert 6 == {model.id: model for model in known(load("groq"), config)}["llama-3.1-8b-instant"].context


def test_who_is_asked() -> None:
    """Those named, in order; else each vendor whose key is set, once, by its own wire."""
    environ = {"OPENAI_API_KEY": "k", "GROQ_API_KEY": "k", "XAI_API_KEY": " "}

    assert ["vllm", "groq"] == [provider.name for provider in to_ask(["vllm", "groq"], {}, Config())]
    assert ["openai", "groq"] == [provider.name for provider in to_ask([], environ, Config())]
    assert "own" in [
        provider.name
        for provider in to_ask([], {}, Config(providers=(Provider("own", "Own", "https://o"),), keys={"own": Secret("k")}))
    ]
    with pytest.raises(MissingKey, match="name a provider with --provider"):
        to_ask([], {}, Config())


def test_vendors_are_asked_together_and_answer_in_order() -> None:
    """One that fails is told from its name and stops nobody."""

    def vendor(request: HttpRequest) -> Served:
        if "/bad/" in request.url:
            return listed(b'{"error":{"message":"Your key is wrong","code":"invalid_api_key"}}', 401)
        return listed(b'{"data":[{"id":"m"}]}')

    with Server(vendor) as server:
        providers = tuple(Provider(name, name, f"{server.url}/{name}/v1", key_required=False) for name in ("bad", "good"))
        answers = list(ask(providers, Config(providers=providers)))

    assert ["bad", "good"] == [provider.name for provider, _ in answers]
    assert isinstance(answers[0][1], AuthenticationFailed)
    assert (Model("good", "m", source="good's list of models"),) == answers[1][1]


def test_a_failing_vendor_sets_the_exit_code() -> None:
    """The others are listed, the failure is one line, and no key is in it."""
    key = "sk-marker-0123456789"

    def vendor(request: HttpRequest) -> Served:
        if request.headers["authorization"].endswith("bad"):
            return listed(f'{{"error":{{"message":"{request.headers["authorization"]} is wrong"}}}}'.encode(), 401)
        return listed(b'{"data":[{"id":"entirely-new"}]}')

    with Server(vendor) as server:
        environ = {
            "GROQ_API_KEY": f"{key}-bad",
            "GROQ_BASE_URL": f"{server.url}/v1",
            "CEREBRAS_API_KEY": key,
            "CEREBRAS_BASE_URL": f"{server.url}/v1",
        }
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environ.items():
                patch.setenv(name, value)
            code, out, err = run(environ, live=True)

    assert 3 == code
    assert err.startswith("dragoman: groq: ")
    assert 1 == err.count("\n")
    assert key not in out + err
    lines = {line.split()[0]: line for line in out.splitlines()[1:]}
    assert lines["cerebras:entirely-new"].endswith("new")
    assert any(line.endswith("not listed") for line in lines.values())
    assert all(name.startswith("cerebras:") for name in lines)
