from ctiserver.core.line_numbers import line_numbers, nearest

TEXT = """\
# a comment
name = "x"

[node.main]
keys = { 1 = "a" }   # not a table of its own
[node."with space"]
type = "say"
[[question]]
key = "first"
[[question]]
key = "second"
"""
LINES = line_numbers(TEXT)


def test_keys_and_tables_have_the_line_they_stand_in() -> None:
    assert LINES["name",] == 2
    assert LINES["node", "main"] == 4
    assert LINES["node", "main", "keys"] == 5
    assert LINES["node", "with space", "type"] == 7


def test_tables_of_an_array_are_counted() -> None:
    assert LINES["question", "0", "key"] == 9
    assert LINES["question", "1", "key"] == 11


def test_what_has_no_line_of_its_own_has_that_of_what_is_around_it() -> None:
    assert nearest(LINES, ("node", "main", "keys", "1")) == 5
    assert nearest(LINES, ("node", "main", "on_failure")) == 4
    assert nearest(LINES, ("nothing",)) == 1
