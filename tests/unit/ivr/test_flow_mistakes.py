"""What the checker says of nodes that ask, act, decide and identify."""

import pytest

from ctiserver.core.actions import ActionSpec
from ctiserver.core.errors import ConfigError
from ivr.flow_file import read_flow
from ivr.wrong import SENTENCES

ACTIONS = {
    "balance": ActionSpec(
        name="balance", outcomes=("owes", "nothing"), required=("customer_id",), gives={"balance": "amount"}
    ),
    "find_customer": ActionSpec(name="find_customer", outcomes=("found", "unknown"), gives={"rut": "digits"}),
}
PROMPTS = {
    "greeting",
    "which",
    "balance-is",
    "invalid-key",
    "no-key",
    "one-moment",
    "you-entered",
    "confirm-keys",
    "ask-rut",
    "ask-pin",
    "ask-code",
    "identify-unknown",
    "secret-wrong",
    "secret-locked",
    "call-back-later",
    "beep",
}
GOOD = """\
name = "main"
start = "greeting"
emergency = { key = "9", node = "leak" }
operator = { key = "0", node = "person" }
identify = "who"

[node.greeting]
type = "decide"
on = "hours:service"
cases = { closed = "message" }
otherwise = "order"

[node.order]
type = "ask"
prompts = ["which"]
key = "order"
min_length = 3
max_length = 8
confirm = true
next = "balance"
on_failure = "person"

[node.who]
type = "identify"
level = "verified"
prompts = ["ask-rut"]
on_failure = "person"

[node.balance]
type = "action"
action = "balance"
arguments = { customer_id = "{customer_id}" }
outcomes = { owes = "tell", nothing = "back" }
failed_to = "person"
needs = "verified"

[node.tell]
type = "say"
prompts = ["balance-is {amount:balance}", "{digits:order}", "{digits:rut}"]
next = "person"

[node.back]
type = "callback"
next = "elsewhere"
no_number = "person"

[node.message]
type = "voicemail"
prompts = ["which"]
next = "asked"

[node.asked]
type = "survey"
survey = "satisfaction"

[node.elsewhere]
type = "transfer"
flow = "other"

[node.person]
type = "queue"
queue = "service"

[node.leak]
type = "queue"
queue = "emergency"
"""


def read(text: str) -> object:
    return read_flow(
        text,
        "main.toml",
        prompts=PROMPTS,
        queues={"service", "emergency"},
        actions=ACTIONS,
        flows={"other"},
        surveys={"satisfaction"},
        stored={"rut", "email"},
    )


def mistakes(text: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read(text)
    return [str(mistake) for mistake in refused.value.mistakes]


def test_a_flow_of_every_kind_of_node_is_good() -> None:
    read(GOOD)


def test_what_a_call_of_ours_brings_along_may_be_said() -> None:
    read('given = ["visit"]\n' + GOOD.replace("{digits:rut}", "{digits:visit}"))


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        (
            'key = "order"',
            'key = "rut"',
            "16: the store may know 'rut' already: add known = 'rut', or give another key to what you ask",
        ),
        (
            "max_length = 8",
            "max_length = 30",
            "17: at least 1 and at most 20 keys: set min_length and max_length within that",
        ),
        (
            "{amount:balance}",
            "{amount:balnce}",
            "39: nothing gives 'balnce' before a caller comes to 'tell': ask for it or run an action",
        ),
        (
            "{amount:balance}",
            "{sum:balance}",
            "39: '{sum:balance}' says nothing: write {kind:variable} with one of the kinds"
            " amount, date, digits, half_day, number, name, place, time",
        ),
        ('"balance-is ', '"balance-iss ', "39: the prompt 'balance-iss' is not in the manifest"),
        (
            'action = "balance"',
            'action = "balanc"',
            "31: there is no action 'balanc'; there are: balance, find_customer",
        ),
        ("{ customer_id =", "{ customer =", "32: the action 'balance' needs the argument 'customer_id'"),
        (
            "{ customer_id =",
            "{ customer =",
            "32: the action 'balance' takes no argument 'customer'; it takes: customer_id",
        ),
        (
            '"{customer_id}"',
            '"{customer}"',
            "29: nothing gives 'customer' before a caller comes to 'balance': ask for it or run an action",
        ),
        (
            'owes = "tell", nothing',
            "nothing",
            "33: the action 'balance' may come to 'owes': say which node follows",
        ),
        (
            'owes = "tell"',
            'owes = "tell", owed = "tell"',
            "33: the action 'balance' never comes to 'owed'; it comes to: owes, nothing",
        ),
        (
            'failed_to = "person"',
            'failed_to = "person"\ndeadline_seconds = 60',
            "35: deadline_seconds is above 0 and at most 20",
        ),
        ('identify = "who"\n', "", "34: needs 'verified': say which node identifies callers, identify = ..."),
        (
            'level = "verified"',
            'level = "identified"',
            "35: needs 'verified', but identify = 'who' gives 'identified' at most",
        ),
        (
            'identify = "who"',
            'identify = "tell"',
            "5: identify names the node 'tell', which there is not or which identifies nobody",
        ),
        (
            'level = "verified"',
            'level = "verified"\nsecrets = []',
            "26: the level verified needs a secret: secrets = ['pin'] or ['code'] or both",
        ),
        ("hours:service", "hours:sales", "9: write hours:QUEUE with a queue that there is; 'sales' is none"),
        ('{ closed = "message" }', "{}", "10: say at least one case and where it leads"),
        ('type = "voicemail"', 'type = "voicemail"\nqueue = "sales"', "49: there is no queue 'sales'"),
        ('flow = "other"', 'flow = "others"', "58: there is no flow 'others'"),
        ('survey = "satisfaction"', 'survey = "x"', "54: there is no survey 'x'"),
        (
            'queue = "emergency"',
            'queue = "emergency"\nneeds = "number"',
            "67: an emergency asks nobody who he is: take this line away",
        ),
    ],
)
def test_each_mistake_is_told_with_its_line(old: str, new: str, wrong: str) -> None:
    assert GOOD.count(old) == 1
    assert f"main.toml:{wrong}" in mistakes(GOOD.replace(old, new))


def test_a_question_that_is_guarded_may_ask_what_the_store_holds() -> None:
    read(
        GOOD.replace('key = "order"', 'key = "rut"\nknown = "rut"').replace("{digits:order}", "{digits:rut}")
    )


def test_a_circle_of_actions_without_a_key_is_a_loop_without_exit() -> None:
    text = GOOD.replace('owes = "tell"', 'owes = "again"') + (
        '[node.again]\ntype = "say"\nprompts = ["which"]\nnext = "balance"\n'
    )
    circles = [wrong for wrong in mistakes(text) if "comes back to itself" in wrong]
    assert [wrong.split("'")[1] for wrong in circles] == ["balance", "again"]


def test_every_mistake_bears_an_id_and_what_its_sentence_speaks_of() -> None:
    with pytest.raises(ConfigError) as refused:
        read(GOOD.replace('flow = "other"', 'flow = "others"'))
    [mistake] = refused.value.mistakes
    assert mistake.error_id == "no_flow"
    assert dict(mistake.fields) == {"node": "elsewhere", "flow": "others"}
    assert mistake.message == SENTENCES["no_flow"].format(**dict(mistake.fields))
