"""A made-up population of Chilean customers, and what people type into the search box to find one of them.

Given names and surnames are drawn by the frequencies that Faker has from the civil registry; six in ten people have
two given names. Queries are typed as people do: without accents, numbers with or without country code and spaces, RUTs
with or without dots, and in one name query of two with one mistake in a word of five or more letters.
"""

import random
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from faker.providers.person.es_CL import Provider

from ctiserver.core.rut import check_digit

LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Person:
    """One customer; `number` counts from 1."""

    number: int
    name: str
    surname: str
    second_surname: str
    rut: str
    phone: str
    email: str
    order: str

    @property
    def full_name(self) -> str:
        return f"{self.name} {self.surname} {self.second_surname}"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, whom it means, and what kind of query it is."""

    text: str
    wanted: int
    kind: str


def people(count: int, seed: int = 1) -> Iterator[Person]:
    """The same people for the same seed."""
    chance = random.Random(seed)
    given = _Drawn({**Provider.first_names_female, **Provider.first_names_male}, chance)
    surnames = _Drawn(Provider.last_names, chance)
    for number in range(1, count + 1):
        name = given.draw() if chance.random() < 0.4 else f"{given.draw()} {given.draw()}"
        surname, second = surnames.draw(), surnames.draw()
        plain = without_accents(f"{name.split()[0]}.{surname}").lower().replace(" ", "")
        rut = 5_000_000 + number * 13
        yield Person(
            number=number,
            name=name,
            surname=surname,
            second_surname=second,
            rut=f"{rut}-{check_digit(rut)}",
            phone=f"+569{10_000_000 + number * 7919 % 89_999_999}",
            email=f"{plain}{number}@example.cl",
            order=f"OV-{number * 31:08d}",
        )


def typed_queries(known: Sequence[Person], count: int, seed: int = 2) -> list[Typed]:
    """What `count` agents type, each to find one of these people."""
    chance = random.Random(seed)
    kinds = ("name", "misspelt", "phone", "rut", "email", "order")
    weights = (30, 30, 15, 15, 5, 5)
    chosen = chance.choices(kinds, weights, k=count)
    return [
        Typed(_type(chance, kind, person), person.number, kind)
        for kind, person in zip(chosen, chance.choices(known, k=count), strict=True)
    ]


def misspelt(chance: random.Random, text: str) -> str:
    """One edit in one word of five or more letters; the text itself when it has none."""
    words = text.split()
    long = [place for place, word in enumerate(words) if len(word) >= 5]
    if not long:
        return text
    place = chance.choice(long)
    word, at = words[place], chance.randrange(1, len(words[place]) - 1)
    words[place] = chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + chance.choice(LETTERS) + word[at:],
            word[:at] + chance.choice(LETTERS) + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        ]
    )
    return " ".join(words)


def without_accents(text: str) -> str:
    """As it is typed in a hurry."""
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _type(chance: random.Random, kind: str, person: Person) -> str:
    match kind:
        case "name":
            return chance.choice([person.full_name, without_accents(person.full_name).lower()])
        case "misspelt":
            return misspelt(chance, without_accents(person.full_name).lower())
        case "phone":
            bare = person.phone.removeprefix("+56")
            return chance.choice([person.phone, bare, f"{bare[0]} {bare[1:5]} {bare[5:]}", f"+56 {bare}"])
        case "rut":
            digits, check = person.rut.split("-")
            return chance.choice(
                [person.rut, digits + check, f"{int(digits):,}".replace(",", ".") + f"-{check}"]
            )
        case "email":
            return chance.choice([person.email, person.email.upper()])
        case _:
            return chance.choice([person.order, person.order.lower()])


class _Drawn:
    """Words drawn by their weights."""

    def __init__(self, weighted: dict[str, float], chance: random.Random) -> None:
        self._words, self._chance = list(weighted), chance
        self._up_to = list(accumulate(weighted.values()))

    def draw(self) -> str:
        return self._chance.choices(self._words, cum_weights=self._up_to)[0]
