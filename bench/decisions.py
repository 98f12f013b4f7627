"""How long the engines think: the journal of the runs, replayed in this process with nothing performed."""

import time

from bench.company import Bench
from ctiserver.app.center import Center
from ctiserver.core import wire
from ctiserver.core.events import DecisionMade
from ctiserver.journal.line import Entry
from ctiserver.journal.replay import entries_after
from ctiserver.process import folders


def decision_milliseconds(bench: Bench) -> list[float]:
    """For each entry that brought caller and agent together: from the entry to the commands."""
    config = bench.center.asterisk.config
    center = Center(f"{config.installation.name}-a")
    taken = []
    for entry in entries_after(folders.journal_dir(config), 0, until_seq=1 << 60):
        if not isinstance(entry, Entry):
            continue
        message = wire.decode_input(entry.body)
        began = time.perf_counter()
        turn = center.handle(entry.epoch, entry.seq, message)
        milliseconds = (time.perf_counter() - began) * 1000
        if any(isinstance(said, DecisionMade) for said in turn.said):
            taken.append(milliseconds)
    return taken
