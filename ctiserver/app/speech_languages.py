"""Which languages are recognised here."""

from ctiserver.core.config import Config
from ctiserver.process import folders
from ctiserver.speech.recogniser import installed_languages


def spoken_languages(config: Config) -> tuple[str, ...]:
    """Those with a model, unless speech is switched off."""
    return installed_languages(folders.speech_dir(config)) if config.speech.enabled else ()
