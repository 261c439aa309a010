"""What is known of models: limits, prices, abilities, as data that comes with the library. Unknown is unknown.

`find` knows a model by exactly the id that the provider takes, `models` lists them, `info` tells how old the facts are
and where they came from. Nothing is read before the first question, and then one provider's list at a time. A newer set
of lists in the user's cache goes before the one that came with the library (see `store`).
"""

from __future__ import annotations

from .store import Info, Source, find, info, models

__all__ = ["Info", "Source", "find", "info", "models"]
