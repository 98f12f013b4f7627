"""What a flow may have done for a caller, as the checker of flows knows it.

An action is a typed function of ours or a webhook (`ctiserver.app.actions`). It takes named arguments, comes to one of
its outcomes, and gives values that the flow can say or decide on.
"""

from ctiserver.core.message import Frozen


class ActionSpec(Frozen):
    """`required` and `optional`: names of arguments; `gives`: each value and what it is said as ("amount")."""

    name: str
    outcomes: tuple[str, ...]
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    gives: dict[str, str] = {}


Actions = dict[str, ActionSpec]
"""By name."""
