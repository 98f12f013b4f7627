"""`ctiserver serve`: the parent with its children, each of them this same program with another word.

One server per state directory: a second one is refused before it starts anything, for already its Redis would take
the first one's socket away.
"""

import os
import sys
from pathlib import Path

from ctiserver.app.child import ChildSpec, redis_spec
from ctiserver.app.ears import worker_names
from ctiserver.app.parent import Parent
from ctiserver.app.speech_languages import spoken_languages
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.journal.errors import JournalLocked
from ctiserver.journal.lock import lock_folder
from ctiserver.process import folders

JOBS_NICENESS = 10
_PATIENCE_WITH_THE_NICE = 10
"""No caller waits for a child that yields to the others, and under load it may not run for seconds."""
_START_SECONDS, _SLOW_START_SECONDS = 30.0, 120.0
"""What yields to the others, or loads a model, may take long to come up; callers have their keys meanwhile."""


def specs(config: Config, config_path: Path) -> list[ChildSpec]:
    """The children in the order of their start: the bus, the calls, the records, the console, the recognisers."""
    own_bus = [] if config.redis.url else [_redis(config)]
    return [
        *own_bus,
        _part(config, config_path, "calls"),
        _part(config, config_path, "jobs", niceness=JOBS_NICENESS),
        _part(config, config_path, "console", module=("agent_console",)),
        *(
            _part(
                config,
                config_path,
                f"speech-{language}-{number}",
                module=("ctiserver.app", "speech-worker", language, str(number)),
                starts_slowly=True,
            )
            for language, number in worker_names(spoken_languages(config), config.speech.workers)
        ),
    ]


def serve(config: Config, config_path: Path) -> int:
    """Keep all processes alive until SIGTERM or SIGINT; the exit status. Raises ConfigError for a second server."""
    lock = lock_state(config)
    try:
        return Parent(specs(config, config_path)).run()
    finally:
        os.close(lock)


def lock_state(config: Config) -> int:
    """A descriptor that keeps other servers away until it is closed. Raises ConfigError."""
    directory = config.installation.state_dir
    directory.mkdir(parents=True, exist_ok=True)
    try:
        return lock_folder(directory)
    except JournalLocked as error:
        holder = f"process {error.pid}" if error.pid else "another process"
        advice = f"{directory} is in use by {holder}: stop that server first, or name another directory here"
        raise ConfigError([Mistake("installation.state_dir", advice)]) from None


def _redis(config: Config) -> ChildSpec:
    socket = folders.redis_socket(config)
    socket.parent.mkdir(parents=True, exist_ok=True)
    return redis_spec(socket, socket.parent)


def _part(
    config: Config,
    config_path: Path,
    name: str,
    niceness: int = 0,
    module: tuple[str, ...] = (),
    *,
    starts_slowly: bool = False,
) -> ChildSpec:
    program = module or ("ctiserver.app", name)
    return ChildSpec(
        name=name,
        argv=[sys.executable, "-m", *program, "--config", str(config_path)],
        heartbeat_seconds=config.calls.heartbeat_seconds,
        hung_after_seconds=config.calls.hung_after_seconds * (_PATIENCE_WITH_THE_NICE if niceness else 1),
        first_beat_seconds=_SLOW_START_SECONDS if niceness or starts_slowly else _START_SECONDS,
        niceness=niceness,
    )
