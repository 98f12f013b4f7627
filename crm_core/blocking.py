"""Which records are compared at all: those that share a key (blocking), for all with all would be n squared.

Each key is an assumption of the kind "true pairs mostly share this"; several keys make up for each other's gaps. A
key that very many share (the switchboard's number, the street without a name) tells nothing and is passed over.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from crm_core.likeness import Comparable, plain

Key = tuple[str, ...]
MOST_OF_A_KEY = 200


def keys(record: Comparable) -> set[Key]:
    """The keys under which a record is compared with others."""
    return set(_keys(record))


def pairs(records: Iterable[Comparable]) -> set[tuple[str, str]]:
    """The ids of all that share a key, each pair once and in order."""
    blocks: dict[Key, list[str]] = defaultdict(list)
    for record in records:
        for key in keys(record):
            blocks[key].append(record.id)
    small = (ids for ids in blocks.values() if len(ids) <= MOST_OF_A_KEY)
    return {(min(pair), max(pair)) for ids in small for pair in combinations(ids, 2)}


def _keys(record: Comparable) -> Iterator[Key]:
    given, street = plain(record.given)[:4], plain(record.street)
    surnames = [plain(name) for name in (record.surname, record.second_surname) if name]
    if record.national_id:
        yield "id", record.national_id
    if record.born:
        yield "born", record.born
    for phone in record.phones:
        yield "phone", phone
    for email in record.emails:
        yield "email", email
    if street:
        yield "street", street, record.street_number[:1]
    for surname in surnames:
        if given:
            yield "name", *sorted((given, surname[:4]))
        if record.postcode:
            yield "surname", surname[:3], record.postcode
    if given and record.postcode:
        yield "given", given[:3], record.postcode
