"""How soon a caller hears the answer to his key, with more and more callers in flows at once.

SIPp's callers send a stream of sound with keys in it (RFC 4733); each key leads to the next node of a flow, whose
prompt is a tone of one second without silence before it. Measured on a capture, with the kernel's times: from the last
end packet of a key to the first packet with sound, for the keys that are pressed while all callers are there. Keys
that fell on a prompt that was still playing tell nothing and are counted apart.

The generator is watched as well: how far the time between two keys of a caller is from what it should be. Where more
than one in ten is wrong by more than a packet (20 ms), it is the generator that is measured, and the steps end.

    python -m bench.flows [--steps 50,100,200,300]        (as root: SIPp's and the capture's raw sockets)
"""

import argparse
import socket
import tempfile
import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench import machine, report
from bench.company import Bench, bench
from bench.load import Callers
from bench.pressed_keys import write_keys
from bench.rtp_capture import Capture, Heard
from tests.integration.asterisk import DID_ES
from tests.integration.tone_prompts import tone_prompts

STEPS = (50, 100, 200, 300)
PER_SECOND = 20
PERIOD_SECONDS = 4.0
FIRST_KEY_SECONDS = 3.0
MEASURED_SECONDS = 24.0
PROMPT_SECONDS = 1.0
SATURATED_SECONDS = 0.02
_FIRST_PORTS, _PORTS_OF_A_CALL = (9000, 10_400, 7600, 6200, 4800, 3400), 4
_KEY = 1
_STILL_PLAYING_SECONDS = 0.1
_CONFIGURATION = f"""
[[numbers]]
did = "{DID_ES}"
flow = "stairs"

"""


@dataclass(frozen=True, slots=True)
class Reactions:
    """Seconds from each key to sound: from its first and from its last end packet; and keys that tell nothing."""

    from_first: list[float]
    from_last: list[float]
    over_a_prompt: int
    no_answer: int


def reactions(callers: Iterable[Heard], from_at: float, until_at: float) -> Reactions:
    """Those of the keys pressed in that time. Pure.

    The switch acts on the first of the three end packets: from the last one the time may be below 0. Sound that comes
    when the next key is due is none of this one.
    """
    found = Reactions([], [], 0, 0)
    over = unanswered = 0
    for one in callers:
        for first, last in one.keys:
            if not from_at <= first < until_at:
                continue
            place = bisect_left(one.sounds, first)
            if place and first - one.sounds[place - 1] < _STILL_PLAYING_SECONDS:
                over += 1
            elif place == len(one.sounds) or one.sounds[place] - first >= PERIOD_SECONDS:
                unanswered += 1
            else:
                found.from_first.append(one.sounds[place] - first)
                found.from_last.append(one.sounds[place] - last)
    return replace(found, over_a_prompt=over, no_answer=unanswered)


def pacing(callers: Iterable[Heard]) -> list[float]:
    """How far, in seconds, the time between two keys of a caller is from the period. Pure."""
    return [
        abs(later - earlier - PERIOD_SECONDS)
        for one in callers
        for (earlier, _), (later, _) in pairwise(one.keys)
    ]


def run(ready: Bench, keys: Path, callers: int) -> dict[str, Any]:
    """One step: all come, all are there for the measured time, all go."""
    coming = callers / PER_SECOND
    stay = coming + MEASURED_SECONDS + FIRST_KEY_SECONDS
    pressed = [FIRST_KEY_SECONDS + PERIOD_SECONDS * n for n in range(int((stay - 1) / PERIOD_SECONDS))]
    write_keys(keys, _KEY, pressed, stay)
    with _nobody_listens(callers) as ports:
        capture = Capture(ports[0], ports[-1])
        with Callers(
            ready.center.asterisk.sip_port,
            DID_ES,
            count=callers,
            per_second=PER_SECOND,
            patience_seconds=20,
            scenario="pressing.xml",
            values={"KEYS": keys, "TALK_MS": round(stay * 1000)},
            options=("-mp", str(ports[0])),
        ) as generator:
            time.sleep(coming + FIRST_KEY_SECONDS)  # SIPp's rate decides when all of them are there
            from_at = time.time()
            watch = machine.CpuWatch(_parts(ready, generator.pid))
            time.sleep(MEASURED_SECONDS - FIRST_KEY_SECONDS)
            until_at, used, neighbours = time.time(), watch.used(), watch.neighbours_percent()
            there = len(ready.center.asterisk.channels())
            _, failed = generator.wait(stay + 60)
        lost = capture.close()
    ready.wait_quiet()
    heard = capture.heard().values()
    found = reactions(heard, from_at, until_at - PERIOD_SECONDS)
    late = pacing(heard)
    cores = {name: f"{spent / (until_at - from_at) * 100:.0f} %" for name, spent in used.items()}
    return {
        "callers": callers,
        "at once": there,
        "keys": len(found.from_last),
        **_shares("", found.from_last),
        **_shares("first ", found.from_first),
        "over a prompt": found.over_a_prompt,
        "no answer": found.no_answer,
        "failed": failed,
        **{f"generator p{share} ms": report.percentile(late, share / 100) * 1000 for share in (90, 99)},
        **{f"cpu {name}": cores[name] for name in ("asterisk", "sipp", "calls", "others", "bench")},
        "neighbours %": neighbours,
        "lost": lost,
    }


def _shares(name: str, seconds: Sequence[float]) -> dict[str, float]:
    return {f"{name}p{share} ms": report.percentile(seconds, share / 100) * 1000 for share in (50, 99)}


def _parts(ready: Bench, sipp: int) -> Mapping[str, Iterable[int]]:
    parts = ready.processes()
    return {name: parts[name] for name in ("asterisk", "calls", "others")} | {"sipp": [sipp]}


@contextmanager
def _nobody_listens(callers: int) -> Iterator[range]:
    """The callers' ports, the first one SIPp's own. Raises OSError when there are not so many free in a row.

    Sockets take what goes there, so that the kernel need not answer that nobody listens.
    """
    for first in _FIRST_PORTS:
        ports = range(first, first + _PORTS_OF_A_CALL * (callers + 1), _PORTS_OF_A_CALL)
        with ExitStack() as stack, suppress(OSError):
            for port in ports[1:]:
                sink = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
                sink.bind(("127.0.0.1", port))
            sinks = stack.pop_all()
            break
    else:
        raise OSError(f"no {callers} free ports in a row from any of {_FIRST_PORTS}")
    with sinks:
        yield ports


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.flows", description="From a key to the next prompt."
    )
    parser.add_argument("--steps", default=",".join(map(str, STEPS)), help="how many callers at once")
    steps = [int(step) for step in parser.parse_args(arguments).steps.split(",")]
    yardstick = machine.yardstick()
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        more = _CONFIGURATION + tone_prompts(folder / "prompts", PROMPT_SECONDS)
        with bench(folder, agents=1, more=more) as ready:
            for callers in steps:
                rows.append(run(ready, folder / "keys.pcap", callers))
                print(rows[-1], flush=True)
                if rows[-1]["generator p90 ms"] > SATURATED_SECONDS * 1000:
                    break
    print(report.write("flows", "From a key to the next prompt", rows, [*_notes(rows), yardstick]))


def _notes(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield (
        f"callers come at {PER_SECOND}/s, press a key every {PERIOD_SECONDS:.0f} s and send 50 packets a second; keys "
        f"of {MEASURED_SECONDS - FIRST_KEY_SECONDS - PERIOD_SECONDS:.0f} s with all of them there"
    )
    yield (
        "p50, p99: from the last RFC 4733 end packet of a key to the first packet with sound, by the kernel's times in "
        "a capture on lo; `first`: from the first of its three end packets, upon which Asterisk acts; `over a prompt`: "
        "keys that fell on one, not measured; `no answer`: no sound before the next key"
    )
    yield (
        "`generator`: how far the time between two keys of a caller is from its period; `at once`: Asterisk's "
        "channels; `lost`: packets that the capture missed"
    )
    yield (
        "CPU in percent of one core while all were there: Asterisk, SIPp, our calls process, our parent with jobs and "
        "Redis, the capture; `neighbours` what other programs took of the machine"
    )
    if rows[-1]["generator p90 ms"] > SATURATED_SECONDS * 1000:
        callers = rows[-1]["callers"]
        yield f"with {callers} callers the generator came late: these figures are the generator's, and the steps end"


if __name__ == "__main__":
    main()
