"""Why a contact is refused, in one sentence, and until when."""

from datetime import datetime
from zoneinfo import ZoneInfo

from agent_console.pages import words
from ctiserver.core.permit import Refused


def clock_of(zone: str) -> ZoneInfo:
    """The clock by which people of an account read times."""
    return ZoneInfo(zone)


def in_words(refused: Refused | None, language: str, clock: ZoneInfo) -> str:
    """The sentence; with the moment from which it would be permitted, where there is one."""
    texts = words(language)
    if refused is None:
        return texts["may_i_yes"]
    told = texts[f"rule_{refused.rule}"].replace("{row}", refused.row)
    if refused.until is None:
        return told
    when = datetime.fromtimestamp(refused.until, clock).strftime(texts["may_i_time"])
    return f"{told} {texts['may_i_until'].replace('{when}', when)}"
