"""Recordings: real exchanges written to a file, without credentials, and answered from it later without a network.

```python
client = Client(transport=record("tests/weather.jsonl"))     # once, with a key
client = Client(transport=replay("tests/weather.jsonl"))     # ever after, without
```

The form of the file is that of `transport.record`.
"""

from __future__ import annotations

import os

from ..transport import open_async_transport, open_transport
from ..transport.base import AsyncTransport, Transport
from ..transport.record import AsyncRecordingTransport, RecordingTransport
from ..transport.replay import AsyncReplayTransport, ReplayTransport

__all__ = ["async_record", "async_replay", "record", "replay"]


def record(path: str | os.PathLike[str], transport: Transport | str | None = None) -> RecordingTransport:
    """A transport that appends every exchange to a file; `transport` carries them, the default one if None."""
    inner = open_transport(transport) if isinstance(transport, str | None) else transport
    return RecordingTransport(inner, path)


def async_record(path: str | os.PathLike[str], transport: AsyncTransport | str | None = None) -> AsyncRecordingTransport:
    """As `record`, for asyncio."""
    inner = open_async_transport(transport) if isinstance(transport, str | None) else transport
    return AsyncRecordingTransport(inner, path)


def replay(path: str | os.PathLike[str]) -> ReplayTransport:
    """A transport that answers from a recording, every exchange once, in order; it never reaches the network.

    A request that the recording does not hold fails with what is different.
    """
    return ReplayTransport(path)


def async_replay(path: str | os.PathLike[str]) -> AsyncReplayTransport:
    """As `replay`, for asyncio."""
    return AsyncReplayTransport(path)
