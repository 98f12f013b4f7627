"""What each trunk of the configuration wants, for the switch."""

from ctiserver.asterisk.carriers import Carrier
from ctiserver.core.config import Config
from ctiserver.core.dial_limits import Limit


def carriers(config: Config) -> dict[str, Carrier]:
    """The trunks by their names."""
    return {
        trunk.name: Carrier(
            name=trunk.name,
            numbers=trunk.numbers,
            prefix=trunk.prefix,
            caller_numbers=trunk.caller_numbers,
            limit=Limit(lines=trunk.lines or None, per_second=trunk.lines_per_second or None),
        )
        for trunk in config.asterisk.trunks
    }
