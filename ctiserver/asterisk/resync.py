"""What happened while nobody listened: the difference between belief and reality, as ordinary inputs.

The same whether the daemon was away, the link was cut or Asterisk itself was restarted. Times and causes come
from the CEL file where it tells them, else from the moment of the comparison. Legs first, then what hangs on
them, then callers who came meanwhile, then those who came and went; SwitchSynced is always last. What nobody
believed in and nobody wants (`orphans`) is to be deleted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ctiserver.asterisk.ari_wire import EAR, MEDIA, SNOOP, SPY
from ctiserver.asterisk.arrivals import incoming
from ctiserver.asterisk.belief import Belief
from ctiserver.asterisk.believed import LegBelief
from ctiserver.asterisk.call_log import ChannelLog, channel_logs, missed, unseen
from ctiserver.asterisk.cel import CelPart
from ctiserver.asterisk.known_leg import failure_reason
from ctiserver.asterisk.legs import Seen
from ctiserver.asterisk.machine_verdict import machine_judged
from ctiserver.core.ids import LegId, PlaybackId, RecordingId
from ctiserver.core.inputs import (
    LegAnswered,
    LegEnded,
    LegFailed,
    LegJoined,
    LegLeft,
    LegRinging,
    Party,
    PromptEnded,
    PromptStarted,
    RecordingFailed,
    RecordingStored,
    SwitchSynced,
)
from ctiserver.core.message import Input

Channel = Mapping[str, Any]


@dataclass(slots=True, kw_only=True)
class Reality:
    """What Asterisk holds: channels as ARI lists them, our bridges, what of the believed still runs.

    `stored`: seconds of each believed recording that has a file and runs no more.
    """

    app: str
    channels: Mapping[str, Channel] = field(default_factory=dict)
    bridges: Seen = field(default_factory=Seen)
    playbacks: frozenset[PlaybackId] = frozenset()
    recordings: frozenset[RecordingId] = frozenset()
    stored: Mapping[RecordingId, float] = field(default_factory=dict)

    def arguments(self, channel: Channel) -> list[str] | None:
        """What the application was called with for a channel, None when it is not in our application."""
        plan = channel.get("dialplan", {})
        name, *arguments = str(plan.get("app_data", "")).split(",")
        return arguments if plan.get("app_name") == "Stasis" and name == self.app else None


@dataclass(frozen=True, slots=True)
class Orphans:
    """What nobody wants: channels to hang up and bridges to destroy."""

    channels: tuple[str, ...] = ()
    bridges: tuple[str, ...] = ()


def differences(belief: Belief, reality: Reality, cel: CelPart, at: float) -> list[Input]:
    """The inputs that make the belief true; the last is SwitchSynced."""
    logs = channel_logs(cel, reality.app)
    told: list[Input] = []
    for leg, it in belief.legs.items():
        told += _leg(leg, it, belief, reality, logs.get(leg), at)
    gone = {one.leg for one in told if isinstance(one, LegEnded | LegFailed)}
    told += _playbacks(belief, reality, gone, at)
    told += _recordings(belief, reality, gone, at)
    told += _arrivals(belief, reality)
    return told + missed_calls(belief, reality, cel, at)


def missed_calls(belief: Belief, reality: Reality, cel: CelPart, at: float) -> list[Input]:
    """Calls that no daemon saw and that are over, then SwitchSynced.

    The CEL file counts as read up to the first of those still in the fallback: it is told when it is over.
    """
    logs = channel_logs(cel, reality.app)
    known = belief.calls.keys() | belief.legs.keys()
    told: list[Input] = []
    offset, read_at = cel.offset, cel.records[-1][1].at if cel.records else 0.0
    for leg, log in unseen(logs, known).items():
        if log.ended_at is None and leg in reality.channels:
            if log.first_offset < offset:
                offset, read_at = log.first_offset, log.started_at or read_at
        else:
            told.append(missed(log, leg))
    synced = SwitchSynced(at=at, resync=True, cel_inode=cel.inode, cel_offset=offset, cel_at=read_at)
    return [*told, synced]


def lost_ends(
    belief: Belief, reality: Reality, cel: CelPart, at: float, absent_before: frozenset[LegId]
) -> tuple[list[Input], frozenset[LegId]]:
    """Ends that were never told, and the legs that have no channel now: `absent_before` of the next look.

    A leg is over that is absent in two looks one after the other, for it may be made while Asterisk answers. One that
    is being dialled has no channel yet, and its own time to end.
    """
    logs = channel_logs(cel, reality.app)
    absent = frozenset(
        leg for leg, it in belief.legs.items() if leg not in reality.channels and it.state != "dialling"
    )
    gone = sorted(absent & absent_before)
    told = [one for leg in gone for one in _vanished(leg, belief.legs[leg], belief, logs.get(leg), at)]
    return told, absent


def misplaced(belief: Belief, bridges: Seen) -> frozenset[LegId]:
    """Legs that are up and not in the conversation where they are believed, or not where they are wanted."""
    there = {leg: id for id, bridge in bridges.bridges.items() for leg in bridge.legs}
    return frozenset(
        leg
        for leg, it in belief.legs.items()
        if it.state == "up" and (there.get(leg) != it.conversation or belief.is_stray(leg))
    )


def orphans(belief: Belief, reality: Reality, installation: str) -> Orphans:
    """Channels, snoops and bridges that bear our name and that no command in force wants.

    The bridges of a contact that has an arrangement are the arranger's: it removes them in their turn. A bridge that
    is destroyed over one socket while a leg moves out of it over another may take the leg along.
    Asterisk's own channel ids begin with our name too, but hold a dot, which ours never do.
    """
    ours = f"{installation}-"
    arranged = belief.arrangements()
    spies = {SPY + c.id for a in arranged.values() for c in a.conversations if c.ear}
    snoops = {SNOOP + recording for recording in belief.recordings}
    channels = [
        id
        for id in reality.channels
        if (id.startswith(ours) and "." not in id and id not in belief.legs)
        or (id.startswith(SNOOP + ours) and id not in snoops)
        or (id.startswith(SPY + ours) and id not in spies)
        or id.startswith((EAR + ours, MEDIA + ours))
    ]
    bridges = reality.bridges.bridges
    return Orphans(tuple(channels), tuple(id for id, it in bridges.items() if it.contact not in arranged))


# Legs


def _leg(
    leg: LegId, it: LegBelief, belief: Belief, reality: Reality, log: ChannelLog | None, at: float
) -> Iterator[Input]:
    channel = reality.channels.get(leg)
    if channel is None:
        yield from _vanished(leg, it, belief, log, at)
    elif not it.dialled and reality.arguments(channel) is None:
        fell_at = log.fallback_at if log and log.fallback_at else at
        yield LegEnded(at=fell_at, leg=leg, by="fallback", resync=True)
    else:
        yield from _progress(leg, it, channel, reality, log, at)
        yield from _verdict(leg, belief, reality.arguments(channel), at)
        yield from moves(leg, it, reality.bridges, at)


def _vanished(
    leg: LegId, it: LegBelief, belief: Belief, log: ChannelLog | None, at: float
) -> Iterator[Input]:
    if log is None and it.state == "dialling" and f"dial {leg}" in belief.open:
        return  # it was never dialled, as far as anybody knows: the command is given again
    dropped = f"drop {leg}" in belief.open
    ended_at = log.ended_at if log and log.ended_at is not None else at
    if it.dialled and it.state != "up":
        if log is None or log.answered_at is None:
            yield _failed(leg, it, log, dropped, ended_at)
            return
        yield LegAnswered(at=log.answered_at, leg=leg, resync=True)
    if not it.dialled and log and log.fallback_at is not None:
        yield LegEnded(at=log.fallback_at, leg=leg, by="fallback", resync=True)
        return
    by: Party = "center" if dropped else "switch"
    if log and log.hung_up and not dropped:
        by = "agent" if it.dialled and not it.customer else "caller"
    yield LegEnded(at=ended_at, leg=leg, by=by, q850=log.q850 if log else 0, resync=True)


def _failed(leg: LegId, it: LegBelief, log: ChannelLog | None, dropped: bool, at: float) -> LegFailed:
    q850 = log.q850 if log else 0
    if log and log.hung_up and not dropped:
        reason = failure_reason(0, q850)
        return LegFailed(at=at, leg=leg, reason=reason, q850=q850, decided_by="agent", resync=True)
    rang = it.state == "ringing" or dropped
    by: Party = "center" if log else "switch"
    return LegFailed(
        at=at,
        leg=leg,
        reason="no_answer" if rang else "unreachable",
        q850=q850,
        decided_by=by,
        resync=True,
    )


def _progress(
    leg: LegId, it: LegBelief, channel: Channel, reality: Reality, log: ChannelLog | None, at: float
) -> Iterator[Input]:
    up = channel.get("state") == "Up" and reality.arguments(channel) is not None
    if up and it.state != "up":
        answered_at = log.answered_at if log and log.answered_at else at
        yield LegAnswered(at=answered_at, leg=leg, resync=True)
    elif channel.get("state") == "Ringing" and it.state == "dialling":
        yield LegRinging(at=at, leg=leg, resync=True)


def _verdict(leg: LegId, belief: Belief, arguments: list[str] | None, at: float) -> Iterator[Input]:
    """A leg that is with the detector still is told of when it comes back, by an event."""
    if f"detect {leg}" in belief.open and arguments and arguments[0] == "judged":
        yield machine_judged(leg, arguments[1:], at, resync=True)


def moves(leg: LegId, it: LegBelief, bridges: Seen, at: float) -> Iterator[Input]:
    """From the conversation where a leg is believed to the one where it is."""
    where = bridges.where(leg)
    if where == it.conversation:
        return
    if it.conversation is not None:
        yield LegLeft(at=at, leg=leg, conversation=it.conversation, resync=True)
    if where is not None:
        yield LegJoined(at=at, leg=leg, conversation=where, resync=True)


# What hangs on legs, and callers


def _playbacks(belief: Belief, reality: Reality, gone: set[LegId], at: float) -> Iterator[Input]:
    for playback, it in belief.playbacks.items():
        if it.leg in gone:
            continue
        if it.started and playback not in reality.playbacks:
            yield PromptEnded(at=at, playback=playback, resync=True)
        elif not it.started and playback in reality.playbacks:
            yield PromptStarted(at=at, playback=playback, resync=True)


def _recordings(belief: Belief, reality: Reality, gone: set[LegId], at: float) -> Iterator[Input]:
    for recording, leg in belief.recordings.items():
        if recording in reality.recordings:
            continue
        if (seconds := reality.stored.get(recording)) is not None:
            yield RecordingStored(at=at, recording=recording, seconds=seconds, resync=True)
        elif leg in gone or leg not in belief.legs or f"record {recording}" not in belief.open:
            yield RecordingFailed(at=at, recording=recording, reason="there is no file", resync=True)


def _arrivals(belief: Belief, reality: Reality) -> Iterator[Input]:
    for id, channel in reality.channels.items():
        arguments = reality.arguments(channel)
        leg = LegId(id)
        if arguments and arguments[0] == "in" and leg not in belief.legs and leg not in belief.calls:
            at = _created_at(channel)
            yield incoming(dict(channel), arguments, at, resync=True)
            if channel.get("state") == "Up":
                yield LegAnswered(at=at, leg=leg, resync=True)


def _created_at(channel: Channel) -> float:
    """UTC epoch seconds; Asterisk cuts to milliseconds, and nobody came before he came."""
    return datetime.fromisoformat(channel["creationtime"]).timestamp() + 0.001
