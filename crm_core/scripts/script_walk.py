"""One step through a script: what is given as an answer, where it leads, the way back, how much is left. Pure."""

import re
from collections import deque
from datetime import date

import msgspec

from crm_core.scripts.script import Page, Script
from ctiserver.core.errors import Refusal

LONGEST_TEXT = 2000
TRAIL_AT_MOST = 200
"""So many pages one may go back; whoever walks in circles forgets the first ones."""
OBJECTION = "objection."
"""What the names begin with under which objections are kept among the answers."""
_NUMBER = re.compile(r"-?\d{1,15}([.,]\d{1,6})?")


class Step(msgspec.Struct, kw_only=True, frozen=True):
    """What the agent does on `page`: goes on with an `answer`, replies to an `objection`, or goes back."""

    page: str
    answer: str = ""
    objection: str = ""
    back: bool = False


class Place(msgspec.Struct, kw_only=True, frozen=True):
    """Where the talk is: the page, and those before it, the latest last."""

    page: str
    trail: tuple[str, ...] = ()


class Given(msgspec.Struct, kw_only=True, frozen=True):
    """What was said on a page: the question's name, the page's kind, and the answer."""

    question: str
    kind: str
    answer: str


def begin(script: Script) -> Place:
    """The first page."""
    return Place(page=script.start)


def take(script: Script, place: Place, step: Step) -> tuple[Place, Given | None]:
    """Where the step leads, and what it answers; None: nothing.

    Raises Refusal for a step from another page than that of `place`, an unknown objection, or a wrong answer.
    """
    if step.page != place.page or step.page not in script.page:
        raise Refusal(
            "other_page", f"the script is at {place.page!r}, not at {step.page!r}: go on from there"
        )
    if step.back:
        before = place.trail[-1:] or (place.page,)
        return Place(page=before[0], trail=place.trail[:-1]), None
    if step.objection:
        return _object(script, place, step.objection)
    page = script.page[step.page]
    if not page.asks:
        return (_to(script, place, page.next) if page.next else place), None
    answer = checked(page, step.answer)
    given = Given(question=script.question_of(step.page) or step.page, kind=page.kind, answer=answer)
    return _to(script, place, _next(page, answer)), given


def checked(page: Page, answer: str) -> str:
    """The answer as it is kept. Raises Refusal for one that the page does not take."""
    said = answer.strip()
    right = {
        "yes_no": said in ("yes", "no"),
        "choice": said in {one.value for one in page.choice},
        "number": bool(_NUMBER.fullmatch(said)),
        "date": _is_day(said),
        "text": 0 < len(said) <= LONGEST_TEXT,
    }[page.kind]
    if not right:
        raise Refusal(f"wrong_answer_{page.kind}", f"{said!r} is no answer to this: it wants a {page.kind}")
    return said.replace(",", ".") if page.kind == "number" else said


def steps_left(script: Script, page: str) -> int:
    """How many pages come at least until the talk ends; 0: this is an end, or there is none."""
    todo, seen = deque([(page, 0)]), {page}
    while todo:
        name, steps = todo.popleft()
        found = script.page.get(name)
        if found is None:
            continue
        if found.kind == "end":
            return steps
        for to in found.ways():
            if to not in seen:
                seen.add(to)
                todo.append((to, steps + 1))
    return 0


def _object(script: Script, place: Place, name: str) -> tuple[Place, Given]:
    objection = script.objection.get(name)
    if objection is None:
        raise Refusal("no_objection", f"this script has no objection {name!r}")
    given = Given(question=OBJECTION + name, kind="objection", answer=place.page)
    leads_on = objection.next is not None and objection.next != place.page
    return (_to(script, place, objection.next) if leads_on else place), given


def _next(page: Page, answer: str) -> str | None:
    if page.kind == "yes_no":
        return (page.yes if answer == "yes" else page.no) or page.next
    if page.kind == "choice":
        return next(one.next for one in page.choice if one.value == answer) or page.next
    return page.next


def _to(script: Script, place: Place, page: str | None) -> Place:
    if page is None or page not in script.page:
        raise Refusal("leads_nowhere", f"from {place.page!r} this script leads nowhere yet")
    return Place(page=page, trail=(*place.trail, place.page)[-TRAIL_AT_MOST:])


def _is_day(said: str) -> bool:
    try:
        return date.fromisoformat(said).isoformat() == said
    except ValueError:
        return False
