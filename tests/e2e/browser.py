"""Real Chromium with a microphone that hears a tone, and pages that tell what they play."""

import math
import os
import struct
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser as Chromium
from playwright.sync_api import BrowserContext, BrowserType, Page, Request, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.e2e.people import PASSWORD
from tests.integration.daemon import RunningCenter
from tests.integration.sipp import PATIENCE, until

PROGRAM = "/usr/bin/chromium"
MICROPHONE_HERTZ = 700
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)
_LISTEN = """() => {
  const stream = document.getElementById('remote').srcObject;
  if (!stream) return null;
  if (!window.ear || window.ear.stream !== stream) {
    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 4096 });
    context.createMediaStreamSource(stream).connect(analyser);
    window.ear = { stream, context, analyser };
  }
  const { context, analyser } = window.ear;
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  let best = 0;
  bins.forEach((level, bin) => { if (level > bins[best]) best = bin; });
  return [best * context.sampleRate / analyser.fftSize, bins[best]];
}"""
_AUDIBLE_DECIBELS = -60.0
_BIN_HERTZ = 15.0


def tone_file(folder: Path) -> Path:
    """Ten seconds of the microphone's tone, which Chromium repeats."""
    file = folder / "tone.wav"
    rate = 48000
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        turn = 2 * math.pi * MICROPHONE_HERTZ / rate
        out.writeframes(
            b"".join(struct.pack("<h", round(12000 * math.sin(turn * n))) for n in range(10 * rate))
        )
    return file


class Screen:
    """One page of one person."""

    def __init__(self, page: Page, origin: str) -> None:
        self.page, self.origin = page, origin
        self.complaints: list[str] = []
        self.keystrokes = 0
        self.unanswered: dict[Request, str] = {}
        page.on("pageerror", lambda error: self.complaints.append(error.stack or str(error)))
        page.on("console", lambda said: self._said(said.type, said.text))
        page.on("request", self._asked)
        page.on("requestfinished", self._answered)
        page.on("requestfailed", lambda request: self.unanswered.update({request: str(request.failure)}))

    def _said(self, kind: str, words: str) -> None:
        if kind == "error" and "Failed to load resource" not in words:
            self.complaints.append(words)

    def _asked(self, request: Request) -> None:
        self.unanswered[request] = "no answer"
        if not request.url.startswith((self.origin, "data:", "blob:", "ws://127.0.0.1")):
            self.complaints.append(f"a request left the machine: {request.url}")

    def _answered(self, request: Request) -> None:
        self.unanswered.pop(request, None)

    def open(self, path: str) -> None:
        """Go to a page of the console."""
        self.page.goto(self.origin + path)

    def log_in(self, login: str, password: str = PASSWORD) -> None:
        """As a person does."""
        self.page.fill("#login", login)
        self.page.fill("#password", password)
        self.page.press("#password", "Enter")

    def press(self, keys: str) -> None:
        """One keystroke, counted."""
        self.keystrokes += 1
        self.page.keyboard.press(keys)

    def wait(self, javascript: str, what: str, seconds: float = 15.0) -> None:
        """Returns when an expression is true in the page."""

        def is_true() -> bool:
            self.page.wait_for_timeout(50)
            try:
                return bool(self.page.evaluate(javascript))
            except PlaywrightError as error:
                if "context was destroyed" in str(error):
                    return False  # the page goes elsewhere just now
                raise

        until(is_true, what, seconds, self.story)

    def wait_stage(self, stage: str, seconds: float = 15.0) -> None:
        """Returns when the card shows this stage."""
        self.wait(f"document.getElementById('card').dataset.stage === '{stage}'", f"a card {stage}", seconds)

    def wait_phone(self) -> None:
        """Returns when the page's telephone is registered."""
        self.wait("window.softphone?.state === 'ready'", "a registered telephone", 20)

    def wait_text(self, selector: str, words: str, seconds: float = 15.0) -> None:
        """Returns when an element's text holds these words."""
        self.wait(
            f"(document.querySelector({selector!r})?.textContent ?? '').includes({words!r})", words, seconds
        )

    def hears(self, hertz: float) -> bool:
        """Whether the loudest tone that the page plays is this one."""
        peak: list[float | None] | None = self.page.evaluate(_LISTEN)
        if not peak or peak[0] is None or peak[1] is None:
            return False
        return abs(peak[0] - hertz) < _BIN_HERTZ and peak[1] > _AUDIBLE_DECIBELS

    def wait_hears(self, hertz: float, seconds: float = 15.0) -> None:
        """Returns when the page plays this tone."""

        def heard() -> bool:
            self.page.wait_for_timeout(100)
            return self.hears(hertz)

        until(
            heard, f"{hertz} Hz in the page", seconds, lambda: f"{self.page.evaluate(_LISTEN)} {self.story()}"
        )

    def story(self) -> Any:
        """What a failed wait says."""
        shown = self.page.evaluate("document.body.innerText")
        missing = [f"{request.url}: {why}" for request, why in self.unanswered.items()]
        return f"{self.page.url}\n{shown}\n{self.complaints}\nnot answered: {missing}"


class Browser:
    """Each person has a context of his own: cookies, storage, pages."""

    def __init__(self, chromium: Chromium) -> None:
        self.chromium = chromium
        self.contexts: list[BrowserContext] = []

    def screen(
        self, c: RunningCenter, path: str = "/desk?plain_audio", *, origin: str = "", **options: Any
    ) -> Screen:
        """A new person's page; `options` as of Playwright's new_context. `origin` "": the plain port on loopback."""
        address = c.asterisk.config.console
        options = {"viewport": {"width": 1280, "height": 720}, "locale": "es-CL"} | options
        context = self.chromium.new_context(**options)
        self.contexts.append(context)
        screen = Screen(context.new_page(), origin or f"http://{address.address}:{address.port}")
        plain = f"http://127.0.0.1:{address.port}"
        until(lambda: _answers(plain), "a console", 20, c.log)
        screen.open(path)
        return screen

    def desk(self, c: RunningCenter, agent: str, **options: Any) -> Screen:
        """An agent who is logged in, with a telephone that works."""
        screen = self.screen(c, "/log-in", **options)
        screen.log_in(agent)
        screen.wait("location.pathname === '/desk'", "the desk")
        screen.open("/desk?plain_audio")
        screen.wait_phone()
        return screen

    def close_pages(self) -> None:
        """Everybody closes his browser."""
        while self.contexts:
            self.contexts.pop().close()


def _answers(origin: str) -> bool:
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(f"{origin}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@contextmanager
def running_browser(
    tone: Path, *, program: Path | str = PROGRAM, home: Path | None = None
) -> Iterator[Browser]:
    """Chromium until the block ends; `program` may start it elsewhere, `home` holds whom it trusts."""
    expect.set_options(timeout=5_000 * PATIENCE)
    with sync_playwright() as playwright:
        chromium = launch(playwright.chromium, tone, program=program, home=home)
        try:
            yield Browser(chromium)
        finally:
            chromium.close()


def launch(
    kind: BrowserType, tone: Path, *, program: Path | str = PROGRAM, home: Path | None = None
) -> Chromium:
    """One Chromium; see `running_browser`."""
    return kind.launch(
        executable_path=str(program),
        headless=True,
        env={**os.environ, **({"HOME": str(home)} if home else {})},
        args=[*_FLAGS, f"--use-file-for-fake-audio-capture={tone}"],
    )
