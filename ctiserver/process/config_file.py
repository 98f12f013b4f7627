"""Reads `ctiserver.toml` into a `Config`, or says everything that is wrong with it at once.

The types of `ctiserver.core.config` are the only description of the file: unknown keys, wrong types and
values outside their limits are found here, contradictions between values in `config_checks`. Relative paths
are relative to the file's folder. Secrets are not in the file: they come from CTI_* variables.
"""

import dataclasses
import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, replace
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import sounds
from ctiserver.core.action_webhook import ActionWebhook
from ctiserver.core.config import Config, Ice, Mail
from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.core.limits import Between, Match
from ctiserver.core.trunk import Trunk
from ctiserver.process.config_checks import contradictions

T = TypeVar("T")

_NEVER_IN_THE_FILE = {(Trunk, "password"), (Ice, "secret"), (Mail, "password"), (ActionWebhook, "secret")}
_PLAIN_TYPES = {str: "text in quotes", int: "a whole number", bool: "true or false"}


class _Misfit(Exception):
    """A value was refused and its mistake noted: the reader goes on without it."""


def load(path: Path, environ: Mapping[str, str] = os.environ) -> Config:
    """The checked configuration, with absolute paths and the secrets of `environ`.

    Raises ConfigError with every mistake of the file.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            [Mistake(str(path), f"cannot be read ({error.strerror}); name an existing file")]
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([Mistake(str(path), f"is not valid TOML: {error}")]) from error
    return parse(content, folder=path.absolute().parent, environ=environ)


def parse(content: Mapping[str, Any], *, folder: Path, environ: Mapping[str, str]) -> Config:
    """Like `load`, from a parsed file whose relative paths start at `folder`."""
    reader = _Reader()
    config = _complete(reader.table(Config, content, ""), content, folder, environ)
    # A list with a misfit is shorter than in the file: what else is wrong in it would bear the wrong number.
    noted = {mistake.path.partition("[")[0] for mistake in reader.mistakes}
    further = (m for m in contradictions(config, environ) if m.path.partition("[")[0] not in noted)
    mistakes = [*reader.mistakes, *further]
    if mistakes:
        raise ConfigError(mistakes)
    return config


class _Reader:
    """Turns TOML values into dataclasses; notes what does not fit and puts the default in its place."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []

    def table(self, cls: type[T], content: object, path: str) -> T:
        if not isinstance(content, Mapping):
            raise self._misfit(path, f"must be a table, not {content!r}")
        kinds = get_type_hints(cls, include_extras=True)
        known = [name for name in kinds if (cls, name) not in _NEVER_IN_THE_FILE]
        for key in content:
            if key not in known:
                self._note(_join(path, key), _unknown(key, known))
        values = {}
        for name in known:
            if name in content:
                try:
                    values[name] = self._value(kinds[name], content[name], _join(path, name))
                except _Misfit:
                    continue
        self._require(cls, content, values, path)
        return cls(**values)

    def _require(
        self, cls: type[Any], content: Mapping[str, object], values: Mapping[str, object], path: str
    ) -> None:
        required = [
            f.name for f in dataclasses.fields(cls) if f.default is MISSING and f.default_factory is MISSING
        ]
        for name in required:
            if name not in content:
                self._note(_join(path, name), "is missing; add it")
        if any(name not in values for name in required):
            raise _Misfit

    def _value(self, kind: Any, value: object, path: str) -> Any:
        origin, arguments = get_origin(kind), get_args(kind)
        if origin is Annotated:
            return self._limited(self._value(arguments[0], value, path), arguments[1:], path)
        if origin is Literal:
            if value not in arguments:
                raise self._misfit(path, f"must be {' or '.join(map(repr, arguments))}, not {value!r}")
            return value
        if origin is tuple:
            return self._list(arguments[0], value, path)
        if origin is Mapping:
            return self._mapping(arguments[1], value, path)
        if dataclasses.is_dataclass(kind):
            return self.table(kind, value, path)  # type: ignore[arg-type]  # is_dataclass allows instances
        return self._plain(kind, value, path)

    def _plain(self, kind: type, value: object, path: str) -> object:
        if kind is Path and isinstance(value, str) and value:
            return Path(value)
        if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        if type(value) is kind:
            return value
        expected = _PLAIN_TYPES.get(kind, "a path in quotes" if kind is Path else "a number")
        raise self._misfit(path, f"must be {expected}, not {value!r}")

    def _limited(self, value: object, limits: tuple[object, ...], path: str) -> object:
        for limit in limits:
            if isinstance(limit, Between | Match) and (complaint := limit.complaint(value)):
                raise self._misfit(path, complaint)
        return value

    def _list(self, kind: Any, value: object, path: str) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise self._misfit(path, f"must be a list in square brackets, not {value!r}")
        items = []
        for ordinal, item in enumerate(value, 1):
            try:
                items.append(self._value(kind, item, f"{path}[{ordinal}]"))
            except _Misfit:
                continue
        return tuple(items)

    def _mapping(self, kind: Any, value: object, path: str) -> dict[str, object]:
        if not isinstance(value, Mapping):
            raise self._misfit(path, f"must be a table such as {{A = 120}}, not {value!r}")
        return {key: self._value(kind, item, _join(path, key)) for key, item in value.items()}

    def _note(self, path: str, message: str) -> None:
        self.mistakes.append(Mistake(path, message))

    def _misfit(self, path: str, message: str) -> _Misfit:
        self._note(path or "the file", message)
        return _Misfit()


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"is unknown; did you mean {near[0]}?" if near else f"is unknown; known are {', '.join(known)}"


def _complete(config: Config, content: Mapping[str, Any], folder: Path, environ: Mapping[str, str]) -> Config:
    """The configuration with absolute paths, defaults that depend on other values, and secrets."""
    installation, asterisk = config.installation, config.asterisk
    state_dir = folder / str(installation.state_dir).replace("{name}", installation.name)
    trunks = tuple(replace(t, password=environ.get(t.password_env, "")) for t in asterisk.trunks)
    ice = replace(config.console.ice, secret=environ.get(config.console.ice.secret_env, ""))
    prompts = (
        folder / config.prompts.directory
        if "directory" in content.get("prompts", {})
        else Path(sounds.__path__[0])
    )
    return replace(
        config,
        installation=replace(installation, state_dir=state_dir),
        asterisk=replace(asterisk, install_dir=folder / asterisk.install_dir, trunks=trunks),
        database=replace(
            config.database,
            url=environ.get("CTI_DATABASE_URL")
            or config.database.url
            or f"sqlite:///{state_dir / 'cti.sqlite'}",
        ),
        console=replace(config.console, ice=ice),
        actions=tuple(replace(a, secret=environ.get(a.secret_env, "")) for a in config.actions),
        mail=replace(config.mail, password=environ.get(config.mail.password_env, "")),
        redis=replace(config.redis, url=environ.get("CTI_REDIS_URL") or config.redis.url),
        flows=replace(config.flows, directory=folder / config.flows.directory),
        prompts=replace(config.prompts, directory=prompts),
    )
