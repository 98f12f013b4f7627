from hypothesis import given
from hypothesis import strategies as st

from crm_core.spellings import is_forgiven, one_edit_apart, variants

WORDS = st.text("abc", min_size=1, max_size=7)


def edits(word: str) -> set[str]:
    """All words that are one edit away, the slow way."""
    deleted = {word[:i] + word[i + 1 :] for i in range(len(word))}
    added = {word[:i] + letter + word[i:] for i in range(len(word) + 1) for letter in "abc"}
    other = {word[:i] + letter + word[i + 1 :] for i in range(len(word)) for letter in "abc"}
    exchanged = {word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)}
    return (deleted | added | other | exchanged) - {word}


@given(WORDS, WORDS)
def test_one_edit_is_one_letter_more_less_other_or_two_exchanged(one: str, other: str) -> None:
    assert one_edit_apart(one, other) == (other in edits(one))


@given(WORDS)
def test_words_that_are_one_edit_apart_share_a_variant(word: str) -> None:
    assert all(variants(word) & variants(other) for other in edits(word))


def test_short_words_are_not_forgiven() -> None:
    assert not is_forgiven("ana", "ann")
    assert not is_forgiven("rosa", "rota")
    assert is_forgiven("prez", "perez")
