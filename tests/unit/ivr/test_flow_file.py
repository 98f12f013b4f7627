import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from ctiserver.app.actions import specs
from ctiserver.app.engine_tables import STORED
from ctiserver.core.errors import ConfigError
from ivr import flow_file
from ivr.flow import Enqueue, Menu, Say
from ivr.flow_file import read_flow, read_survey
from ivr.prompt_manifest import parse

GOOD = """\
name = "main"
start = "greeting"
emergency = { key = "9", node = "leak" }
operator = { key = "0", node = "person" }
repeat_key = "*"

[node.greeting]
type = "say"
prompts = ["greeting"]
next = "main"

[node.main]
type = "menu"
prompts = ["menu-main"]
keys = { 1 = "person", 2 = "english" }
on_failure = "person"

[node.english]
type = "language"
language = "en"
next = "main"

[node.person]
type = "queue"
queue = "service"

[node.leak]
type = "queue"
queue = "emergency"
"""
SURVEY = """\
name = "satisfaction"
invitation = "invitation"
thanks = "thanks"

[[question]]
key = "satisfaction"
prompt = "how-well"
keys = { 1 = 1, 2 = 2 }

[[question]]
key = "solved"
prompt = "solved"
keys = { 1 = 1, 2 = 0 }
"""
PROMPTS = {"greeting", "menu-main", "invalid-key", "no-key"}
SURVEY_PROMPTS = {"invitation", "thanks", "survey-invalid", "how-well", "solved"}
QUEUES = {"service", "emergency"}


def flow(text: str) -> object:
    return read_flow(text, "main.toml", prompts=PROMPTS, queues=QUEUES)


def survey(text: str) -> object:
    return read_survey(text, "s.toml", prompts=SURVEY_PROMPTS)


def mistakes(read: Callable[[str], object], text: str) -> list[str]:
    """What is wrong, each mistake as `file:line: message`."""
    with pytest.raises(ConfigError) as refused:
        read(text)
    return [str(mistake) for mistake in refused.value.mistakes]


def changed(old: str, new: str, text: str = GOOD) -> str:
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the text"
    return text.replace(old, new)


def test_a_good_flow_is_read_whole() -> None:
    read, document = read_flow(GOOD, "main.toml", prompts=PROMPTS, queues=QUEUES)
    assert read.nodes["greeting"] == Say(prompts=("greeting",), next="main")
    assert read.nodes["leak"] == Enqueue(queue="emergency")  # type: ignore[arg-type]
    main = read.nodes["main"]
    assert isinstance(main, Menu)
    assert main.keys == {"1": "person", "2": "english"}
    assert read.repeat_key == "*"
    assert len(document.version) == 16


def test_the_version_changes_with_the_text() -> None:
    documents = [
        read_flow(text, "f", prompts=PROMPTS, queues=QUEUES)[1] for text in (GOOD, GOOD, GOOD + "# more\n")
    ]
    assert documents[0] == documents[1]
    assert documents[0].version != documents[2].version
    assert documents[0].content == documents[2].content


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('start = "greeting"', 'start = "x"', "2: start names the node 'x', which there is not"),
        (
            'emergency = { key = "9", node = "leak" }\n',
            "",
            '2: no emergency key: add emergency = { key = "9", node = "..." }',
        ),
        (
            'key = "9", node = "leak"',
            'key = "9", node = "x"',
            "3: emergency leads to 'x', which there is not",
        ),
        (
            'key = "9", node = "leak"',
            'key = "9", node = "main"',
            "3: the emergency key must lead straight to a queue, and ends at 'main'",
        ),
        (
            'key = "0", node',
            'key = "9", node',
            "4: key 9 is used twice: for emergency and for operator",
        ),
        ('key = "0", node', 'key = "00", node', "4: '00' is no key of a telephone (0-9, *, #)"),
        ('repeat_key = "*"', 'repeat_key = "0"', "5: key 0 is used twice: for operator and to repeat"),
        ('repeat_key = "*"', 'repeat_key = "r"', "5: 'r' is no key of a telephone (0-9, *, #)"),
        ('repeat_key = "*"', "repeat_key = 7", "5: Expected `str | null`, got `int`"),
        ('repeat_key = "*"', 'repeat = "*"', "5: Object contains unknown field `repeat`"),
        ('["greeting"]', '["gretting"]', "9: the prompt 'gretting' is not in the manifest"),
        ('["greeting"]', "[]", "9: the node 'greeting' says nothing: name a prompt"),
        ('["greeting"]', "[3]", "9: Expected `str`, got `int`"),
        ('prompts = ["menu-main"]', 'prompts = "menu-main"', "14: Expected `array`, got `str`"),
        (
            'type = "menu"',
            'type = "manu"',
            "13: Invalid value 'manu'",
        ),
        (
            'on_failure = "person"',
            'on_failure = "x"',
            "12: dead end: node 'main' leads to 'x', which there is not",
        ),
        ('{ 1 = "person"', '{ 1 = "x"', "12: dead end: node 'main' leads to 'x', which there is not"),
        ('{ 1 = "person"', '{ 12 = "person"', "15: '12' is no key of a telephone (0-9, *, #)"),
        (
            '{ 1 = "person"',
            '{ 9 = "person"',
            "15: key 9 is used twice: it already leads away from every node of the flow",
        ),
        (
            '{ 1 = "person"',
            '{ "*" = "person"',
            "15: key * is used twice: it already repeats every menu of the flow",
        ),
        (
            'on_failure = "person"',
            'on_failure = "person"\nattempts = 0',
            "12: the menu 'main' gives no chance: attempts and timeout_seconds are above 0",
        ),
        (
            'on_failure = "person"',
            'on_failure = "person"\ntimeout = 3',
            "17: Object contains unknown field `timeout`",
        ),
        ('language = "en"', 'language = "fr"', "20: the flow does not speak 'fr'; its languages: es, en"),
        ('queue = "service"', 'queue = "sales"', "25: there is no queue 'sales'"),
        (
            'queue = "service"',
            'queue = "service"\nlabel = { es = "Persona", fr = "Humain" }',
            "26: the flow does not speak 'fr': give labels in its languages",
        ),
        (
            'queue = "service"',
            'queue = "service"\n\n[node.lonely]\ntype = "hangup"',
            "27: nobody reaches the node 'lonely'",
        ),
        (
            '[node.leak]\ntype = "queue"\nqueue = "emergency"\n',
            '[node.leak]\ntype = "queue"\n',
            "27: Object missing required field `queue`",
        ),
        ('name = "main"', 'name = "main', "1: not valid TOML: Illegal character '\\n'"),
        (
            '2 = "english"',
            '1 = "english"',
            "15: not valid TOML: this key stands twice: give each key one meaning",
        ),
        (
            "[node.leak]",
            "[node.person]",
            "27: not valid TOML: this key stands twice: give each key one meaning",
        ),
    ],
)
def test_each_mistake_is_told_with_its_line(old: str, new: str, wrong: str) -> None:
    assert f"main.toml:{wrong}" in mistakes(flow, changed(old, new))


def test_a_menu_without_keys_is_a_dead_end() -> None:
    text = changed('{ 1 = "person", 2 = "english" }', "{}").replace(
        '[node.english]\ntype = "language"\nlanguage = "en"\nnext = "main"\n', ""
    )
    assert mistakes(flow, text) == ["main.toml:12: dead end: the menu 'main' has no keys"]


def test_menus_that_lead_only_to_each_other_are_a_loop_without_exit() -> None:
    text = changed('{ 1 = "person", 2 = "english" }', '{ 2 = "english" }')
    text = changed('on_failure = "person"', 'on_failure = "english"', text)
    assert mistakes(flow, text) == [
        f"main.toml:{line}: loop without exit: from {name!r} no caller ever comes to a queue or an end"
        for line, name in ((7, "greeting"), (12, "main"), (18, "english"))
    ]


def test_announcements_that_follow_each_other_in_a_circle_are_a_loop_without_exit() -> None:
    text = changed('next = "main"\n\n[node.main]', 'next = "english"\n\n[node.main]')
    text = changed('language = "en"\nnext = "main"', 'language = "en"\nnext = "greeting"', text)
    circles = [wrong for wrong in mistakes(flow, text) if "comes back to itself" in wrong]
    assert circles == [
        f"main.toml:{line}: loop without exit: {name!r} comes back to itself without asking for a key"
        for line, name in ((7, "greeting"), (18, "english"))
    ]


def test_a_menu_may_lead_back_to_where_the_caller_came_from() -> None:
    flow(changed('2 = "english"', '2 = "english", 3 = "greeting"'))


def test_all_mistakes_are_told_at_once() -> None:
    text = changed('["greeting"]', '["hello"]')
    text = changed('queue = "service"', 'queue = "sales"', text)
    text = changed('language = "en"', 'language = "fr"', text)
    assert [wrong.split(" ")[0] for wrong in mistakes(flow, text)] == [
        "main.toml:9:",
        "main.toml:20:",
        "main.toml:25:",
    ]


def test_mistakes_of_shape_are_told_for_all_nodes_at_once() -> None:
    text = changed('queue = "service"', "queue = 3")
    text = changed('next = "main"\n\n[node.main]', "next = true\n\n[node.main]", text)
    assert mistakes(flow, text) == [
        "main.toml:10: Expected `str`, got `bool`",
        "main.toml:25: Expected `str`, got `int`",
    ]


def test_nodes_that_are_no_tables_are_told_how_to_be_written() -> None:
    assert mistakes(flow, 'name = "x"\nstart = "a"\nnode = 3\n') == [
        "main.toml:3: node is not a value: begin each node with a line [node.its-name]"
    ]


def test_a_flow_that_begins_with_a_queue_needs_no_emergency_key() -> None:
    flow('name = "e"\nstart = "q"\n[node.q]\ntype = "queue"\nqueue = "emergency"\n')


def test_a_good_survey_is_read_whole() -> None:
    read, document = read_survey(SURVEY, "s.toml", prompts=SURVEY_PROMPTS)
    assert [(question.key, question.keys) for question in read.question] == [
        ("satisfaction", {"1": 1, "2": 2}),
        ("solved", {"1": 1, "2": 0}),
    ]
    assert document.content["thanks"] == "thanks"


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ('thanks = "thanks"', 'thanks = "merci"', "3: the prompt 'merci' is not in the manifest"),
        ('prompt = "solved"', 'prompt = "salved"', "12: the prompt 'salved' is not in the manifest"),
        ('key = "solved"', 'key = "satisfaction"', "11: two questions are called 'satisfaction'"),
        ("{ 1 = 1, 2 = 0 }", "{ 11 = 1 }", "13: keys names which telephone keys are answers"),
        (
            'thanks = "thanks"',
            'thanks = "thanks"\nopt_out_key = "2"',
            "4: key 2 is used twice: for decline_key and for opt_out_key",
        ),
        ('thanks = "thanks"', 'thanks = "thanks"\nopt_out_key = "x"', "4: 'x' is no key of a telephone"),
        ("{ 1 = 1, 2 = 0 }", "{}", "13: keys names which telephone keys are answers"),
        ("{ 1 = 1, 2 = 0 }", '{ 1 = "yes" }', "13: Expected `int`, got `str`"),
        ('thanks = "thanks"', 'thanks = "thanks"\nthank = 1', "4: Object contains unknown field `thank`"),
    ],
)
def test_each_mistake_of_a_survey_is_told_with_its_line(old: str, new: str, wrong: str) -> None:
    [told] = mistakes(survey, changed(old, new, SURVEY))
    assert told.startswith(f"s.toml:{wrong}")


@pytest.mark.parametrize("number", [0, 11])
def test_a_survey_has_one_to_ten_questions(number: int) -> None:
    head = SURVEY.partition("[[question]]")[0]
    questions = "".join(
        f'[[question]]\nkey = "q{n}"\nprompt = "solved"\nkeys = {{ 1 = 1 }}\n' for n in range(number)
    )
    text = head + (questions or "question = []\n")
    assert mistakes(survey, text)[-1].endswith(f"a survey has 1 to 10 questions; this one has {number}")


def test_the_demo_companys_flows_and_survey_are_good() -> None:
    demo = Path(flow_file.__file__).parent / "demo"
    manifest = Path(flow_file.__file__).parents[1] / "sounds" / "manifest.toml"
    prompts = set(parse(tomllib.loads(manifest.read_text())).prompts)
    queues = {"servicio", "tecnico", "emergencia"}
    for path in sorted(demo.glob("*.toml")):
        names = {"actions": specs(), "flows": {one.stem for one in demo.glob("*.toml")}, "stored": STORED}
        read_flow(path.read_text(), path.name, prompts=prompts, queues=queues, **names)
    for path in sorted(demo.glob("surveys/*.toml")):
        read_survey(path.read_text(), path.name, prompts=prompts)
