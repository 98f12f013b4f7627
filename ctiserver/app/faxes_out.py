"""The chore that sends faxes to customers, each on a permit, and notes what became of them.

A fax is claimed and committed before Asterisk is asked for it (`crm_core.faxes_out`). The attempt's id is the
channel's, and Asterisk dials an attempt once, however often it is asked (`fax_line`): so after a crash of anybody we
ask again for what was claimed and never begun, and read in Asterisk's notes how the others ended. Whether there is a
second attempt, the policy of dials says.
"""

from pathlib import Path

import structlog

from crm_core import attachments, faxes_out
from crm_core.db import Store
from crm_core.faxes_out import Attempt, Tried
from crm_core.permission import VALID_SECONDS
from ctiserver.app import fax_pages
from ctiserver.asterisk import fax_line, fax_notes
from ctiserver.asterisk.fax_notes import FaxNotes
from ctiserver.core.config import Config
from ctiserver.core.errors import NotFound, Refusal, StoreError, SwitchRefused, SwitchUnreachable
from ctiserver.core.leads import DialResult
from ctiserver.process import folders
from dialer.retry_policy import PAUSE_SECONDS, retry_at

_log = structlog.get_logger()
AT_ONCE = 2
_AS_DIALLED: dict[str, DialResult] = {
    "busy": "busy",
    "no_answer": "no_answer",
    "congestion": "congestion",
    "unreachable": "unreachable",
    "failed": "cut_off",
    "unknown": "unknown",
}
"""What an outcome is to the policy of dials."""


class FaxesOut:
    """Without a trunk to dial through, faxes wait."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store, self._config = store, config
        self._folder = folders.fax_out_dir(config)

    def turn(self, now: float) -> bool:
        """Looks after what is under way and begins one that is due; whether one was begun. Raises StoreError."""
        if not self._config.dialing.trunk:
            return False
        going = [one for one in self._store.read(faxes_out.under_way) if self._goes_on(one, now)]
        if len(going) >= AT_ONCE or not self._store.read(faxes_out.is_due, now):
            return False
        claimed = self._store.write(faxes_out.claim, self._config.installation.name, now)
        if claimed:
            self._begin(claimed, now)
        return claimed is not None

    def _goes_on(self, attempt: Attempt, now: float) -> bool:
        notes = fax_notes.read(self._file(attempt, "txt"))
        if notes is None:
            if now - attempt.claimed_at < VALID_SECONDS:
                return self._begin(attempt, now)
            self._settle(attempt, Tried("unreachable"), now)  # its permit has run out: the rules decide anew
            return False
        outcome = notes.outcome(now)
        if outcome == "under_way":
            return True
        self._settle(attempt, _tried(notes, outcome), now)
        return False

    def _begin(self, attempt: Attempt, now: float) -> bool:
        """Whether it goes on. Asterisk that is away is asked again at the next turn."""
        try:
            if not self._file(attempt, "tif").exists():
                fax_pages.write_tiff(self._document(attempt), self._file(attempt, "tif"))
            fax_line.send(self._config, self._folder, attempt.id, attempt.pii_number)
        except (Refusal, NotFound) as error:
            _log.error("a fax cannot be drawn", fax=attempt.id, error=str(error))
            self._settle(attempt, Tried(f"no_document: {error}"), now)
            return False
        except (SwitchUnreachable, SwitchRefused) as error:
            _log.warning("a fax waits for Asterisk", fax=attempt.id, error=str(error))
        return True

    def _document(self, attempt: Attempt) -> bytes:
        """Raises NotFound when the file is gone."""
        file = self._store.read(
            attachments.attachment, attempt.account_id, attempt.customer_id, attempt.attachment_id
        )
        try:
            return attachments.content_of(folders.attachments_dir(self._config), file)
        except StoreError as error:
            raise NotFound(str(error)) from error

    def _settle(self, attempt: Attempt, tried: Tried, now: float) -> None:
        again_at = self._again_at(attempt, tried, now)
        self._store.write(faxes_out.settle, attempt, tried, retry_at=again_at, now=now)
        _log.info("a fax ended", fax=attempt.id, result=tried.result, pages=tried.pages, again_at=again_at)
        for kind in ("tif", "txt"):
            self._file(attempt, kind).unlink(missing_ok=True)

    def _again_at(self, attempt: Attempt, tried: Tried, now: float) -> float | None:
        result = _AS_DIALLED.get(tried.result)
        if result is None:
            return None
        return retry_at(
            result,
            ordinal=attempt.ordinal,
            attempts_at_most=faxes_out.ATTEMPTS_AT_MOST,
            now=now,
            not_after=attempt.not_after,
            pause_seconds={**PAUSE_SECONDS, **self._config.dialing.retry_seconds},
        )

    def _file(self, attempt: Attempt, kind: str) -> Path:
        return self._folder / f"{attempt.id}.{kind}"


def _tried(notes: FaxNotes, outcome: str) -> Tried:
    return Tried("sent" if outcome == "received" else outcome, notes.pages, notes.t38)
