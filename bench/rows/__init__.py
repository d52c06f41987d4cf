"""The rows of the table: one file for each kind of question."""

from bench.rows.base import Row
from bench.rows.request import Request
from bench.rows.streams import Streams

ROWS: tuple[Row, ...] = (
    Request(),
    Streams(1),
    Streams(50),
    Streams(200, most_all_in=60, most_steady=35, most_ratio=2.5),
    Streams(500),
    Streams(1000, most_all_in=50),
)
"""In the order of the table."""
