"""kill -9 of the calls process right after each of the bridge requests of a call, one after the other.

The requests are counted by a proxy between the calls process and Asterisk: hold music, the move to the talk
with its agent, and the taking apart afterwards.
"""

import os
import signal
import time
from collections.abc import Iterator

import pytest

from ctiserver.core.events import ContactConnected
from tests.integration.ari_proxy import AriProxy
from tests.integration.daemon import RunningCenter, center
from tests.integration.outages import Outages, outages
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

BRIDGE_REQUESTS = "bridges/"
CALLER_TONE, AGENT_TONE = 500, 700


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningCenter, AriProxy]]:
    folder = tmp_path_factory.mktemp("center")
    with (
        center(folder, queue={"survey": None}, start=False) as c,
        AriProxy(c.asterisk.config.asterisk.http_port) as proxy,
    ):
        text = c.config_file.read_text()
        c.config_file.write_text(text.replace("[asterisk]\n", f'[asterisk]\nari_url = "{proxy.url}"\n', 1))
        c.start()
        yield c, proxy
        c.asterisk.wait_quiet()
        c.stop()


def test_a_kill_after_any_bridge_request_of_a_call_is_mended(
    proxied: tuple[RunningCenter, AriProxy],
) -> None:
    c, proxy = proxied
    with outages(c) as test:
        before = len(proxy.requests)
        joined = _call(test, proxy, agent_leaves=True)
        asked = [uri for uri in proxy.requests[before:] if BRIDGE_REQUESTS in uri]
        until_joined = sum(BRIDGE_REQUESTS in uri for uri in proxy.requests[before:joined])
    print(f"{len(asked)} bridge requests in a call, {until_joined} until the two are joined")
    assert len(asked) > until_joined >= 5
    for count in range(1, len(asked) + 1):
        with outages(c) as test:
            seconds = _call_killed_after(test, proxy, count, agent_leaves=count > until_joined)
            print(f"killed after request {count}: {asked[count - 1].partition('?')[0]}, {seconds:.2f} s")


def _call_killed_after(test: Outages, proxy: AriProxy, count: int, *, agent_leaves: bool) -> float:
    """A whole call in which the count-th bridge request is the last; how long the recovery took."""
    epoch, pid = test.journal.epoch, test.center.calls_pid
    killed_at: list[float] = []

    def kill() -> None:
        os.kill(pid, signal.SIGKILL)
        killed_at.append(time.time())

    proxy.after(count, BRIDGE_REQUESTS, kill, last=True)
    _call(test, proxy, agent_leaves=agent_leaves)
    assert killed_at, f"there were fewer than {count} bridge requests"
    return test.wait_recovered(epoch, killed_at[0])


def _call(test: Outages, proxy: AriProxy, *, agent_leaves: bool) -> int:
    """A call as it should be, whatever dies meanwhile; how many requests there had been when the two were joined.

    The caller hangs up at once, or the agent does after a while.
    """
    c = test.center
    with (
        c.phone("ann", tone_hertz=AGENT_TONE) as ann,
        c.call(keys=[(0.3, "0")], tone_hertz=CALLER_TONE) as caller,
    ):
        c.wait_stage("queued")
        test.ask("SetStatus", agent="ann", status="available")
        until(lambda: test.journal.events(ContactConnected), "a talk", 20, test.story)
        until(lambda: caller.audio.hears(AGENT_TONE), "the agent's tone at the caller", 20, test.story)
        until(lambda: ann.audio.hears(CALLER_TONE), "the caller's tone at the agent", 20, test.story)
        joined = len(proxy.requests)
        if agent_leaves:
            c.talk_a_while()
            ann.hang_up()
            assert caller.wait_ended(seconds=30) == "bye_received"
        else:
            caller.hang_up()
            assert ann.wait_ended() == "bye_received"
        assert len(ann.told("invited")) == 1
    c.wait_activity("ann", "wrapping_up")
    test.ask("SetStatus", agent="ann", status="pause", reason="lunch")
    [talk] = test.journal.events(ContactConnected)
    assert "error_id" not in test.ask("Dispose", agent="ann", contact=talk.contact, code="solved")
    [record] = test.records()
    assert record.outcome == "answered"
    ended = ("goodbye", "center") if agent_leaves else ("talk", "caller")
    assert (record.ended_where, record.ended_by) == ended
    assert [offer.result for offer in record.offers] == ["answered"]
    assert [segment.disposition for segment in record.segments] == ["solved"]
    return joined
