"""All benchmarks, one after the other, in about half an hour: `python -m bench` (`make bench`).

    python -m bench [lookup|live|recovery|calls|flows|pop|value|search|imports|technicians|uplift|pacing|routing]...

Each writes its table and its figures into bench/results; with names only those are run.
"""

import argparse
from collections.abc import Callable, Sequence

from bench import (
    calls,
    flows,
    imports,
    live,
    lookup,
    pacing,
    pop,
    recovery,
    routing,
    search_box,
    technicians,
    uplift,
    value,
)

BENCHES: dict[str, Callable[[Sequence[str]], None]] = {
    "lookup": lookup.main,
    "live": live.main,
    "recovery": recovery.main,
    "calls": calls.main,
    "flows": flows.main,
    "pop": pop.main,
    "value": value.main,
    "search": search_box.main,
    "imports": imports.main,
    "technicians": technicians.main,
    "uplift": uplift.main,
    "pacing": pacing.main,
    "routing": routing.main,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure and write bench/results.")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], help="which; all without a name")
    for name in parser.parse_args().names or BENCHES:
        print(f"{name}:", flush=True)
        BENCHES[name]([])


if __name__ == "__main__":
    main()
