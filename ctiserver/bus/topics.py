"""The names of what goes over the bus. The bus itself keeps installations apart.

`EVENTS` carries `{"seq": int, "events": [...]}` for every journal entry that changed something, and with seq 0 what
no entry brought about (the journal's own state): a screen skips the entries that its snapshot covers, never a 0;
`pop(agent)` a ScreenPop; `REQUESTS` takes a request without `at` and answers RequestAnswered; `SNAPSHOT` answers a
LiveView; `PRESENCE` carries `{"agent": str, "present": bool}` as agents' browsers come and go; `PROVISION` has
Asterisk told of the phones anew; `RELOAD` makes the calls process read the configuration again, and answers its
version; `job(kind)` asks the jobs process, `speech(language, number)` a recogniser's to listen to a caller.
"""

EVENTS = "events"
REQUESTS = "requests"
SNAPSHOT = "snapshot"
RELOAD = "reload"
PRESENCE = "presence"
PROVISION = "provision"


def pop(agent: str) -> str:
    """Where an agent's screen pops go; nobody else listens there."""
    return f"pop.{agent}"


def job(kind: str) -> str:
    """Where questions of one kind are asked of the jobs process."""
    return f"job.{kind}"


def speech(language: str, number: int) -> str:
    """Where one recogniser's process of a language is asked to listen."""
    return f"speech.{language}.{number}"
