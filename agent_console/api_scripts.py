"""Scripts as their authors see them: kept as versions, checked while one writes, one of each in force.

A text with mistakes may be kept, never put in force. A draft can be walked before it is kept: each step is a request
of its own, and nothing of it is stored.
"""

import re

import msgspec

from agent_console.api_flows import Choice, LineMistake, NewVersion, VersionText
from agent_console.operations import Call, Operations
from agent_console.roles import Permission
from crm_core.administration.flow_desk import KeptFlow
from crm_core.dispositions import dispositions_of_account
from crm_core.scripts import reading_time, script_versions, script_walk
from crm_core.scripts.script import Script
from crm_core.scripts.script_file import read_script, sketch
from crm_core.scripts.script_mistakes import texts
from crm_core.scripts.script_walk import Place, Step
from ctiserver.core.errors import ConfigError, Mistake, NotFound, Refusal
from ctiserver.core.line_numbers import line_numbers, nearest

_P = Permission
_NAME = re.compile(r"[a-z0-9][a-z0-9_\-]{0,39}")
BASE = "/scripts"


class ScriptDraft(msgspec.Struct, kw_only=True):
    """A script that somebody is writing."""

    name: str
    text: str


class ReadingTime(msgspec.Struct, kw_only=True):
    """How long one text takes to read. `what`: the page, choice or objection; `words_over`: too many by so many."""

    line: int
    what: str
    language: str
    seconds: float
    words_over: int


class CheckedScript(msgspec.Struct, kw_only=True):
    """What there is to say of a draft; `script` None: it is no script yet, and cannot be walked."""

    mistakes: list[LineMistake]
    reading: list[ReadingTime]
    script: Script | None


class DraftStep(msgspec.Struct, kw_only=True):
    """A step through a draft; without one it begins."""

    text: str
    place: Place | None = None
    step: Step | None = None


class DraftPlace(msgspec.Struct, kw_only=True):
    """Where the step leads. `left`: how many pages come at least until the end."""

    place: Place
    left: int


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _add_reading(operations)
    _add_drafts(operations)
    _add_changing(operations)


def _add_reading(operations: Operations) -> None:
    add = operations.add

    @add("GET", BASE, _P.RUN_CAMPAIGNS, "All scripts, with their versions")
    def list_scripts(call: Call) -> list[KeptFlow]:
        return call.services.store.read(script_versions.scripts, call.principal.account_id)

    @add("GET", BASE + "/{name}", _P.RUN_CAMPAIGNS, "One script, with its versions")
    def one_script(call: Call, name: str) -> KeptFlow:
        return call.services.store.read(script_versions.script, call.principal.account_id, name)

    @add("GET", BASE + "/{name}/versions/{number}", _P.RUN_CAMPAIGNS, "The text of one version of a script")
    def script_text(call: Call, name: str, number: str) -> VersionText:
        wanted = _number(number)
        return VersionText(number=wanted, text=_text(call, name, wanted))


def _add_drafts(operations: Operations) -> None:
    @operations.add(
        "POST", "/script-checks", _P.RUN_CAMPAIGNS, "All mistakes of a script, and its reading times"
    )
    def check_script(call: Call, body: ScriptDraft) -> CheckedScript:
        try:
            script = sketch(body.text, body.name)
        except ConfigError as error:
            return CheckedScript(mistakes=[_line(one) for one in error.mistakes], reading=[], script=None)
        found = _mistakes(call, body.name, body.text)
        return CheckedScript(mistakes=found, reading=_reading(script, body.text), script=script)

    @operations.add("POST", "/script-steps", _P.RUN_CAMPAIGNS, "Take a step through a draft")
    def walk_draft(call: Call, body: DraftStep) -> DraftPlace:
        script = sketch(body.text, "draft")
        place = body.place or script_walk.begin(script)
        if body.step is not None:
            place, _ = script_walk.take(script, place, body.step)
        if place.page not in script.page:
            raise Refusal("leads_nowhere", f"this script has no page {place.page!r} yet")
        return DraftPlace(place=place, left=script_walk.steps_left(script, place.page))


def _add_changing(operations: Operations) -> None:
    add = operations.add

    @add("POST", BASE + "/{name}/versions", _P.RUN_CAMPAIGNS, "Keep a script's text as a new version")
    def keep_script(call: Call, name: str, body: NewVersion) -> KeptFlow:
        if not _NAME.fullmatch(name):
            raise ConfigError(
                [Mistake("name", "use small letters, digits, - and _ (at most 40)", "wrong_key")]
            )
        more = {"note": body.note, "expected_newest": body.expected_newest}
        return call.write(script_versions.keep, name, body.text, **more)

    @add(
        "PUT",
        BASE + "/{name}/in-force",
        _P.RUN_CAMPAIGNS,
        "Let new contacts begin with a version of a script",
    )
    def put_script_in_force(call: Call, name: str, body: Choice) -> KeptFlow:
        mistakes = _mistakes(call, name, _text(call, name, body.number))
        if mistakes:
            raise ConfigError([Mistake(f"{name}:{one.line}", one.message) for one in mistakes])
        return call.write(script_versions.put_in_force, name, body.number)


def _mistakes(call: Call, name: str, text: str) -> list[LineMistake]:
    known = call.services.store.read(dispositions_of_account, call.principal.account_id)
    try:
        read_script(text, name, dispositions={one.code for one in known})
    except ConfigError as error:
        return [_line(one) for one in error.mistakes]
    return []


def _line(mistake: Mistake) -> LineMistake:
    _, _, line = mistake.path.rpartition(":")
    return LineMistake(
        line=int(line), message=mistake.message, error_id=mistake.error_id, fields=dict(mistake.fields)
    )


def _reading(script: Script, text: str) -> list[ReadingTime]:
    lines = line_numbers(text)
    return [
        ReadingTime(
            line=nearest(lines, at),
            what=what,
            language=language,
            seconds=round(reading_time.seconds(words, language), 1),
            words_over=reading_time.words_over(words, language),
        )
        for at, what, language, words in texts(script)
    ]


def _text(call: Call, name: str, number: int) -> str:
    return call.services.store.read(script_versions.version, call.principal.account_id, name, number).text


def _number(written: str) -> int:
    if not written.isdecimal():
        raise NotFound(f"there is no version {written}")
    return int(written)
