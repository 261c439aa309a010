"""Docstrings in the three usual ways of writing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypedDict

import msgspec
import pytest

from dragoman.typed import schema_of
from dragoman.typed.docstrings import own_docstring, read_docstring

GOOGLE = """Finds flights.

    Looks at every airline,
    cheapest first.

    Args:
        origin (str): Where from,
            as a code.
        to: Where to: a code.
        stops (Optional[int]):
            How many at most.
        **others: What else
            counts.

    Returns:
        A list of flights.

    Raises:
        ValueError: when there is none.
    """

NUMPY = """Finds flights.

    Looks at every airline,
    cheapest first.

    Parameters
    ----------
    origin : str
        Where from,
        as a code.
    to
        Where to: a code.
    stops : int, optional
        How many at most.
    **others
        What else
        counts.

    Returns
    -------
    list
        A list of flights.

    Raises
    ------
    ValueError
        when there is none.
    """

SPHINX = """Finds flights.

    Looks at every airline,
    cheapest first.

    :param str origin: Where from,
        as a code.
    :param to: Where to: a code.
    :type to: str
    :param stops:
        How many at most.
    :param others: What else
      counts.
    :returns: A list of flights.
    :raises ValueError: when there is none.
    """

PARAMETERS = {
    "origin": "Where from, as a code.",
    "to": "Where to: a code.",
    "stops": "How many at most.",
    "others": "What else counts.",
}
PROSE = "Finds flights.\n\nLooks at every airline,\ncheapest first."


@pytest.mark.parametrize(
    ("doc", "returns"),
    [
        pytest.param(GOOGLE, "Returns:\n    A list of flights.", id="Google"),
        pytest.param(NUMPY, "Returns:\nlist\n    A list of flights.", id="NumPy"),
        pytest.param(SPHINX, "Returns: A list of flights.", id="Sphinx"),
    ],
)
def test_prose_is_kept_and_parameters_go_to_theirs(doc: str, returns: str) -> None:
    """What is said of parameters is taken out, of exceptions left out, of the result kept."""
    found = read_docstring(doc)

    assert found.parameters == PARAMETERS
    assert f"{PROSE}\n\n{returns}" == found.text


@pytest.mark.parametrize(
    ("doc", "text", "parameters"),
    [
        (None, "", {}),
        ("", "", {}),
        ("One line.", "One line.", {}),
        ("Args: these are not a section.", "Args: these are not a section.", {}),
        ("Does it.\n\nNote:\n    Slowly.\n\nAnd well.", "Does it.\n\nNote:\n    Slowly.\n\nAnd well.", {}),
        ("Does it.\n\nArgs:\n\n    a: One.\n\n    b: Two.\n", "Does it.", {"a": "One.", "b": "Two."}),
        ("Does it.\n\nParameters\n----------\nx, y : int\n    Where.\n", "Does it.", {"x": "Where.", "y": "Where."}),
        ("Does it.\n\n@param a: One.", "Does it.", {"a": "One."}),
        ("Do.\n\nSteps:\n    first\n", "Do.\n\nSteps:\n    first", {}),
        ("Args:\n    a: One.\nThen more.", "Then more.", {"a": "One."}),
        ("A.\n\nArgs:\n    nothing that is an entry\n", "A.", {}),
        ("A.\n\nArgs:\n", "A.", {}),
    ],
)
def test_docstrings_of_all_sorts(doc: str | None, text: str, parameters: dict[str, str]) -> None:
    """What is no section stays as it is written."""
    assert (text, parameters) == read_docstring(doc)


def test_only_what_somebody_wrote_is_a_docstring() -> None:
    """The signature that `dataclass` makes and what is inherited say nothing."""

    @dataclass
    class Auto:
        a: int

    @dataclass
    class Written:
        """Written."""

        a: int

    class Inheriting(Written):
        pass

    class Tuple(NamedTuple):
        a: int

    class Dict(TypedDict):
        a: int

    class Struct(msgspec.Struct):
        a: int

    assert ["Written."] == [
        own_docstring(kind) for kind in (Auto, Written, Inheriting, Tuple, Dict, Struct) if own_docstring(kind)
    ]


def test_fields_are_described_by_the_docstring_of_their_class() -> None:
    """The class keeps the prose, each field what is said of it."""

    @dataclass
    class Trip:
        """A trip.

        Attributes:
            to: Where to.
        """

        to: str

    assert {
        "type": "object",
        "description": "A trip.",
        "properties": {"to": {"type": "string", "description": "Where to."}},
        "required": ["to"],
    } == schema_of(Trip)
