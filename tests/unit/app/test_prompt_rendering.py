import sys
import tomllib
import wave
from array import array
from pathlib import Path

import pytest

from ctiserver.app import prompt_files
from ctiserver.app.prompt_rendering import command_from, render, stale
from ctiserver.core.errors import ConfigError, InstallError
from ivr.prompt_manifest import parse

# A tool that obeys the protocol of sounds/render_kokoro.py and "speaks" a loud square wave.
TOOL = """
import json, sys, wave
from array import array
rate, loudness, undone = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
orders = [json.loads(line) for line in sys.stdin]
for order in orders[: len(orders) - undone]:
    with wave.open(order["wav"], "wb") as file:
        file.setnchannels(1); file.setsampwidth(2); file.setframerate(rate)
        file.writeframes(array("h", [loudness, -loudness] * 100 * len(order["words"])).tobytes())
    print(order["wav"], flush=True)
if undone:
    sys.exit("the voice is hoarse")
"""

MANIFEST = """
[licences]
L = "whom to credit"
[voices]
dora = "es-419"
[prompts.hello.es]
text = "Hola."
source = "rendered"
voice = "dora"
licence = "L"
[prompts.hello.en]
text = "Hello."
source = "rendered"
voice = "dora"
licence = "L"
"""


def tool(rate: int = 8000, loudness: int = 4000, undone: int = 0) -> list[str]:
    return [sys.executable, "-c", TOOL, str(rate), str(loudness), str(undone)]


def ignore(_: str) -> None:
    pass


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "manifest.toml").write_text(MANIFEST)
    return tmp_path


def languages_that_are_stale(folder: Path) -> list[str]:
    return [prompt.language for prompt in stale(prompt_files.load(folder), folder)]


def test_prompts_without_sound_are_rendered_and_the_manifest_tells_of_them(folder: Path) -> None:
    told: list[str] = []
    assert [prompt.language for prompt in render(folder, tool(), told.append)] == ["es", "en"]
    assert told == ["es/hello: 0.1 s", "en/hello: 0.1 s"]
    assert languages_that_are_stale(folder) == []
    spanish = prompt_files.load(folder).prompts["hello"]["es"]
    sound = prompt_files.measure(folder / "es" / "hello.wav")
    assert (spanish.wav_sha256, spanish.seconds) == (sound.sha256, 0.125)


def test_only_a_changed_text_is_rendered_again(folder: Path) -> None:
    render(folder, tool(), ignore)
    manifest = folder / "manifest.toml"
    manifest.write_text(manifest.read_text().replace("Hola.", "Buenas tardes."))
    assert [prompt.language for prompt in render(folder, tool(), ignore)] == ["es"]
    told: list[str] = []
    assert render(folder, ["/nonexistent/tool"], told.append) == []
    assert told == ["every prompt is up to date"]


def test_a_lost_wav_is_rendered_again(folder: Path) -> None:
    render(folder, tool(), ignore)
    (folder / "en" / "hello.wav").unlink()
    assert languages_that_are_stale(folder) == ["en"]


def test_an_absent_tool_is_told_with_how_to_set_it_up(folder: Path) -> None:
    with pytest.raises(InstallError, match=r"/nonexistent/tool.*docs/prompts\.md"):
        render(folder, ["/nonexistent/tool"], ignore)
    with pytest.raises(InstallError, match="CTI_PROMPT_RENDERER"):
        command_from({})
    assert command_from({"CTI_PROMPT_RENDERER": "py 'a b' c"}) == ["py", "a b", "c"]


def test_what_was_finished_before_the_tool_failed_is_kept(folder: Path) -> None:
    with pytest.raises(InstallError, match=r"1 undone \(the voice is hoarse\)"):
        render(folder, tool(undone=1), ignore)
    assert languages_that_are_stale(folder) == ["en"]


@pytest.mark.parametrize(
    ("command", "complaint"), [(tool(rate=24000), "8 kHz"), (tool(loudness=0), "silence")]
)
def test_a_sound_that_is_unfit_for_the_telephone_is_refused(
    folder: Path, command: list[str], complaint: str
) -> None:
    with pytest.raises(InstallError, match=complaint):
        render(folder, command, ignore)
    assert languages_that_are_stale(folder) == ["es", "en"]


def test_nothing_is_left_of_the_work(folder: Path) -> None:
    with pytest.raises(InstallError):
        render(folder, tool(undone=2), ignore)
    assert [file.name for file in folder.iterdir()] == ["manifest.toml"]


def test_a_folder_without_a_readable_manifest_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no manifest"):
        prompt_files.load(tmp_path)
    (tmp_path / "manifest.toml").write_text("= what")
    with pytest.raises(ConfigError, match="not TOML"):
        prompt_files.load(tmp_path)


def test_a_wav_is_measured(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "a.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(array("h", [0] * 800 + [16384, -16384] * 400 + [0] * 1600).tobytes())
    sound = prompt_files.measure(tmp_path / "a.wav")
    assert (sound.seconds, sound.lead_silence_seconds, sound.tail_silence_seconds) == (0.4, 0.1, 0.2)
    assert sound.peak_dbfs == pytest.approx(-6.02, abs=0.01)
    assert sound.rms_dbfs == pytest.approx(-12.04, abs=0.01)


def test_sounds_are_found_under_both_folders(tmp_path: Path) -> None:
    for name in ("ours/es/a.wav", "asterisk/es_MX_f_Allison/digits/1.wav"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).touch()
    assert prompt_files.available(tmp_path / "ours", tmp_path / "asterisk") == {
        f"{tmp_path}/ours/es/a",
        "es_MX_f_Allison/digits/1",
    }


def test_the_text_of_this_test_is_a_manifest() -> None:
    assert [prompt.key for prompt in parse(tomllib.loads(MANIFEST))] == ["hello", "hello"]
