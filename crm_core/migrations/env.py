"""Runs migrations in the transaction that `crm_core.schema.upgrade` has opened."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from crm_core.base import PORTABLE_JSON, CleanText, WordSet
from crm_core.schema import is_described, metadata


def plain_type(kind: str, item: Any, _generated: AutogenContext) -> str | Literal[False]:
    """Our column types as a migration spells them: it is history, and must not follow our code."""
    if kind == "type" and isinstance(item, CleanText | WordSet):
        return "sa.Text()"
    if kind == "type" and item is PORTABLE_JSON:
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    include_name=is_described,
    render_item=plain_type,
    render_as_batch=True,  # SQLite changes a table by copying it
    transactional_ddl=True,
)
context.run_migrations()
