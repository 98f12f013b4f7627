"""The chore that makes cases of the faxes that Asterisk has received.

The dialplan receives them by itself and writes down when each is over (`fax_notes`): a half one is left alone. The case
is committed before the files go, and a fax that has a case already makes no second one, so that each becomes one case,
whoever dies when. Pages that cannot be read are kept in the folder `unreadable`, for people to look at.
"""

from pathlib import Path

import structlog

from crm_core import faxes_in
from crm_core.attachments import LARGEST_BYTES
from crm_core.db import Store
from crm_core.faxes_in import FaxIn
from ctiserver.app import fax_pages
from ctiserver.asterisk import fax_notes
from ctiserver.asterisk.arrivals import caller_number
from ctiserver.asterisk.fax_notes import FaxNotes
from ctiserver.core.config import Config
from ctiserver.core.errors import Refusal
from ctiserver.process import folders

_log = structlog.get_logger()
UNREADABLE = "unreadable"


class FaxesIn:
    """One fax at a turn: drawing its pages takes a moment, and the records wait."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store, self._folder = store, folders.fax_in_dir(config)
        self._attachments = folders.attachments_dir(config)
        self._languages = {number.did: config.language_of(number) for number in config.numbers}
        self._default_language = config.installation.language

    def turn(self, now: float) -> bool:
        """Whether a fax was taken, so that there may be another. Raises StoreError."""
        for file in sorted(self._folder.glob("*.txt")):
            notes = fax_notes.read(file)
            if notes and notes.outcome(now) != "under_way":
                self._take(file, notes, now)
                return True
        return False

    def _take(self, file: Path, notes: FaxNotes, now: float) -> None:
        image = file.with_suffix(".tif")
        document, pages = None, 0
        if image.exists():
            try:
                document, pages = fax_pages.pdf_of(image)
                if len(document) > LARGEST_BYTES:
                    raise Refusal("fax_too_large", f"the fax has {len(document)} bytes")
            except Refusal as error:
                _log.error("a fax cannot be read", fax=file.stem, error=str(error))
                document, pages = None, 0
        fax = FaxIn(
            contact_id=file.stem,
            did=notes.our_number,
            number=caller_number(notes.other_number),
            language=self._languages.get(notes.our_number, self._default_language),
            arrived_at=notes.begun_at,
            ended_at=notes.ended_at or now,
            whole=notes.outcome(now) == "received" and document is not None,
            pages=pages,
            document=document,
            station=notes.station,
            error=notes.error or notes.status,
        )
        new = self._store.write(faxes_in.receive, self._attachments, fax, now=now)
        _log.info("a fax came in", fax=file.stem, case=new.id if new else None, pages=pages, whole=fax.whole)
        self._put_away(file, image, document is not None)

    def _put_away(self, file: Path, image: Path, readable: bool) -> None:
        """The notes go last: without them nobody would look at the image again."""
        if image.exists() and not readable:
            (self._folder / UNREADABLE).mkdir(exist_ok=True, mode=0o700)
            image.replace(self._folder / UNREADABLE / image.name)
        image.unlink(missing_ok=True)
        file.unlink(missing_ok=True)
