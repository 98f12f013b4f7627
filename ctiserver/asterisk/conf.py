"""Asterisk's configuration, rendered whole from ours.

Nobody edits the rendered files: they are written before every start, and `check` tells how the files on disk
differ from what would be written. Only the modules we need are loaded; HTTP and AMI listen on loopback.
"""

import difflib
import os
import resource
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import phonenumbers
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import asterisk_config
from ctiserver.asterisk import fax_notes
from ctiserver.asterisk.install import Asterisk
from ctiserver.asterisk.modules import MODULES, missing_modules
from ctiserver.asterisk.own_addresses import own_addresses
from ctiserver.asterisk.passwords import USER, Passwords
from ctiserver.core.config import Config, Language
from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.core.trunk import Trunk, in_order
from ctiserver.process import folders, tls_files

CEL_FILE_NAME = "cel.json"
_OPEN_FILES = 20_000
_ANY_ADDRESS = ("0.0.0.0", "::")
# Our prompt, and the recording of Asterisk's own that says about the same where ours is missing ("": none).
_PROMPTS = {
    "busy": ("agents-busy", "queue-periodic-announce"),
    "call_back": ("call-back-later", "vm-goodbye"),
    "connecting": ("emergency-connecting", "transfer"),
}
# It names the key, so it is said only where the key is this one.
_NOTICE, _NOTICE_KEY = ("emergency-notice", ""), "9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A dialled number as the dialplan sees it."""

    did: str
    digits: str
    language: Language
    emergency: bool
    fax: bool
    otherwise: tuple[str, ...]
    """Other ways in which carriers write it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FallbackPhone:
    """A phone known by its address only, and the endpoint that rings it."""

    endpoint: str
    address: str


def cel_file(config: Config) -> Path:
    """The file to which Asterisk writes one JSON object per channel event."""
    return config.asterisk_dir / "log/cel-custom" / CEL_FILE_NAME


def etc_dir(config: Config) -> Path:
    """The folder of the rendered files."""
    return config.asterisk_dir / "etc"


def render(config: Config, passwords: Passwords, asterisk: Asterisk) -> dict[str, str]:
    """Text of every configuration file by its name. Raises ConfigError for a value that no file can hold."""
    templates = Environment(
        loader=FileSystemLoader(asterisk_config.__path__[0]),
        undefined=StrictUndefined,
        finalize=_escaped,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )
    values = {
        "config": config,
        "asterisk": asterisk,
        "passwords": passwords,
        "user": USER,
        "directory": config.asterisk_dir,
        "modules": MODULES,
        "open_files": _open_files(),
        "sip_address": _bracketed(config.asterisk.address),
        "media_address": "" if config.asterisk.address in _ANY_ADDRESS else config.asterisk.address,
        "tls_file": tls_files.server_file(config) if tls_files.is_on(config) else "",
        "wss_address": _bracketed(config.console.address),
        "own_addresses": own_addresses() if config.asterisk.address.startswith("127.") else [],
        "lines": lines(config),
        "takes_others": not config.numbers or bool(config.asterisk.other_numbers_flow),
        "carrier_users": sorted({trunk.username for trunk in config.asterisk.trunks if trunk.register}),
        "outward": in_order(config.asterisk.trunks),
        "emergency_numbers": config.outside.emergency if in_order(config.asterisk.trunks) else (),
        "emergency_caller": partial(_emergency_caller, config),
        "prompts": _prompts(config),
        "members": [_dial_string(phone, config) for phone in config.asterisk.fallback.endpoints],
        "emergency_target": _dial_string(config.asterisk.fallback.emergency_number, config),
        "fallback_phones": fallback_phones(config),
        "cel_file_name": CEL_FILE_NAME,
        "fax_in": folders.fax_in_dir(config),
        "longest_fax_seconds": fax_notes.LONGEST_SECONDS,
    }
    return {
        name.removesuffix(".j2"): templates.get_template(name).render(values)
        for name in sorted(templates.list_templates(extensions=["j2"]))
    }


def write(config: Config, passwords: Passwords, asterisk: Asterisk) -> Path:
    """Makes Asterisk's folders and writes its files, readable by their owner only; the asterisk.conf."""
    files = render(config, passwords, asterisk)
    for name in ("etc", "lib/agi-bin", "lib/keys", "run", "log/cel-custom", "spool/recording"):
        (config.asterisk_dir / name).mkdir(parents=True, exist_ok=True, mode=0o700)
    for folder in (folders.fax_in_dir(config), folders.fax_out_dir(config)):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in files.items():
        draft = etc_dir(config) / f".{name}"
        draft.touch(mode=0o600)
        draft.write_text(text)
        draft.replace(etc_dir(config) / name)
    return etc_dir(config) / "asterisk.conf"


def check(config: Config, passwords: Passwords, asterisk: Asterisk) -> list[Mistake]:
    """How the files on disk differ from what `write` would write, and which modules would not load."""
    mistakes = [
        Mistake(name, complaint)
        for name, text in render(config, passwords, asterisk).items()
        if (complaint := _difference(etc_dir(config) / name, text))
    ]
    mistakes += [
        Mistake("modules.conf", f"{name} is not in {asterisk.module_dir}; install it")
        for name in missing_modules(asterisk.module_dir)
    ]
    return mistakes


def lines(config: Config) -> list[Line]:
    """The configured numbers as the dialplan needs them."""
    return [
        Line(
            did=number.did,
            digits=number.did.removeprefix("+"),
            language=config.language_of(number),
            emergency=number.emergency,
            fax=number.fax,
            otherwise=_otherwise(config, number.did),
        )
        for number in config.numbers
    ]


def _otherwise(config: Config, did: str) -> tuple[str, ...]:
    """A number of a country as that country writes it, where no other number of ours is written so."""
    if not did.startswith("+"):
        return ()
    short = phonenumbers.national_significant_number(phonenumbers.parse(did))
    taken = {number.did.removeprefix("+") for number in config.numbers}
    return tuple(way for way in (short, f"0{short}") if way not in taken)


def _emergency_caller(config: Config, trunk: Trunk) -> str:
    """As whom an emergency is called: the ambulance must be able to call back."""
    usual = config.outside.caller_number or config.dialing.caller_number
    if trunk.caller_numbers and usual not in trunk.caller_numbers:
        return trunk.caller_numbers[0]
    return usual


def fallback_phones(config: Config) -> list[FallbackPhone]:
    """Every "sip:" address of the fallback, with the endpoint that stands for it.

    An endpoint each, because Queue() rings only devices whose state Asterisk knows.
    """
    fallback = config.asterisk.fallback
    addresses = [
        target for target in (*fallback.endpoints, fallback.emergency_number) if target.startswith("sip:")
    ]
    return [
        FallbackPhone(endpoint=f"fallback-{ordinal}", address=address)
        for ordinal, address in enumerate(dict.fromkeys(addresses), 1)
    ]


def _dial_string(target: str, config: Config) -> str:
    """What Dial() and Queue() ring for a phone number, "PJSIP/name" or "sip:..." ; "" for none.

    A phone number goes out through the trunk that is tried first.
    """
    if not target or target.startswith("PJSIP/"):
        return target
    if target.startswith("sip:"):
        endpoints = {phone.address: phone.endpoint for phone in fallback_phones(config)}
        return f"PJSIP/{endpoints[target]}"
    return f"PJSIP/{target}@{in_order(config.asterisk.trunks)[0].name}"


def _prompts(config: Config) -> dict[str, str]:
    """What the fallback says, by use; "" where it says nothing."""
    notice = _NOTICE if config.asterisk.fallback.emergency_key == _NOTICE_KEY else ("", "")
    return {use: _prompt(config, *names) for use, names in {**_PROMPTS, "emergency_notice": notice}.items()}


def _prompt(config: Config, key: str, recorded: str) -> str:
    """Our prompt if both languages have it (Asterisk inserts the caller's language), else a recorded one."""
    directory = config.prompts.directory
    there = all((directory / language / f"{key}.wav").is_file() for language in ("es", "en"))
    return str(directory / key) if there else recorded


def _difference(file: Path, text: str) -> str | None:
    try:
        current = file.read_text()
    except FileNotFoundError:
        return "is not written yet; run: ctiserver asterisk config"
    if current == text:
        return None
    changed = _changed_lines(current.splitlines(), text.splitlines())
    return f"differs from the configuration ({changed} lines); run: ctiserver asterisk config"


def _changed_lines(old: list[str], new: list[str]) -> int:
    return sum(line[:2] in ("+ ", "- ") for line in difflib.ndiff(old, new))


def _escaped(value: object) -> object:
    """A value as Asterisk's files hold it: ";" would begin a comment; control characters have no place."""
    if not isinstance(value, str | os.PathLike):
        return value
    text = str(value)
    if any(ord(character) < 32 for character in text):
        raise ConfigError([Mistake("asterisk", f"{text!r} holds a control character; remove it")])
    return text.replace(";", "\\;")


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def _open_files() -> int:
    """As many open files as Asterisk may have here."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
