"""Where this installation keeps files that belong to persons."""

from crm_core.privacy.files import Folders
from ctiserver.core.config import Config
from ctiserver.process import folders


def personal_files(config: Config) -> Folders:
    """The folders of attachments, recordings, imported tables and spoken names."""
    return Folders(
        attachments=folders.attachments_dir(config),
        recordings=folders.recordings_dir(config),
        kept_recordings=folders.kept_recordings_dir(config),
        imports=folders.imports_dir(config),
        names=folders.names_dir(config),
    )
