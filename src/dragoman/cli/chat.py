"""`dragoman chat`: one question, one answer."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

import msgspec

from ..errors import UsageError
from ..providers.config import load_config
from ..types.content import Block, Refusal, ServerToolCall, ServerToolResult, Text, Thinking
from ..types.events import BlockStart, Event, RefusalDelta, TextDelta, ThinkingDelta
from ..types.messages import Message, user
from ..types.request import Output
from ..types.response import Response
from .choose import choose_model
from .failures import FAILED, INCOMPLETE, unfinished
from .files import attach, read_file
from .screen import Screen

__all__ = ["chat", "question", "read_schema", "show_block", "show_event"]

_SHOWN = (Text, Refusal, Thinking, ServerToolCall, ServerToolResult)


def chat(arguments: Namespace, environ: Mapping[str, str], stdin: TextIO | None, out: TextIO, err: TextIO) -> int:
    """Ask, show the answer, and give the exit code."""
    screen = Screen(out, err, environ, thinking=arguments.thinking, usage=arguments.usage)
    config = load_config(environ)
    choice = choose_model(arguments.model, environ, config)
    message = question(arguments.prompt, arguments.files, stdin)
    options = _options(arguments)
    if choice.note is not None:
        screen.note(choice.note)

    from ..client import Client
    from .interrupt import interruptible

    with (
        Client(keys=config.keys, providers=config.providers, models=config.models, routes=config.routes) as client,
        interruptible(client.close),
    ):
        if arguments.json or arguments.schema is not None or not arguments.stream:
            response = client.chat(choice.model, message, **options)
            if arguments.json:
                screen.text(_json(response, screen.terminal))
            else:
                for block in response.message.content:
                    show_block(block, screen)
            screen.end()
        else:
            with client.stream(choice.model, message, **options) as stream:
                try:
                    for event in stream:
                        show_event(event, screen)
                except BaseException:
                    screen.break_off()
                    raise
                screen.end()
            response = stream.response
    return _close(choice.model, response, screen, arguments)


def question(prompt: list[str], files: list[str], stdin: TextIO | None) -> Message:
    """The user's message: attached files, then the prompt, an empty line and what is piped in.

    Raises UsageError when that is nothing, and for what cannot be read.
    """
    piped = b"" if stdin is None or stdin.isatty() else stdin.buffer.read()
    if files.count("-") > 1:
        raise UsageError("-f - is given twice: there is one standard input")
    blocks = [attach("standard input", piped) if path == "-" else read_file(path) for path in files]
    text = " ".join(prompt)
    if piped and "-" not in files:
        try:
            more = piped.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError as error:
            raise UsageError("standard input is not UTF-8 text: attach other files with -f -") from error
        text = "\n\n".join([part for part in (text, more) if part])
    if not blocks and not text.strip():
        raise UsageError("nothing to ask: give a prompt, or pipe text in; see 'dragoman chat --help'")
    return user(*blocks, text) if text.strip() else user(*blocks)


def read_schema(text: str) -> dict[str, Any]:
    """A JSON Schema given as JSON or as the path of a file. Raises UsageError when it is not an object."""
    source = "--schema"
    if not text.lstrip().startswith("{"):
        source = text
        try:
            text = Path(text).read_text("utf-8-sig")
        except (OSError, ValueError) as error:
            raise UsageError(f"--schema: {source}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise UsageError(f"{source}: not a JSON Schema object: {error}") from error


def show_event(event: Event, screen: Screen) -> None:
    """Print what an event adds to the answer."""
    match event:
        case TextDelta(text=text) | RefusalDelta(text=text):
            screen.text(text)
        case ThinkingDelta(text=text):
            screen.think(text)
        case BlockStart(block=block):
            show_block(block, screen)


def show_block(block: Block, screen: Screen) -> None:
    """Print what a block says, as far as it is text."""
    match block:
        case Text(text=text) | Refusal(text=text):
            screen.text(text)
        case Thinking(text=text):
            screen.think(text)


def _options(arguments: Namespace) -> Any:
    """The words of the command line that a call takes; what was not said is left out."""
    names = ("system", "reasoning", "max_tokens", "temperature", "timeout", "base_url", "adapt")
    given = {name: getattr(arguments, name) for name in names}
    if arguments.schema is not None:
        given["output"] = Output(read_schema(arguments.schema))  # what comes is printed, whether or not it fits
    return {name: value for name, value in given.items() if value is not None}


def _json(response: Response, pretty: bool) -> str:
    data = msgspec.json.encode(msgspec.structs.replace(response, raw=None))
    return (msgspec.json.format(data) if pretty else data).decode()


def _close(model: str, response: Response, screen: Screen, arguments: Namespace) -> int:
    """What is to be said after an answer, and the exit code."""
    for adaptation in response.adaptations:
        screen.note(f"{adaptation.feature} {adaptation.action}: {adaptation.detail}")
    for warning in response.warnings:
        screen.note(f"the provider warns: {warning}")
    if not arguments.json and (hidden := _hidden(response.message.content)):
        screen.note(f"the answer also holds {hidden}: --json shows all of it")
    screen.usage(model, response)
    reason = unfinished(response.finish)
    if reason is not None:
        screen.note(reason)
        return INCOMPLETE
    if arguments.schema is not None and not _is_json(response.text):
        screen.note("the answer is not JSON: this model or server does not hold to the schema")
        return FAILED
    return 0


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return True


def _hidden(content: Iterable[Block]) -> str:
    return ", ".join(dict.fromkeys([str(block.__struct_config__.tag) for block in content if not isinstance(block, _SHOWN)]))
