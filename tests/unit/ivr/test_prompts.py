from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ctiserver.app import prompt_files
from ctiserver.core.errors import ConfigError
from ivr.prompts import Prompts, missing

MANIFEST = prompt_files.load()
OURS = "/srv/prompts"
ES, EN = "sound:es_MX_f_Allison", "sound:en_US_f_Allison"
ALL = Prompts(MANIFEST, OURS).sound_names()


def prompts_without(*names: str) -> Prompts:
    return Prompts(MANIFEST, OURS, available=ALL - set(names))


def test_a_rendered_prompt_is_our_wav_by_absolute_path_without_extension() -> None:
    assert Prompts(MANIFEST, f"{OURS}/").media("greeting", "es") == (f"sound:{OURS}/es/greeting",)


def test_a_recorded_prompt_lies_in_the_folder_of_its_language() -> None:
    assert prompts_without().media("queue-thank-you", "en") == (f"{EN}/queue-thankyou",)
    assert prompts_without().media("queue-thank-you", "es") == (f"{ES}/queue-thankyou",)


def test_a_key_that_the_manifest_does_not_know_is_an_error() -> None:
    assert "greeting" in prompts_without()
    assert "nonsense" not in prompts_without()
    with pytest.raises(KeyError):
        prompts_without().media("nonsense", "es")


def test_a_prompt_without_wav_is_said_in_the_other_language() -> None:
    assert prompts_without(f"{OURS}/es/greeting").media("greeting", "es") == (f"sound:{OURS}/en/greeting",)


def test_a_prompt_without_any_wav_is_a_beep_of_either_language() -> None:
    gone = f"{OURS}/es/greeting", f"{OURS}/en/greeting"
    assert prompts_without(*gone).media("greeting", "es") == (f"{ES}/beep",)
    assert prompts_without(*gone, "es_MX_f_Allison/beep").media("greeting", "es") == (f"{EN}/beep",)


def test_a_language_that_we_do_not_speak_is_answered_in_the_first_that_we_do() -> None:
    assert prompts_without().media("greeting", "pt") == (f"sound:{OURS}/es/greeting",)


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        ((5.0, 40.0), ["wait-under-1"]),
        ((20.0, 61.0), ["wait-up-to-2"]),
        ((180.0, 290.0), ["wait-from-3", "wait-to-5"]),
        ((170.0, 310.0), ["wait-from-2", "wait-to-7"]),
        ((299.0, 299.5), ["wait-from-4", "wait-to-5"]),
        ((240.0, 240.0), ["wait-from-3", "wait-to-4"]),
        ((900.0, 3601.0), ["wait-over-60"]),
    ],
)
def test_a_wait_is_a_range_that_holds_what_was_estimated(wait: tuple[float, float], said: list[str]) -> None:
    for language in ("es", "en"):
        told = prompts_without().wait_between(*wait, language)
        assert told == tuple(f"sound:{OURS}/{language}/{one}" for one in said)


def test_no_missing_file_ever_makes_silence() -> None:
    prompts = Prompts(MANIFEST, OURS, available=())
    for language in ("es", "en"):
        for key in MANIFEST.prompts:
            assert prompts.media(key, language)
        assert prompts.number(1234, language)
        assert prompts.place(1, language)
        assert prompts.place(7, language)
        assert prompts.wait(300, language)


def test_a_manifest_without_the_prompts_of_the_queue_is_refused() -> None:
    few = replace(MANIFEST, prompts={"minutes": MANIFEST.prompts["minutes"]})
    with pytest.raises(ConfigError) as caught:
        Prompts(few, OURS)
    assert [mistake.path for mistake in caught.value.mistakes] == [
        "prompts.queue-next",
        "prompts.queue-place-before",
        "prompts.queue-place-after",
        "prompts.queue-wait",
        "prompts.queue-less-than",
        "prompts.peso",
        "prompts.pesos",
        "prompts.of-pesos",
    ]


def test_a_place_in_the_queue_is_one_sentence() -> None:
    assert prompts_without().place(31, "es") == (
        f"{ES}/queue-thereare",
        f"{ES}/digits/30",
        f"{ES}/digits/and",
        f"{ES}/digits/1",
        f"{ES}/queue-callswaiting",
    )


def test_the_first_in_the_queue_hears_that_he_is_next() -> None:
    assert prompts_without().place(1, "en") == (f"{EN}/queue-youarenext",)


def test_a_sentence_never_mixes_languages() -> None:
    prompts = prompts_without("es_MX_f_Allison/digits/and")
    assert prompts.place(31, "es") == (
        f"{EN}/queue-thereare",
        f"{EN}/digits/30",
        f"{EN}/digits/1",
        f"{EN}/queue-callswaiting",
    )


@pytest.mark.parametrize(
    ("expected_seconds", "said"),
    [
        (0, ("queue-holdtime", "queue-less-than", "digits/2", "queue-minutes")),
        (60, ("queue-holdtime", "queue-less-than", "digits/2", "queue-minutes")),
        (61, ("queue-holdtime", "digits/2", "queue-minutes")),
        (300, ("queue-holdtime", "digits/5", "queue-minutes")),
        (601, ("queue-holdtime", "digits/15", "queue-minutes")),
        (1201, ("queue-holdtime", "digits/25", "queue-minutes")),
    ],
)
def test_a_wait_is_told_in_minutes_that_stay_true(expected_seconds: float, said: tuple[str, ...]) -> None:
    assert prompts_without().wait(expected_seconds, "es") == tuple(f"{ES}/{name}" for name in said)


def test_absurd_places_and_waits_are_still_said() -> None:
    assert prompts_without().place(10**9, "es")[0] == f"{ES}/queue-thereare"
    assert prompts_without().wait(1e9, "es")[0] == f"{ES}/queue-holdtime"


def test_every_number_asks_only_for_sounds_that_are_checked_at_start() -> None:
    prompts = prompts_without()
    for language in ("es", "en"):
        said = {name.removeprefix("sound:") for n in range(10_000) for name in prompts.number(n, language)}
        assert said <= ALL


def test_missing_sounds_are_told_with_how_to_mend_each() -> None:
    gone = {f"{OURS}/es/greeting", "es_MX_f_Allison/digits/7"}
    ours, recorded = missing(prompts_without(), ALL - gone)
    assert (ours.path, "ivr say" in ours.message) == (f"{OURS}/es/greeting", True)
    assert (recorded.path, "asterisk install" in recorded.message) == ("es_MX_f_Allison/digits/7", True)
    assert missing(prompts_without(), ALL) == []


def test_the_shipped_wavs_are_the_ones_that_prompts_name() -> None:
    ours = prompt_files.available(prompt_files.SHIPPED, Path("/nonexistent"))
    prompts = Prompts(MANIFEST, str(prompt_files.SHIPPED), available=ours)
    needed = {name for name in prompts.sound_names() if name.startswith(str(prompt_files.SHIPPED))}
    assert needed == ours


@pytest.mark.parametrize(
    ("pesos", "said"),
    [
        (1, ["1M", "peso"]),
        (21, ["20-and", "1M", "pesos"]),
        (34_501, ["30", "and", "4", "thousand", "500", "1M", "pesos"]),
        (1_000_000, ["1M", "million", "of-pesos"]),
        (2_000_500, ["2", "millions", "500", "pesos"]),
        (0, ["0", "pesos"]),
    ],
)
def test_a_sum_of_money_agrees_with_its_pesos(pesos: int, said: list[str]) -> None:
    *number, unit = said
    assert prompts_without().amount(pesos, "es") == (
        *(f"{ES}/digits/{word}" for word in number),
        f"sound:{OURS}/es/{unit}",
    )


def test_digits_and_days_are_recordings_from_beginning_to_end() -> None:
    assert prompts_without().digits("7", "en") == (f"{EN}/digits/7",)
    assert prompts_without().digits("-", "en") == ()
    said = prompts_without().day(date(2026, 11, 23), date(2026, 11, 22), "es")
    assert said[:2] == (f"{ES}/digits/tomorrow", f"{ES}/digits/day-1")
