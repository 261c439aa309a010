"""Tries an installed dragoman as a user's program would meet it: only what it declares is there.

Run by scripts/build with the interpreter of an otherwise empty environment.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import pkgutil
import sys

import dragoman

# Modules for a library that may be missing: they must say so.
GUESTS = {
    "dragoman.mcp.official": "mcp",
    "dragoman.observe.otel": "opentelemetry",
    "dragoman.transport.httpx2": "httpx2",
    "dragoman.transport.pyreqwest": "pyreqwest",
}


def main() -> None:
    needs = [need for need in importlib.metadata.requires("dragoman") or () if "extra ==" not in need]
    assert len(needs) <= 4, f"the library asks for too much: {needs}"

    modules = [module.name for module in pkgutil.walk_packages(dragoman.__path__, "dragoman.")]
    for name in modules:
        library = GUESTS.get(name)
        try:
            if not name.endswith(".__main__"):
                importlib.import_module(name)
        except Exception as error:
            if library is None or importlib.util.find_spec(library) or library not in str(error).lower():
                raise
    for name in dragoman.__all__:
        getattr(dragoman, name)

    version = importlib.metadata.version("dragoman")
    assert version == dragoman.__version__, f"the wheel says {version}, the module {dragoman.__version__}"

    with dragoman.Client() as client:
        reply = client.chat("offline:eliza", "hello")
    assert reply.text, "the offline model answered nothing"
    assert reply.finish is not None

    assert importlib.import_module("dragoman.catalog").find("openai", "gpt-5.6"), "the lists of models did not come along"

    brought = sorted({item.name for item in importlib.metadata.distributions()} - {"dragoman", "pip", "setuptools"})
    print(f"dragoman {version} on Python {sys.version.split()[0]}: {len(modules)} modules import, a call answers")
    print(f"beside it: {', '.join(brought)}")


if __name__ == "__main__":
    main()
