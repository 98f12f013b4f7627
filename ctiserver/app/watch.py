"""`ctiserver watch`: queues, agents and contacts in the terminal, live from the bus.

It draws when something has changed, at most five times a second, and once a second for the clocks. When the feed is
lost it says so above the old picture and goes on trying. The operator sees whole phone numbers here; logs do not.
"""

import asyncio
import contextlib
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Callable

from ctiserver.app.bus_client import be_quiet, connected, open_bus
from ctiserver.app.watch_feed import Feed, fields_of
from ctiserver.app.watch_picture import Picture, event_line
from ctiserver.bus.port import NoAnswer
from ctiserver.core.config import Config
from ctiserver.core.message import Event
from ctiserver.process.config_file import load

DRAW_SECONDS = 0.2
CLOCK_SECONDS = 1.0
_CLEAR = "\x1b[H\x1b[J"
_OTHER_SCREEN, _OWN_SCREEN = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"


def run(chosen: Namespace) -> None:
    """Show what is so until Ctrl-C. Raises NoAnswer with --once when no server answers."""
    config = load(chosen.config)
    be_quiet()
    how = _once if chosen.once else _events if chosen.events else _live
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(how(config, _picture(config)))


def _picture(config: Config) -> Picture:
    installation = config.installation
    return Picture(installation.name, installation.language, installation.time_zone)


async def _once(config: Config, picture: Picture) -> None:
    async with connected(config) as bus:
        feed = Feed(bus)
        if not await feed.refresh():
            raise NoAnswer("the server does not answer yet; look at its log or run: ctiserver doctor")
        print(picture.draw(feed.view, now=time.time(), lost_at=None), end="")


async def _events(config: Config, picture: Picture) -> None:
    def show(seq: int, event: Event) -> None:
        print(event_line(picture, seq, event.at, type(event).__name__, fields_of(event)), flush=True)

    def say_lost() -> None:
        if feed.lost_at:
            print(picture.draw(None, now=time.time(), lost_at=feed.lost_at), end="", file=sys.stderr)

    feed = Feed(bus := open_bus(config), show)
    await bus.start()
    await _follow(feed, say_lost)


async def _live(config: Config, picture: Picture) -> None:
    def draw() -> None:
        now = time.time()
        sys.stdout.write(_CLEAR + picture.draw(feed.view, now=now, lost_at=feed.lost_at))
        sys.stdout.flush()

    feed = Feed(bus := open_bus(config))
    await bus.start()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _interrupt)
    on_a_terminal = sys.stdout.isatty()
    try:
        if on_a_terminal:
            sys.stdout.write(_OTHER_SCREEN)
        await _follow(feed, draw)
    finally:
        if on_a_terminal:
            sys.stdout.write(_OWN_SCREEN)


async def _follow(feed: Feed, show: Callable[[], None]) -> None:
    keeping = asyncio.create_task(feed.run())
    try:
        while not keeping.done():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(feed.changed.wait(), CLOCK_SECONDS)
            feed.changed.clear()
            show()
            await asyncio.sleep(DRAW_SECONDS)
    finally:
        keeping.cancel()
    await keeping


def _interrupt() -> None:
    raise KeyboardInterrupt
