"""One function per call of ARI that we use, each gives the request. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ctiserver.asterisk.ari_request import Request, path
from ctiserver.core.commands import DialLeg
from ctiserver.core.topology import Kind

EVENT_TYPES = (
    "ApplicationReplaced",
    "BridgeDestroyed",
    "ChannelDestroyed",
    "ChannelDtmfReceived",
    "ChannelEnteredBridge",
    "ChannelHangupRequest",
    "ChannelHold",
    "ChannelLeftBridge",
    "ChannelStateChange",
    "ChannelTalkingFinished",
    "ChannelTalkingStarted",
    "ChannelUnhold",
    "Dial",
    "PlaybackFinished",
    "PlaybackStarted",
    "RecordingFailed",
    "RecordingFinished",
    "StasisEnd",
    "StasisStart",
)
VOICE_EVENTS = ("ChannelTalkingStarted", "ChannelTalkingFinished")
BRIDGE_TYPES = {Kind.HOLD: "holding", Kind.TALK: "mixing"}
SNOOP = "snoop-"
EAR, MEDIA = "ear-", "media-"
SPY = "spy-"
"""The ear of a supervisor, see `Conversation.ear`."""
AUTO_ANSWER = {
    "PJSIP_HEADER(add,Call-Info)": "<sip:127.0.0.1>;answer-after=0",
    "PJSIP_HEADER(add,Alert-Info)": "<http://127.0.0.1>;info=alert-autoanswer;delay=0",
}
"""What has telephones answer by themselves: most take the first header (our own page, Grandstream, Snom, Yealink), some
the second (Cisco, Polycom). Neither is in RFC 3261, which leaves both headers' parameters open (20.4, 20.9)."""
_LONGEST_ID = 64
_OWN_PHONE = re.compile(r"PJSIP/[A-Za-z0-9_.-]+")


def answer(leg: str) -> Request:
    return Request("POST", path("channels", leg, "answer"))


def is_own_phone(endpoint: str) -> bool:
    """Whether it names an endpoint of ours, not an address or a number behind a trunk: those need a permit."""
    return _OWN_PHONE.fullmatch(endpoint) is not None


def dial(command: DialLeg, app: str) -> Request:
    """Rings a phone whose channel gets the leg's id; a second one with the same id is answered 409."""
    caller = caller_id(command.caller_name, command.caller_number)
    asked = {"variables": AUTO_ANSWER} if command.auto_answer else None
    return _ring(command.endpoint, command.leg, command.ring_seconds, caller, app, asked)


def dial_outside(
    leg: str, *, number: str, trunk: str, caller_number: str, ring_seconds: float, app: str
) -> Request:
    """Rings the number, written as the trunk wants it, as `dial` rings a phone."""
    return _ring(f"PJSIP/{number}@{trunk}", leg, ring_seconds, caller_id("", caller_number), app)


def _ring(
    endpoint: str,
    leg: str,
    ring_seconds: float,
    caller: str,
    app: str,
    body: Mapping[str, Any] | None = None,
) -> Request:
    query = {
        "endpoint": endpoint,
        "app": app,
        "appArgs": "dialled",
        "channelId": leg,
        "timeout": str(max(1, round(ring_seconds))),
    }
    if caller:
        query["callerId"] = caller
    return Request("POST", "channels", query, body)


def caller_id(name: str, number: str) -> str:
    """`"name" <number>` without the letters that would end it early, cut to what a SIP packet holds; "" when empty."""
    name = "".join(letter for letter in name if letter.isprintable() and letter not in '"<>\\')[:_LONGEST_ID]
    number = "".join(letter for letter in number if letter.isalnum() or letter in "+*#")[:_LONGEST_ID]
    return f'"{name}" <{number}>' if name or number else ""


def detect_machine(leg: str, seconds: float) -> Request:
    """Sends the leg into the dialplan, which listens and brings it back ([machine] in extensions.conf)."""
    query = {"context": "machine", "extension": str(round(seconds * 1000)), "priority": "1"}
    return Request("POST", path("channels", leg, "continue"), query)


def await_silence(leg: str, seconds: float) -> Request:
    """Has ChannelTalkingFinished told: sound louder than the second number (an average sample, of 32767) is talking."""
    return _variable(leg, "TALK_DETECT(set)", f"{round(seconds * 1000)},256")


def stop_awaiting_silence(leg: str) -> Request:
    return _variable(leg, "TALK_DETECT(remove)", "")


def hang_up(leg: str) -> Request:
    return Request("DELETE", path("channels", leg))


def set_fuse(leg: str, seconds: float) -> Request:
    return _variable(leg, "TIMEOUT(absolute)", f"{seconds:g}")


def _variable(leg: str, name: str, value: str) -> Request:
    return Request("POST", path("channels", leg, "variable"), {"variable": name, "value": value})


def create_bridge(conversation: str, kind: Kind, contact: str) -> Request:
    """The bridge's name says whose it is, so that it can be told after a restart."""
    return Request("POST", path("bridges", conversation), {"type": BRIDGE_TYPES[kind], "name": contact})


def add_leg(conversation: str, leg: str, kind: Kind) -> Request:
    """Moves the leg there, wherever it was.

    On hold it is a "holding participant": it hears music, also again after a prompt, without a channel of
    its own for the music; without that role it would hear silence.
    """
    query = {"channel": leg} | ({"role": "holding_participant"} if kind == Kind.HOLD else {})
    return Request("POST", path("bridges", conversation, "addChannel"), query)


def remove_leg(conversation: str, leg: str) -> Request:
    return Request("POST", path("bridges", conversation, "removeChannel"), {"channel": leg})


def destroy_bridge(conversation: str) -> Request:
    return Request("DELETE", path("bridges", conversation))


def mute(leg: str) -> Request:
    """Nobody hears what the leg says; its keys are still told. A second time changes nothing."""
    return Request("POST", path("channels", leg, "mute"), {"direction": "in"})


def unmute(leg: str) -> Request:
    return Request("DELETE", path("channels", leg, "mute"), {"direction": "in"})


def play(leg: str, playback: str, media: Sequence[str], language: str) -> Request:
    return Request(
        "POST",
        path("channels", leg, "play", playback),
        {"media": ",".join(media), "lang": language},
    )


def stop_playing(playback: str) -> Request:
    return Request("DELETE", path("playbacks", playback))


def playback(playback: str) -> Request:
    return Request("GET", path("playbacks", playback))


def snoop(leg: str, recording: str, app: str) -> Request:
    """A channel that hears what the leg hears and says, for a recording."""
    return Request(
        "POST",
        path("channels", leg, "snoop", SNOOP + recording),
        {"spy": "both", "app": app, "appArgs": f"snoop,{recording}"},
    )


def spy(leg: str, conversation: str, app: str) -> Request:
    """A channel that hears what the leg hears and says, and whatever is said to it the leg alone hears."""
    return Request(
        "POST",
        path("channels", leg, "snoop", SPY + conversation),
        {"spy": "both", "whisper": "out", "app": app, "appArgs": f"spy,{conversation}"},
    )


def place_spy(conversation: str) -> Request:
    return Request("POST", path("bridges", conversation, "addChannel"), {"channel": SPY + conversation})


def ear(leg: str, listening: str, app: str) -> Request:
    """A channel that hears what the leg says, for a recogniser."""
    return Request(
        "POST",
        path("channels", leg, "snoop", EAR + listening),
        {"spy": "in", "app": app, "appArgs": "ear"},
    )


def media_socket(listening: str, app: str) -> Request:
    """A channel whose sound leaves through a WebSocket (16-bit samples, 8 kHz); it is there once somebody connects.

    The answer's channelvars name the connection (`MEDIA_WEBSOCKET_CONNECTION_ID`).
    """
    return Request(
        "POST",
        path("channels", "externalMedia"),
        {
            "channelId": MEDIA + listening,
            "app": app,
            "external_host": "INCOMING",
            "transport": "websocket",
            "encapsulation": "none",
            "connection_type": "server",
            "format": "slin",
        },
    )


def record(recording: str) -> Request:
    return Request(
        "POST",
        path("channels", SNOOP + recording, "record"),
        {"name": recording, "format": "wav", "ifExists": "fail", "beep": "false"},
    )


def discard_recording(recording: str) -> Request:
    return Request("DELETE", path("recordings", "stored", recording))


def play_digits(leg: str, digits: str) -> Request:
    return Request("POST", path("channels", leg, "dtmf"), {"dtmf": digits})


def stop_recording(recording: str) -> Request:
    return Request("POST", path("recordings", "live", recording, "stop"))


def mute_recording(recording: str, muted: bool) -> Request:
    """Silence instead of the sound, in the same length (`pause` would leave it out)."""
    return Request("POST" if muted else "DELETE", path("recordings", "live", recording, "mute"))


def live_recording(recording: str) -> Request:
    return Request("GET", path("recordings", "live", recording))


def stored_recording(recording: str) -> Request:
    return Request("GET", path("recordings", "stored", recording))


def channels() -> Request:
    return Request("GET", "channels")


def bridges() -> Request:
    return Request("GET", "bridges")


def system() -> Request:
    """Start-up and reload times, from which a restart of Asterisk is seen."""
    return Request("GET", "asterisk/info", {"only": "status"})


def event_filter(app: str) -> Request:
    """Asterisk forgets it whenever the event socket closes."""
    allowed = [{"type": name} for name in EVENT_TYPES]
    return Request("PUT", path("applications", app, "eventFilter"), body={"allowed": allowed})


def subscribe(app: str, legs: Iterable[str]) -> Request:
    sources = ",".join(f"channel:{leg}" for leg in legs)
    return Request("POST", path("applications", app, "subscription"), {"eventSource": sources})


def put_object(kind: str, name: str, fields: Mapping[str, str]) -> Request:
    """Makes or changes an object of res_pjsip in memory: auth, aor or endpoint."""
    attributes = [{"attribute": key, "value": value} for key, value in fields.items()]
    return Request("PUT", _object(kind, name), body={"fields": attributes})


def get_object(kind: str, name: str) -> Request:
    return Request("GET", _object(kind, name))


def delete_object(kind: str, name: str) -> Request:
    return Request("DELETE", _object(kind, name))


def _object(kind: str, name: str) -> str:
    return path("asterisk", "config", "dynamic", "res_pjsip", kind, name)
