import pytest

from crm_core.scripts import reading_time
from crm_core.scripts.script_variables import filled


def test_signs_are_no_words_and_a_variable_is_two() -> None:
    assert reading_time.words("¿Hablo con {customer.name} — o no?") == 6
    assert reading_time.words("") == 0


@pytest.mark.parametrize(("language", "most"), [("es", 18), ("en", 19)])
def test_five_seconds_are_so_many_words_in_each_language(language: str, most: int) -> None:
    assert reading_time.words_at_most(language) == most
    text = " ".join(["word"] * (most + 2))
    assert reading_time.words_over(text, language) == 2
    assert reading_time.seconds(text, language) > reading_time.LIMIT_SECONDS
    assert reading_time.words_over("word", language) == 0


def test_what_is_not_known_stands_as_dots_in_the_text() -> None:
    said = filled("Sra. {customer.name}: {lead.plan}", {"customer.name": "Ana Soto", "lead.plan": ""})
    assert said == "Sra. Ana Soto: …"
