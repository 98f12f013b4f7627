"""What can be wrong with a script as a whole, and the English sentence for each mistake. Pure.

A script that passes has no page that nobody reaches, no answer that leads nowhere and no circle that never ends; each
text stands in every language and names only what there is; and no step takes longer to read than
`reading_time.LIMIT_SECONDS`. A page's choices are read while the customer answers: together they are a step of their
own, and so are the objections that are offered side by side. An objection is a way in, but no way out: who never
objects must come to an end too.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from crm_core.scripts import reading_time, script_variables
from crm_core.scripts.script import CHOICES_AT_MOST, LANGUAGES, Objection, Page, Script
from ctiserver.core.toml_mistakes import Wrong, wrong

SENTENCES: Mapping[str, str] = {
    "not_toml": "not TOML: {what}",
    "key_twice": "this key is there twice: take one of them away",
    "wrong_shape": "{what}",
    "no_start": "start names {page!r}, a page that there is not",
    "nowhere": "{from_!r} leads to {to!r}, a page that there is not",
    "no_way": "{page!r} leads nowhere: write next, or where each answer leads",
    "ways_of_others": "{key} belongs to pages of the kind {kind}: take this line away",
    "end_leads_on": "{page!r} ends the talk: take next away",
    "no_choices": "{page!r} offers no choices: write [[page.{page}.choice]] at least twice",
    "too_many_choices": "{what} offers {number} choices: there are keys for {most}",
    "choice_twice": "{page!r} has the choice {value!r} twice",
    "question_twice": "{page!r} keeps its answer as {question!r}, as {other!r} does: name another question",
    "no_text": "{what} has no text in {language!r}",
    "no_reply": "the objection {objection!r} has no reply in {language!r}: write reply_{language}",
    "unknown_variable": "{variable!r} is nothing that {what} can speak of",
    "unreached": "nobody reaches the page {page!r}",
    "no_exit": "loop without exit: from {page!r} the talk never comes to an end",
    "no_parent": "the objection {objection!r} stands below {parent!r}, which there is not, or below itself",
    "too_long": "{what} takes {seconds} s to read in {language!r}: cut {words} words ({limit} s at most)",
    "unknown_disposition": "there is no result {disposition!r}",
}


def mistakes(script: Script, dispositions: Collection[str] | None) -> Iterator[Wrong]:
    """All of them. `dispositions`: the results that there are; None: nobody can tell."""
    if script.start not in script.page:
        yield wrong(("start",), "no_start", page=script.start)
    for name, page in script.page.items():
        yield from _ways(script, name, page)
        yield from _choices(name, page)
        if dispositions is not None and page.disposition not in (None, *dispositions):
            at = ("page", name, "disposition")
            yield wrong(at, "unknown_disposition", disposition=page.disposition)
    yield from _questions(script)
    for name, objection in script.objection.items():
        yield from _objection(script, name, objection)
    yield from _reach(script)
    yield from _texts(script)
    yield from _long_lists(script)


def _ways(script: Script, name: str, page: Page) -> Iterator[Wrong]:
    here = ("page", name)
    for key, to in (("next", page.next), ("yes", page.yes), ("no", page.no)):
        if to is not None and to not in script.page:
            yield wrong((*here, key), "nowhere", from_=name, to=to)
    for place, choice in enumerate(page.choice):
        if choice.next is not None and choice.next not in script.page:
            yield wrong((*here, "choice", str(place), "next"), "nowhere", from_=name, to=choice.next)
    if page.lacks_way() and not (page.kind == "choice" and not page.choice):
        yield wrong(here, "no_way", page=name)
    if page.kind == "end" and page.next is not None:
        yield wrong((*here, "next"), "end_leads_on", page=name)
    for key, kind, there in (
        ("yes", "yes_no", page.yes),
        ("no", "yes_no", page.no),
        ("choice", "choice", page.choice),
        ("disposition", "end", page.disposition),
    ):
        if there and page.kind != kind:
            yield wrong((*here, key), "ways_of_others", key=key, kind=kind)


def _choices(name: str, page: Page) -> Iterator[Wrong]:
    here = ("page", name)
    if page.kind != "choice":
        return
    if not page.choice:
        yield wrong(here, "no_choices", page=name)
    if len(page.choice) > CHOICES_AT_MOST:
        yield wrong(here, "too_many_choices", what=name, number=len(page.choice), most=CHOICES_AT_MOST)
    seen: set[str] = set()
    for place, choice in enumerate(page.choice):
        if choice.value in seen:
            yield wrong((*here, "choice", str(place)), "choice_twice", page=name, value=choice.value)
        seen.add(choice.value)


def _questions(script: Script) -> Iterator[Wrong]:
    by: dict[str, str] = {}
    for name in script.page:
        question = script.question_of(name)
        if question is None:
            continue
        if question in by:
            at = ("page", name, "question")
            yield wrong(at, "question_twice", page=name, question=question, other=by[question])
        by.setdefault(question, name)


def _objection(script: Script, name: str, objection: Objection) -> Iterator[Wrong]:
    here = ("objection", name)
    if objection.next is not None and objection.next not in script.page:
        yield wrong((*here, "next"), "nowhere", from_=name, to=objection.next)
    above, seen = objection.parent, {name}
    while above is not None and above in script.objection and above not in seen:
        seen.add(above)
        above = script.objection[above].parent
    if above is not None and (above in seen or above == objection.parent):
        yield wrong((*here, "parent"), "no_parent", objection=name, parent=objection.parent)


def _reach(script: Script) -> Iterator[Wrong]:
    ways = {name: [to for to in page.ways() if to in script.page] for name, page in script.page.items()}
    objected = [one.next for one in script.objection.values() if one.next]
    reached = _closure(ways, [one for one in (script.start, *objected) if one in script.page])
    back: dict[str, list[str]] = {name: [] for name in ways}
    for name, targets in ways.items():
        for target in targets:
            back[target].append(name)
    ending = _closure(back, [name for name, page in script.page.items() if page.kind == "end"])
    for name, page in script.page.items():
        if name not in reached:
            yield wrong(("page", name), "unreached", page=name)
        complete = ways[name] and all(to in script.page for to in page.ways())
        if name not in ending and complete:
            yield wrong(("page", name), "no_exit", page=name)


def _closure(ways: Mapping[str, Sequence[str]], start: Sequence[str]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for target in ways[todo.pop()]:
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def _texts(script: Script) -> Iterator[Wrong]:
    """Each text in each language: it is there, names what there is, and is short."""
    known = script_variables.known(script)
    for at, what, language, text in texts(script):
        if not text.strip():
            if at[0] == "objection" and at[-1].startswith("reply"):
                yield wrong(at, "no_reply", objection=at[1], language=language)
            else:
                yield wrong(at, "no_text", what=what, language=language)
            continue
        for name in script_variables.named(text):
            if name not in known:
                yield wrong(at, "unknown_variable", variable=name, what=what)
        yield from _too_long(at, what, language, text)


def texts(script: Script) -> Iterator[tuple[tuple[str, ...], str, str, str]]:
    """Path, what it is of, language and words of every text, in the order of the file."""
    for name, page in script.page.items():
        for language in LANGUAGES:
            yield ("page", name, language), name, language, page.text(language)
        for place, choice in enumerate(page.choice):
            for language in LANGUAGES:
                at = ("page", name, "choice", str(place), language)
                yield at, f"{name}: {choice.value}", language, choice.text(language)
    for name, objection in script.objection.items():
        for language in LANGUAGES:
            yield ("objection", name, language), name, language, objection.text(language)
        for language in LANGUAGES:
            yield ("objection", name, f"reply_{language}"), name, language, objection.reply(language)


def _long_lists(script: Script) -> Iterator[Wrong]:
    """What is read side by side is read together."""
    for name, page in script.page.items():
        for language in LANGUAGES:
            together = " ".join(one.text(language) for one in page.choice)
            yield from _too_long(("page", name, "choice", "0"), f"{name}: choice", language, together)
    below: dict[str | None, list[str]] = {}
    for name, objection in script.objection.items():
        below.setdefault(objection.parent, []).append(name)
    for names in below.values():
        first = ("objection", names[0])
        if len(names) > CHOICES_AT_MOST:
            yield wrong(first, "too_many_choices", what="objection", number=len(names), most=CHOICES_AT_MOST)
        for language in LANGUAGES:
            together = " ".join(script.objection[name].text(language) for name in names)
            yield from _too_long(first, ", ".join(names), language, together)


def _too_long(at: tuple[str, ...], what: str, language: str, text: str) -> Iterator[Wrong]:
    if over := reading_time.words_over(text, language):
        yield wrong(
            at,
            "too_long",
            what=what,
            language=language,
            seconds=f"{reading_time.seconds(text, language):.1f}",
            words=over,
            limit=f"{reading_time.LIMIT_SECONDS:g}",
        )
