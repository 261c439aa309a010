"""The torture table: all rows, by what goes wrong."""

from __future__ import annotations

from . import rows_bodies, rows_broken, rows_bytes, rows_calls, rows_connection, rows_refusals, rows_silence
from .row import Row

__all__ = ["GROUPS", "ROWS"]

GROUPS: dict[str, tuple[Row, ...]] = {
    "No answer": rows_connection.ROWS,
    "An answer that breaks off": rows_broken.ROWS,
    "Too slow": rows_silence.ROWS,
    "Not an answer, with status 200": rows_bodies.ROWS,
    "Written otherwise": rows_bytes.ROWS,
    "Calls gone wrong": rows_calls.ROWS,
    "Refused": rows_refusals.ROWS,
}
"""The rows by the headings of the page."""

ROWS = {row.id: row for rows in GROUPS.values() for row in rows}
"""The rows by id."""
