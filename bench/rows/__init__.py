"""The rows of the table: one file for each kind of question."""

from bench.rows.base import Row
from bench.rows.first import First
from bench.rows.memory import Memory
from bench.rows.postgresql import Postgresql
from bench.rows.readers import Readers
from bench.rows.real_time import RealTime
from bench.rows.redis import Redis
from bench.rows.request import Request
from bench.rows.start import Start
from bench.rows.stored import Stored
from bench.rows.streams import Streams
from bench.rows.tls import Tls
from bench.rows.workers import Workers

ROWS: tuple[Row, ...] = (
    Streams(200, most_all_in=60, most_steady=35, most_ratio=2.5),
    Streams(1000, most_all_in=50),
    Streams(1),
    Streams(50),
    Streams(500),
    Request(),
    RealTime(),
    First(),
    Memory(),
    Start(),
    Workers(),
    Readers(),
    Tls(),
    Stored(),
    Postgresql(),
    Redis(),
)
"""In the order of the table."""
