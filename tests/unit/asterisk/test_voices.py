from typing import Any

import pytest
from twisted.internet.defer import succeed

from ctiserver.asterisk.ari_request import Request
from ctiserver.asterisk.voices import Voices
from ctiserver.core.commands import FollowVoice
from ctiserver.core.inputs import VoicesHeard
from ctiserver.core.message import Input

ROSA: Any = "leg-rosa"
ANN: Any = "leg-ann"
RECORDING: Any = "rec-1"


class Talk:
    """A talk that is recorded from second 100 on, with both legs followed."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.told: list[Input] = []
        self.voices = Voices(self.send, self.told.extend)
        for leg, who in ((ROSA, "caller"), (ANN, "agent")):
            self.follow(leg, who)

    def send(self, request: Request, _key: str) -> Any:
        self.asked.append(request)
        return succeed(None)

    def follow(self, leg: Any, who: Any, at: float = 100.0) -> None:
        self.voices.follow(FollowVoice(recording=RECORDING, leg=leg, who=who, recording_at=100.0), "key", at)

    def speaks(self, leg: Any, since: float, until: float) -> None:
        self.voices.heard(leg, True, 0.0, since)
        self.voices.heard(leg, False, until - since, until + 0.5)

    def pieces(self) -> list[tuple[Any, Any]]:
        return [(it.caller, it.agent) for it in self.told if isinstance(it, VoicesHeard)]


@pytest.fixture
def talk() -> Talk:
    return Talk()


def test_spells_are_told_at_the_end_in_seconds_of_the_recording(talk: Talk) -> None:
    talk.speaks(ANN, 101.0, 104.26)
    talk.speaks(ROSA, 104.0, 110.0)
    assert talk.told == []
    talk.voices.over(RECORDING, 120.0)
    talk.voices.over(RECORDING, 121.0)
    assert talk.pieces() == [(((4.0, 10.0),), ((1.0, 4.3),))]


def test_a_long_talk_is_told_in_pieces_of_a_minute_each_spell_once(talk: Talk) -> None:
    talk.speaks(ROSA, 110.0, 112.0)
    talk.speaks(ROSA, 165.0, 166.0)
    talk.speaks(ANN, 170.0, 171.0)
    talk.voices.over(RECORDING, 180.0)
    assert talk.pieces() == [(((10.0, 12.0), (65.0, 66.0)), ()), ((), ((70.0, 71.0),))]


def test_who_speaks_as_his_leg_or_the_recording_ends_has_spoken_until_then(talk: Talk) -> None:
    talk.voices.heard(ANN, True, 0.0, 110.0)
    talk.voices.leg_ended(ANN, 115.0)
    talk.voices.heard(ROSA, True, 0.0, 116.0)
    talk.voices.over(RECORDING, 118.0)
    assert talk.pieces() == [(((16.0, 18.0),), ((10.0, 15.0),))]


def test_an_agent_goes_on_in_his_lane_with_the_telephone_that_came_back(talk: Talk) -> None:
    talk.speaks(ANN, 101.0, 102.0)
    talk.voices.leg_ended(ANN, 103.0)
    talk.follow("leg-ann-again", "agent", 109.0)
    talk.speaks("leg-ann-again", 110.0, 111.0)
    talk.speaks(ANN, 112.0, 113.0)
    talk.voices.over(RECORDING, 120.0)
    assert talk.pieces() == [((), ((1.0, 2.0), (10.0, 11.0)))]


def test_a_silent_talk_is_no_news_and_a_leg_that_stays_is_left_alone(talk: Talk) -> None:
    talk.voices.leave(RECORDING, "key")
    talk.voices.over(RECORDING, 120.0)
    assert talk.told == []
    assert [request.query["variable"] for request in talk.asked] == [
        "TALK_DETECT(set)",
        "TALK_DETECT(set)",
        "TALK_DETECT(remove)",
        "TALK_DETECT(remove)",
    ]
    talk.speaks(ROSA, 121.0, 122.0)
    assert talk.told == []


def test_after_the_link_fell_the_legs_are_followed_anew(talk: Talk) -> None:
    talk.speaks(ROSA, 101.0, 102.0)
    talk.voices.forget()
    talk.speaks(ROSA, 103.0, 104.0)
    talk.follow(ROSA, "caller", 105.0)
    talk.speaks(ROSA, 106.0, 107.0)
    talk.voices.over(RECORDING, 120.0)
    assert talk.pieces() == [(((6.0, 7.0),), ())]
