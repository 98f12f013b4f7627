"""The record of a customer: facts, contact points, relationships, what he has, and the search box."""

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from ctiserver.core.errors import StoreError

revision = "0004"
down_revision = "0003"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_TRIGGERS = (
    "CREATE TRIGGER customer_search_added AFTER INSERT ON customers BEGIN "
    "INSERT INTO customer_search (rowid, search_text) VALUES (new.id, new.search_text); END",
    "CREATE TRIGGER customer_search_removed AFTER DELETE ON customers BEGIN "
    "INSERT INTO customer_search (customer_search, rowid, search_text) "
    "VALUES ('delete', old.id, old.search_text); END",
    "CREATE TRIGGER customer_search_changed AFTER UPDATE OF search_text ON customers "
    "WHEN old.search_text <> new.search_text BEGIN "
    "INSERT INTO customer_search (customer_search, rowid, search_text) "
    "VALUES ('delete', old.id, old.search_text); "
    "INSERT INTO customer_search (rowid, search_text) VALUES (new.id, new.search_text); END",
)


def upgrade() -> None:
    _customers()
    _contact_points()
    _facts()
    _around_the_customer()
    _what_he_has()
    _search()


def _customers() -> None:
    for column in (
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("is_customer", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("is_supplier", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("birth_date", sa.Text(), nullable=True),
        sa.Column("form_of_address", sa.Text(), server_default="", nullable=False),
        sa.Column("stage", sa.Text(), server_default="customer", nullable=False),
        sa.Column("preferences", _JSON, server_default=sa.text("'{}'"), nullable=False),
        sa.Column("custom", _JSON, server_default=sa.text("'{}'"), nullable=False),
    ):
        op.add_column("customers", column)
    op.create_index("ix_customers_stage", "customers", ["account_id", "stage"])
    op.create_index("uq_customers_external_id", "customers", ["account_id", "external_id"], unique=True)


def _contact_points() -> None:
    for column in (*_validity(), *_provenance()):
        op.add_column("phones", column)
    _table(
        "emails",
        *_of_customer("emails"),
        sa.Column("address", sa.Text(), nullable=False),
        *_validity(),
        *_provenance(),
        sa.UniqueConstraint(
            "account_id", "customer_id", "address", name="uq_emails_account_id_customer_id_address"
        ),
    )
    op.create_index("ix_emails_account_id_address", "emails", ["account_id", "address"])
    _table(
        "addresses",
        *_of_customer("addresses"),
        sa.Column("street", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=True),
        sa.Column("plain", sa.Text(), nullable=False),
        *_validity(),
        *_provenance(),
    )
    op.create_index("ix_addresses_account_id_customer_id", "addresses", ["account_id", "customer_id"])


def _facts() -> None:
    _table(
        "facts",
        *_of_customer("facts"),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", _JSON, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
        sa.Column("learned", sa.Boolean(), nullable=False),
        sa.Column("superseded_at", sa.Double(), nullable=True),
        sa.Column("superseded_by", sa.Text(), nullable=True),
    )
    op.create_index(
        "ix_facts_account_id_customer_id_field_at", "facts", ["account_id", "customer_id", "field", "at"]
    )
    learned = sa.text("learned AND contact_id IS NOT NULL")
    op.create_index(
        "ix_facts_learned",
        "facts",
        ["account_id", "contact_id"],
        sqlite_where=learned,
        postgresql_where=learned,
    )
    _table(
        "custom_fields",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("label_es", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("choices", _JSON, nullable=False),
        sa.Column("searchable", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "type IN ('text', 'number', 'date', 'choice', 'yes_no')", name="ck_custom_fields_type"
        ),
        _account("custom_fields"),
        sa.UniqueConstraint("account_id", "key", name="uq_custom_fields_account_id_key"),
    )


def _around_the_customer() -> None:
    op.create_table(
        "customer_tags",
        *_of_customer("customer_tags")[1:],
        sa.Column("tag", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "tag", name="pk_customer_tags"),
    )
    op.create_index("ix_customer_tags_account_id_tag", "customer_tags", ["account_id", "tag"])
    _table(
        "lifecycle_stages",
        *_of_customer("lifecycle_stages"),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    _index("lifecycle_stages", "account_id", "customer_id", "at")
    op.create_index("ix_lifecycle_stages_stage", "lifecycle_stages", ["account_id", "stage", "at"])
    _table(
        "customer_notes",
        *_of_customer("customer_notes"),
        sa.Column("at", sa.Double(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
    )
    _index("customer_notes", "account_id", "customer_id", "at")
    _table(
        "attachments",
        *_of_customer("attachments"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        *_provenance(),
    )
    _index("attachments", "account_id", "customer_id", "known_at")
    _index("attachments", "sha256")
    _table(
        "relationships",
        *_of_customer("relationships"),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", sa.Double(), nullable=True),
        sa.Column("until", sa.Double(), nullable=True),
        *_provenance(),
        sa.ForeignKeyConstraint(
            ["account_id", "other_id"],
            ["customers.account_id", "customers.id"],
            name="fk_relationships_account_id_other_id_customers",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint(
            "account_id",
            "customer_id",
            "kind",
            "other_id",
            name="uq_relationships_account_id_customer_id_kind_other_id",
        ),
    )
    _index("relationships", "account_id", "other_id")


def _what_he_has() -> None:
    _table(
        "products",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.Double(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        _account("products"),
        sa.UniqueConstraint("account_id", "key", name="uq_products_account_id_key"),
    )
    _held(
        "owned_products",
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("until", sa.Double(), nullable=True),
        _to("owned_products", "product_id", "products", None),
    )
    _index("owned_products", "product_id")
    _held(
        "contracts",
        *_price(),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("period_months", sa.Integer(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.Double(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=False),
        _to("contracts", "product_id", "products", None),
    )
    _held(
        "invoices",
        *_price(),
        sa.Column("contract_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.Double(), nullable=True),
        _to("invoices", "contract_id", "contracts"),
    )
    _held(
        "payments",
        *_price(),
        sa.Column("invoice_id", sa.Integer(), nullable=True),
        sa.Column("method", sa.Text(), nullable=False),
        _to("payments", "invoice_id", "invoices"),
    )
    _index("payments", "invoice_id")
    _held(
        "orders",
        *_price(),
        sa.Column("lines", _JSON, nullable=False),
        sa.Column("promised_at", sa.Double(), nullable=True),
    )
    _held(
        "deliveries",
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("tracking", sa.Text(), nullable=False),
        sa.Column("promised_at", sa.Double(), nullable=True),
        sa.Column("delivered_at", sa.Double(), nullable=True),
        _to("deliveries", "order_id", "orders"),
    )
    _index("deliveries", "order_id")
    _held(
        "devices",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.Double(), nullable=True),
        _to("devices", "product_id", "products", None),
        _to("devices", "address_id", "addresses"),
    )
    _held(
        "warranties",
        sa.Column("device_id", sa.Integer(), nullable=True),
        sa.Column("product_id", sa.Integer(), nullable=True),
        sa.Column("ends_at", sa.Double(), nullable=True),
        sa.Column("terms", sa.Text(), nullable=False),
        _to("warranties", "device_id", "devices"),
        _to("warranties", "product_id", "products", None),
    )
    _held(
        "payables",
        *_price(),
        sa.Column("due_at", sa.Double(), nullable=True),
        sa.Column("paid_at", sa.Double(), nullable=True),
    )


def _search() -> None:
    op.create_table(
        "spellings",
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        _account("spellings"),
        sa.PrimaryKeyConstraint("account_id", "variant", "word", name="pk_spellings"),
    )
    _write_anew()
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE VIRTUAL TABLE customer_search USING fts5"
            "(search_text, content='customers', content_rowid='id', prefix='1 2 3')"
        )
        for trigger in _TRIGGERS:
            op.execute(trigger)
        op.execute("INSERT INTO customer_search (customer_search) VALUES ('rebuild')")
    else:
        _have_trigrams()
        op.execute("CREATE INDEX customer_search_words ON customers USING gin (search_text gin_trgm_ops)")
        op.execute("CREATE INDEX customer_search_phones ON phones (account_id, e164 text_pattern_ops)")
        op.execute("CREATE INDEX customer_search_emails ON emails (account_id, address text_pattern_ops)")


def _have_trigrams() -> None:
    connection = op.get_bind()
    if connection.scalar(sa.text("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")):
        return
    try:
        op.execute("CREATE EXTENSION pg_trgm")
    except sa.exc.DBAPIError as error:
        raise StoreError(
            "the search box needs PostgreSQL's extension pg_trgm, which this user may not create or which is not "
            "installed: install the package postgresql-contrib if your system has one, have a superuser run "
            "CREATE EXTENSION pg_trgm in this database, and start again"
        ) from error


def _write_anew() -> None:
    """Each word of a customer by itself, and every long one with what remains without one of its letters."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, account_id, search_text FROM customers")).all()
    known: set[tuple[int, str]] = set()
    texts = []
    for number, account_id, text in rows:
        words = _plain(text)
        known |= {(account_id, word) for word in words if 4 <= len(word) <= 30 and word.isalpha()}
        texts.append({"id": number, "text": f" {' '.join(words)} "})
    if texts:
        connection.execute(sa.text("UPDATE customers SET search_text = :text WHERE id = :id"), texts)
    spellings = [
        {"account_id": account_id, "variant": variant, "word": word}
        for account_id, word in known
        for variant in {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}
    ]
    if spellings:
        insert = "INSERT INTO spellings (account_id, variant, word) VALUES (:account_id, :variant, :word)"
        connection.execute(sa.text(insert), spellings)


def _plain(text: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", text.casefold().replace(".", ""))
    without_accents = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", " ", without_accents).split()


def _table(name: str, *parts: Any) -> None:
    op.create_table(name, *parts, sa.PrimaryKeyConstraint("id", name=f"pk_{name}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns))


def _account(table: str) -> Any:
    return sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=f"fk_{table}_account_id_accounts")


def _to(table: str, column: str, other: str, ondelete: str | None = "SET NULL") -> Any:
    return sa.ForeignKeyConstraint(
        [column], [f"{other}.id"], name=f"fk_{table}_{column}_{other}", ondelete=ondelete
    )


def _of_customer(table: str) -> list[Any]:
    return [
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id", "customer_id"],
            ["customers.account_id", "customers.id"],
            name=f"fk_{table}_account_id_customer_id_customers",
            ondelete="CASCADE",
        ),
    ]


def _validity() -> list[Any]:
    return [
        sa.Column("label", sa.Text(), server_default="", nullable=False),
        sa.Column("preferred", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("valid_from", sa.Double(), nullable=True),
        sa.Column("valid_until", sa.Double(), nullable=True),
    ]


def _provenance() -> list[Any]:
    return [
        sa.Column("source", sa.Text(), server_default="unknown", nullable=False),
        sa.Column("by", sa.Text(), server_default="", nullable=False),
        sa.Column("known_at", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=True),
    ]


def _price() -> list[Any]:
    return [
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
    ]


def _held(name: str, *parts: Any) -> None:
    _table(
        name,
        *_of_customer(name),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("dated_at", sa.Double(), nullable=False),
        sa.Column("custom", _JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Double(), nullable=False),
        sa.Column("updated_at", sa.Double(), nullable=False),
        *_provenance(),
        *parts,
        sa.UniqueConstraint("account_id", "external_id", name=f"uq_{name}_account_id_external_id"),
    )
    _index(name, "account_id", "number")
    op.create_index(f"ix_{name}_of_customer", name, ["account_id", "customer_id", "dated_at"])
