"""The calls process: link to Asterisk, engines, journal; nothing heavy beside its loop.

It starts by locking its folder, replaying the journal and serving requests; when the link to Asterisk stands it
compares, goes on where it was, and lets nobody notice. It is made to be killed at any moment.
"""

import gc
import random
import signal
from asyncio import Lock, to_thread
from typing import Any

import structlog
from twisted.internet.threads import deferToThread
from twisted.python.failure import Failure

from crm_core.db import Store
from ctiserver.app.action_webhooks import ActionWebhooks
from ctiserver.app.actions import ActionDesk
from ctiserver.app.carriers import carriers
from ctiserver.app.center import SWITCH, Center
from ctiserver.app.child import REFUSED_EXIT_STATUS, REPLACED_EXIT_STATUS
from ctiserver.app.clocks import ReactorClock
from ctiserver.app.dial_desk import DialDesk
from ctiserver.app.directory import StoreDirectory
from ctiserver.app.ears import BusEars
from ctiserver.app.engine_tables import read_tables
from ctiserver.app.front_desk import BusScreens, FrontDesk
from ctiserver.app.later import done_or_late, in_background
from ctiserver.app.loop import LoopScheduler
from ctiserver.app.media import SpokenMedia, prompts_of
from ctiserver.app.permit_book import StorePermitBook
from ctiserver.app.phones import PhoneBook, read_phones
from ctiserver.app.rendered_names import names_of
from ctiserver.app.runtime import Runtime
from ctiserver.app.snapshots import Snapshots
from ctiserver.asterisk import conf
from ctiserver.asterisk.ari_service import AriAddress
from ctiserver.asterisk.ari_switch import AriSwitch, SwitchFolders
from ctiserver.asterisk.passwords import USER, passwords
from ctiserver.asterisk.secret_keys import SecretKeys
from ctiserver.bus.redis_bus import RedisBus
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, CtiError, StoreError, SwitchUnreachable
from ctiserver.core.events import JournalStateChanged
from ctiserver.core.inputs import ConfigurationApplied
from ctiserver.core.message import Input
from ctiserver.core.tables import Tables
from ctiserver.journal.file import Journal
from ctiserver.journal.line import Gap
from ctiserver.journal.snapshot import SnapshotStore
from ctiserver.process import folders
from ctiserver.process.heartbeat import start_beating
from ctiserver.process.sip_secret import sip_secret

_log = structlog.get_logger()
SNAPSHOT_SCHEMA = 1
FAILED_EXIT_STATUS = 1
_PHONES_SECONDS = 1.0


class CallsProcess:
    """Wires the adapters to the runtime, by hand, in one place."""

    def __init__(self, config: Config, reactor: Any) -> None:
        self._config, self._reactor = config, reactor
        self._clock = ReactorClock(reactor)
        self._scheduler = LoopScheduler(reactor, self._clock.call_later)
        self._store = Store(config.database.url)
        self._bus = RedisBus(folders.redis_url(config), prefix=f"{config.installation.name}:")
        self._screens = BusScreens(self._bus)
        self._reloading = Lock()
        self._front_desk = FrontDesk(
            bus=self._bus, clock=self._clock, reload=self._reload, provision=lambda: self._phones.set_up()
        )
        self._journal = Journal.open(
            folders.journal_dir(config),
            epoch_path=folders.epoch_file(config),
            scheduler=self._scheduler,
            alarm=self._journal_fails,
            healed=self._journal_heals,
            fsync_milliseconds=config.journal.fsync_milliseconds,
            segment_bytes=config.journal.segment_bytes,
        )
        self._ears = BusEars(
            bus=self._bus,
            media_url=f"{config.asterisk.http_url}/media/".replace("http", "ws", 1),
            workers=config.speech.workers,
            callers_per_worker=config.speech.callers_per_worker,
            now=self._clock.now,
            emit=self._receive,
        )
        self._secrets = SecretKeys()
        self._switch = self._make_switch()
        self._phones = PhoneBook(
            read=lambda: read_phones(self._store, sip_secret(config)),
            in_thread=deferToThread,
            tell=self._switch.provision,
            clock=self._clock,
        )
        self._actions = ActionDesk(
            store=self._store,
            clock=self._clock,
            on_loop=reactor.callFromThread,
            emit=self._receive,
            take_secret=self._secrets.take,
            webhooks=ActionWebhooks(config.actions, config.webhooks.allowed_networks),
        )
        self._runtime = Runtime(
            center=Center(f"{config.installation.name}-{SWITCH}"),
            journal=self._journal,
            clock=self._clock,
            switch=self._switch,
            directory=StoreDirectory(
                store=self._store,
                country=config.installation.country,
                clock=self._clock,
                on_loop=reactor.callFromThread,
                emit=self._receive,
            ),
            actions=self._actions,
            screens=self._screens,
            leads=self._dial_desk(),
            answered=self._front_desk.answered,
        )
        snapshots = SnapshotStore(folders.snapshot_dir(config), schema=SNAPSHOT_SCHEMA, upgrades={})
        self._snapshots = Snapshots(
            runtime=self._runtime,
            journal=self._journal,
            store=snapshots,
            policy=config.journal,
            clock=self._clock,
            scheduler=self._scheduler,
        )
        self._newest = snapshots.load_newest()
        self._exit_status = 0
        self._links = 0

    def run(self) -> int:
        """Serve until SIGTERM; the exit status."""
        began = self._clock.now()
        count = self._runtime.recover(self._newest)
        _log.info("replayed", entries=count, seconds=round(self._clock.now() - began, 3))
        self._apply_tables_at_start()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._reactor.callFromThread(self._reactor.stop))
        self._reactor.callLater(0, self._serve)  # the asyncio loop must run by then
        self._reactor.addSystemEventTrigger("before", "shutdown", self._close)
        gc.freeze()  # else a full collection walks through all that was imported, and stops every call for 60 ms
        self._reactor.run(installSignalHandlers=False)
        return self._exit_status

    def _serve(self) -> None:
        start_beating(self._clock.call_later)
        in_background(self._open_bus())
        self._switch.startService()
        self._snapshots.start()

    async def _open_bus(self) -> None:
        await self._bus.start()
        await self._front_desk.open(self._runtime)

    def _close(self) -> Any:
        self._runtime.close()
        self._journal.close()
        self._scheduler.close()
        self._actions.close()
        if not self._exit_status:
            self._snapshots.take_last()
        return self._switch.stopService()

    def _make_switch(self) -> AriSwitch:
        config = self._config
        return AriSwitch(
            reactor=self._reactor,
            address=AriAddress(url=config.asterisk.http_url, user=USER, password=passwords(config).ari),
            installation=config.installation.name,
            app=config.asterisk.app,
            request_sockets=config.asterisk.request_sockets,
            folders=SwitchFolders(
                recordings=config.asterisk_dir / "spool" / "recording", cel_file=conf.cel_file(config)
            ),
            clock=self._clock,
            random=random.random,
            media=SpokenMedia(prompts_of(config), names_of(config), folders.announcements_dir(config)),
            emit=self._receive,
            on_up=self._switch_up,
            on_down=lambda: self._runtime.switch_down(),
            on_replaced=self._replaced,
            machine_ahead_seconds=self._clock.machine_ahead_seconds,
            permits=StorePermitBook(store=self._store, now=self._clock.now, in_thread=deferToThread),
            hear=self._ears.hear,
            secrets=self._secrets,
            carriers=carriers(config),
        )

    def _dial_desk(self) -> DialDesk:
        return DialDesk(
            store=self._store,
            owner=f"{self._config.installation.name}-{SWITCH}",
            now=self._clock.now,
            in_thread=deferToThread,
            emit=self._receive,
        )

    def _receive(self, message: Input) -> None:
        self._runtime.receive(message)

    def _switch_up(self, session: str) -> None:
        """An Asterisk that started anew knows no phone: they come first, or the first offers would be refused.

        A slow database delays that, but not for long: who waits shall hear his music.
        """
        started_anew = session != self._runtime.belief.session
        self._runtime.switch_up(session)
        self._links += 1
        provisioned, link = self._phones.set_up_surely(), self._links
        if started_anew:
            done_or_late(provisioned, self._clock, _PHONES_SECONDS).addCallback(lambda _: self._compare(link))
        else:
            self._compare(link)

    def _compare(self, link: int) -> None:
        if link != self._links:
            return  # the link fell meanwhile, and a newer one compares
        compared = self._switch.resync(self._runtime.belief)
        compared.addCallbacks(self._runtime.synced, self._not_synced).addErrback(self._cannot_go_on)

    def _not_synced(self, failure: Failure) -> None:
        if not failure.check(SwitchUnreachable):
            _log.error("comparing with Asterisk failed", error=failure.getTraceback())

    def _cannot_go_on(self, failure: Failure) -> None:
        """Alive but deaf is worse than dead: nobody would be served, and the parent would see nothing wrong."""
        _log.critical("going on after the comparison failed; starting again", error=failure.getTraceback())
        self._exit_status = FAILED_EXIT_STATUS
        self._reactor.stop()

    def _replaced(self) -> None:
        _log.critical(
            "another daemon took over this Asterisk's calls; ending, so that the two do not fight: "
            "stop that one first, or give it its own [asterisk] app in ctiserver.toml",
            app=self._config.asterisk.app,
        )
        self._exit_status = REPLACED_EXIT_STATUS
        self._reactor.stop()

    def _apply_tables_at_start(self) -> None:
        """With calls to recover, yesterday's tables are better than none; without, a mistake refuses."""
        try:
            self._use(*read_tables(self._config, self._store))
        except (ConfigError, StoreError) as error:
            if not self._runtime.view.version:
                raise
            _log.error("the configuration is not applied, the one before stays in force", error=str(error))

    async def _reload(self) -> str:
        """Read in a thread, for a slow database must not hold up the calls; one after the other."""
        async with self._reloading:
            version, tables = await to_thread(read_tables, self._config, self._store)
            self._use(version, tables)
            self._phones.set_up_surely()
            return version

    def _use(self, version: str, tables: Tables) -> None:
        if version != self._runtime.view.version:
            self._runtime.receive(ConfigurationApplied(at=self._clock.now(), version=version, tables=tables))

    def _journal_fails(self, error: OSError) -> None:
        _log.critical(
            "the journal cannot be written; calls go on, but would not survive a crash", error=str(error)
        )
        self._show_journal(ok=False)

    def _journal_heals(self, gap: Gap) -> None:
        _log.warning("the journal is written again", gap=str(gap))
        self._show_journal(ok=True)
        self._snapshots.take()

    def _show_journal(self, *, ok: bool) -> None:
        event = JournalStateChanged(at=self._clock.now(), ok=ok)
        self._runtime.view.apply(event)
        self._screens.tell(0, [event])


def run(config: Config) -> int:
    """Run the calls process; 78 when it must not start, with one line that says why."""
    from ctiserver.app.loop import install_reactor

    reactor = install_reactor()
    try:
        return CallsProcess(config, reactor).run()
    except CtiError as error:
        _log.error("the calls process does not start", error=str(error))
        return REFUSED_EXIT_STATUS
