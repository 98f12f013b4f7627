"""The search box against the bare full-text query, and the timeline of a long story, on both databases.

Bare is the driver alone with the full-text statement of the same search: each word, its beginnings and what is one edit
away, cut to the same pool. The product adds the reading of the text, the look-up of spellings, a second query when the
pool is full, ranking and loading. Sides alternate; medians of three rounds.

    python -m bench.search_box [--customers N] [--queries N] [--only sqlite|postgresql]
"""

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import event, insert, text
from sqlalchemy.orm import Session

from bench import machine, report
from bench.population import Person, Typed, people, typed_queries
from crm_core import schema, search, spellings
from crm_core.contact_points import Email, Phone
from crm_core.customer_notes import CustomerNote
from crm_core.customers import Customer
from crm_core.db import Store
from crm_core.orders import Order
from crm_core.plain_text import plain
from crm_core.timeline import timeline
from tests.contract.postgres import running_postgres

BATCH = 20_000
ROUNDS = 3
FIRST = 5
LONG_STORY = 10_000


def main(arguments: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search_box")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    chosen = parser.parse_args(arguments)
    rows, timelines = [], []
    for name in [chosen.only] if chosen.only else ["sqlite", "postgresql"]:
        with database(name) as store:
            begun = time.perf_counter()
            sample = fill(store, chosen.customers)
            filled_seconds = time.perf_counter() - begun
            print(f"{name}: {chosen.customers} customers in {filled_seconds:.0f} s", flush=True)
            queries = typed_queries(sample, chosen.queries)
            rows += measured(store, name, queries)
            timelines.append({"database": name, **long_story(store)})
    notes = [
        f"{chosen.customers} customers, {chosen.queries} seeded queries, {ROUNDS} rounds; milliseconds.",
        "times_bare: median over the same query, ours right before bare.",
        machine.yardstick(),
    ]
    print(report.write("search", "Search box", rows, notes))
    print(report.write("timeline", f"Timeline of {LONG_STORY} items, a page of 50", timelines, notes[-1:]))


@contextmanager
def database(name: str) -> Iterator[Store]:
    """A fresh database with all tables."""
    if name == "sqlite":
        with TemporaryDirectory(prefix="cti-bench-") as folder:
            url = f"sqlite:///{Path(folder)}/crm.sqlite"
            schema.upgrade(url)
            with Store(url) as store:
                yield store
    else:
        with running_postgres() as server:
            url = server.new_database()
            schema.upgrade(url)
            with Store(url) as store:
                yield store


def fill(store: Store, count: int) -> list[Person]:
    """Writes the population; every hundredth of them, at most ten thousand."""
    sample: list[Person] = []
    words: set[str] = set()
    everybody = people(count)
    while batch := list(islice(everybody, BATCH)):
        store.write(_write, batch)
        sample += batch[:: max(count // 10_000, 1)]
        words.update(word for person in batch for word in plain(person.full_name).split())
    store.write(lambda session: spellings.remember(session, 1, words))
    with store.engine.execution_options(writes=True).begin() as connection:
        if store.engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("ANALYZE"))
    return sample


def _write(session: Session, batch: Iterable[Person]) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL statement_timeout = 0"))
    kept = {"account_id": 1, "by": "bench", "known_at": 0.0}
    customers, phones, emails, orders = [], [], [], []
    for one in batch:
        customers.append(
            {
                "id": one.number,
                "account_id": 1,
                "name": one.name,
                "surname": one.surname,
                "second_surname": one.second_surname,
                "rut": one.rut,
                "search_text": f" {plain(f'{one.full_name} {one.rut}')} ",
                "version": 1,
                "created_at": 0.0,
                "updated_at": 0.0,
            }
        )
        phones.append({**kept, "customer_id": one.number, "e164": one.phone, "kind": "mobile"})
        emails.append({**kept, "customer_id": one.number, "address": one.email})
        orders.append(
            {
                **kept,
                "customer_id": one.number,
                "number": one.order,
                "status": "done",
                "dated_at": 0.0,
                "version": 1,
                "created_at": 0.0,
                "updated_at": 0.0,
            }
        )
    for table, rows in ((Customer, customers), (Phone, phones), (Email, emails), (Order, orders)):
        session.execute(insert(table), rows)


def measured(store: Store, name: str, queries: Sequence[Typed]) -> list[dict[str, Any]]:
    """A row for each kind of query: how many were found, and what it took beside the bare query."""
    found = Counter[str]()
    took: dict[tuple[str, str], list[float]] = {}
    for one in queries:
        hits = store.read(search.find, 1, one.text)
        found[one.kind] += one.wanted in [hit.customer.id for hit in hits[:FIRST]]
    for _ in range(ROUNDS):
        for one in queries:
            took.setdefault((one.kind, "ours"), []).append(_milliseconds(store, _ours, one))
            if one.kind in ("name", "misspelt"):
                took.setdefault((one.kind, "bare"), []).append(_bare(store, one))
    kinds = Counter(one.kind for one in queries)
    rows = [
        {
            "database": name,
            "query": kind,
            "queries": count,
            "found_in_5_percent": round(100 * found[kind] / count, 1),
            "p50": round(statistics.median(took[kind, "ours"]), 2),
            "p95": round(_p95(took[kind, "ours"]), 2),
            "bare_p50": round(statistics.median(bare), 2) if (bare := took.get((kind, "bare"))) else "",
            "bare_p95": round(_p95(bare), 2) if bare else "",
            "times_bare": round(_times(took[kind, "ours"], bare), 2) if bare else "",
        }
        for kind, count in sorted(kinds.items())
    ]
    ours = [taken for (_, side), all_taken in took.items() if side == "ours" for taken in all_taken]
    total = {"database": name, "query": "all", "queries": len(queries)}
    return [
        *rows,
        total
        | {
            "found_in_5_percent": round(100 * found.total() / len(queries), 1),
            "p50": round(statistics.median(ours), 2),
            "p95": round(_p95(ours), 2),
            "bare_p50": "",
            "bare_p95": "",
            "times_bare": "",
        },
    ]


def long_story(store: Store) -> dict[str, Any]:
    """What the first and a middle page of a customer's timeline of 10 000 items take."""
    notes = [
        {"account_id": 1, "customer_id": 1, "at": float(number), "by": "ann", "text": f"note {number}"}
        for number in range(LONG_STORY)
    ]
    store.write(lambda session: session.execute(insert(CustomerNote), notes) and None)
    first, middle = [], []
    for _ in range(20):
        begun = time.perf_counter()
        page = store.read(timeline, 1, 1, limit=50)
        first.append(time.perf_counter() - begun)
        for _ in range(5):
            begun = time.perf_counter()
            page = store.read(timeline, 1, 1, limit=50, cursor=page.next)
            middle.append(time.perf_counter() - begun)
    return {
        "first_page_ms": round(statistics.median(first) * 1e3, 2),
        "later_page_ms": round(statistics.median(middle) * 1e3, 2),
        "later_page_p95_ms": round(_p95(middle) * 1e3, 2),
    }


def _ours(store: Store, one: Typed) -> None:
    store.read(search.find, 1, one.text)


def _bare(store: Store, one: Typed) -> float:
    """The driver alone with the full-text statement of the same search."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if "MATCH" in statement or "search_text LIKE" in statement:
            asked.append((statement, values))

    event.listen(store.engine, "before_cursor_execute", note)
    try:
        _ours(store, one)
    finally:
        event.remove(store.engine, "before_cursor_execute", note)
    with store.engine.connect() as connection:
        driver = connection.connection.cursor()
        begun = time.perf_counter()
        driver.execute(*asked[0])
        driver.fetchall()
        return (time.perf_counter() - begun) * 1e3


def _times(ours: Sequence[float], bare: Sequence[float]) -> float:
    """How many times the bare statement ours takes: the median over queries that ran one right after the other."""
    return statistics.median(one / other for one, other in zip(ours, bare, strict=True))


def _milliseconds(store: Store, side: Any, one: Typed) -> float:
    begun = time.perf_counter()
    side(store, one)
    return (time.perf_counter() - begun) * 1e3


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
