from sqlalchemy.dialects import postgresql

from crm_core.timeline import PARTS, _query


def test_every_part_gives_the_same_columns_of_one_customer_of_one_account() -> None:
    columns = {tuple(column.key for column in part.selected_columns) for part in PARTS.values()}
    assert columns == {("kind", "key", "at", "title", "detail", "by", "amount_minor", "currency")}
    for kind, part in PARTS.items():
        compiled = part.compile(dialect=postgresql.dialect())
        assert {"account_id", "customer_id"} <= compiled.params.keys()
        assert kind in compiled.params.values()


def test_each_part_is_cut_to_a_page_before_they_are_merged() -> None:
    statement = str(_query(tuple(PARTS), behind=True))
    assert statement.count("LIMIT") == len(PARTS) + 1
