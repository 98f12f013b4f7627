"""The telephone's devices: chosen, tested, unplugged, refused; and a registration that is lost and comes back."""

import time

import pytest

from ctiserver.asterisk.ari_wire import AUTO_ANSWER
from tests.e2e.browser import MICROPHONE_HERTZ, Browser, Screen
from tests.e2e.test_every_page import faults_of
from tests.e2e.test_softphone import CALLER_HERTZ, calling, take
from tests.integration.daemon import RunningCenter
from tests.integration.sipp import until

pytestmark = pytest.mark.integration

_WATCH_SINKS = """() => {
  const chosen = HTMLMediaElement.prototype.setSinkId;
  window.sinks = [];
  HTMLMediaElement.prototype.setSinkId = function (id) {
    window.sinks.push([this.id || 'ring', id]);
    return chosen.call(this, id);
  };
}"""
_COUNT_PLAYED = """() => {
  const played = HTMLMediaElement.prototype.play;
  window.played = [];
  HTMLMediaElement.prototype.play = function () {
    if (this instanceof HTMLAudioElement && !this.srcObject) window.played.push(this.loop);
    return played.call(this);
  };
}"""
_UNPLUG = """() => {
  const { track } = window.softphone.connection.getSenders().find(({ track }) => track?.kind === 'audio');
  window.unplugged = track;
  track.stop();
  navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
}"""
_FORBID = """(name) => {
  window.allowed ??= navigator.mediaDevices.getUserMedia;
  navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', name));
  navigator.mediaDevices.dispatchEvent(new Event('devicechange'));
}"""
_JUDGED = """async (cases) => {
  const { judge } = await import('/static/js/quality.js');
  const before = { received: 1000, lost: 10, rtt: 0 };
  return cases.map(([lost, rtt]) => judge(before, { received: 1100 - lost, lost: 10 + lost, rtt }));
}"""
_PAUSES = """async () => {
  const { backoff } = await import('/static/js/backoff.js');
  const tries = backoff();
  return [1, 2, 3, 4, 5, 6].map(() => tries.next());
}"""
_WITHOUT = (
    ("NotReadableError", "Otro programa ocupa el micrófono", "Micrófono ocupado"),
    ("NotFoundError", "No se encontró", "Sin micrófono"),
    ("NotAllowedError", "no permite usar el micrófono", "Micrófono no permitido"),
)
_ALLOW = "() => { navigator.mediaDevices.getUserMedia = window.allowed; }"


def test_devices_are_chosen_apart_tried_by_echo_and_used_in_a_call_that_outlives_its_headset(
    c: RunningCenter, browser: Browser
) -> None:
    ann = browser.desk(c, "ann")
    ann.page.evaluate(_WATCH_SINKS)
    ann.page.click("#phone-light")
    ann.wait("document.querySelectorAll('#ringer option').length >= 3", "the devices")
    speaker, ringer = (ann.page.locator("#speaker option").nth(n).get_attribute("value") for n in (1, 2))
    assert speaker != ringer
    ann.page.select_option("#microphone", index=1)
    ann.page.select_option("#speaker", speaker)
    ann.page.select_option("#ringer", ringer)
    ann.page.click("#test-ring")
    ann.wait(
        f"window.sinks.some(([who, id]) => who === 'ring' && id === '{ringer}')", "the ring on its device"
    )
    _echo(c, ann)
    assert faults_of(ann.page) == []
    ann.page.click("#close-devices")
    with calling(c, number="+56922220031", keys=[(0.5, "0")], tone_hertz=CALLER_HERTZ) as caller:
        take(c, ann)
        ann.wait_hears(CALLER_HERTZ)
        assert ann.page.evaluate("document.getElementById('remote').sinkId") == speaker
        ann.wait(
            "['good', 'fair', 'poor'].includes(window.softphone.quality?.word)", "a word on the quality", 15
        )
        ann.wait_text("#quality", "ms")
        ann.page.evaluate(_UNPLUG)
        ann.wait("document.getElementById('banner-unplugged')", "a word that the headset is gone")
        ann.wait(
            "window.softphone.connection.getSenders()[0].track !== window.unplugged", "another microphone"
        )
        until(lambda: caller.audio.hears(MICROPHONE_HERTZ), "the agent by another microphone", 15)
        c.wait_stage("talking")
        caller.hang_up()
        ann.wait_stage("wrapping_up")
        ann.press("Enter")  # the reason
        ann.press("2")
        ann.wait_stage("none")
    record = c.wait_record("+56922220031")
    assert len(record.segments) == 1
    assert ann.complaints == []


def _echo(c: RunningCenter, ann: Screen) -> None:
    """The echo test: heard, judged, and nobody's contact."""
    before = len(c.interactions())
    ann.page.click("#echo")
    ann.wait("document.getElementById('echo-result').dataset.state === 'listening'", "an echo", 20)
    assert len(c.asterisk.channels()) == 1
    assert c.view()["contacts"] == {}
    ann.wait("document.getElementById('echo-level').value > 0.02", "a level", 10)
    ann.wait("document.getElementById('echo-result').dataset.state === 'good'", "a good result", 15)
    c.asterisk.wait_quiet()
    assert len(c.interactions()) == before


def test_the_words_for_the_quality_follow_loss_and_round_trip(c: RunningCenter, browser: Browser) -> None:
    screen = browser.screen(c, "/log-in")
    told = screen.page.evaluate(_JUDGED, [(0, 0.05), (2, 0.05), (0, 0.2), (6, 0.05), (0, 0.5)])
    assert [one["word"] for one in told] == ["good", "fair", "fair", "poor", "poor"]
    assert told[1] == {"word": "fair", "loss": "2.0", "rtt": 50}
    pauses = screen.page.evaluate(_PAUSES)
    assert all(
        low <= pause <= 2 * low
        for low, pause in zip((500, 1000, 2000, 4000, 7500, 7500), pauses, strict=True)
    )


def test_a_call_that_asks_for_it_is_answered_after_a_tone_and_without_a_click(
    c: RunningCenter, browser: Browser
) -> None:
    ann = browser.desk(c, "ann")
    ann.page.evaluate(_COUNT_PLAYED)
    offered_at = time.monotonic()
    c.asterisk.ring_with_echo("PJSIP/agent-1001", AUTO_ANSWER)
    ann.wait("window.softphone.connection?.connectionState === 'connected'", "an answer")
    print(f"offered to answered by the page: {time.monotonic() - offered_at:.2f} s")
    ann.wait_hears(MICROPHONE_HERTZ)
    assert ann.page.evaluate("window.played") == [False]  # one sound that does not repeat: no ring
    ann.page.evaluate("window.softphone.call.terminate()")
    c.asterisk.wait_quiet()
    assert ann.complaints == []


def test_a_call_ends_the_echo_test(c: RunningCenter, browser: Browser) -> None:
    ann = browser.desk(c, "ann")
    ann.page.click('[data-status="available"]')
    ann.page.click("#phone-light")
    ann.page.click("#echo")
    ann.wait("document.getElementById('echo-result').dataset.state === 'listening'", "an echo", 20)
    with calling(c, number="+56922220032", keys=[(0.5, "0")]):
        ann.wait("window.softphone.ringing", "a ringing telephone", 20)
        ann.wait_text("#echo-result", "antes de tiempo")


def test_without_a_microphone_no_call_comes_until_it_works(c: RunningCenter, browser: Browser) -> None:
    ann = browser.desk(c, "ann")
    ann.page.click('[data-status="available"]')
    ann.wait("document.querySelector('[data-status=available]').getAttribute('aria-pressed') === 'true'", "")
    for error, words, light in _WITHOUT:
        ann.page.evaluate(_FORBID, error)
        ann.wait_text("#banner-microphone", words)
        ann.wait_text("#phone-light", light)
    ann.wait_text("#activity", "sin micrófono")
    ann.page.click('[data-status="available"]')
    with calling(c, number="+56922220033", keys=[(0.5, "0")]) as caller:
        c.wait_stage("queued")
        assert c.view()["agents"]["ann"]["status"] == "pause"
        ann.page.evaluate(_ALLOW)
        ann.page.click("#banner-microphone button")
        ann.wait("!document.getElementById('banner-microphone')", "no banner")
        take(c, ann)
        caller.hang_up()


def test_a_registration_that_is_lost_comes_back_by_itself(c: RunningCenter, browser: Browser) -> None:
    ann = browser.desk(c, "ann")
    c.asterisk.restart()
    ann.wait_text("#phone-light", "Teléfono sin conexión", 10)
    ann.wait_phone()
    c.wait_live()
    with calling(c, number="+56922220034", keys=[(0.5, "0")]) as caller:
        take(c, ann)
        caller.hang_up()
