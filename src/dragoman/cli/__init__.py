"""The command `dragoman`: ask a model from a terminal, see which models there are and which providers have keys.

Nothing is imported before the command line asks for it; `--help` loads neither a protocol nor an HTTP library.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (the process's own when none is given) and give its exit code."""
    from .failures import BROKEN_PIPE, INTERRUPTED, tell

    try:
        _prepare(sys.stdout)
        code = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone, which is its right; what is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as error:
        return tell(error, sys.stderr, os.environ)
    return code


def _prepare(out: object) -> None:
    """Make the output take every character: UTF-8 where a program reads it, escapes where a terminal cannot show one."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(encoding=None if out.isatty() else "utf-8", errors="backslashreplace")


def _run(argv: list[str]) -> int:
    from .arguments import parse

    arguments = parse(argv)
    if arguments is None:
        return 0
    if arguments.command == "providers":
        from .listing import list_providers

        return list_providers(arguments, os.environ, sys.stdout)
    if arguments.command == "models":
        from .models import list_models

        return list_models(arguments, os.environ, sys.stdout, sys.stderr)
    if arguments.command == "catalog":
        from .catalog import manage_catalog

        return manage_catalog(arguments, os.environ, sys.stdout, sys.stderr)
    from .chat import chat

    return chat(arguments, os.environ, sys.stdin, sys.stdout, sys.stderr)
