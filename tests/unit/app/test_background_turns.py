"""Work in the background goes on, whatever fails in between."""

import threading

from ctiserver.app.background_turns import BackgroundTurns
from ctiserver.core.errors import StoreError


def test_a_turn_that_fails_costs_itself_alone_and_none_is_taken_after_the_stop() -> None:
    results = iter([True, StoreError("away"), OSError("full"), False])
    done = threading.Event()
    taken = 0

    def turn() -> bool:
        nonlocal taken
        taken += 1
        result = next(results, None)
        if isinstance(result, Exception):
            raise result
        if result is None:
            turns.stop()
            done.set()
        return bool(result)

    turns = BackgroundTurns("test", turn, every_seconds=0.001)
    turns.start()
    assert done.wait(30)
    assert taken == 5
