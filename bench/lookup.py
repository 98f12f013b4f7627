"""How much the store adds to a bare SELECT: look-up by number among a million customers, on both databases.

The rows are made by SQL. The bare side is the driver alone with one prepared statement; ours is `Store.later`, as
the calls process uses it, and `Store.read`. Sides alternate; every side gets the same numbers, of which one in ten is
unknown. The data are in memory after the first round, which isn't counted.

    python -m bench.lookup [--customers N] [--look-ups N] [--only sqlite|postgresql]
"""

import argparse
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import text

from bench import machine, report
from crm_core import caller_facts, schema
from crm_core.db import Store
from tests.contract.postgres import running_postgres

REPETITIONS = 3
SELECT = """
    SELECT customers.id, name, surname, second_surname, value_class, language
    FROM customers JOIN phones ON phones.customer_id = customers.id AND phones.account_id = customers.account_id
    WHERE phones.account_id = {0} AND phones.e164 = {0}
"""
NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {count})",
    "postgresql": "WITH numbers(i) AS (SELECT generate_series(1, {count}))",
}
CUSTOMERS = """
    INSERT INTO customers (id, account_id, kind, name, surname, second_surname, rut, value_class, value_class_reason,
                           notes, search_text, version, created_at, updated_at)
    {numbers}
    SELECT i, 1, 'person', 'Name ' || i, 'Surname', 'Second', i || '-0',
           CASE WHEN i % 10 = 0 THEN 'A' WHEN i % 10 < 4 THEN 'B' ELSE 'C' END, '', '', ' name ' || i, 1, 0, 0
    FROM numbers
"""
PHONES = """
    INSERT INTO phones (customer_id, e164, account_id, kind)
    {numbers} SELECT i, '+56' || (900000000 + {scattered}), 1, 'mobile' FROM numbers
"""
SCATTERED = "i * 7919 % 100000000"  # without repetition, since 7919 and 10^8 have no common divisor

LookUp = Callable[[str], object]


def number_of(customer: int) -> str:
    """The number that PHONES gives to a customer."""
    return f"+56{900_000_000 + customer * 7919 % 100_000_000}"


def fill(store: Store, count: int) -> None:
    """Makes `count` customers with one number each."""
    numbers = NUMBERS[store.engine.dialect.name].format(count=count)
    scattered = (
        SCATTERED.replace("i ", "i::bigint ") if store.engine.dialect.name == "postgresql" else SCATTERED
    )
    with store.engine.execution_options(writes=True).begin() as connection:
        if store.engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.exec_driver_sql(CUSTOMERS.format(numbers=numbers).replace("%", _percent(store)))
        connection.exec_driver_sql(
            PHONES.format(numbers=numbers, scattered=scattered).replace("%", _percent(store))
        )
        connection.exec_driver_sql("ANALYZE")


def _percent(store: Store) -> str:
    return "%%" if store.engine.dialect.name == "postgresql" else "%"


def microseconds(look_up: LookUp, numbers: list[str]) -> list[float]:
    """How long each look-up took."""
    taken = []
    for number in numbers:
        begun = time.perf_counter()
        look_up(number)
        taken.append((time.perf_counter() - begun) * 1e6)
    return taken


def measure(database: str, sides: dict[str, LookUp], numbers: list[str]) -> Iterator[dict[str, Any]]:
    """One row per side, medians of the repetitions."""
    for look_up in sides.values():
        microseconds(look_up, numbers)  # the round that warms the caches
    rounds: dict[str, list[list[float]]] = {name: [] for name in sides}
    for _ in range(REPETITIONS):
        for name, look_up in sides.items():
            rounds[name].append(microseconds(look_up, numbers))
    for name, taken in rounds.items():
        shares = {
            f"p{share}_us": [report.percentile(one, share / 100) for one in taken] for share in (50, 95, 99)
        }
        yield {
            "database": database,
            "look-up": name,
            **{column: round(statistics.median(values), 1) for column, values in shares.items()},
            "per_second": round(statistics.median(len(one) / sum(one) * 1e6 for one in taken)),
        }


def ours(store: Store) -> dict[str, LookUp]:
    """The two ways in which the product reads."""
    return {
        "Store.read": lambda number: store.read(caller_facts.look_up, 1, number, at=0.0),
        "Store.later": lambda number: store.later(caller_facts.look_up, 1, number, at=0.0).result(),
    }


@contextmanager
def sqlite_sides(count: int) -> Iterator[dict[str, LookUp]]:
    with tempfile.TemporaryDirectory() as folder, Store(f"sqlite:///{folder}/crm.sqlite") as store:
        schema.upgrade(f"sqlite:///{folder}/crm.sqlite")
        fill(store, count)
        with closing(sqlite3.connect(f"{folder}/crm.sqlite", isolation_level=None)) as connection:
            query = SELECT.format("?")
            yield {
                "bare SELECT": lambda number: connection.execute(query, (1, number)).fetchall(),
                **ours(store),
            }


@contextmanager
def postgresql_sides(count: int) -> Iterator[dict[str, LookUp]]:
    with running_postgres() as server:
        url = server.new_database()
        schema.upgrade(url)
        with Store(url) as store, psycopg.connect(server.conninfo("test_1"), autocommit=True) as connection:
            fill(store, count)
            query = SELECT.format("%s").encode()
            bare: LookUp = lambda number: connection.execute(query, (1, number), prepare=True).fetchall()  # noqa: E731
            yield {"bare SELECT": bare, **ours(store)}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description="Look-up by number: the store against a bare prepared SELECT."
    )
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--look-ups", type=int, default=4_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    options = parser.parse_args(arguments)
    chance = random.Random(1)
    numbers = [number_of(chance.randint(1, options.customers * 10 // 9)) for _ in range(options.look_ups)]
    yardstick = machine.yardstick()
    rows: list[dict[str, Any]] = []
    for database, sides in (("sqlite", sqlite_sides), ("postgresql", postgresql_sides)):
        if options.only in (None, database):
            with sides(options.customers) as ready:
                found = sum(bool(ready["Store.read"](number)) for number in numbers)
                rows += measure(database, ready, numbers)
    notes = [
        f"{options.customers} customers with one number each, made by SQL; {options.look_ups} look-ups per round, "
        f"{found} of them found; {REPETITIONS} rounds a side, alternated, medians; times in microseconds",
        "Store.later includes the way to a thread and back",
        yardstick,
    ]
    print(report.write("lookup", "Look-up by number", rows, notes))


if __name__ == "__main__":
    main()
