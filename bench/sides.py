"""One run: so many callers at such a rate to one side, and what it cost."""

from dataclasses import dataclass

from bench import app_queue
from bench.company import Bench
from bench.load import Callers
from bench.machine import CpuWatch
from bench.timeline import Recorder, Timeline
from tests.integration.asterisk import DID_ES

OURS, QUEUE = "ctiserver", "Queue()"
_END_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Run:
    """What became of the calls; `cpu_ms` is CPU per call by part, in milliseconds.

    `neighbours_percent` is what other programs took of the machine meanwhile.
    """

    served: int
    failed: int
    timeline: Timeline
    cpu_ms: dict[str, float]
    neighbours_percent: float
    complaint: str


def run(bench: Bench, side: str, *, agents: int, count: int, per_second: int, patience_seconds: float) -> Run:
    """Lets the callers come and go; returns when no call is left."""
    did = DID_ES if side == OURS else app_queue.number(agents)
    recorder, watch = Recorder(bench), CpuWatch(bench.processes())
    sip_port = bench.center.asterisk.sip_port
    with Callers(
        sip_port, did, count=count, per_second=per_second, patience_seconds=patience_seconds
    ) as callers:
        served, failed = callers.wait(_END_SECONDS)
        complaint = callers.errors()
    bench.wait_quiet()
    used, neighbours = watch.used(), watch.neighbours_percent()
    parts = {
        "asterisk": used["asterisk"],
        "sipp": used["phones"] + used["ended children"],
        "calls": used["calls"],
        "others": used["others"],
        "bench": used["bench"],
    }
    cpu_ms = {name: seconds / count * 1000 for name, seconds in parts.items()}
    return Run(served, failed, recorder.timeline(), cpu_ms, neighbours, complaint)


def answered_per_second(bench: Bench, per_second: int, seconds: float) -> tuple[int, int]:
    """Served and failed of bare calls, answered and hung up on by the dialplan: what the generator can do."""
    with Callers(
        bench.center.asterisk.sip_port,
        app_queue.ANSWER_ONLY,
        count=round(per_second * seconds),
        per_second=per_second,
        patience_seconds=5,
        scenario="answered.xml",
    ) as callers:
        outcome = callers.wait(_END_SECONDS)
    bench.wait_quiet()
    return outcome
