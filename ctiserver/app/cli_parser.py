"""The words of the command line. What a command does is imported only when it is run, so that help is quick."""

from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from importlib import import_module
from pathlib import Path
from typing import Any

_DESCRIPTION = """\
Contact center and CRM on Asterisk.

Try it:     ctiserver demo
Look at it: ctiserver watch
Mend it:    ctiserver doctor
"""
_CONFIG = Path("ctiserver.toml")

Commands = Any
"""What `add_subparsers` returns; argparse has no public name for it."""


def parser() -> ArgumentParser:
    """Parses into a namespace whose `run` takes it and returns the exit status (None: 0)."""
    top = ArgumentParser(
        prog="ctiserver", description=_DESCRIPTION, formatter_class=RawDescriptionHelpFormatter
    )
    top.add_argument(
        "--config",
        type=Path,
        default=_CONFIG,
        metavar="FILE",
        help="the configuration (default: %(default)s)",
    )
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_server(commands)
    _add_screens(commands)
    _add_set_up(commands)
    _add_asterisk(commands)
    _add_tls(commands)
    _add_ivr(commands)
    _add_speech(commands)
    _add_simulations(commands)
    _add_rehearsal(commands)
    _add_parts(commands)
    return top


def _command(commands: Commands, name: str, does: str, *, help: str | None, starts: bool = False) -> Any:
    """A command's own parser; `does` is "module:function" of this package, `starts`: it is a server."""

    def run(chosen: Any) -> Any:
        module, _, function = does.partition(":")
        return getattr(import_module(f"ctiserver.app.{module}"), function)(chosen)

    words = {} if help is None else {"help": help, "description": f"{help[0].upper()}{help[1:]}."}
    made = commands.add_parser(name, **words)
    made.add_argument("--config", type=Path, default=SUPPRESS, metavar="FILE", help=SUPPRESS)
    made.set_defaults(run=run, starts=starts)
    return made


def _group(commands: Commands, name: str, help: str) -> Commands:
    return commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.").add_subparsers(
        metavar="COMMAND", required=True
    )


def _add_server(commands: Commands) -> None:
    _command(
        commands, "serve", "cli_server:serve", help="run the server until Ctrl-C or SIGTERM", starts=True
    )
    demo = _command(commands, "demo", "demo:run", help="run a demo company with simulated callers and agents")
    demo.add_argument(
        "--name", default="demo", help="a second demo needs a second name (default: %(default)s)"
    )
    demo.add_argument(
        "--ports", type=port, metavar="FIRST", help="the first of the 2000 ports it uses (default: 15000)"
    )
    demo.add_argument(
        "--calls-per-minute", type=float, default=6.0, metavar="N", help="callers (default: %(default)s)"
    )
    demo.add_argument("--seconds", type=float, metavar="N", help="stop after so many seconds")


def _add_screens(commands: Commands) -> None:
    watch = _command(commands, "watch", "watch:run", help="show queues, agents and contacts live")
    how = watch.add_mutually_exclusive_group()
    how.add_argument("--once", action="store_true", help="print one picture and end")
    how.add_argument("--events", action="store_true", help="print every event on a line")
    agent = commands.add_parser(
        "agent", help="act for an agent: status, dispose", description="Act for an agent."
    )
    agent.add_argument("agent", metavar="NAME", help="the agent's login")
    acts = agent.add_subparsers(metavar="COMMAND", required=True)
    status = _command(acts, "status", "agent_commands:status", help="be available, pause or log out")
    status.add_argument("status", choices=["available", "pause", "logout"])
    status.add_argument("reason", nargs="?", default="", help="why the pause")
    dispose = _command(acts, "dispose", "agent_commands:dispose", help="say how a contact ended")
    dispose.add_argument("code", metavar="CODE", help="a disposition of the queue, such as solved")
    dispose.add_argument("--contact", default="", metavar="ID", help="default: the contact in hand")
    dispose.add_argument("--reason", default="", metavar="KEY", help="what it was about, such as balance")
    dispose.add_argument("--call-back-at", default="", metavar="TIME", help="such as 2026-11-23T10:30")
    dispose.add_argument("--note", default="", metavar="TEXT", help="some dispositions need one")
    _command(commands, "reload", "agent_commands:reload", help="apply the changed configuration")


def _add_set_up(commands: Commands) -> None:
    doctor = _command(
        commands, "doctor", "doctor:run", help="examine everything and say how to mend what is wrong"
    )
    one = doctor.add_subparsers(metavar="trunk")
    trunk = _command(one, "trunk", "doctor_trunk:run", help="examine one carrier, step by step")
    trunk.add_argument("name", metavar="NAME", help="a name of asterisk.trunks")
    trunk.add_argument("--call", default="", metavar="NUMBER", help="ring it; who answers hears music")
    db = _group(commands, "db", "the database: upgrade")
    _command(db, "upgrade", "cli_set_up:upgrade_database", help="make the database or bring it up to date")
    user = _group(commands, "user", "the people: add")
    add = _command(user, "add", "cli_set_up:add_user", help="add a user, and make him an agent")
    add.add_argument("login", metavar="LOGIN", help="one word")
    add.add_argument("--name", help="as people call him (default: the login)")
    add.add_argument(
        "--role", action="append", default=[], help="supervisor, administrator ... (agent with --extension)"
    )
    add.add_argument("--language", choices=["es", "en"], default="es")
    add.add_argument("--extension", help="the agent's phone")
    add.add_argument("--phone", metavar="URI", help="sip:USER@HOST:PORT of a phone that does not register")
    add.add_argument(
        "--skill", action="append", type=pair, default=[], metavar="KEY=LEVEL", help="level 0 to 100"
    )
    add.add_argument(
        "--queue", action="append", type=pair, default=[], metavar="KEY[=ORDER]", help="lower is served first"
    )
    add.epilog = "The password comes from CTI_PASSWORD, else it is asked for."


def _add_asterisk(commands: Commands) -> None:
    asterisk = _group(commands, "asterisk", "the private Asterisk: install, config, run")
    _command(
        asterisk, "install", "cli_set_up:install_asterisk", help="find Asterisk 22 or unpack a private one"
    )
    config = _command(asterisk, "config", "cli_set_up:configure_asterisk", help="write its configuration")
    config.add_argument("--check", action="store_true", help="write nothing, say what differs")
    _command(asterisk, "run", "cli_server:run_asterisk", help="run it until Ctrl-C or SIGTERM", starts=True)


def _add_tls(commands: Commands) -> None:
    tls = _group(commands, "tls", "the certificate for browsers on other computers: own, use, show")
    own = _command(tls, "own", "tls:own", help="make or renew a certificate of an authority of our own")
    own.add_argument("--name", action="append", default=[], metavar="HOST", help="such as center.example")
    own.add_argument("--address", action="append", default=[], metavar="IP", help="such as 192.0.2.10")
    own.add_argument("--new-authority", action="store_true", help="everybody must install it again")
    own.epilog = "Without names it renews for those of the certificate in force."
    use = _command(tls, "use", "tls:use", help="check and take a certificate that was issued elsewhere")
    use.add_argument("certificate", type=Path, metavar="CERTIFICATE", help="PEM, with its chain")
    use.add_argument("key", type=Path, metavar="KEY", help="PEM, without a password")
    use.add_argument("--name", action="append", default=[], metavar="HOST", help="it must be valid for this")
    _command(tls, "show", "tls:show", help="say what is served and until when")


def _add_ivr(commands: Commands) -> None:
    ivr = _group(commands, "ivr", "flows and prompts: check, show, say, try")
    check = _command(ivr, "check", "cli_ivr:check", help="say every mistake of flow and survey files")
    check.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all configured ones")
    show = _command(ivr, "show", "cli_ivr:show", help="draw a flow as a picture (SVG), on standard output")
    show.add_argument("file", type=Path, metavar="FILE")
    trial = _command(
        ivr, "try", "cli_ivr:try_out", help="walk through a flow with keys typed in the terminal"
    )
    trial.add_argument("file", type=Path, metavar="FILE")
    _command(ivr, "say", "cli_ivr:say", help="render the prompts whose text is new or has changed")


def _add_simulations(commands: Commands) -> None:
    simulate = _group(commands, "simulate", "what would be: acd, dialer")
    acd = _command(
        simulate, "acd", "cli_simulate_acd:acd", help="compare routing disciplines in a center of a file"
    )
    acd.add_argument("file", type=Path, metavar="FILE", help="a TOML file; docs/routing.md names its keys")
    acd.add_argument("--json", action="store_true", help="print every figure as JSON")
    dialer = _command(
        simulate, "dialer", "cli_simulate:dialer", help="compare the dialer's modes in a world of a file"
    )
    dialer.add_argument("file", type=Path, metavar="FILE", help="a TOML file; docs/pacing.md names its keys")
    dialer.add_argument("--json", action="store_true", help="print every figure as JSON")


def _add_rehearsal(commands: Commands) -> None:
    rehearse = _command(
        commands,
        "rehearse",
        "cli_rehearse:run",
        help="run a journalled day again with another profile or flow",
    )
    rehearse.add_argument("--day", required=True, metavar="DAY", help="a local day such as 2026-11-23")
    rehearse.add_argument("--journal", type=Path, metavar="DIR", help="default: the installation's own")
    rehearse.add_argument(
        "--profile", type=Path, metavar="FILE", help="what changes in queues (TOML; docs/figures.md)"
    )
    rehearse.add_argument("--flow", type=Path, metavar="FILE", help="a flow in the place of that of its name")
    rehearse.add_argument("--account", type=int, default=1, metavar="ID", help="default: the first")
    rehearse.add_argument("--json", action="store_true", help="print everything as JSON")


def _add_speech(commands: Commands) -> None:
    speech = _group(commands, "speech", "recognising what callers say: install, show")
    install = _command(speech, "install", "cli_speech:install", help="check and take a speech model (Vosk)")
    install.add_argument("directory", type=Path, metavar="DIR", help="the unpacked model, with am/final.mdl")
    install.add_argument("--language", default="es", choices=["es", "en"], help="default: %(default)s")
    _command(speech, "show", "cli_speech:show", help="say which languages are recognised")


def _add_parts(commands: Commands) -> None:
    """What `serve` runs; help does not list them."""
    for name in ("calls", "jobs"):
        _command(commands, name, f"cli_server:{name}", help=None, starts=True)
    worker = _command(commands, "speech-worker", "cli_server:speech_worker", help=None, starts=True)
    worker.add_argument("language")
    worker.add_argument("number", type=int)


def port(text: str) -> int:
    """A port number that leaves room for those after it. Raises ArgumentTypeError."""
    if text.isdecimal() and 1024 <= int(text) <= 63000:
        return int(text)
    raise ArgumentTypeError("must be a number from 1024 to 63000")


def pair(text: str) -> tuple[str, int]:
    """The key and the number of "key=number"; without one the number is 0. Raises ArgumentTypeError."""
    key, equals, number = text.partition("=")
    if key and (number.isdecimal() or not equals):
        return key, int(number or 0)
    raise ArgumentTypeError(f"write KEY=NUMBER, not {text!r}")
