"""Topics and patterns."""

import pytest

from ctiserver.bus.port import matcher


@pytest.mark.parametrize(
    ("pattern", "topic", "matches"),
    [
        ("agent.ann", "agent.ann", True),
        ("agent.ann", "agent.anna", False),
        ("agent.*", "agent.ann.offer", True),
        ("agent.*", "agents.ann", False),
        ("*.offer", "agent.ann.offer", True),
        ("*", "", True),
        ("a.b", "axb", False),
        ("a?c", "abc", False),
    ],
)
def test_a_star_is_any_characters_and_everything_else_is_literal(
    pattern: str, topic: str, matches: bool
) -> None:
    assert bool(matcher(pattern).fullmatch(topic)) is matches
