"""The command line: what can be said, and help that is worth reading."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from difflib import get_close_matches
from typing import NoReturn

from .. import __version__
from ..errors import UsageError

__all__ = ["parse"]

_CODES = """\
exit codes:
  0   a complete answer
  1   the provider answered with an error, or with something that is not its protocol
  2   the command line, a file or the configuration is wrong; nothing was sent
  3   no key, or a key that is not accepted
  4   no connection, a timeout, or an answer that broke off
  5   an answer that is not complete: refused, filtered, or cut at a token limit
  70  a bug in dragoman     130  interrupted     141  the reader of the output went away
"""

_TOP = f"""\
usage: dragoman COMMAND ...

Ask any model of any provider, each in its native protocol.

commands:
  chat         ask a model; the answer streams to standard output
  models       list models: limits, prices, abilities; --live asks the vendors
  providers    list the providers, and whether a key is set for each
  catalog      say how old the catalogue of models is; `catalog update` gets a newer one

options:
  -h, --help   show this help; `dragoman COMMAND --help` shows that of a command
  --version    show the version

examples:
  dragoman chat "Why is the sky blue?"
  dragoman chat -m anthropic:claude-sonnet-5 -f photo.jpg "What is this?"
  git diff | dragoman chat "Write a commit message."
  dragoman models --search "claude sonnet"
  dragoman providers

{_CODES}"""

_CHAT = f"""\
The prompt is the arguments joined by blanks. What is piped in follows it after an empty line, or is the prompt where
there is none. Attached files come first.

Without -m the model is $DRAGOMAN_MODEL, else default_model of the config file, else the default model of the first
provider with a key, else offline:eliza, which needs no key and no network.

examples:
  dragoman chat "Why is the sky blue?"
  dragoman chat -m openai:gpt-5.6 --reasoning high "Prove that there are infinitely many primes."
  dragoman chat -f report.pdf -f chart.png "Does the chart fit the report?"
  dragoman chat -m vllm:qwen3 --base-url http://gpu.local:8000/v1 hello
  dragoman chat --schema '{{"type": "object", "properties": {{"name": {{"type": "string"}}}}}}' "Invent a person."
  dragoman chat --json "Hello" | jq .usage

{_CODES}"""


class _Parser(argparse.ArgumentParser):
    """A parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}{'' if message.endswith('?') else '.'} See '{self.prog} --help'")


def parse(argv: Sequence[str]) -> argparse.Namespace | None:
    """The command and its arguments; None when the command line only asked for help or the version, which is then shown.

    Raises UsageError for a command line that says nothing sensible.
    """
    match list(argv):
        case ["-h" | "--help", *_]:
            print(_TOP, end="")
            return None
        case ["--version", *_]:
            print(f"dragoman {__version__}")
            return None
        case [command, *rest] if command in _COMMANDS:
            try:
                return _parse(_COMMANDS[command](), command, rest)
            except SystemExit:  # how argparse ends after showing help
                return None
        case [command, *_]:
            near = get_close_matches(command, _COMMANDS, n=1)
            *most, last = _COMMANDS
            hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(most)} and {last}."
            raise UsageError(f"unknown {_kind(command, 'command')} {command!r}: {hint} See 'dragoman --help'")
        case _:
            raise UsageError("no command; try 'dragoman chat hello', or see 'dragoman --help'")


def _parse(parser: _Parser, command: str, rest: list[str]) -> argparse.Namespace:
    arguments, extras = parser.parse_known_intermixed_args(rest)
    if extras:
        options = [option for action in parser._actions for option in action.option_strings]
        near = get_close_matches(extras[0].partition("=")[0], options, n=1)
        hint = f": did you mean {near[0]!r}?" if near else ""
        parser.error(f"unknown {_kind(extras[0], 'argument')} {extras[0]!r}{hint}")
    arguments.command = command
    return arguments


def _kind(word: str, otherwise: str) -> str:
    return "option" if word.startswith("-") else otherwise


def _effort(text: str) -> str | int:
    return int(text) if text.isdigit() else text


def _chat() -> _Parser:
    parser = _Parser(
        prog="dragoman chat",
        description="Ask a model. The answer goes to standard output as it comes; everything else to standard error.",
        epilog=_CHAT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    switch = argparse.BooleanOptionalAction
    add = parser.add_argument
    add("prompt", nargs="*", metavar="PROMPT", help="what to ask; standard input is read too when it is not a terminal")
    add("-m", "--model", metavar="PROVIDER:MODEL", help="which model to ask")
    add("-s", "--system", metavar="TEXT", help="instructions that stand before the conversation")
    add(
        *("-f", "--file"),
        action="append",
        default=[],
        dest="files",
        metavar="FILE",
        help="attach a text, an image (png, jpeg, gif, webp), a PDF or sound (wav, mp3), told apart by content; "
        "'-' is standard input; may be given several times",
    )
    add("--schema", metavar="FILE|JSON", help="a JSON Schema that the answer must obey; the answer is printed as JSON")
    add("--json", action="store_true", help="print the whole response as JSON: blocks, usage, cost, attempts and more")
    add("--stream", action=switch, default=True, help="print the answer as it comes, or only when it is complete")
    add(
        "--thinking",
        action=switch,
        help="show the model's reasoning: dimmed on a terminal (there the default), else on standard error",
    )
    add("--usage", action=switch, help="tokens, cost and time on standard error (the default on a terminal)")
    add(
        "--reasoning",
        type=_effort,
        metavar="EFFORT",
        help="how much to think: none, minimal, low, medium, high, xhigh, max, or a number of tokens",
    )
    add("--max-tokens", type=int, metavar="N", help="at most so many output tokens, reasoning included")
    add("--temperature", type=float, metavar="T", help="how much to vary")
    add("--timeout", type=float, metavar="SECONDS", help="give up after so many seconds in all")
    add("--base-url", metavar="URL", help="where the provider is; keys of the environment do not go to other hosts")
    add(
        "--adapt",
        choices=("adapt", "strict"),
        help="what the model cannot take is changed and told (adapt, the default) or refused before sending (strict)",
    )
    return parser


_MODELS = """\
Without --live nothing is sent: the list is the catalogue's. With it the vendors are asked, those named or else all whose
key is set; what a vendor states goes before what the catalogue says. Marks:
  new             the vendor lists it and the catalogue does not know it
  not listed      the catalogue knows it and the vendor does not list it
  retires DAY     the vendor switches it off on that day

examples:
  dragoman models --search "claude sonnet"
  dragoman models --provider groq --live
  dragoman models --json | jq '.[] | select(.price.input < 1) | .id'
"""


def _models() -> _Parser:
    parser = _Parser(
        prog="dragoman models",
        description="List models: context window and longest answer in tokens, dollars for a million tokens of prompt and "
        "of answer, and what they can do. A dash is what nobody has stated.",
        epilog=_MODELS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        *("-p", "--provider"),
        action="append",
        default=[],
        dest="providers",
        metavar="NAME",
        help="only this provider's; may be given several times",
    )
    add(
        *("-s", "--search"),
        action="append",
        default=[],
        metavar="WORDS",
        help="only models whose reference or title holds all these words; may be given several times",
    )
    add("--live", action="store_true", help="ask the vendors, with the keys that are set")
    add("--all", action="store_true", help="also list models that are retired or do not answer in text")
    add("--json", action="store_true", help="print all that is known of each model as JSON")
    return parser


def _catalog() -> _Parser:
    parser = _Parser(
        prog="dragoman catalog",
        description="The catalogue of models, which knows limits, prices and abilities. `info` tells how old it is and where "
        "it is read from; `update` gets a newer list from models.dev and keeps it in the user's cache.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("action", nargs="?", default="info", choices=("info", "update"), help="what to do (info, unless said)")
    add(
        "--from",
        dest="source",
        metavar="URL|FILE",
        help="where `update` gets models.dev's api.json: an https URL or a file (https://models.dev/api.json, unless said)",
    )
    add("--json", action="store_true", help="print `info` as JSON")
    return parser


def _providers() -> _Parser:
    parser = _Parser(
        prog="dragoman providers",
        description="List the providers, those of the config file included: where they are, which wire format they speak, "
        "which environment variable holds the key, and whether it is set. Keys are never shown.",
        allow_abbrev=False,
    )
    parser.add_argument("--json", action="store_true", help="print the list as JSON")
    return parser


_COMMANDS = {"chat": _chat, "models": _models, "providers": _providers, "catalog": _catalog}
