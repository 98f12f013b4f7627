"""One contact whole, and the sound of its talks, over REST."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from crm_core.dispositions import Disposition
from crm_core.interactions import Interaction, Offer, Segment
from crm_core.queues import add_queue
from crm_core.recordings import Recording, RecordingPause
from crm_core.third_parties import ThirdParty
from crm_core.users import add_user
from ctiserver.process import folders
from tests.unit.agent_console.conftest import PASSWORD

BOSS, ME, PATH = "supervisor", "agent", "/api/v1/contacts/c-9"
SOUND = bytes(range(200))


@pytest.fixture
def heard(office: Any) -> Any:
    """A contact of two talks: mine, whose recording is kept, and a colleague's, whose recording is gone."""

    def furnish(session: Session) -> None:
        add_queue(session, account_id=1, key="servicio", name="Servicio al cliente", skills={})
        session.add(Disposition(account_id=1, code="solved", label_es="Resuelto", label_en="Solved"))
        path = [{"node": "main", "kind": "menu", "at": 2.0, "label": {"es": "Menú"}}]
        why = {"rule": "score", "heads": [{"queue": "servicio", "value_class": "A", "score_seconds": 130.0}]}
        row = Interaction(
            id="c-9",
            account_id=1,
            ani="+56971884213",
            did="600",
            customer_id=1,
            value_class="A",
            arrived_at=1.0,
            queued_at=4.0,
            connected_at=9.0,
            ended_at=90.0,
            outcome="answered",
            ended_where="talk",
            ended_by="caller",
            menu_path=path,
            decisions=[why],
            last_epoch=0,
            last_seq=0,
            last_n=0,
        )
        row.offers = [
            Offer(ordinal=1, agent=ME, queue="servicio", made_at=5.0, ended_at=9.0, result="answered")
        ]
        row.segments = [
            Segment(
                ordinal=1,
                agent=ME,
                queue="servicio",
                answered_at=9.0,
                ended_at=40.0,
                disposition="solved",
                recording="r-1",
                voices={"caller": [[0.0, 15.5]], "agent": [[15.5, 31.0]]},
            ),
            Segment(
                ordinal=2, agent="ann", queue="servicio", answered_at=50.0, ended_at=90.0, recording="r-2"
            ),
        ]
        session.add(row)
        session.flush()
        for number, state in ((1, "kept"), (2, "expired")):
            session.add(
                Recording(
                    name=f"r-{number}",
                    account_id=1,
                    interaction_id="c-9",
                    segment=number,
                    queue="servicio",
                    recorded_at=9.0,
                    seconds=31.0,
                    state=state,
                    peaks=[0, 60],
                    sha256="abc",
                )
            )

        pause = {"interaction_id": "c-9", "account_id": 1, "reason": "card_data"}
        session.add(
            RecordingPause(segment=1, paused_at=12.0, paused_by=ME, resumed_at=20.0, resumed_by=ME, **pause)
        )
        session.add(RecordingPause(segment=1, paused_at=30.0, paused_by="payments", **pause))

    office.store.write(furnish)
    file = folders.kept_recording(office.config, "r-1")
    file.parent.mkdir(parents=True)
    file.write_bytes(SOUND)
    return office


def test_pauses_are_told_in_seconds_of_the_recording_with_who_and_why(heard: Any) -> None:
    one, other = heard.browser(BOSS).get(PATH).json["segments"]
    assert [tuple(it.values()) for it in one["recording"]["pauses"]] == [
        (3.0, 11.0, ME, "card_data", ME),
        (21.0, None, "payments", "card_data", None),
    ]
    assert (other["recording"]["pauses"], other["recording"]["voices"]) == ([], None)


def test_who_spoke_is_told_as_lanes_and_as_shares_of_the_talk(heard: Any) -> None:
    voices = heard.browser(BOSS).get(PATH).json["segments"][0]["recording"]["voices"]
    assert (voices["caller"], voices["agent"]) == ([[0.0, 15.5]], [[15.5, 31.0]])
    assert [voices[f"{what}_share"] for what in ("caller", "agent", "both", "silence")] == [0.5, 0.5, 0, 0]


def test_who_spoke_counts_the_talk_only_and_not_what_the_caller_did_not_hear(heard: Any) -> None:
    def consulted(session: Any) -> None:
        segment = session.get_one(Interaction, "c-9").segments[0]
        segment.voices = {"begun_at": 9.0, "caller": [[0.0, 15.5]], "agent": [[15.5, 31.0]]}
        segment.voices |= {"apart": [[10.0, 20.0], [26.0, None]]}

    heard.store.write(consulted)
    voices = heard.browser(BOSS).get(PATH).json["segments"][0]["recording"]["voices"]
    assert (voices["caller"], voices["agent"]) == ([[0.0, 10.0]], [[20.0, 26.0]])
    assert [voices[f"{what}_share"] for what in ("caller", "agent", "silence")] == [0.625, 0.375, 0]


def test_a_contact_is_told_whole_and_never_to_another_company(heard: Any) -> None:
    told = heard.browser(BOSS).get(PATH).json
    assert (told["customer"], told["number"], told["wait_seconds"], told["outcome"]) == (
        "Rosa",
        "+56971884213",
        5.0,
        "answered",
    )
    assert told["path"][0]["label"] == {"es": "Menú"}
    [offer] = told["offers"]
    assert (offer["agent"], offer["result"], offer["why"]["rule"]) == (ME, "answered", "score")
    mine, other = told["segments"]
    assert (mine["talk_seconds"], mine["recording"]["state"], mine["recording"]["peaks"]) == (
        31.0,
        "kept",
        [0, 60],
    )
    assert other["recording"]["state"] == "expired"
    assert (told["names"]["people"][ME], told["names"]["queues"]["servicio"]) == (
        "agent",
        "Servicio al cliente",
    )
    assert (mine["disposition_label"], other["disposition_label"]) == (
        {"es": "Resuelto", "en": "Solved"},
        None,
    )
    for login, status in ((ME, 403), ("other", 404)):
        assert heard.browser(login).get(PATH).status_code in (status, 403)
    assert heard.browser(BOSS).get("/api/v1/contacts/none").status_code == 404


def test_a_talk_is_heard_whole_or_in_parts_and_who_heard_it_is_written_down(heard: Any) -> None:
    boss = heard.browser(BOSS)
    whole = boss.get(f"{PATH}/recordings/1")
    assert (whole.status_code, whole.content_type, whole.data) == (200, "audio/ogg", SOUND)
    assert whole.headers["Cache-Control"] == "private, no-store"
    part = boss.get(f"{PATH}/recordings/1", headers={"Range": "bytes=100-149"})
    assert (part.status_code, part.data) == (206, SOUND[100:150])
    rows = heard.browser("administrator").get("/api/v1/audit?subject=contact c-9/1").json["items"]
    assert [(row["by"], row["action"]) for row in rows] == [(BOSS, "hear recording")]
    assert boss.get(f"{PATH}/recordings/2").status_code == 404
    assert boss.get(f"{PATH}/recordings/x").status_code == 404
    for asked in ("recordings", "consults"):
        nobody = f"{PATH}/{asked}/{'9' * 5000}" + ("/recording" if asked == "consults" else "")
        assert boss.get(nobody).status_code == 404


def test_an_agent_hears_his_own_talks_and_no_others(heard: Any) -> None:
    me = heard.browser(ME)
    assert me.get(f"{PATH}/recordings/1").status_code == 403
    assert me.get("/api/v1/me/contacts/c-9/recordings/1").data == SOUND
    for segment in (2, 3):
        assert me.get(f"/api/v1/me/contacts/c-9/recordings/{segment}").status_code == 404


def test_a_consult_is_heard_by_those_who_may_and_by_who_asked_or_was_asked(heard: Any) -> None:
    def consult(session: Session) -> None:
        known: dict[str, Any] = {"interaction_id": "c-9", "account_id": 1}
        session.add(
            ThirdParty(ordinal=1, asked_by=ME, agent="ann", called_at=18.0, answered_at=19.0, **known)
        )
        session.add(
            ThirdParty(ordinal=2, asked_by="ann", agent="bob", called_at=60.0, answered_at=61.0, **known)
        )
        sound: dict[str, Any] = {"queue": "servicio", "seconds": 5.0, "state": "kept", "peaks": [1]} | known
        session.add(Recording(name="r-1", segment=1, consult=1, recorded_at=19.0, **sound))
        session.add(Recording(name="r-8", segment=2, consult=2, recorded_at=61.0, **sound))

    heard.store.write(lambda session: session.execute(delete(Recording)))
    heard.store.write(consult)
    boss, me = heard.browser(BOSS), heard.browser(ME)
    told = boss.get(PATH).json
    assert [it["recording"] for it in told["segments"]] == [None, None]
    mine, other = told["third_parties"]
    assert (mine["ordinal"], mine["segment"], other["segment"]) == (1, 1, 2)
    assert [tuple(it.values()) for it in mine["recording"]["pauses"]] == [(0.0, 1.0, ME, "card_data", ME)]
    assert other["recording"]["pauses"] == []
    assert boss.get(f"{PATH}/consults/1/recording").data == SOUND
    assert me.get("/api/v1/me/contacts/c-9/consults/1/recording").data == SOUND
    for consult_number in ("2", "3", "x"):
        assert me.get(f"/api/v1/me/contacts/c-9/consults/{consult_number}/recording").status_code == 404
    assert me.get(f"{PATH}/consults/1/recording").status_code == 403
    auditor = heard.browser("administrator")
    rows = auditor.get("/api/v1/audit?subject=contact c-9/1/1").json["items"]
    assert {(row["by"], row["action"]) for row in rows} == {(BOSS, "hear recording"), (ME, "hear recording")}
    both = {"supervisor", "administrator"}
    heard.store.write(add_user, login="both", name="Both", password=PASSWORD, roles=both)
    listeners = heard.browser("both").get(PATH).json["listeners"]
    assert {(it["by"], it["segment"], it["consult"]) for it in listeners} == {(BOSS, 1, 1), (ME, 1, 1)}


def test_before_it_is_compressed_it_is_heard_as_the_switch_wrote_it(heard: Any) -> None:
    folders.kept_recording(heard.config, "r-1").unlink()
    assert heard.browser(BOSS).get(f"{PATH}/recordings/1").status_code == 404
    written = folders.recordings_dir(heard.config) / "r-1.wav"
    written.parent.mkdir(parents=True)
    written.write_bytes(b"RIFF")
    answer = heard.browser(BOSS).get(f"{PATH}/recordings/1")
    assert (answer.content_type, answer.data) == ("audio/wav", b"RIFF")


def test_a_supervisor_is_told_how_long_the_disk_lasts_for_recordings(heard: Any) -> None:
    path = "/api/v1/recordings/disk"
    elsewhere = replace(heard.config.installation, state_dir=heard.state_dir / "not" / "there")
    heard.use(
        replace(heard.config, installation=elsewhere)
    )  # not made yet: its disk is the one it will lie on
    told = heard.browser(BOSS).get(path).json
    assert (told["kept_bytes"], told["bytes_a_day"], told["days"]) == (0, 0, None)
    assert told["free_bytes"] > 0

    def grow(session: Session) -> None:
        row = session.get_one(Recording, "r-1")
        row.size_bytes, row.recorded_at = 7_000_000, heard.now

    heard.store.write(grow)
    told = heard.browser(BOSS).get(path).json
    assert (told["kept_bytes"], told["bytes_a_day"]) == (7_000_000, 1_000_000)
    assert told["days"] == pytest.approx(told["free_bytes"] / 1_000_000)
    assert heard.browser(ME).get(path).status_code == 403
