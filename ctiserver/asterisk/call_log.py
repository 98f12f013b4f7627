"""What Asterisk's CEL file says about channels: when each began, was answered, ended, and by whom.

A caller was missed when no daemon ever told of his arrival; the dialplan's fallback then took him, or he
gave up. Who answered in the fallback is told on the answering phone's channel, linked to the caller's.
"""

from collections.abc import Container
from dataclasses import dataclass

from ctiserver.asterisk.arrivals import caller_number, caller_text
from ctiserver.asterisk.cel import CelPart, CelRecord, Offset
from ctiserver.core.ids import LegId
from ctiserver.core.inputs import CallMissed


@dataclass(slots=True)
class ChannelLog:
    """One channel; times are UTC epoch seconds, None where the records do not say."""

    first_offset: Offset
    last_at: float
    did: str = ""
    number: str = ""
    incoming: bool = False
    started_at: float | None = None
    answered_at: float | None = None
    fallback_at: float | None = None
    fallback_answered: bool = False
    emergency: bool = False
    ended_at: float | None = None
    q850: int = 0
    hung_up: bool = False


def channel_logs(part: CelPart, app: str) -> dict[str, ChannelLog]:
    """By channel id, in order of their first records."""
    logs: dict[str, ChannelLog] = {}
    for offset, record in part.records:
        if record.eventtype == "FALLBACK_ANSWERED":
            if caller := logs.get(record.linkedid):
                caller.fallback_answered = True
            continue
        log = logs.setdefault(record.uniqueid, ChannelLog(offset, record.at))
        log.last_at = record.at
        _note(log, record, app)
    return logs


def missed(log: ChannelLog, leg: str) -> CallMissed:
    """The input that tells of a call that nobody but the fallback saw."""
    ended_at = log.last_at if log.ended_at is None else log.ended_at
    return CallMissed(
        at=ended_at,
        leg=LegId(leg),
        did=caller_text(log.did),
        pii_number=caller_number(log.number),
        arrived_at=log.started_at or ended_at,
        ended_at=ended_at,
        answered=log.fallback_answered,
        emergency=log.emergency,
        resync=True,
    )


def unseen(logs: dict[str, ChannelLog], known: Container[str]) -> dict[str, ChannelLog]:
    """Callers whose beginning is in the records and of whom no daemon told."""
    return {
        leg: log
        for leg, log in logs.items()
        if log.incoming and log.started_at is not None and leg not in known
    }


def _note(log: ChannelLog, record: CelRecord, app: str) -> None:
    log.number = log.number or record.userfield
    match record.eventtype:
        case "CHAN_START":
            log.started_at, log.did = record.at, record.exten
        case "APP_START" if record.appname == "Stasis" and record.appdata.startswith(f"{app},in"):
            log.incoming = True
            log.did = record.appdata.split(",")[2] if record.appdata.count(",") > 1 else log.did
        case "ANSWER":
            log.answered_at = record.at
        case "FALLBACK":
            log.incoming = True
            log.fallback_at = log.fallback_at or record.at
            log.emergency = log.emergency or record.extra.get("extra") == "emergency"
        case "HANGUP":
            log.ended_at = record.at
            log.q850 = int(record.extra.get("hangupcause") or 0)
            log.hung_up = record.extra.get("hangupsource") == record.channame
        case "CHAN_END":
            log.ended_at = record.at
