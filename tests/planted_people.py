"""People of a Chilean company with planted duplicates (as clerks write them) and planted families (who are none)."""

import random
from dataclasses import dataclass

import msgspec
from faker import Faker

from crm_core.likeness import Comparable, plain
from ctiserver.core.rut import check_digit


@dataclass(frozen=True)
class Planted:
    """`truth`: the pairs of ids that are one person."""

    records: dict[str, Comparable]
    truth: set[tuple[str, str]]


def planted(people: int, duplicates: int, families: int, *, seed: int) -> Planted:
    """So many people, of whom the first have a duplicate and the next a relative at the same address."""
    makes = _Maker(seed)
    records = {f"{number:05}": makes.person(f"{number:05}") for number in range(people)}
    first = list(records.values())
    truth = set()
    for record in first[:duplicates]:
        again = makes.written_again(record)
        records[again.id] = again
        truth.add((record.id, again.id))
    for record in first[duplicates : duplicates + families]:
        relative = makes.relative(record)
        records[relative.id] = relative
    return Planted(records, truth)


class _Maker:
    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._faker = Faker("es_CL")
        self._faker.seed_instance(seed)

    def person(self, id_: str) -> Comparable:
        chance, faker = self._random.random, self._faker
        return Comparable(
            id=id_,
            given=f"{faker.first_name()} {faker.first_name()}" if chance() < 0.5 else faker.first_name(),
            surname=faker.last_name(),
            second_surname=faker.last_name(),
            national_id=self._rut() if chance() < 0.7 else "",
            born=self._born() if chance() < 0.5 else "",
            phones=self._phone(),
            emails=frozenset({faker.email()} if chance() < 0.5 else ()),
            street=faker.street_name(),
            street_number=str(self._random.randrange(1, 3000)),
            locality=faker.city(),
        )

    def written_again(self, record: Comparable) -> Comparable:
        """One thing about the name or the RUT differs, and some of the rest is missing or has changed."""
        chance = self._random.random
        changes = self._random.choice((self._names, self._rut_slip, self._typing_error))(record)
        if chance() < 0.4:
            changes["national_id"] = ""
        if chance() < 0.3:
            changes["phones"] = self._phone()
        if chance() < 0.3:
            changes |= {"street": "", "street_number": ""}
        if chance() < 0.3:
            changes["born"] = ""
        if chance() < 0.5:
            changes["emails"] = frozenset()
        return msgspec.structs.replace(record, id=record.id + "again", **changes)

    def relative(self, record: Comparable) -> Comparable:
        """Same home, telephone and father's surname; of two in five even the given name."""
        return msgspec.structs.replace(
            record,
            id=record.id + "relative",
            given=record.given if self._random.random() < 0.4 else self._faker.first_name(),
            second_surname=self._faker.last_name(),
            national_id=self._rut() if record.national_id else "",
            born=self._born() if record.born else "",
            emails=frozenset(),
        )

    def _names(self, record: Comparable) -> dict[str, object]:
        ways: list[dict[str, object]] = [
            {"surname": record.second_surname, "second_surname": record.surname},
            {"second_surname": ""},
            {"given": record.given.split()[0]},
            {"given": plain(record.given), "surname": plain(record.surname)},
        ]
        return self._random.choice(ways)

    def _rut_slip(self, record: Comparable) -> dict[str, object]:
        if not record.national_id:
            return {}
        digits = list(record.national_id[:-2])
        at = self._random.randrange(len(digits) - 1)
        digits[at], digits[at + 1] = digits[at + 1], digits[at]
        number = int("".join(digits))
        return {"national_id": f"{number}-{check_digit(number)}"}

    def _typing_error(self, record: Comparable) -> dict[str, object]:
        name = record.surname
        at = self._random.randrange(len(name))
        return {"surname": name[:at] + self._random.choice("aeioulnrst") + name[at + 1 :]}

    def _rut(self) -> str:
        number = self._random.randrange(5_000_000, 25_000_000)
        return f"{number}-{check_digit(number)}"

    def _born(self) -> str:
        return f"{self._faker.date_of_birth(minimum_age=18):%Y%m%d}"

    def _phone(self) -> frozenset[str]:
        return frozenset({f"+569{self._random.randrange(10**8):08d}"})
