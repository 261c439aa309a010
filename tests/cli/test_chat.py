"""One question, one answer: what is asked, and how the answer is shown."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dragoman.cli.chat import question, read_schema, show_block, show_event
from dragoman.cli.screen import Screen
from dragoman.errors import UsageError
from dragoman.types import (
    ArgumentsDelta,
    BlockStart,
    BlockStop,
    Event,
    Image,
    Message,
    Ping,
    Refusal,
    RefusalDelta,
    Text,
    TextDelta,
    Thinking,
    ThinkingDelta,
    Url,
    user,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def piped(data: bytes) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(data))


@pytest.mark.parametrize(
    ("prompt", "data", "message"),
    [
        (["why", "not?"], b"", user("why not?")),
        ([], b"from a pipe\n", user("from a pipe")),
        (["explain"], b"diff\r\n", user("explain\n\ndiff")),
        (["explain"], "\N{GREEK SMALL LETTER ALPHA}\n\n".encode(), user("explain\n\n\N{GREEK SMALL LETTER ALPHA}\n")),
        ([], b"\xef\xbb\xbfmarked", user("marked")),
    ],
)
def test_prompt_and_pipe(prompt: list[str], data: bytes, message: Message) -> None:
    """What is piped in follows the prompt after an empty line, or is the prompt."""
    assert message == question(prompt, [], piped(data))


def test_a_terminal_is_not_read() -> None:
    """Standard input is read only where it is not a terminal, and may be missing."""
    assert user("hi") == question(["hi"], [], Terminal("never read"))
    assert user("hi") == question(["hi"], [], None)


def test_files_come_first(tmp_path: Path) -> None:
    """Attached files stand before the words about them, in the order given."""
    (tmp_path / "a").write_text("A")
    (tmp_path / "b").write_text("B")
    message = question(["compare"], [str(tmp_path / "b"), str(tmp_path / "a")], None)

    assert user('<file name="b">\nB\n</file>', '<file name="a">\nA\n</file>', "compare") == message


def test_a_file_may_be_all() -> None:
    """A file needs no words, and standard input may be one."""
    message = question([], ["-"], piped(b"\x89PNG\r\n\x1a\n"))

    assert [Image] == [type(block) for block in message.content]


def test_an_attached_pipe_is_not_the_prompt_too() -> None:
    """Standard input is one of the two."""
    assert user('<file name="standard input">\ndata\n</file>', "what is it?") == question(["what is it?"], ["-"], piped(b"data"))


@pytest.mark.parametrize(
    ("files", "data", "complaint"),
    [
        ([], b"", "nothing to ask"),
        ([], b" \n", "nothing to ask"),
        ([], b"\xff\xfe\x00", "standard input is not UTF-8 text: attach other files with -f -"),
        (["-", "-"], b"x", "-f - is given twice"),
        (["-"], b"", "standard input: the file is empty"),
        (["no/such"], b"x", "no/such: cannot be read: No such file or directory"),
    ],
)
def test_what_cannot_be_asked(files: list[str], data: bytes, complaint: str) -> None:
    """Nothing is sent for a question that is none."""
    with pytest.raises(UsageError) as caught:
        question([], files, piped(data))
    assert str(caught.value).startswith(complaint)


def test_a_schema_is_json_or_a_file(tmp_path: Path) -> None:
    """A schema may stand on the command line or in a file."""
    path = tmp_path / "schema.json"
    path.write_text('{"type": "object"}')

    assert {"type": "object"} == read_schema(str(path))
    assert {"type": "array"} == read_schema(' {"type": "array"}')


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "--schema: not a JSON Schema object: "),
        ("no/such", "--schema: no/such: cannot be read: No such file or directory"),
    ],
)
def test_a_schema_that_is_none(text: str, complaint: str) -> None:
    """What is wrong with a schema is told with where it is from."""
    with pytest.raises(UsageError) as caught:
        read_schema(text)
    assert str(caught.value).startswith(complaint)


def test_a_schema_file_that_is_none(tmp_path: Path) -> None:
    """JSON that is not an object is not a schema."""
    path = tmp_path / "schema.json"
    path.write_text("[]")

    with pytest.raises(UsageError, match=r"schema\.json: not a JSON Schema object: "):
        read_schema(str(path))


def test_events_are_shown_as_they_come() -> None:
    """Text, refusals and reasoning are shown, also where a block comes whole; the rest is not."""
    events: list[Event] = [
        Ping(),
        BlockStart(0, Thinking()),
        ThinkingDelta(0, "hm"),
        BlockStop(0),
        BlockStart(1, Text("A")),
        TextDelta(1, "B"),
        BlockStart(2, Refusal("")),
        RefusalDelta(2, "C"),
        BlockStart(3, Text("D")),
        ArgumentsDelta(4, "E"),
    ]
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(out, err, {}, thinking=True)
    for event in events:
        show_event(event, screen)
    screen.end()

    assert ("ABCD\n", "hm\n") == (out.getvalue(), err.getvalue())


def test_blocks_are_shown_as_far_as_they_are_text() -> None:
    """A whole answer is shown like a streamed one."""
    out, err = io.StringIO(), io.StringIO()
    screen = Screen(out, err, {}, thinking=True)
    for block in (Thinking("hm"), Text("A"), Image(Url("https://x.example")), Refusal("B")):
        show_block(block, screen)
    screen.end()

    assert ("AB\n", "hm\n") == (out.getvalue(), err.getvalue())
