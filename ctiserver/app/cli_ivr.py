"""The commands for those who write flows and prompts."""

import os
import sys
import time
from argparse import Namespace
from collections.abc import Collection
from pathlib import Path
from typing import Any

from crm_core import configuration
from crm_core.db import Store
from ctiserver.app import prompt_files, prompt_rendering
from ctiserver.app.engine_tables import names_of
from ctiserver.app.flow_trial import Trial
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, Mistake, Refusal, StoreError
from ctiserver.core.tables import Document
from ctiserver.process.config_file import load
from ivr.drawing import svg
from ivr.flow import Enqueue, Flow, Voicemail
from ivr.flow_file import read_flow, read_survey

SURVEYS = "surveys"
"""The folder whose files are surveys; all others are flows."""


class _Any(frozenset[str]):
    """Holds every name: what takes the place of the queues when nobody can tell them."""

    def __contains__(self, name: object) -> bool:
        return True


def check(chosen: Namespace) -> None:
    """Says every mistake of the files with its line. Raises ConfigError, Refusal when there is no file."""
    config = load(chosen.config)
    folder = config.flows.directory
    files = chosen.files or sorted([*folder.glob("*.toml"), *(folder / SURVEYS).glob("*.toml")])
    if not files:
        raise Refusal("no_flows", f"there is no flow in {folder}: write one or set flows.directory right")
    prompts = set(prompt_files.load(config.prompts.directory).prompts)
    queues = _queues(config)
    names = names_of(config, ())
    mistakes = [mistake for file in files for mistake in _mistakes(file, prompts, queues, names)]
    if mistakes:
        raise ConfigError(mistakes)
    print(f"no mistake in {', '.join(map(str, files))}")


def _mistakes(
    file: Path, prompts: Collection[str], queues: Collection[str], names: dict[str, Any]
) -> list[Mistake]:
    try:
        text = file.read_text(encoding="utf-8")
        if file.absolute().parent.name == SURVEYS:
            read_survey(text, str(file), prompts=prompts)
        else:
            read_flow(text, str(file), prompts=prompts, queues=queues, **names)
    except OSError as error:
        return [Mistake(str(file), f"cannot be read ({error.strerror}); name an existing file")]
    except UnicodeDecodeError:
        return [Mistake(str(file), "is not UTF-8 text: save it as UTF-8")]
    except ConfigError as error:
        return list(error.mistakes)
    return []


def _queues(config: Config) -> Collection[str]:
    try:
        with Store(config.database.url) as store:
            return {str(queue.key) for queue in store.read(configuration.tables).queues}
    except StoreError:
        print("the names of queues are not checked: the database cannot tell them", file=sys.stderr)
        return _Any()


def say(chosen: Namespace) -> None:
    """Renders what is missing or has changed. Raises InstallError when the tool for it is not there."""
    prompts = load(chosen.config).prompts
    command = prompt_rendering.command_from(os.environ, prompts.renderer)
    prompt_rendering.render(prompts.directory, command, lambda line: print(line, flush=True))


def show(chosen: Namespace) -> None:
    """Writes the picture of a flow to standard output. Raises ConfigError with every mistake of its file."""
    flow, _ = _read(chosen)
    print(svg(flow, load(chosen.config).installation.language))


def try_out(chosen: Namespace) -> None:
    """Walks through a flow in the terminal. Raises ConfigError with every mistake of its file."""
    flow, document = _read(chosen)
    config = load(chosen.config)
    handing = [node for node in flow.nodes.values() if isinstance(node, Enqueue | Voicemail)]
    queues = [str(node.queue) for node in handing if node.queue]
    trial = Trial(
        document,
        list(dict.fromkeys(queues)),
        prompt_files.load(config.prompts.directory),
        names_of(config, ())["actions"],
        _typed,
        print,
    )
    trial.walk(time.time())


def _typed(prompt: str) -> str | None:
    try:
        return input(prompt)
    except EOFError:
        return None


def _read(chosen: Namespace) -> tuple[Flow, Document]:
    config, file = load(chosen.config), chosen.file
    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            [Mistake(str(file), f"cannot be read ({error.strerror}); name an existing file")]
        ) from None
    prompts = set(prompt_files.load(config.prompts.directory).prompts)
    return read_flow(text, str(file), prompts=prompts, queues=_Any(), **names_of(config, {file.stem}))
