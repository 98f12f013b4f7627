"""Alembic's migrations; `crm_core.schema.upgrade` runs them."""
