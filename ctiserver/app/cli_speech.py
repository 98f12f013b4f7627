"""The commands for those who bring speech models."""

import shutil
from argparse import Namespace
from pathlib import Path

from ctiserver.app.speech_languages import spoken_languages
from ctiserver.app.speech_worker import load as load_model
from ctiserver.core.config import Config
from ctiserver.core.errors import Refusal
from ctiserver.process import folders
from ctiserver.process.config_file import load
from ctiserver.speech.recogniser import is_model


def install(chosen: Namespace) -> None:
    """Copies the model for a language, once it was loaded. Raises Refusal; an older model stays until then."""
    config, source = load(chosen.config), chosen.directory
    if not is_model(source):
        raise Refusal(
            "no_speech_model",
            f"{source} holds no model (am/final.mdl is missing): name the folder of an unpacked one of Vosk's",
        )
    if load_model(source) is None:
        raise Refusal("no_speech_model", f"the model in {source} cannot be used, as the line above says")
    target = folders.speech_dir(config) / chosen.language
    _replace(source, target)
    print(f"{chosen.language} is recognised with {target} from the next start on: restart ctiserver serve")


def show(chosen: Namespace) -> None:
    """One line per language."""
    config = load(chosen.config)
    languages = spoken_languages(config)
    for language in languages:
        print(f"{language}: {folders.speech_dir(config) / language}")
    if not languages:
        print(_nothing(config))


def _nothing(config: Config) -> str:
    if not config.speech.enabled:
        return "speech is switched off: [speech] enabled = false"
    return "no language is recognised, callers use keys; bring a model: ctiserver speech install DIR"


def _replace(source: Path, target: Path) -> None:
    """Half a copy never stands where a whole one is looked for."""
    new, old = (target.with_name(f".{target.name}.{which}") for which in ("new", "old"))
    for left_over in (new, old):
        shutil.rmtree(left_over, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, new)
    if target.exists():
        target.rename(old)
    new.rename(target)
    shutil.rmtree(old, ignore_errors=True)
