"""Statements that go to the driver as they are written, for what people wait for while they type.

A `text()` of SQLAlchemy is taken apart, looked up in the cache of compiled statements and its values processed one by
one; for a look-up in an index that is longer than the look-up itself.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

_NAME = re.compile(r"(?<!:):([a-z_][a-z_0-9]*)")


def rows(session: Session, statement: str, values: Mapping[str, Any]) -> Sequence[Any]:
    """The rows of a statement in which `:name` stands for a value; no value stands in the text itself."""
    connection = session.connection()
    if connection.dialect.paramstyle == "pyformat":
        statement = _NAME.sub(r"%(\1)s", statement.replace("%", "%%"))
    return connection.exec_driver_sql(statement, dict(values)).all()
