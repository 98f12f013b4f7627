"""The screen pop: from the ringing of the agent's telephone to the customer's name on his screen.

A real caller through the IVR to an agent whose telephone is a page in Chromium. The clock starts with the offer, and
again with LegRinging as the calls process hears it from Asterisk, and stops in the browser when the frame that shows
the customer's name is painted; all read the machine's clock. A negative time: he was on the screen before it rang.
Once with nobody else connected, once beside many wallboards in one other process, each of which is told of every
change.

    python -m bench.pop [--calls N] [--clients N]
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from bench import clients, machine, report
from crm_core.users import add_user
from crm_core.web_sessions import add_token
from tests.e2e.browser import Screen, running_browser, tone_file
from tests.integration.daemon import VALUABLE, RunningCenter, center
from tests.integration.sipp import until

_AGENT = "ann"
_NAME = "Cliente A"
_TARGET_MILLISECONDS = 300
# Notes when the name is there and the next frame has been painted: the task behind an animation frame.
_WATCH = f"""() => {{
  window.pops = [];
  let shown = false;
  new MutationObserver(() => {{
    const ringing = document.getElementById('card').dataset.stage === 'ringing'
      && (document.querySelector('.names')?.textContent ?? '').includes('{_NAME}');
    if (ringing && !shown) requestAnimationFrame(() => {{
      const channel = new MessageChannel();
      channel.port1.onmessage = () => window.pops.push(performance.timeOrigin + performance.now());
      channel.port2.postMessage(0);
    }});
    shown = ringing;
  }}).observe(document.body, {{ subtree: true, childList: true, attributes: true, characterData: true }});
}}"""


def pops(c: RunningCenter, agent: Screen, calls: int) -> list[tuple[float, float]]:
    """Milliseconds from the offer to painted, and from ringing to painted, one pair per call."""
    taken: list[tuple[float, float]] = []
    for _ in range(calls):
        before = agent.page.evaluate("window.pops.length")
        with c.call(number=VALUABLE, keys=[(0.5, "1"), (1.5, "1")]) as caller:
            agent.wait(f"window.pops.length > {before}", "a screen pop", 30)
            painted_at = float(agent.page.evaluate("window.pops.at(-1)"))
            offered_at, rang_at = (_last_at(c, kind) for kind in ("OfferMade", "OfferRinging"))
            taken.append((painted_at - offered_at, painted_at - rang_at))
            caller.hang_up()
        agent.wait_stage("none")
    return taken


def _last_at(c: RunningCenter, kind: str) -> float:
    """When the newest event of a kind happened, in milliseconds; waits until there is one as new as the offer."""

    def told() -> bool:
        return len(c.probe.told(kind)) >= len(c.probe.told("OfferMade")) > 0

    until(told, kind, 10)
    return float(c.probe.told(kind)[-1]["at"]) * 1000


@contextmanager
def connected(c: RunningCenter, count: int) -> Iterator[None]:
    """So many wallboards in one other process until the block ends."""
    console = c.asterisk.config.console
    token = c.store.write(_program)
    command = [sys.executable, "-m", "bench.clients", console.address, str(console.port), token, str(count)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == clients.CONNECTED, "the clients were not let in"
        yield
        assert process.poll() is None, "the clients lost their connections meanwhile"
    finally:
        process.terminate()
        process.wait(10)


def _program(session: Session) -> str:
    user = add_user(session, login="robot", name="Robot", password="a-good-password", roles={"program"})
    return add_token(session, user, "bench", frozenset({"program"}), time.time())


def measure(calls: int, count: int) -> list[dict[str, Any]]:
    """One row without other clients and one with them."""
    rows = []
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        center(Path(folder), browsers=(_AGENT,)) as c,
        running_browser(tone_file(Path(folder))) as browser,
    ):
        agent = browser.desk(c, _AGENT)
        agent.page.evaluate(_WATCH)
        agent.page.click('[data-status="available"]')
        until(lambda: c.view()["agents"][_AGENT]["status"] == "available", "an available agent", 10)
        rows.append(_row(0, pops(c, agent, calls)))
        with connected(c, count):
            rows.append(_row(count, pops(c, agent, calls)))
        browser.close_pages()
        c.asterisk.wait_quiet(30)
    return rows


def _row(count: int, taken: Sequence[tuple[float, float]]) -> dict[str, Any]:
    row: dict[str, Any] = {"other clients": count, "calls": len(taken)}
    for name, times in zip(("offer", "ringing"), zip(*taken, strict=True), strict=True):
        for share in (50, 95):
            row[f"{name} p{share} ms"] = report.percentile(times, share / 100)
    return row | {"load": machine.load()}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="From the ringing telephone to the painted screen pop.")
    parser.add_argument("--calls", type=int, default=30)
    parser.add_argument("--clients", type=int, default=500)
    options = parser.parse_args(arguments)
    yardstick = machine.yardstick()
    rows = measure(options.calls, options.clients)
    notes = [
        "from the offer (DialLeg) and from LegRinging in the calls process to the frame in Chromium that shows the "
        f"customer's name; target: p95 from ringing below {_TARGET_MILLISECONDS} ms",
        "negative: the customer is on the screen before the telephone rings",
        "the other clients are wallboards of the same account in one process: each is told of every change; "
        "`load` is the load average after the last call",
        yardstick,
    ]
    print(report.write("pop", "The screen pop, from ringing to painted", rows, notes))


if __name__ == "__main__":
    main()
