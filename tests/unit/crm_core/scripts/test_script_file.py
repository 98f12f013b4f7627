from importlib import resources

import pytest

from crm_core.scripts.script import Script
from crm_core.scripts.script_file import read_script, sketch
from crm_core.scripts.script_mistakes import SENTENCES
from ctiserver.core.errors import ConfigError

GOOD = """
start = "hello"
values = ["plan"]

[page.hello]
kind = "yes_no"
question = "has_time"
es = "Hola {customer.name}, soy {agent.name}. ¿Tiene un minuto?"
en = "Hello {customer.name}, I am {agent.name}. Do you have a minute?"
yes = "plan"
no = "bye"

[page.plan]
kind = "choice"
es = "¿Renueva su {lead.plan}?"
en = "Do you renew your {lead.plan}?"
next = "bye"

[[page.plan.choice]]
value = "later"
es = "Después"
en = "Later"
next = "hello"

[[page.plan.choice]]
value = "now"
es = "Ahora"
en = "Now"

[page.bye]
kind = "end"
disposition = "done"
es = "Anoté {answer.plan}. Adiós."
en = "I noted {answer.plan}. Goodbye."

[objection.price]
es = "Es caro"
en = "Expensive"
reply_es = "Cuesta poco."
reply_en = "It costs little."

[objection.really]
parent = "price"
es = "Igual"
en = "Still"
reply_es = "Entiendo."
reply_en = "I see."
next = "bye"
"""


def wrongs(text: str, **more: object) -> list[tuple[int, str]]:
    """Line and id of each mistake."""
    with pytest.raises(ConfigError) as raised:
        read_script(text, "s", **more)  # type: ignore[arg-type]
    return [(int(one.path.rpartition(":")[2]), one.error_id) for one in raised.value.mistakes]


def line(text: str, words: str) -> int:
    return next(number for number, row in enumerate(text.splitlines(), 1) if words in row)


def only(changed: str, words: str) -> str:
    """The one mistake of a text, which stands where the words do."""
    [(at, error_id)] = wrongs(changed, dispositions={"done"})
    assert at == line(changed, words)
    return error_id


def test_a_script_without_mistakes_is_read_with_its_branches_and_its_tree_of_objections() -> None:
    script = read_script(GOOD, "s", dispositions={"done"})
    assert list(script.page["hello"].ways()) == ["plan", "bye"]
    assert list(script.page["plan"].ways()) == ["hello", "bye"]
    assert (script.question_of("hello"), script.question_of("plan")) == ("has_time", "plan")
    assert script.question_of("bye") is None
    assert script.objection["really"].parent == "price"
    assert script.page["bye"].text("es") == "Anoté {answer.plan}. Adiós."


@pytest.mark.parametrize(
    ("before", "after", "words", "error_id"),
    [
        ('start = "hello"', 'start = "hullo"', "start =", "no_start"),
        ('yes = "plan"', 'yes = "plano"', "plano", "nowhere"),
        ('no = "bye"\n', "", "[page.hello]", "no_way"),
        ('disposition = "done"', 'disposition = "gone"', "gone", "unknown_disposition"),
        ('value = "now"', 'value = "later"', "[[page.plan.choice]]", "choice_twice"),
        ('en = "Now"\n', "", 'value = "now"', "no_text"),
        ("{answer.plan}. Adiós", "{answer.size}. Adiós", "answer.size", "unknown_variable"),
        ("Hola {customer.name}", "Hola {customer.rut}", "customer.rut", "unknown_variable"),
        ('values = ["plan"]\n', "", "¿Renueva", "unknown_variable"),
        ('parent = "price"', 'parent = "prize"', "prize", "no_parent"),
        ('reply_en = "I see."\n', "", "[objection.really]", "no_reply"),
        ('en = "Expensive"', "en = 3", "en = 3", "wrong_shape"),
        ('parent = "price"', 'parents = "price"', "parents", "wrong_shape"),
        ('value = "now"', 'value = "now" oops', "oops", "not_toml"),
        ("[objection.price]", "[page.bye]", "[page.bye]", "key_twice"),
    ],
)
def test_a_mistake_is_told_with_its_line(before: str, after: str, words: str, error_id: str) -> None:
    changed = GOOD.replace(before, after)
    assert changed != GOOD
    found = wrongs(changed, dispositions={"done"})
    assert error_id in [one for _, one in found]
    if error_id not in ("choice_twice", "no_text", "key_twice"):
        assert (line(changed, words), error_id) in found


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines() -> None:
    changed = GOOD.replace('yes = "plan"', 'yes = "plano"').replace("{lead.plan}", "{lead.size}")
    found = wrongs(changed)
    assert [one for _, one in found] == [
        "nowhere", "unreached", "unknown_variable", "unknown_variable"
    ]  # fmt: skip
    assert found == sorted(found)


def test_a_page_that_nobody_comes_to_and_one_that_only_an_objection_leads_to_are_told_apart() -> None:
    alone = GOOD + '\n[page.alone]\nes = "Sola"\nen = "Alone"\nnext = "bye"\n'
    assert only(alone, "[page.alone]") == "unreached"
    read_script(alone + '\n[objection.go]\nes="a"\nen="a"\nreply_es="a"\nreply_en="a"\nnext="alone"\n', "s")


def test_a_circle_without_an_exit_is_told_though_an_objection_leads_out_of_it() -> None:
    circle = GOOD.replace('no = "bye"', 'no = "plan"').replace('next = "bye"\n\n[[', 'next = "hello"\n\n[[')
    assert [one for _, one in wrongs(circle)] == ["no_exit", "no_exit"]


def test_objections_below_each_other_are_told() -> None:
    text = GOOD.replace("[objection.price]", '[objection.price]\nparent = "really"')
    assert {one for _, one in wrongs(text)} == {"no_parent"}


def test_what_belongs_to_another_kind_of_page_is_told() -> None:
    text = GOOD.replace('kind = "end"', 'kind = "say"\nnext = "hello"')
    assert sorted(one for _, one in wrongs(text)) == ["no_exit", "no_exit", "no_exit", "ways_of_others"]
    leads_on = GOOD.replace('kind = "end"', 'kind = "end"\nnext = "plan"')
    assert only(leads_on, 'next = "plan"') == "end_leads_on"


def test_a_step_that_takes_longer_than_five_seconds_is_told_with_the_words_to_cut() -> None:
    long = GOOD.replace('es = "¿Renueva su {lead.plan}?"', f'es = "{" ".join(["palabra"] * 21)}"')
    with pytest.raises(ConfigError) as raised:
        read_script(long, "s")
    [mistake] = raised.value.mistakes
    assert mistake.error_id == "too_long"
    assert dict(mistake.fields) == {
        "what": "plan", "language": "es", "seconds": "5.8", "words": "3", "limit": "5"
    }  # fmt: skip
    assert mistake.path == f"s:{line(long, 'palabra')}"


def test_choices_and_objections_that_stand_side_by_side_are_read_together() -> None:
    wordy = " ".join(["word"] * 12)
    text = GOOD.replace('en = "Later"', f'en = "{wordy}"').replace('en = "Now"', f'en = "{wordy}"')
    assert only(text, "[[page.plan.choice]]") == "too_long"
    roots = "".join(f'[objection.o{n}]\nes="a"\nen="{wordy}"\nreply_es="a"\nreply_en="a"\n' for n in range(2))
    assert [one for _, one in wrongs(GOOD + roots)] == ["too_long"]


def test_there_are_keys_for_nine_choices() -> None:
    more = "".join(f'[[page.plan.choice]]\nvalue="{n}"\nes="a"\nen="a"\n' for n in range(8))
    text = GOOD.replace("[page.bye]", more + "[page.bye]")
    assert only(text, "[page.plan]") == "too_many_choices"


def test_a_draft_that_leads_nowhere_can_be_walked_all_the_same() -> None:
    assert isinstance(sketch(GOOD.replace('no = "bye"', 'no = "gone"'), "s"), Script)


@pytest.mark.parametrize("name", ["renewal", "collection"])
def test_the_demo_company_s_scripts_have_no_mistakes(name: str) -> None:
    text = resources.files("crm_core.scripts.demo").joinpath(f"{name}.toml").read_text("utf-8")
    script = read_script(text, name)
    assert len(script.objection) >= 4


def test_every_sentence_speaks_of_its_fields_only() -> None:
    assert all("{" not in words or words.count("{") == words.count("}") for words in SENTENCES.values())
