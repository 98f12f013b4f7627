"""What the doctor examines of names of streets: whether there is a tool that speaks them, and how many wait for it."""

import os
import shutil
from collections.abc import Iterator

from crm_core import spoken_names
from crm_core.db import Store
from ctiserver.app import prompt_rendering
from ctiserver.app.doctor_finding import Finding, ok, warn
from ctiserver.core.config import Config
from ctiserver.core.errors import InstallError


def names(config: Config) -> Iterator[Finding]:
    """Streets are spoken, or why they are not. Raises StoreError."""
    with Store(config.database.url) as store:
        waiting, made = store.read(spoken_names.counted)
    try:
        command = prompt_rendering.command_from(os.environ, config.prompts.renderer)
    except InstallError:
        says = f"no tool speaks streets (prompts.renderer): calls say the number of the house; {waiting} wait"
        yield warn(says) if waiting else ok(says)
        return
    if shutil.which(command[0]) is None:
        yield warn(
            f"there is no program {command[0]}: install it or set prompts.renderer right; {waiting} wait"
        )
    else:
        yield ok(f"{made} are spoken, {waiting} wait")
