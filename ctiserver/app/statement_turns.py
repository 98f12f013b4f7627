"""The chore that draws the statements that suppliers asked for, and gives them to the mail or the fax.

The document is drawn outside of any transaction; keeping it, sending it and noting that are one. What is asked for by
somebody who was erased meanwhile goes with him.
"""

import structlog

from crm_core import statements
from crm_core.db import Store
from ctiserver.core.config import Config
from ctiserver.core.errors import NotFound
from ctiserver.process import folders

_log = structlog.get_logger()


class StatementTurns:
    """Draws what is due."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store, self._folder = store, folders.attachments_dir(config)

    def turn(self, now: float) -> bool:
        """Whether there was something to draw. Raises StoreError."""
        if not self._store.read(statements.is_due, now):
            return False
        from ctiserver.app import statement_pdf  # only here: what draws takes long to load

        for wish in self._store.write(statements.take, now):
            try:
                told = self._store.read(
                    statements.statement, wish.account_id, wish.customer_id, wish.language, now
                )
                name, document = statement_pdf.file_name(told), statement_pdf.pdf(told)
                self._store.write(statements.send, self._folder, wish.item_id, name, document, now)
            except NotFound as error:
                _log.info("a statement is for nobody any more", statement=wish.item_id, error=str(error))
                self._store.write(statements.give_up, wish.item_id, "no_customer", now)
        return True
