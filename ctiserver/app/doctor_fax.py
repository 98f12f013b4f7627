"""What the doctor examines of faxes: whether they can leave, and what lies about.

That Asterisk has loaded the modules of faxes is told with all the others.
"""

import time
from collections.abc import Iterator

from ctiserver.app.doctor_finding import Finding, ok, warn
from ctiserver.app.faxes_in import UNREADABLE
from ctiserver.asterisk import fax_notes
from ctiserver.core.config import Config
from ctiserver.process import folders

_LATE_SECONDS = 300.0


def fax(config: Config) -> Iterator[Finding]:
    """Faxes that came in are taken, those that nobody can read were looked at, and others can leave."""
    place = folders.fax_in_dir(config)
    now = time.time()
    read = (fax_notes.read(file) for file in place.glob("*.txt"))
    waiting = sum(1 for notes in read if notes and notes.ended_at and now - notes.ended_at > _LATE_SECONDS)
    unreadable = sum(1 for _ in (place / UNREADABLE).glob("*.tif"))
    if waiting:
        yield warn(f"{waiting} faxes wait in {place} to become cases; start the server: ctiserver serve")
    if unreadable:
        yield warn(f"{unreadable} faxes could not be read; look at {place / UNREADABLE} and remove them")
    if not waiting and not unreadable:
        numbers = sum(number.fax for number in config.numbers)
        out = f"out through {config.dialing.trunk}" if config.dialing.trunk else "none out: no dialing.trunk"
        yield ok(f"{numbers} numbers for faxes, {out}")
