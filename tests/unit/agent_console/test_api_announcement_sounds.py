"""A recording of one's own over REST: brought, listened to, announced, removed; and nobody else's."""

import io
import wave
from math import pi, sin
from struct import pack
from typing import Any

API = "/api/v1/announcement-sounds"


def tone(seconds: float = 1.0) -> bytes:
    """44.1 kHz, as a studio delivers it."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, 44100, 0, "NONE", ""))
        samples = (round(9000 * sin(2 * pi * 440 * at / 44100)) for at in range(round(44100 * seconds)))
        written.writeframes(b"".join(pack("<h", sample) for sample in samples))
    return file.getvalue()


def test_a_supervisor_brings_listens_announces_and_removes(office: Any) -> None:
    boss = office.browser("supervisor")
    made = boss.post(f"{API}?name=../../Aviso%20de%20hoy", data=tone()).json
    assert (made["name"], made["seconds"], made["added_by"], made["used_by"]) == (
        "../../Aviso de hoy",
        1.0,
        "supervisor",
        [],
    )
    [file] = (office.state_dir / "announcements").rglob("*.*")
    assert file == office.state_dir / "announcements" / "1" / f"{made['key']}.wav"
    sound = boss.get(f"{API}/{made['key']}")
    assert (sound.content_type, sound.data) == ("audio/wav", file.read_bytes())
    with wave.open(io.BytesIO(sound.data)) as heard:
        assert heard.getparams()[:4] == (1, 2, 8000, 8000)

    written = {"name": "Hoy", "sound": made["key"]}
    announced = boss.post("/api/v1/announcements", json=written).json
    assert (announced["sound"], announced["prompt"], announced["has_sound"]) == (made["key"], None, True)
    assert boss.get(API).json[0]["used_by"] == ["Hoy"]
    assert boss.delete(f"{API}/{made['key']}").json["error_id"] == "sound_in_use"
    assert file.exists()
    boss.delete(f"/api/v1/announcements/{announced['id']}")
    assert boss.delete(f"{API}/{made['key']}").status_code in (200, 204)
    assert not file.exists()
    assert boss.get(API).json == []


def test_a_bad_file_a_bad_name_and_too_much_are_each_refused(office: Any) -> None:
    boss = office.browser("supervisor")
    assert boss.post(f"{API}?name=a.wav", data=b"%PDF-1.7").json["error_id"] == "sound_kind"
    assert boss.post(f"{API}?name=a", data=b"").json["error_id"] == "sound_empty"
    assert boss.post(f"{API}?name=a", data=bytes(6 << 20)).json["error_id"] == "sound_too_large"
    assert boss.post(f"{API}?name=%20", data=tone()).json["error_id"] == "sound_name"
    assert boss.get(API).json == []
    wrong = boss.post("/api/v1/announcements", json={"name": "x", "sound": "0" * 32}).json
    assert [one["field"] for one in wrong["fields"]] == ["sound"]


def test_no_other_company_and_no_agent_hears_chooses_or_removes_it(office: Any) -> None:
    key = office.browser("supervisor").post(f"{API}?name=a", data=tone()).json["key"]
    other = office.browser("other")
    assert other.get(API).json == []
    assert other.get(f"{API}/{key}").status_code == 404
    assert other.delete(f"{API}/{key}").status_code == 404
    assert other.post("/api/v1/announcements", json={"name": "x", "sound": key}).status_code in (400, 422)
    for wanted in ("..%2F1%2F" + key, "..", "%2e%2e%2f%2e%2e%2fcrm.sqlite"):
        assert other.get(f"{API}/{wanted}").status_code == 404
    assert office.browser("agent").get(f"{API}/{key}").status_code == 403
    assert office.browser("agent").post(f"{API}?name=a", data=tone()).status_code == 403
    assert office.browser("supervisor").get(f"{API}/{key}").status_code == 200
