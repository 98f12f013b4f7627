"""The chore that keeps spoken comments as files of the customers who spoke."""

from pathlib import Path

import structlog

from crm_core import survey_comments
from crm_core.db import Store
from ctiserver.core.errors import Refusal

_log = structlog.get_logger()


class CommentFiles:
    """`recordings` holds the switch's recordings, `attachments` the customers' files."""

    def __init__(self, store: Store, recordings: Path, attachments: Path) -> None:
        self._store, self._recordings, self._attachments = store, recordings, attachments

    def turn(self, now: float) -> bool:
        """Keep those that wait; one that cannot be kept holds up no other."""
        for comment in self._store.read(survey_comments.waiting):
            try:
                content = self._read(comment.recording)
                self._store.write(survey_comments.keep, self._attachments, comment, content, now=now)
            except Refusal as error:
                _log.error("a comment cannot be kept", contact=comment.contact, error=str(error))
                self._store.write(survey_comments.keep, self._attachments, comment, None, now=now)
        return False

    def _read(self, recording: str) -> bytes | None:
        try:
            return (self._recordings / f"{recording}.wav").read_bytes()
        except FileNotFoundError:
            return None
