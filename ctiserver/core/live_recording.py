"""What is recorded of a contact now: its talk, a consult in it, and whether both are silent on purpose."""

from ctiserver.core import events as e
from ctiserver.core.live_rows import ContactView


def follow(contact: ContactView, event: e.ContactEvent) -> None:
    """What an event changes about it; most change nothing."""
    match event:
        case e.RecordingStarted(recording=recording):
            contact.recording = recording
        case e.ConsultAnswered(recording=recording):
            contact.aside = recording
        case e.RecordingPaused() | e.RecordingResumed():
            contact.recording_paused = isinstance(event, e.RecordingPaused)
        case e.ConsultEnded():
            contact.aside = None
        case e.TalkEnded(agent=agent) if contact.agent in (agent, None):  # the others go on without a guest
            contact.recording = contact.aside = None
        case e.RecordingKept(recording=recording) | e.RecordingLost(recording=recording):
            contact.recording = None if contact.recording == recording else contact.recording
            contact.aside = None if contact.aside == recording else contact.aside
        case _:
            return
    contact.recording_paused = contact.recording_paused and bool(contact.recording or contact.aside)
