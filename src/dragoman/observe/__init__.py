"""Watching what a client does: hooks of your own, the standard `logging`, OpenTelemetry.

    from dragoman import Client
    from dragoman.observe import Observer

    class Tokens(Observer):
        def after_response(self, call, response):
            print(call.model, response.usage.total)

    client = Client(observers=[Tokens()])

`dragoman.observe.otel` has the observer for OpenTelemetry, and asks for `dragoman[otel]`. Logging needs nothing: calls are
logged when the program listens to the logger `dragoman`.
"""

from __future__ import annotations

from ..engine.observe import Call, Observer
from .watch import Watch

__all__ = ["Call", "Observer", "Watch"]
