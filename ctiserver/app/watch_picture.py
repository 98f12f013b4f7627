"""The live view as text: one picture of queues, agents and contacts, in Spanish or English."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from ctiserver.core.config import Language
from ctiserver.core.events import CampaignPaced
from ctiserver.core.live_rows import AgentView, ContactView
from ctiserver.core.live_view import LiveView

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "no_feed": "FEED LOST for {seconds}: the picture below is old",
        "no_server": "no server answers yet",
        "no_contact": "nobody is calling",
        "switch": "Asterisk up",
        "no_switch": "ASTERISK OUT OF REACH",
        "journal": "journal written",
        "no_journal": "JOURNAL NOT WRITTEN",
        "queues": "queue|waiting|longest|classes|came|answered|gave up",
        "agents": "agent|status|activity|for|contact|queue",
        "contacts": "contact|number|class|stage|for|queue|agent|path",
        "campaigns": "campaign|mode|held|idle|talking|ringing|waiting|dialled|abandons/answers|limit|due",
    },
    "es": {
        "no_feed": "SIN SEÑAL desde hace {seconds}: lo que se ve es antiguo",
        "no_server": "ningún servidor responde todavía",
        "no_contact": "nadie está llamando",
        "switch": "Asterisk en línea",
        "no_switch": "ASTERISK FUERA DE ALCANCE",
        "journal": "diario al día",
        "no_journal": "EL DIARIO NO SE ESCRIBE",
        "queues": "cola|esperan|más larga|clases|entraron|atendidos|abandonos",
        "agents": "agente|estado|actividad|hace|contacto|cola",
        "contacts": "contacto|número|clase|etapa|hace|cola|agente|recorrido",
        "campaigns": "campaña|modo|detenida|libres|hablan|suenan|esperan|marcadas|abandonos/contestan|límite|faltan",
    },
}
_TERMS: dict[Language, dict[str, str]] = {
    "en": {"logged_out": "logged out", "wrapping_up": "wrapping up"}
    | {name: name.replace("_", " ") for name in ("by_click", "no_leads", "no_agents", "no_switch")},
    "es": {
        "logged_out": "desconectado",
        "available": "disponible",
        "pause": "pausa",
        "idle": "libre",
        "reserved": "reservado",
        "ringing": "suena",
        "talking": "habla",
        "wrapping_up": "cierre",
        "ivr": "menú",
        "queued": "espera",
        "offered": "suena",
        "joining": "conecta",
        "calling": "llama",
        "held": "retención",
        "on_hold": "retención",
        "agent_away": "vuelve",
        "away": "vuelve",
        "message": "mensaje",
        "voicemail": "mensaje",
        "call_back": "por llamar",
        "calling_back": "se le llama",
        "colleague": "con un colega",
        "survey": "encuesta",
        "leaving": "se va",
        "manual": "manual",
        "preview": "con vista previa",
        "progressive": "progresiva",
        "predictive": "predictiva",
        "paused": "en pausa",
        "closed": "fuera de hora",
        "by_click": "con un clic",
        "no_leads": "nadie por llamar",
        "no_agents": "sin agentes",
        "no_switch": "sin línea",
    },
}
_LONGEST_CELL = 40


class Picture:
    """How one installation is shown: its name, language and time zone (IANA name)."""

    def __init__(self, name: str, language: Language, time_zone: str) -> None:
        self._name, self._words, self._terms = name, _WORDS[language], _TERMS[language]
        self._zone = ZoneInfo(time_zone)

    def draw(self, view: LiveView | None, *, now: float, lost_at: float | None) -> str:
        """The picture at `now` (epoch seconds), as lines; `lost_at`: when the feed was lost, or None."""
        lines = []
        if lost_at is not None:
            lost = self._words["no_feed" if view else "no_server"].format(seconds=_minutes(now - lost_at))
            lines += [f"*** {lost} ***", ""]
        if view:
            lines += [self._head(view, now), ""]
            lines += [*self._queues(view, now), "", *self._agents(view, now), "", *self._contacts(view, now)]
            lines += ["", *self._campaigns(view)] if view.campaigns else []
        return "\n".join(line.rstrip() for line in lines) + "\n"

    def clock(self, at: float) -> str:
        """The time of day of the installation."""
        return f"{datetime.fromtimestamp(at, self._zone):%H:%M:%S}"

    def _head(self, view: LiveView, now: float) -> str:
        switch = self._words["switch" if view.switch_up else "no_switch"]
        journal = self._words["journal" if view.journal_ok else "no_journal"]
        return " · ".join((self._name, self.clock(now), switch, journal, f"#{view.seq}"))

    def _queues(self, view: LiveView, now: float) -> list[str]:
        rows = []
        for key, queue in sorted((key, row.as_of(now)) for key, row in view.queues.items()):
            waiting = view.waiting(key)
            longest = _minutes(now - (waiting[0].queued_at or now)) if waiting else ""
            classes = " ".join(contact.value_class or "?" for contact in waiting)
            counts = (queue.queued, queue.answered, queue.abandoned)
            rows.append((key, len(waiting), longest, classes, *counts))
        return _table(self._words["queues"], rows)

    def _agents(self, view: LiveView, now: float) -> list[str]:
        return _table(
            self._words["agents"],
            (self._agent(view, agent, now) for _, agent in sorted(view.agents.items())),
        )

    def _agent(self, view: LiveView, agent: AgentView, now: float) -> Sequence[object]:
        contact = view.contacts.get(agent.contact) if agent.contact else None
        reason = f" ({agent.reason})" if agent.reason else ""
        activity = "" if agent.status == "logged_out" and agent.activity == "idle" else agent.activity
        return (
            agent.agent,
            self._term(agent.status) + reason,
            self._term(activity),
            _minutes(now - agent.since) if agent.since else "",
            agent.contact or "",
            (contact.queue or "") if contact else "",
        )

    def _contacts(self, view: LiveView, now: float) -> list[str]:
        if not view.contacts:
            return [self._words["no_contact"]]
        oldest_first = sorted(view.contacts.values(), key=lambda contact: contact.arrived_at)
        return _table(self._words["contacts"], (self._contact(contact, now) for contact in oldest_first))

    def _contact(self, contact: ContactView, now: float) -> Sequence[object]:
        return (
            contact.contact,
            contact.pii_number,
            contact.value_class or "",
            self._term(contact.stage),
            _minutes(now - contact.since),
            contact.queue or "",
            contact.agent or "",
            " > ".join(contact.path),
        )

    def _campaigns(self, view: LiveView) -> list[str]:
        return _table(
            self._words["campaigns"], (self._campaign(it) for _, it in sorted(view.campaigns.items()))
        )

    def _campaign(self, it: CampaignPaced) -> Sequence[object]:
        due = "" if it.due_leads is None else it.due_leads
        ratio = f"{it.abandons}/{it.answers}"
        lines = (it.idle, it.talking, it.ringing, it.waiting, it.dialled)
        return it.campaign, self._term(it.mode), self._term(it.held), *lines, ratio, f"{it.limit:.1%}", due

    def _term(self, word: str) -> str:
        return self._terms.get(word, word)


def event_line(picture: Picture, seq: int, at: float, name: str, fields: dict[str, Any]) -> str:
    """One event as a line."""
    shown = " ".join(f"{key}={value}" for key, value in fields.items())
    return f"{picture.clock(at)} #{seq} {name} {shown}".rstrip()


def _table(heads: str, rows: Iterable[Sequence[object]]) -> list[str]:
    """Columns as wide as their longest cell; the last one as long as it is."""
    cells = [[str(cell) for cell in row] for row in rows]
    table = [heads.split("|"), *([cell[-_LONGEST_CELL:] for cell in row[:-1]] + row[-1:] for row in cells)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]


def _minutes(seconds: float) -> str:
    """Minutes and seconds, 0:07; hours too when there are, 1:02:07."""
    minutes, rest = divmod(max(0, int(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
