"""Base URLs with variables in them."""

from __future__ import annotations

import pytest

from dragoman.engine.places import Place, Variable, checked, host_variable, locate, read_back
from dragoman.errors import UsageError

VERTEX = "https://{host}/v1/projects/{project}/locations/{location}"
VARIABLES = {
    "project": Variable("the project", ("PROJECT",)),
    "location": Variable("the location", ("LOCATION",), "global"),
    "host": Variable(
        "the host",
        default="{location}-maps.example.com",
        of="location",
        cases={"global": "maps.example.com", "eu": "maps.eu.example.com"},
    ),
}
REGION = {"region": Variable("the region", ("REGION",), "us-east-1")}
RUNTIME = "https://runtime.{region}.example.com"


def place(template: str = VERTEX, variables: dict[str, Variable] = VARIABLES, **said: str) -> Place:
    return locate(template, variables, lambda name, _: said.get(name))


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ({"project": "p"}, "https://maps.example.com/v1/projects/p/locations/global"),
        ({"project": "p", "location": "eu"}, "https://maps.eu.example.com/v1/projects/p/locations/eu"),
        ({"project": "p", "location": "us-east5"}, "https://us-east5-maps.example.com/v1/projects/p/locations/us-east5"),
        ({"project": "p", "host": "https://own.example/"}, "https://own.example/v1/projects/p/locations/global"),
    ],
)
def test_a_host_follows_from_a_location(said: dict[str, str], url: str) -> None:
    """Defaults may hold other variables and depend on them; what is said wins, and may be a URL where a host is meant."""
    assert url == place(**said).url


def test_what_is_missing_is_named() -> None:
    """Without a value and a default there is no URL, and the rest is known all the same."""
    assert (None, ("project",), "maps.example.com") == (place().url, place().missing, place().values["host"])


def test_a_variable_that_is_not_in_the_template_keeps_its_value() -> None:
    """A base URL of one's own may name none, and the region is still known to who signs."""
    assert Place("https://proxy.example", {"region": "us-east-1"}) == place("https://proxy.example", REGION)


@pytest.mark.parametrize("value", ["a/b", "a?b", "a#b", "a@b", "a b", "a\\b", "..", "", "http://a", "a:1"])
def test_a_value_stays_in_its_place(value: str) -> None:
    """Nothing in it may end a host or a path segment."""
    with pytest.raises(UsageError, match="cannot be the project"):
        checked("project", VARIABLES["project"], value)


def test_a_template_names_only_its_own_variables() -> None:
    """A blank that nothing can fill is a mistake of who wrote the provider."""
    with pytest.raises(UsageError, match="names 'region'"):
        place("https://{region}.example.com", {})


@pytest.mark.parametrize(
    ("template", "name"),
    [(VERTEX, "host"), ("https://{host}", "host"), ("https://{host}?v=1", "host"), (RUNTIME, None), ("https://{a}{b}/v1", None)],
)
def test_a_variable_that_is_the_whole_host(template: str, name: str | None) -> None:
    """Whoever sets it sends requests anywhere."""
    assert name == host_variable(template)


@pytest.mark.parametrize(
    ("template", "variables", "url", "values"),
    [
        (RUNTIME, REGION, "https://runtime.eu-west-1.example.com/model", {"region": "eu-west-1"}),
        (RUNTIME, REGION, "https://RUNTIME.eu-west-1.example.com", {"region": "eu-west-1"}),
        (RUNTIME, REGION, "https://runtime.eu.west.example.com", None),
        (RUNTIME, REGION, "https://runtime.eu-west-1.example.com.evil.example", None),
        (RUNTIME, REGION, "http://runtime.eu-west-1.example.com", None),
        (RUNTIME, REGION, "https://runtime.eu-west-1.example.com:8443", None),
        (RUNTIME, REGION, "https://proxy.example", None),
        (VERTEX, VARIABLES, "https://maps.eu.example.com/v1", {}),
        (VERTEX, VARIABLES, "https://us-east5-maps.example.com/v1", {"location": "us-east5"}),
        (VERTEX, VARIABLES, "https://maps.example.com.evil.example/v1", None),
        ("https://{host}/x", {"host": Variable("the host")}, "https://anything.example/x", None),
        ("https://fixed.example", {}, "https://fixed.example", None),
    ],
)
def test_a_url_is_read_back(template: str, variables: dict[str, Variable], url: str, values: dict[str, str] | None) -> None:
    """A URL at one of a template's hosts says which; any other host is none of them."""
    assert values == read_back(template, variables, url)
