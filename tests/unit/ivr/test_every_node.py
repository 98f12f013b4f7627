"""Every ready-made flow, every state that a caller can come to in it: he hangs up there, and nothing of him is left.

The states are found from the files themselves (`explored_flow`), so that a new node or file is walked without a word.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from explored_flow import NEVER, STRANGER, Walk, explored, tables_for

import ivr.demo
from crm_core import interaction_writer, schema
from crm_core.db import Store
from crm_core.interactions import Interaction
from crm_core.queues import add_queue
from crm_core.reader_positions import EventId
from ctiserver.app import actions, prompt_files
from ctiserver.core import events as e
from ctiserver.core.commands import DiscardRecording
from ctiserver.core.live_view import LiveView
from ctiserver.core.tables import Document
from ivr.flow import Enqueue, Flow
from ivr.flow_file import read_flow

FOLDER = Path(ivr.demo.__path__[0])
FILES = sorted(file.stem for file in FOLDER.glob("*.toml"))


def read_all() -> dict[str, tuple[Flow, Document]]:
    """All ready-made flows, checked against each other."""
    prompts = set(prompt_files.load().prompts)
    return {
        name: read_flow(
            (FOLDER / f"{name}.toml").read_text(),
            name,
            prompts=prompts,
            queues={"servicio", "tecnico", "emergencia"},
            actions=actions.specs(),
            flows=set(FILES),
        )
        for name in FILES
    }


@pytest.fixture(scope="module")
def flows() -> dict[str, tuple[Flow, Document]]:
    return read_all()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    url = f"sqlite:///{tmp_path_factory.mktemp('store')}/crm.sqlite"
    schema.upgrade(url)
    store = Store(url)
    for key in ("servicio", "tecnico", "emergencia"):
        store.write(lambda session, key=key: add_queue(session, 1, key, key, skills={}))  # type: ignore[misc]
    yield store
    store.close()


@pytest.mark.parametrize("name", FILES)
def test_who_hangs_up_anywhere_leaves_a_record_and_nothing_else(
    name: str, flows: dict[str, tuple[Flow, Document]], store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.nodes.guessing.HELD_OUT_ONE_IN", 2**65)  # nobody is left without a guess by lot
    flow = flows[name][0]
    walks, reached = explored(flow, tables_for(flows, name))
    if any(isinstance(node, Enqueue) and node.closed for node in flow.nodes.values()):
        after_hours, reached_then = explored(flow, tables_for(flows, name, hours=NEVER), when="closed")
        walks, reached = walks + after_hours, reached | reached_then
    for walk in walks:
        if walk.session is not None:
            walk.hang_up()
        nothing_is_left(walk)
    assert reached >= set(flow.nodes)
    each_has_a_record(walks, store)


def test_the_smell_of_gas_leads_to_the_emergency_flow_and_its_key_to_the_queue(
    flows: dict[str, tuple[Flow, Document]],
) -> None:
    flow, tables = flows["technical"][0], tables_for(flows, "technical")
    smell = Walk(flow, tables, (STRANGER, ("key", "1"), ("key", "4")), name="smell")
    assert smell.session is not None
    assert (smell.session.flow, smell.nodes()[-1]) == ("emergency", flows["emergency"][0].start)
    key = Walk(flow, tables, (STRANGER, ("key", "1"), ("key", "9")), name="key")
    assert key.session is not None
    assert key.session.queue == "emergencia"


def _calls(event: e.ContactEvent) -> bool:
    """Whether a caller is here: a message that he leaves is a contact, too."""
    return isinstance(event, e.ContactArrived) and event.channel == "voice"


def nothing_is_left(walk: Walk) -> None:
    told = [event for _, event in walk.told]
    [arrived] = [event for event in told if _calls(event)]
    ended = [event for event in told if isinstance(event, e.ContactEnded)]
    assert [one.contact for one in ended] == [arrived.contact]
    desk = walk.desk
    kept = (desk.sessions, desk.legs, desk.playbacks, desk.look_ups, desk.comments, desk.actions)
    assert not any((*kept, desk.secrets, desk.listenings, desk.recordings, desk.messages))
    assert [timer for timer in walk.timers if arrived.contact in timer] == []
    view = LiveView()
    for event in told:
        view.apply(event)
    assert all(contact.channel == "voicemail" for contact in view.contacts.values())
    left = [event for event in told if isinstance(event, e.VoicemailLeft | e.MessageLeft)]
    unheard = {
        one.recording for one in walk.commands if isinstance(one, DiscardRecording)
    }  # nobody said anything
    assert [one.recording for one in left] == [it for it in walk.recordings if it not in unheard]


def each_has_a_record(walks: list[Walk], store: Store) -> None:
    """One finished interaction for each call, with the way that it took."""
    before = store.read(lambda session: session.query(Interaction).count())
    batch, ids = [], []
    for epoch, walk in enumerate(walks, before + 1):
        batch += [(EventId(epoch, seq, n), event) for (_, seq, n), event in walk.told]
        ids += [event.contact for _, event in walk.told if _calls(event)]
    store.write(interaction_writer.apply_batch, batch)
    rows = store.read(lambda session: session.query(Interaction).filter(Interaction.id.in_(ids)).all())
    assert len(rows) == len(walks)
    assert all(row.ended_at is not None and row.outcome and row.menu_path for row in rows)
