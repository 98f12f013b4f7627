"""Results of contacts, reasons for contacts and pauses, skills: words that agents choose from.

What records may name is retired, never deleted; a skill is named by no record, and goes when nobody needs it.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.administration import checks
from crm_core.administration.desk import Author, Thing
from crm_core.agents import AgentSkill, Skill
from crm_core.campaigns.effect_forms import EFFECTS
from crm_core.contact_reasons import ContactReason, reasons_of_account
from crm_core.dispositions import Disposition
from crm_core.pause_reasons import PauseReason, pause_reasons_of_account
from crm_core.queues import Queue, QueueSkill, queue
from ctiserver.core.errors import Mistake, Refusal

_Row = TypeVar("_Row", Disposition, ContactReason, PauseReason)
_Form = TypeVar("_Form", bound=msgspec.Struct)


class Retiring(Thing[_Row, _Form]):
    """Words that records may name."""

    def make(self, session: Session, account_id: int, form: _Form) -> _Row:
        row = self.fresh(session, account_id, form)
        self.change(session, row, form)
        session.add(row)
        return row

    @abstractmethod
    def fresh(self, session: Session, account_id: int, form: _Form) -> _Row:
        """A row with nothing but what never changes."""

    def remove(self, session: Session, author: Author, row: _Row) -> bool:
        row.retired = True
        return True


class DispositionForm(msgspec.Struct, kw_only=True):
    """How a contact may end. `queue` None: in every queue.

    `effect`: what it brings about, None for nothing; `effect_flow`: the flow that reminds of a promise, None: no one.
    """

    code: str
    queue: str | None = None
    label_es: str
    label_en: str
    needs_note: bool = False
    effect: str | None = None
    effect_flow: str | None = None
    retired: bool = False


class Dispositions(Retiring[Disposition, DispositionForm]):
    """Named by queue and code, "servicio.complaint"; those of all queues by "all.solved"."""

    name = "disposition"

    def rows(self, session: Session, account_id: int) -> Sequence[Disposition]:
        query = select(Disposition).where(Disposition.account_id == account_id)
        return sorted(session.scalars(query), key=lambda row: (_queue_key(row) or "", row.code))

    def id(self, row: Disposition) -> str:
        return _disposition_id(_queue_key(row), row.code)

    def read(self, session: Session, row: Disposition) -> DispositionForm:
        return DispositionForm(
            code=row.code,
            queue=_queue_key(row),
            label_es=row.label_es,
            label_en=row.label_en,
            needs_note=row.needs_note,
            effect=row.effect or None,
            effect_flow=row.effect_flow,
            retired=row.retired,
        )

    def mistakes(
        self, session: Session, author: Author, row: Disposition | None, form: DispositionForm
    ) -> list[Mistake]:
        same_queue = [one for one in self.rows(session, author.account_id) if _queue_key(one) == form.queue]
        queues = session.scalars(select(Queue.key).where(Queue.account_id == author.account_id)).all()
        found = [
            *checks.key("code", form.code, row.code if row else None, [one.code for one in same_queue]),
            *checks.filled(label_es=form.label_es, label_en=form.label_en),
            *checks.known("queue", form.queue, queues),
            *checks.known("effect", form.effect, EFFECTS),
        ]
        if form.effect_flow is not None and form.effect != "promise_to_pay":
            found.append(Mistake("effect_flow", "only a promise to pay is reminded of", "no_reminder"))
        if row is not None and form.queue != _queue_key(row):
            found.append(Mistake("queue", "stays: records name it", "fixed"))
        return found

    def fresh(self, session: Session, account_id: int, form: DispositionForm) -> Disposition:
        of = queue(session, account_id, form.queue) if form.queue else None
        return Disposition(account_id=account_id, queue=of, code=form.code)

    def change(self, session: Session, row: Disposition, form: DispositionForm) -> None:
        row.label_es, row.label_en = form.label_es, form.label_en
        row.needs_note, row.retired = form.needs_note, form.retired
        row.effect, row.effect_flow = form.effect or "", form.effect_flow


def _queue_key(row: Disposition) -> str | None:
    return row.queue.key if row.queue else None


def _disposition_id(queue_key: str | None, code: str) -> str:
    return f"{queue_key or 'all'}.{code}"


class ContactReasonForm(msgspec.Struct, kw_only=True):
    """Why a customer came. `guessed_by`: `name=value` of what he told the menu; `parent`: the wider reason."""

    key: str
    parent: str | None = None
    label_es: str
    label_en: str
    position: int = 0
    guessed_by: list[str] = []
    retired: bool = False


class ContactReasons(Retiring[ContactReason, ContactReasonForm]):
    """Named by their keys."""

    name = "contact_reason"

    def rows(self, session: Session, account_id: int) -> Sequence[ContactReason]:
        return reasons_of_account(session, account_id, with_retired=True)

    def id(self, row: ContactReason) -> str:
        return row.key

    def read(self, session: Session, row: ContactReason) -> ContactReasonForm:
        return ContactReasonForm(
            key=row.key,
            parent=row.parent.key if row.parent else None,
            label_es=row.label_es,
            label_en=row.label_en,
            position=row.position,
            guessed_by=list(row.guessed_by),
            retired=row.retired,
        )

    def mistakes(
        self, session: Session, author: Author, row: ContactReason | None, form: ContactReasonForm
    ) -> list[Mistake]:
        by_key = {one.key: one for one in self.rows(session, author.account_id)}
        found = [
            *checks.key("key", form.key, row.key if row else None, by_key),
            *checks.filled(label_es=form.label_es, label_en=form.label_en),
            *checks.known("parent", form.parent, by_key),
        ]
        if _is_above(form.key, form.parent, by_key):
            found.append(Mistake("parent", "a reason cannot be part of itself", "circle"))
        if any("=" not in value.strip("=") for value in form.guessed_by):
            found.append(
                Mistake("guessed_by", "write each as name=value, such as reason=balance", "wrong_guess")
            )
        return found

    def fresh(self, session: Session, account_id: int, form: ContactReasonForm) -> ContactReason:
        return ContactReason(account_id=account_id, key=form.key)

    def change(self, session: Session, row: ContactReason, form: ContactReasonForm) -> None:
        parents = {one.key: one for one in self.rows(session, row.account_id)} if form.parent else {}
        row.parent = parents[form.parent] if form.parent else None
        row.label_es, row.label_en, row.position = form.label_es, form.label_en, form.position
        row.guessed_by, row.retired = list(form.guessed_by), form.retired


def _is_above(key: str, below: str | None, by_key: dict[str, ContactReason]) -> bool:
    seen: set[str] = set()
    while below is not None and below not in seen:
        if below == key:
            return True
        seen.add(below)
        parent = by_key[below].parent if below in by_key else None
        below = parent.key if parent else None
    return False


class PauseReasonForm(msgspec.Struct, kw_only=True):
    """Why an agent takes no contacts; lower positions are offered first."""

    key: str
    label_es: str
    label_en: str
    position: int = 0
    retired: bool = False


class PauseReasons(Retiring[PauseReason, PauseReasonForm]):
    """Named by their keys."""

    name = "pause_reason"

    def rows(self, session: Session, account_id: int) -> Sequence[PauseReason]:
        return pause_reasons_of_account(session, account_id, with_retired=True)

    def id(self, row: PauseReason) -> str:
        return row.key

    def read(self, session: Session, row: PauseReason) -> PauseReasonForm:
        return PauseReasonForm(
            key=row.key,
            label_es=row.label_es,
            label_en=row.label_en,
            position=row.position,
            retired=row.retired,
        )

    def mistakes(
        self, session: Session, author: Author, row: PauseReason | None, form: PauseReasonForm
    ) -> list[Mistake]:
        taken = [one.key for one in self.rows(session, author.account_id)]
        return [
            *checks.key("key", form.key, row.key if row else None, taken),
            *checks.filled(label_es=form.label_es, label_en=form.label_en),
        ]

    def fresh(self, session: Session, account_id: int, form: PauseReasonForm) -> PauseReason:
        return PauseReason(account_id=account_id, key=form.key)

    def change(self, session: Session, row: PauseReason, form: PauseReasonForm) -> None:
        row.label_es, row.label_en = form.label_es, form.label_en
        row.position, row.retired = form.position, form.retired


class SkillForm(msgspec.Struct, kw_only=True):
    """Something that a contact may need and an agent may have."""

    key: str
    label_es: str
    label_en: str


class Skills(Thing[Skill, SkillForm]):
    """Named by their keys, which are unique in the whole center."""

    name = "skill"

    def rows(self, session: Session, account_id: int) -> Sequence[Skill]:
        query = select(Skill).where(Skill.account_id == account_id)
        return session.scalars(query.order_by(Skill.key)).all()

    def id(self, row: Skill) -> str:
        return row.key

    def read(self, session: Session, row: Skill) -> SkillForm:
        return SkillForm(key=row.key, label_es=row.label_es, label_en=row.label_en)

    def mistakes(self, session: Session, author: Author, row: Skill | None, form: SkillForm) -> list[Mistake]:
        taken = session.scalars(select(Skill.key)).all()
        return [
            *checks.key("key", form.key, row.key if row else None, taken),
            *checks.filled(label_es=form.label_es, label_en=form.label_en),
        ]

    def make(self, session: Session, account_id: int, form: SkillForm) -> Skill:
        row = Skill(key=form.key, account_id=account_id, label_es=form.label_es, label_en=form.label_en)
        session.add(row)
        return row

    def change(self, session: Session, row: Skill, form: SkillForm) -> None:
        row.label_es, row.label_en = form.label_es, form.label_en

    def remove(self, session: Session, author: Author, row: Skill) -> bool:
        needed = select(QueueSkill.queue_id).where(QueueSkill.skill_key == row.key).limit(1)
        had = select(AgentSkill.agent_id).where(AgentSkill.skill_key == row.key).limit(1)
        if session.scalar(needed) is not None or session.scalar(had) is not None:
            raise Refusal(
                "in_use", f"queues or agents still have the skill {row.key}: take it from them first"
            )
        session.delete(row)
        return False
