from typing import Any

from ctiserver.asterisk.secret_keys import SecretKeys
from ctiserver.core.commands import ForgetSecret, ListenSecretly
from ctiserver.core.inputs import DigitPressed, LegEnded, SecretBegun, SecretHeard
from ctiserver.core.message import Input

LEG: Any = "leg"
SECRET: Any = "s1"


def listening(at_least: int = 4, at_most: int = 4) -> SecretKeys:
    keys = SecretKeys()
    keys.listen(ListenSecretly(leg=LEG, secret=SECRET, at_least=at_least, at_most=at_most))
    return keys


def press(keys: SecretKeys, digits: str, leg: Any = LEG) -> list[Input]:
    return keys.sifted(DigitPressed(at=1.0, leg=leg, pii_digit=digit) for digit in digits)


def stop(keys: SecretKeys) -> list[Input]:
    return keys.stop(ForgetSecret(leg=LEG, secret=SECRET), 2.0)


def test_no_key_of_a_secret_goes_on_and_its_name_gives_it_once() -> None:
    keys = listening()
    assert press(keys, "4071") == [SecretBegun(at=1.0, secret=SECRET), SecretHeard(at=1.0, secret=SECRET)]
    assert keys.take(SECRET) == "4071"
    assert keys.take(SECRET) is None


def test_keys_after_it_are_told_again() -> None:
    keys = listening()
    press(keys, "4071")
    assert press(keys, "5") == [DigitPressed(at=1.0, leg=LEG, pii_digit="5")]


def test_the_end_key_ends_a_secret_that_is_long_enough() -> None:
    keys = listening(at_least=3, at_most=8)
    assert press(keys, "123#")[-1] == SecretHeard(at=1.0, secret=SECRET)
    assert keys.take(SECRET) == "123"


def test_one_that_is_too_short_begins_again() -> None:
    keys = listening()
    press(keys, "12#")
    press(keys, "4071")
    assert keys.take(SECRET) == "4071"


def test_star_at_first_gives_it_up_and_everything_is_told_from_there() -> None:
    keys = listening()
    assert [one.pii_digit for one in press(keys, "*0") if isinstance(one, DigitPressed)] == ["*", "0"]


def test_a_lone_key_before_the_end_is_told() -> None:
    keys = listening()
    assert press(keys, "9#")[-1] == DigitPressed(at=1.0, leg=LEG, pii_digit="9")
    keys = listening()
    press(keys, "9")
    assert stop(keys) == [DigitPressed(at=2.0, leg=LEG, pii_digit="9")]


def test_two_keys_that_are_stopped_are_forgotten() -> None:
    keys = listening()
    press(keys, "40")
    assert stop(keys) == []
    assert stop(keys) == []
    assert keys.take(SECRET) is None


def test_other_legs_are_not_listened_to_and_a_leg_that_ends_no_more() -> None:
    keys = listening()
    assert len(press(keys, "12", leg="other")) == 2
    ended = LegEnded(at=2.0, leg=LEG, by="caller")
    assert keys.sifted([ended]) == [ended]
    assert len(press(keys, "12")) == 2
