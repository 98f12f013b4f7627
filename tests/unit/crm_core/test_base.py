import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm_core.base import clean, to_json

ANY_TEXT = st.text(alphabet=st.characters())
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | ANY_TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(ANY_TEXT, inner),
    max_leaves=10,
)


def test_ordinary_text_is_left_alone() -> None:
    assert clean("Peñalolén, 3.º piso 🏠") == "Peñalolén, 3.º piso 🏠"


@given(ANY_TEXT)
def test_cleaned_text_has_neither_nul_nor_surrogates(text: str) -> None:
    assert "\0" not in clean(text)
    clean(text).encode("utf-8")


@given(JSON_VALUES)
def test_json_is_clean_at_every_depth(value: Any) -> None:
    written = to_json(value)
    written.encode("utf-8")
    assert "\\u0000" not in written
    json.loads(written)
