"""The command as people run it: a process of its own, against the embedded and a scripted provider."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fault_server import FaultServer, stalling

import dragoman
from dragoman.catalog.names import MODELS_DEV
from dragoman.engine.serve import Served
from dragoman.testing import ScriptedProvider, Server, Turn, fail, fault, finish, page, refuse, text, think, usage
from dragoman.types import Document, Image, Text
from dragoman.wire.http import HttpHead, HttpRequest

COMMAND = [sys.executable, "-W", "error", "-m", "dragoman.cli"]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and terminals are POSIX")
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nothing of the developer's own: no config, no keys."""
    return {
        "HOME": str(folder),
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(dragoman.__file__).parent.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }


@contextmanager
def scripted(*turns: Any) -> Iterator[tuple[ScriptedProvider, dict[str, str]]]:
    """A provider behind a socket, and the variables that make it `vllm`, which needs no key."""
    provider = ScriptedProvider(*turns)
    with provider.serve() as server:
        yield provider, {"VLLM_BASE_URL": f"{server.url}/v1", "DRAGOMAN_MODEL": "vllm:m"}
        assert [] == server.errors


@pytest.fixture
def run(tmp_path: Path) -> Any:
    """Runs `dragoman` with these words, input and variables."""

    def run(*words: str, data: bytes = b"", **variables: str) -> tuple[int, str, str]:
        outcome = subprocess.run(
            [*COMMAND, *words],
            input=data,
            capture_output=True,
            cwd=tmp_path,
            env=environment(tmp_path, **variables),
            timeout=60,
            check=False,
        )
        return outcome.returncode, outcome.stdout.decode(), outcome.stderr.decode()

    return run


def test_help_is_light(tmp_path: Path) -> None:
    """Help loads neither the client nor an HTTP library."""
    program = "import sys; from dragoman.cli import main; code = main(['--help']); print(*sys.modules); sys.exit(code)"
    outcome = subprocess.run(
        [sys.executable, "-c", program], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    loaded = set(outcome.stdout.splitlines()[-1].split())

    assert "dragoman.cli.arguments" in loaded
    assert set() == loaded & {"dragoman.client", "dragoman.protocols", "pyreqwest", "httpx2", "ssl", "socket", "asyncio"}


def test_the_package_runs_as_a_module(tmp_path: Path) -> None:
    """Where the script is not on the path, `python -m dragoman` is the same command."""
    words = [sys.executable, "-m", "dragoman", "--help"]
    outcome = subprocess.run(words, env=environment(tmp_path), capture_output=True, text=True, check=True)

    assert "providers" in outcome.stdout


def test_a_first_try_needs_nothing(run: Any) -> None:
    """Without any key the embedded provider answers, and one line says so."""
    code, out, err = run("chat", "I feel fine.")

    assert 0 == code
    assert out.endswith("\n")
    assert out.strip()
    assert 1 == err.count("\n")
    assert err.startswith("dragoman: no key is set, so the embedded offline:eliza answers")


def test_a_named_model_says_nothing_beside_its_answer(run: Any) -> None:
    """Standard error stays empty when all is well."""
    code, out, err = run("chat", "-m", "offline:eliza", "I feel fine.")

    assert (0, "") == (code, err)
    assert out.strip()


def test_streamed_and_whole_answers_print_the_same(run: Any) -> None:
    """`--no-stream` changes when it is printed, not what."""
    streamed = run("chat", "-m", "offline:eliza", "I feel fine.")
    whole = run("chat", "-m", "offline:eliza", "--no-stream", "I feel fine.")

    assert streamed == whole


def test_everything_said_reaches_the_provider(run: Any, tmp_path: Path) -> None:
    """Prompt, pipe, files, system and settings are in the request."""
    (tmp_path / "picture").write_bytes(PNG)
    with scripted("ok") as (provider, variables):
        words = ("-s", "be brief", "-f", "picture", "--max-tokens", "9", "--temperature", "0.5", "compare", "these")
        assert (0, "ok\n", "") == run("chat", *words, data=b"piped\n", **variables)

    (request,) = provider.requests
    assert "m" == request.model
    assert "be brief" in str((request.system, request.messages[0]))
    assert [Image, Text] == [type(block) for block in request.messages[-1].content]
    assert "compare these\n\npiped" == request.messages[-1].text
    assert (9, 0.5) == (request.max_tokens, request.temperature)


def test_a_pdf_from_a_pipe(run: Any) -> None:
    """Standard input may be a document."""
    with scripted("ok") as (provider, variables):
        assert (0, "ok\n", "") == run("chat", "-f", "-", "sum up", data=b"%PDF-1.7\n\xff", **variables)

    assert Document in [type(block) for block in provider.requests[0].messages[0].content]


def test_reasoning_goes_beside_the_answer(run: Any) -> None:
    """Reasoning is hidden in a pipe unless it is asked for, and then it is on standard error."""
    turn = Turn(think("hm"), "yes")
    with scripted(turn, turn) as (_, variables):
        assert (0, "yes\n", "") == run("chat", "x", **variables)
        assert (0, "yes\n", "hm\n") == run("chat", "--thinking", "x", **variables)


def test_usage_on_request(run: Any) -> None:
    """`--usage` tells tokens on standard error."""
    with scripted(Turn("yes", usage(input=9, output=5))) as (_, variables):
        code, out, err = run("chat", "--usage", "x", **variables)

    assert (0, "yes\n") == (code, out)
    assert err.startswith("dragoman: vllm:m, 9 tokens in, 5 out")


def test_the_whole_response_as_json(run: Any) -> None:
    """`--json` prints one JSON object with everything but the raw body."""
    with scripted(Turn(think("hm"), "yes", usage(input=9, output=5))) as (_, variables):
        code, out, err = run("chat", "--json", "x", **variables)
    response = json.loads(out)

    assert (0, "") == (code, err)
    assert 1 == out.count("\n")
    assert [("thinking", "hm"), ("text", "yes")] == [(block["type"], block["text"]) for block in response["message"]["content"]]
    assert ("stop", 9, 5) == (response["finish"]["reason"], response["usage"]["input"], response["usage"]["output"])
    assert "raw" not in response


def test_structured_output(run: Any) -> None:
    """`--schema` asks for an answer that obeys it, and prints the JSON."""
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    with scripted('{"name": "Ada"}', "Ada") as (provider, variables):
        assert (0, '{"name": "Ada"}\n', "") == run("chat", "--schema", json.dumps(schema), "x", **variables)
        code, out, err = run("chat", "--schema", json.dumps(schema), "x", **variables)

    assert provider.requests[0].output is not None
    assert schema == provider.requests[0].output.schema
    assert (1, "Ada\n") == (code, out)
    assert err.startswith("dragoman: the answer is not JSON")


@pytest.mark.parametrize(
    ("turn", "code", "out", "said"),
    [
        (Turn(fail(401, "invalid_api_key", "no such key")), 3, "", "no such key"),
        (Turn(fail(400, "invalid_request_error", "bad words")), 1, "", "bad words"),
        (Turn(fail(404, "not_found_error", "no such model")), 1, "", "no such model"),
        (Turn(page(b"<html>hello</html>")), 1, "", ""),
        (Turn("half", fault("end")), 4, "half\n", ""),
        (Turn("half", fault("reset")), 4, "half\n", ""),
        (Turn("half", finish("length")), 5, "half\n", "the answer is cut at the limit of output tokens"),
        (Turn(refuse("I will not."), finish("refusal")), 5, "I will not.\n", "refused"),
    ],
)
def test_trouble_is_one_line_and_a_code(run: Any, turn: Turn, code: int, out: str, said: str) -> None:
    """What arrived is printed, what went wrong is one line on standard error, and the exit code says which."""
    with scripted(turn) as (_, variables):
        ended = run("chat", "x", **variables)

    assert (code, out) == ended[:2]
    assert ended[2].startswith("dragoman: ")
    assert 1 == ended[2].count("\n"), ended[2]
    assert said in ended[2]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("-m", "grok:x", "hi"), 2, "unknown provider 'grok'; did you mean 'groq'"),
        (("-m", "x", "hi"), 2, "'x' names no model"),
        (("-m", "groq:x", "hi"), 3, "GROQ_API_KEY"),
        (("-m", "vllm:x", "--base-url", "http://models.example.com/v1", "hi"), 2, "plain http to models.example.com"),
        (("-f", "missing", "hi"), 2, "missing: cannot be read: No such file or directory"),
        (("--schema", "[", "hi"), 2, "--schema: [: cannot be read"),
        ((), 2, "nothing to ask"),
    ],
)
def test_nothing_is_sent_that_cannot_be_meant(run: Any, words: tuple[str, ...], code: int, said: str) -> None:
    """Mistakes of the command line are told in one line before anything is sent."""
    ended = run("chat", *words)

    assert (code, "") == ended[:2]
    assert said in ended[2]
    assert 1 == ended[2].count("\n"), ended[2]


def test_no_connection(run: Any) -> None:
    """A server that is not there is told with where it should be."""
    with scripted() as (_, variables):
        pass
    code, out, err = run("chat", "--timeout", "20", "x", **variables)

    assert (4, "") == (code, out)
    assert err.startswith("dragoman: vllm/m: ")
    assert 1 == err.count("\n")


def test_adaptations_are_told_or_refused(run: Any) -> None:
    """What the target cannot take is changed and said, or refused before sending."""
    with scripted("ok") as (provider, variables):
        moved = {"MOONSHOT_BASE_URL": variables["VLLM_BASE_URL"], "MOONSHOT_API_KEY": "k"}
        words = ("chat", "-m", "moonshot:kimi-k3", "--temperature", "0.1", "x")
        code, out, err = run(*words, **moved)
        strict = run(*words, "--adapt", "strict", **moved)

    assert (0, "ok\n") == (code, out)
    assert err.startswith("dragoman: temperature dropped: ")
    assert 1 == err.count("\n")
    assert (2, "") == strict[:2]
    assert "temperature" in strict[2]
    assert 1 == len(provider.http)


def test_the_config_file(run: Any, tmp_path: Path) -> None:
    """A provider of the user's own answers under its name, with the key that its command prints."""
    with scripted("ok") as (provider, variables):
        folder = tmp_path / ".config" / "dragoman"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(
            f"""
            default_model = "work:big"
            [providers.work]
            like = "vllm"
            base_url = "{variables["VLLM_BASE_URL"]}"
            key_command = ["{sys.executable}", "-c", "print('from-a-program')"]
            headers = {{ X-Team = "search" }}
            """
        )
        assert (0, "ok\n", "") == run("chat", "x")
        code, out, err = run("providers")

    assert ("big", "Bearer from-a-program") == (provider.requests[0].model, provider.http[0].headers["authorization"])
    assert "search" == provider.http[0].headers["x-team"]
    assert (0, "") == (code, err)
    assert "work" in out
    assert "from-a-program" not in out


def test_a_broken_config_file_is_told(run: Any, tmp_path: Path) -> None:
    """A mistake in the file is an error of usage, with the file's name."""
    (tmp_path / "c.toml").write_text("[providers.work]\nbase_ulr = 1")
    code, out, err = run("chat", "x", DRAGOMAN_CONFIG="c.toml")

    assert (2, "") == (code, out)
    assert "dragoman: c.toml: [providers.work] unknown key 'base_ulr'; did you mean 'base_url'?\n" == err


def test_a_key_of_the_environment_stays_at_home(run: Any) -> None:
    """A base URL on the command line gets no key from the environment."""
    with scripted("ok") as (provider, variables):
        there = ("--base-url", variables["VLLM_BASE_URL"])
        assert (0, "ok\n", "") == run(
            "chat", "-m", "vllm:m", *there, "x", VLLM_BASE_URL="http://localhost:1/v1", VLLM_API_KEY="k"
        )
        code, _, err = run("chat", "-m", "openai:m", *there, "x", OPENAI_API_KEY="sk-marker")

    assert "authorization" not in provider.http[0].headers
    assert 3 == code
    assert "sk-marker" not in err
    assert 1 == len(provider.http)


def test_the_debug_switch(run: Any) -> None:
    """`DRAGOMAN_DEBUG=1` shows where an error came from, without changing the exit code."""
    code, out, err = run("chat", "-m", "grok:x", "hi", DRAGOMAN_DEBUG="1")

    assert (2, "") == (code, out)
    assert err.startswith("Traceback (most recent call last):")
    assert "\ndragoman: unknown provider 'grok'" in err


def test_the_list_of_providers(run: Any) -> None:
    """`providers` says which keys are set, in a table or as JSON."""
    code, out, err = run("providers", GROQ_API_KEY="gsk-marker")
    listed = json.loads(run("providers", "--json", GROQ_API_KEY="gsk-marker")[1])

    assert (0, "") == (code, err)
    assert ["groq", "openai_chat", "https://api.groq.com/openai/v1", "set", "GROQ_API_KEY"] in [
        line.split() for line in out.splitlines()
    ]
    assert "gsk-marker" not in out
    assert {"set"} == {entry["key"] for entry in listed if entry["name"] == "groq"}


@contextmanager
def started(folder: Path, *words: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """The command under way, as somebody at a terminal starts it.

    A shell that runs the tests in the background has them ignore Ctrl-C, and what they start would inherit that.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(folder, **variables),
        )
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        finally:
            process.kill()


@POSIX
def test_an_answer_streams_and_can_be_interrupted(tmp_path: Path) -> None:
    """What has come is printed while the rest is awaited; Ctrl-C ends the line and the command."""
    with scripted(Turn("Hello", fault("stall"))) as (_, variables), started(tmp_path, "chat", "x", **variables) as process:
        assert process.stdout is not None
        assert b"Hello" == process.stdout.read(5)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)

    assert (130, b"\n", b"") == (process.returncode, out, err)


@POSIX
def test_vendors_that_do_not_answer_are_not_waited_for(tmp_path: Path) -> None:
    """Ctrl-C ends the command while several are asked, each in a thread."""
    with FaultServer(stalling()) as server:
        variables = {"VLLM_BASE_URL": server.url, "LMSTUDIO_BASE_URL": server.url, "SGLANG_BASE_URL": server.url}
        names = [word for name in ("vllm", "lmstudio", "sglang") for word in ("--provider", name)]
        with started(tmp_path, "models", "--live", *names, **variables) as process:
            assert server.waiting.wait(60)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)

    assert (130, b"", b"") == (process.returncode, out, err)


@POSIX
def test_a_reader_may_go_away(tmp_path: Path) -> None:
    """`dragoman chat ... | head` ends without a complaint."""
    pieces = ["word " * 4000] * 100
    with scripted(Turn(text(*pieces))) as (_, variables), started(tmp_path, "chat", "x", **variables) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert b"word" == process.stdout.read(4)
        process.stdout.close()
        err = process.stderr.read()
        process.wait(60)

    assert (141, b"") == (process.returncode, err)


def read(terminal: int) -> bytes:
    """What a terminal shows next; Linux reports its end as an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


@POSIX
def test_on_a_terminal(tmp_path: Path) -> None:
    """A terminal gets dimmed reasoning, a plain answer without the model's escapes, and what it took."""
    ours, theirs = os.openpty()
    turn = Turn(think("hm"), "a\x1b[2Jb", usage(input=9, output=5))
    with scripted(turn) as (_, variables):
        command = [*COMMAND, "chat", "x"]
        variables = environment(tmp_path, TERM="xterm", **variables)
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=variables) as process:
            os.close(theirs)
            shown = b"".join(iter(lambda: read(ours), b""))
    os.close(ours)

    assert 0 == process.returncode
    assert shown.startswith(b"\x1b[2mhm\x1b[0m\r\n\r\na[2Jb\r\ndragoman: vllm:m, 9 tokens in, 5 out")


def test_text_is_utf8_where_a_program_reads_it(run: Any) -> None:
    """Piped output is UTF-8, whatever the locale says."""
    with scripted("\N{GREEK SMALL LETTER ALPHA}") as (_, variables):
        ended = run("chat", "x", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0", **variables)

    assert (0, "\N{GREEK SMALL LETTER ALPHA}\n", "") == ended


def test_models_without_a_network(run: Any) -> None:
    """The catalogue answers: a table that lines can be picked from, and JSON."""
    code, out, err = run("models", "--provider", "anthropic", "--search", "sonnet")
    header, *lines = out.splitlines()

    assert (0, "") == (code, err)
    assert ["MODEL", "CONTEXT", "OUTPUT", "IN", "$/M", "OUT", "$/M", "CAN", "NOTE"] == header.split()
    assert lines
    assert all(line.startswith("anthropic:") for line in lines)

    code, out, err = run("models", "--provider", "anthropic", "--search", "sonnet", "--json")
    assert (0, "") == (code, err)
    assert [line.split()[0] for line in lines] == [f"{item['provider']}:{item['id']}" for item in json.loads(out)]


def test_listing_models_is_light(tmp_path: Path) -> None:
    """Without --live neither the client nor anything that opens a socket is loaded."""
    program = "import sys; from dragoman.cli import main; main(['models', '-s', 'sonnet']); print(*sys.modules)"
    outcome = subprocess.run(
        [sys.executable, "-c", program], env=environment(tmp_path), capture_output=True, text=True, check=True
    )
    loaded = set(outcome.stdout.splitlines()[-1].split())

    assert "dragoman.catalog" in loaded
    assert set() == loaded & {"dragoman.client", "dragoman.protocols.openai_chat", "ssl", "socket", "asyncio"}


def served(answers: dict[str, bytes]) -> Server:
    """A server that answers paths with JSON, and others with a 404."""

    def handle(request: HttpRequest) -> Served:
        path = "/" + request.url.partition("://")[2].partition("/")[2]
        body = answers.get(path, b'{"error":{"message":"no such path"}}')
        head = HttpHead(200 if path in answers else 404, {"content-type": "application/json", "content-length": str(len(body))})
        return Served(head, iter([body]))

    return Server(handle)


def test_models_asked_of_vendors(run: Any) -> None:
    """Vendors with a key are asked; what is new and what is gone is marked, a failure is a line, and no key is shown."""
    key = "sk-marker-0123456789"
    groq = b'{"data":[{"id":"brand-new","context_window":4096},{"id":"llama-3.1-8b-instant","context_window":9000}]}'
    with served({"/groq/v1/models": groq}) as server:
        variables = {"GROQ_API_KEY": key, "GROQ_BASE_URL": f"{server.url}/groq/v1"}
        code, out, err = run("models", "--live", **variables)
        lines = {line.split()[0]: line for line in out.splitlines()[1:]}
        assert (0, "") == (code, err)
        assert lines["groq:brand-new"].endswith(" new")
        assert " 9k " in lines["groq:llama-3.1-8b-instant"]
        assert not lines["groq:llama-3.1-8b-instant"].endswith("not listed")
        assert any(line.endswith("not listed") for line in lines.values())
        assert all(name.startswith("groq:") for name in lines)

        variables |= {"CEREBRAS_API_KEY": key, "CEREBRAS_BASE_URL": f"{server.url}/elsewhere"}
        code, failed, err = run("models", "--live", "--provider", "cerebras", "--provider", "groq", **variables)
        assert (1, out) == (code, failed)
        assert err.startswith("dragoman: cerebras: no such path")
        assert key not in failed + err


def test_nobody_to_ask(run: Any) -> None:
    """Without keys and names there is nothing to ask for."""
    code, out, err = run("models", "--live")

    assert (3, "") == (code, out)
    assert "name a provider with --provider" in err


def test_a_newer_catalogue(run: Any, tmp_path: Path) -> None:
    """An update is fetched when asked for, used from then on, and told of; a bad one changes nothing."""
    entry = {"limit": {"context": 4096, "output": 512}, "cost": {"input": 1.5, "output": 2}, "tool_call": True}
    api = json.dumps({theirs.id: {"models": {"gemini-brand-new": entry}} for theirs in MODELS_DEV.values()}).encode()
    with served({"/api.json": api, "/bad.json": b"<html>"}) as server:
        code, out, err = run("catalog", "update", "--from", f"{server.url}/api.json")
        assert (0, "") == (code, err)
        assert " of them new, 0 changed; in " in out
        assert str(tmp_path / ".cache" / "dragoman" / "catalog") in out

        _, listed, _ = run("models", "--provider", "gemini", "--search", "brand-new")
        assert ["gemini:gemini-brand-new", "4.1k", "512", "1.5", "2", "tools"] == listed.splitlines()[1].split()
        _, before, _ = run("catalog", "info")
        assert "(an update)" in before

        code, out, err = run("catalog", "update", "--from", f"{server.url}/bad.json")
        assert (1, "") == (code, out)
        assert err.startswith("dragoman: this is not models.dev's api.json")
        code, out, err = run("catalog", "update", "--from", f"{server.url}/nowhere.json")
        assert (1, "") == (code, out)
        assert "HTTP 404" in err
    assert before == run("catalog", "info")[1]

    code, out, err = run("catalog", "update", "--from", "http://models.example/api.json")
    assert (2, "") == (code, out)
    assert "write https://" in err
    code, out, err = run("catalog", "update", "--from", "no-such-file.json")
    assert (2, "") == (code, out)
    assert "cannot be read" in err
