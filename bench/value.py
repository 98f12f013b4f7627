"""How long it takes to value everybody: 100 000 customers with contracts, purchases and costs, on SQLite.

Beside each part stands a yardstick: the same arrays through numpy alone (a sort and a sum of every column), which is
what no computation of classes can do without. The target for the figures is 5 s, for the whole with its writing 60 s.

    python -m bench.value [--customers N]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import insert

from bench import machine, report
from crm_core import schema
from crm_core.contracts import Contract
from crm_core.customers import Customer
from crm_core.db import Store
from crm_core.orders import Order
from crm_core.value import costs, value_facts, value_runs, valuing
from crm_core.value.costs import CostEntry
from crm_core.value.estimate import Assumptions, estimate
from crm_core.value.settings import settings

DAY = 86_400.0
NOW = 2_000 * DAY
HELD = {
    "account_id": 1,
    "status": "active",
    "currency": "CLP",
    "custom": {},
    "version": 1,
    "created_at": 0.0,
    "updated_at": 0.0,
}


def fill(store: Store, customers: int, seed: int = 11) -> None:
    """Six of ten with a contract, half with purchases, everybody with three rows of costs."""
    chance = np.random.default_rng(seed)
    ids = range(1, customers + 1)

    def add(session: Any) -> None:
        session.execute(
            insert(Customer),
            [
                {
                    "id": i,
                    "account_id": 1,
                    "name": f"Customer {i}",
                    "search_text": f" customer {i}",
                    "version": 1,
                }
                | {"created_at": 0.0, "updated_at": 0.0}
                for i in ids
            ],
        )
        margins, begins = chance.lognormal(9.5, 0.8, customers), chance.uniform(30, 1500, customers)
        session.execute(
            insert(Contract),
            [
                HELD
                | {
                    "customer_id": i,
                    "amount_minor": int(margins[i - 1]),
                    "dated_at": NOW - begins[i - 1] * DAY,
                }
                | ({"status": "ended", "ends_at": NOW - DAY} if i % 9 == 0 else {"ends_at": None})
                for i in ids
                if i % 10 < 6
            ],
        )
        counts, first = (
            1 + chance.poisson(chance.gamma(0.6, 4.0, customers)),
            chance.uniform(50, 900, customers),
        )
        session.execute(
            insert(Order),
            [
                HELD
                | {"customer_id": i, "status": "done", "amount_minor": int(margins[i - 1] * 2), "lines": []}
                | {"dated_at": NOW - first[i - 1] * DAY * (1 - n / counts[i - 1])}
                for i in ids
                if i % 2
                for n in range(int(counts[i - 1]))
            ],
        )
        session.execute(
            insert(CostEntry),
            [
                {
                    "account_id": 1,
                    "customer_id": i,
                    "kind": "talk_seconds",
                    "source": f"{i} {n}",
                    "quantity": 240,
                }
                | {
                    "unit_cost_milli": 1700,
                    "amount_minor": costs.amount(240, 1700),
                    "at": NOW - 90 * DAY * (n + 1),
                }
                for i in ids
                for n in range(3)
            ],
        )

    store.write(add)


def timed(work: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds that passed, seconds of a processor, and what came of it."""
    begun, spent = time.perf_counter(), time.process_time()
    result = work()
    return time.perf_counter() - begun, time.process_time() - spent, result


def row(part: str, seconds: float, cpu_seconds: float | str, target: int | str = "") -> dict[str, Any]:
    """One row of the table."""
    return {
        "part": part,
        "seconds": round(seconds, 3),
        "cpu_seconds": cpu_seconds if isinstance(cpu_seconds, str) else round(cpu_seconds, 3),
        "target": target,
    }


def measure(customers: int) -> list[dict[str, Any]]:
    """One row per part of a run."""
    with tempfile.TemporaryDirectory() as folder, Store(f"sqlite:///{folder}/crm.sqlite") as store:
        schema.upgrade(f"sqlite:///{folder}/crm.sqlite")
        fill(store, customers)
        store.write(value_runs.ask, 1, by="bench", now=NOW)
        run_id = store.write(value_runs.next_run, now=NOW)
        reading = timed(lambda: store.read(lambda s: value_facts.gather(s, settings(s, 1), as_of=NOW)))
        facts = reading[2][1]
        figures = min(
            (timed(lambda: estimate(facts, Assumptions()))[:2] for _ in range(3)), key=lambda t: t[1]
        )
        columns = [getattr(facts, name) for name in ("contract_margin", "purchase_margin", "cost_last_year")]
        yardstick = min(timed(lambda: [np.sort(column).cumsum() for column in columns])[:2] for _ in range(3))
        computed = store.read(valuing.compute, run_id or 0)

        def write() -> int:
            parts = 1
            while not store.write(valuing.write_part, computed, now=NOW):
                parts += 1
            return parts

        writing = timed(write)
    parts = writing[2]
    whole = [sum(figure) for figure in zip(reading[:2], figures, writing[:2], strict=True)]
    return [
        row("read facts", *reading[:2]),
        row("fit and compute", *figures, 5),
        row("numpy: sort and sum of three columns", *yardstick),
        row(f"write in {parts} parts", *writing[:2]),
        row("mean part, for which others who write wait", writing[0] / parts, ""),
        row("whole", *whole, 60),
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--customers", type=int, default=100_000)
    options = parser.parse_args(arguments)
    yardstick = machine.yardstick()
    rows = measure(options.customers)
    notes = [
        f"{options.customers} customers on SQLite: six of ten with a contract, half with purchases, "
        "three rows of costs each",
        "cpu_seconds is what it took of a processor; seconds what passed, on a machine that had other work",
        "the target is for the figures and for the whole; numpy alone is what no computation of classes can do without",
        yardstick,
    ]
    print(report.write("value", "Value of everybody", rows, notes))


if __name__ == "__main__":
    main()
