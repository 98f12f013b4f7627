"""The commands that run for long: the server, its parts, the private Asterisk."""

from argparse import Namespace

from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, Mistake, StoreError
from ctiserver.process import logs
from ctiserver.process.config_file import load
from ctiserver.process.loading import loading


def serve(chosen: Namespace) -> int:
    """The parent with all its children; 78 when it must not start."""
    with loading():
        from ctiserver.app import serve as parent

    config = load(chosen.config)
    require_current_database(config)
    logs.set_up("serve")
    return parent.serve(config, chosen.config.absolute())


def calls(chosen: Namespace) -> int:
    """The calls process, which `serve` runs."""
    with loading():
        from ctiserver.app import calls as part

    config = load(chosen.config)
    logs.set_up("calls")
    return part.run(config)


def jobs(chosen: Namespace) -> int:
    """The jobs process, which `serve` runs."""
    with loading():
        from ctiserver.app import jobs as part

    config = load(chosen.config)
    logs.set_up("jobs")
    return part.run(config)


def speech_worker(chosen: Namespace) -> int:
    """A recogniser's process, which `serve` runs for each language with a model."""
    from ctiserver.app import speech_worker as part

    config = load(chosen.config)
    logs.set_up(f"speech {chosen.language}")
    return part.run(config, chosen.language, chosen.number)


def run_asterisk(chosen: Namespace) -> int:
    """The private Asterisk in the foreground."""
    from ctiserver.asterisk.run import run

    return run(load(chosen.config))


def require_current_database(config: Config) -> None:
    """Raises ConfigError when the schema is not this release's; a database that is away hinders no start."""
    from crm_core import schema

    try:
        current = schema.is_current(config.database.url)
    except StoreError:
        return
    if not current:
        raise ConfigError([Mistake("database", "is not up to date; run: ctiserver db upgrade")])
