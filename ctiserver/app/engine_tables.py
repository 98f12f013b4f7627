"""Brings the tables that the engines use together: database, flow files and the configuration file.

Every mistake of every flow and survey is reported at once; a mistake leaves the tables in force untouched.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from crm_core import configuration, flow_versions
from crm_core.customer_fields import KNOWN_BY_FACTS
from crm_core.db import Store
from ctiserver.app import action_webhooks, actions, prompt_files
from ctiserver.app.speech_languages import spoken_languages
from ctiserver.core.config import Config
from ctiserver.core.config import Number as ConfiguredNumber
from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.core.outside import Outside
from ctiserver.core.tables import Dialing, Document, Number, Tables, Timing
from ctiserver.core.trunk import in_order
from ivr.flow_file import read_flow, read_survey

STORED = KNOWN_BY_FACTS | {"phone", "email", "address", "customer_number"}
"""What the store may know of a caller: a flow asks for it only where it does not."""

NOTHING_KEPT: Mapping[str, tuple[int, str]] = {}


def read_tables(config: Config, store: Store) -> tuple[str, Tables]:
    """The tables and their version, a hash. Raises ConfigError with all mistakes, StoreError."""
    stored = store.read(
        configuration.tables,
        head_start_seconds=config.classes.head_start_seconds,
        years=_years_of_holidays(),
    )
    kept = store.read(flow_versions.texts_in_force)
    flows, surveys = read_documents(config, {str(queue.key) for queue in stored.queues}, kept)
    calls, asterisk = config.calls, config.asterisk
    tables = msgspec.structs.replace(
        stored,
        queues=tuple(
            msgspec.structs.replace(
                queue,
                record=queue.record and config.recording.enabled,
                record_on_demand=queue.record_on_demand and config.recording.enabled,
                record_consults=queue.record_consults and config.recording.enabled,
                survey=queue.survey if config.survey.enabled else None,
            )
            for queue in stored.queues
        ),
        numbers=tuple(
            Number(
                did=number.did,
                flow=number.flow,
                language=config.language_of(number),
                emergency=number.emergency,
                time_zone=config.installation.time_zone,
            )
            for number in _numbers(config)
        ),
        flows=flows,
        surveys=surveys,
        unknown_class=config.classes.unknown,
        spoken_languages=spoken_languages(config),
        timing=Timing(
            look_up_deadline_seconds=calls.look_up_deadline_seconds,
            waiting_fuse_seconds=asterisk.waiting_fuse_seconds,
            fuse_refresh_seconds=asterisk.fuse_refresh_seconds,
            talk_fuse_seconds=asterisk.talk_fuse_seconds,
            short_talk_seconds=calls.short_talk_seconds,
        ),
        dialing=_dialing(config),
        outside=_outside(config, stored.outside),
    )
    return sha256(msgspec.json.encode(tables, order="sorted")).hexdigest()[:16], tables


def _dialing(config: Config) -> Dialing:
    dialing = config.dialing
    return Dialing(
        trunk=dialing.trunk,
        then_trunks=tuple(name for name in _trunks(config) if name != dialing.trunk),
        caller_number=dialing.caller_number,
        at_once=dialing.at_once,
        ring_seconds=dialing.ring_seconds,
        look_every_seconds=dialing.look_every_seconds,
        pause_seconds=dict(dialing.retry_seconds),
        clicks_only=dialing.clicks_only,
        lines=dialing.lines or None,
        lines_per_second=dialing.lines_per_second or None,
        caller_lines=dialing.caller_lines or None,
        caller_lines_per_second=dialing.caller_lines_per_second or None,
    )


def _trunks(config: Config) -> tuple[str, ...]:
    return tuple(trunk.name for trunk in in_order(config.asterisk.trunks))


def _outside(config: Config, stored: Outside) -> Outside:
    """The rules that administrators wrote, with what the file says of trunks."""
    return msgspec.structs.replace(
        stored,
        country=config.installation.country,
        time_zone=config.installation.time_zone,
        trunks=_trunks(config),
        caller_number=config.outside.caller_number or config.dialing.caller_number,
        emergency=config.outside.emergency,
        ring_seconds=config.outside.ring_seconds,
    )


def read_documents(
    config: Config, queues: set[str], kept: Mapping[str, tuple[int, str]] = NOTHING_KEPT
) -> tuple[dict[str, Document], dict[str, Document]]:
    """Flows and surveys by name, checked. Raises ConfigError with all mistakes.

    `kept`: number and text of those that people changed in the console; they stand for the files of their names.
    """
    prompts = set(prompt_files.load(config.prompts.directory).prompts)
    mistakes: list[Mistake] = []
    folder = config.flows.directory
    names = names_of(config, kept)
    flows = _read_all(
        _texts(folder, "", kept, mistakes),
        lambda text, path: read_flow(text, path, prompts=prompts, queues=queues, **names)[1],
        mistakes,
    )
    surveys = _read_all(
        _texts(folder, flow_versions.SURVEYS, kept, mistakes),
        lambda text, path: read_survey(text, path, prompts=prompts)[1],
        mistakes,
    )
    for ordinal, number in enumerate(config.numbers or _numbers(config), 1):
        if number.fax:
            continue
        file = folder / f"{number.flow}.toml"
        if number.flow not in kept and not file.exists():
            mistakes.append(
                Mistake(f"numbers[{ordinal}].flow", f"there is no flow {number.flow!r}: write {file}")
            )
    if mistakes:
        raise ConfigError(mistakes)
    return flows, surveys


def names_of(config: Config, kept: Collection[str]) -> dict[str, Any]:
    """The names that a flow may use beside prompts and queues; `kept`: flows that people changed in the console."""
    folder = config.flows.directory
    return {
        "actions": actions.specs(action_webhooks.specs(config.actions)),
        "flows": {file.stem for file in folder.glob("*.toml")} | set(kept),
        "surveys": {file.stem for file in (folder / "surveys").glob("*.toml")},
        "stored": STORED,
    }


def _years_of_holidays() -> range:
    """This year and the two that follow: longer no configuration stays in force unread."""
    year = datetime.now(tz=UTC).year
    return range(year, year + 3)


def _numbers(config: Config) -> tuple[ConfiguredNumber, ...]:
    """The numbers that a flow answers; without any configured, one row takes every number that is dialled."""
    if not config.numbers:
        return (ConfiguredNumber(did="*"),)
    others = config.asterisk.other_numbers_flow
    further = (ConfiguredNumber(did="*", flow=others),) if others else ()
    return (*(number for number in config.numbers if not number.fax), *further)


def _texts(
    folder: Path, prefix: str, kept: Mapping[str, tuple[int, str]], mistakes: list[Mistake]
) -> dict[str, tuple[str, str]]:
    """Name and text of all of one kind, by the path that mistakes name: kept ones, and the files of the others."""
    own = {name.removeprefix(prefix): name for name in kept if name.rpartition("/")[0] == prefix.rstrip("/")}
    texts = {f"{whole} (version {kept[whole][0]})": (name, kept[whole][1]) for name, whole in own.items()}
    return _files(folder / prefix, set(own), mistakes) | texts


def _files(folder: Path, replaced: set[str], mistakes: list[Mistake]) -> dict[str, tuple[str, str]]:
    """Name and text of each file by its path, without those that something else stands for."""
    found = {}
    for file in sorted(folder.glob("*.toml")):
        if file.stem in replaced:
            continue
        try:
            found[str(file)] = (file.stem, file.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            mistakes.append(Mistake(str(file), "is not UTF-8 text: save it as UTF-8"))
    return found


def _read_all(
    texts: dict[str, tuple[str, str]], read: Callable[[str, str], Document], mistakes: list[Mistake]
) -> dict[str, Document]:
    found = {}
    for path, (name, text) in texts.items():
        try:
            found[name] = read(text, path)
        except ConfigError as error:
            mistakes.extend(error.mistakes)
    return found
