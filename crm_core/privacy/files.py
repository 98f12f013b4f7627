"""The files of a person: attachments, recordings of contacts, tables he was imported with, sounds of his address.

They are named by kind and name, not by path: whoever has the folders finds them. An attachment whose content another
customer has too stays for him.
"""

from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.attachments import Attachment, path_of
from crm_core.interactions import Interaction, Segment, SurveyAnswer
from crm_core.privacy.ownership import Person
from crm_core.privacy.parts import his
from crm_core.privacy.quotes import files_of_imports
from crm_core.spoken_names import sounds_of
from crm_core.third_parties import ThirdParty

ATTACHMENT, RECORDING, IMPORT, NAME = "attachment", "recording", "import", "name"


class FileName(NamedTuple):
    """`kind` is attachment (its name is "account/sha256"), recording, import or name (its sound, "es/...")."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Folders:
    """Where they lie."""

    attachments: Path
    recordings: Path
    kept_recordings: Path
    imports: Path
    names: Path


def files_of(session: Session, person: Person) -> list[FileName]:
    """Those that are nobody else's, in a fixed order."""
    others = select(Attachment.sha256).where(
        Attachment.account_id == person.account_id, Attachment.customer_id.not_in(person.ids)
    )
    own = select(Attachment.sha256).where(
        Attachment.account_id == person.account_id,
        Attachment.customer_id.in_(person.ids),
        Attachment.sha256.not_in(others),
    )
    contents = [f"{person.account_id}/{content}" for content in sorted(set(session.scalars(own)))]
    return [
        *(FileName(ATTACHMENT, name) for name in contents),
        *(FileName(RECORDING, name) for name in recordings_of(session, person)),
        *(FileName(IMPORT, name) for name in files_of_imports(session, person)),
        *(FileName(NAME, name) for name in sounds_of(session, person.account_id, person.ids)),
    ]


def recordings_of(session: Session, person: Person) -> list[str]:
    """The recordings of his contacts, by their names in the switch."""
    contacts = select(Interaction.id).where(his("interactions", person))
    query = select(Segment.recording).where(
        Segment.interaction_id.in_(contacts), Segment.recording.is_not(None)
    )
    left = select(Interaction.voicemail).where(
        his("interactions", person), Interaction.voicemail.is_not(None)
    )
    spoken = select(SurveyAnswer.recording).where(
        SurveyAnswer.interaction_id.in_(contacts), SurveyAnswer.recording.is_not(None)
    )
    aside = select(ThirdParty.recording).where(
        ThirdParty.interaction_id.in_(contacts), ThirdParty.recording.is_not(None)
    )
    found = (name for names in (query, left, spoken, aside) for name in session.scalars(names))
    return sorted({name for name in found if name})


def paths(folders: Folders, file: FileName) -> list[Path]:
    """Where it lies; [] when it is not there (any more). A recording may be there in several formats."""
    if file.kind == RECORDING:
        pattern = f"{escape(Path(file.name).name)}.*"
        return sorted([*folders.recordings.glob(pattern), *folders.kept_recordings.glob(f"*/{pattern}")])
    if file.kind == NAME:
        path = (folders.names / file.name).with_suffix(".wav")
    elif file.kind == IMPORT:
        path = folders.imports / Path(file.name).name
    else:
        account_id, _, content = file.name.partition("/")
        path = path_of(folders.attachments, int(account_id), content)
    return [path] if path.is_file() else []


def remove(folders: Folders, file: FileName) -> bool:
    """Whether it is gone now."""
    try:
        for path in paths(folders, file):
            path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
