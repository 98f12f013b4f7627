from hypothesis import given
from hypothesis import strategies as st

from ctiserver.asterisk.legs import (
    AddLeg,
    CloseEar,
    CreateBridge,
    DestroyBridge,
    MuteLeg,
    OpenEar,
    PlaceEar,
    RemoveLeg,
    Seen,
    SeenBridge,
    Step,
    UnmuteLeg,
    steps,
)
from ctiserver.core.ids import ContactId, ConversationId, LegId
from ctiserver.core.topology import Conversation, Kind, Mode

CONTACT, OTHER = ContactId("c"), ContactId("other")
CALLER, AGENT, THIRD = LegId("caller"), LegId("agent"), LegId("third")
LEGS = [CALLER, AGENT, THIRD, LegId("fourth")]
NAMES = [ConversationId(name) for name in "abcd"]
A, B = NAMES[:2]


def conversation(name: ConversationId, kind: Kind, *legs: LegId) -> Conversation:
    return Conversation(id=name, kind=kind, legs=legs)


def done(wanted: tuple[Conversation, ...], seen: Seen) -> list[Step]:
    """The steps, taken."""
    taken = steps(CONTACT, wanted, seen)
    for step in taken:
        seen.apply(step)
    return taken


def of_contact(seen: Seen) -> dict[ConversationId, tuple[Kind, set[LegId]]]:
    return {id: (seen.bridges[id].kind, set(seen.bridges[id].legs)) for id in seen.of(CONTACT)}


@st.composite
def topologies(draw: st.DrawFn) -> tuple[Conversation, ...]:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=3))
    legs = draw(st.permutations(LEGS))
    modes = draw(st.dictionaries(st.sampled_from(LEGS), st.sampled_from(Mode)))
    places = draw(st.lists(st.sampled_from([*names, None]), min_size=len(legs), max_size=len(legs)))
    return tuple(
        Conversation(
            id=name,
            kind=draw(st.sampled_from(Kind)),
            legs=tuple(leg for leg, place in zip(legs, places, strict=True) if place == name),
            modes=modes,
            ear=draw(st.sampled_from([None, AGENT])),
        )
        for name in names
    )


@st.composite
def worlds(draw: st.DrawFn) -> Seen:
    """Any bridges at all; some belong to another contact."""
    bridges = {}
    for it in draw(topologies()):
        contact = draw(st.sampled_from([CONTACT, CONTACT, OTHER])) if it.id in NAMES[2:] else CONTACT
        bridges[it.id] = SeenBridge(it.kind, contact, list(it.legs))
    some_legs = st.sets(st.sampled_from(LEGS))
    ears = draw(st.dictionaries(st.sampled_from(list(bridges)), st.booleans())) if bridges else {}
    return Seen(bridges, ears, draw(some_legs), draw(some_legs))


@given(topologies(), worlds())
def test_the_steps_lead_from_any_world_to_what_is_wanted(
    wanted: tuple[Conversation, ...], seen: Seen
) -> None:
    foreign = {id for id, bridge in seen.bridges.items() if bridge.contact == OTHER}
    wanted = tuple(it for it in wanted if it.id not in foreign)
    done(wanted, seen)
    assert of_contact(seen) == {it.id: (it.kind, set(it.legs)) for it in wanted}
    talks = [it for it in wanted if it.kind is Kind.TALK]
    for it in talks:
        assert {leg for leg in it.legs if leg in seen.muted} == set(it.silent())
        assert not seen.unsure & set(it.legs)
    ears = {id for id in seen.ears if id not in foreign}
    assert ears == {it.id for it in wanted if it.ear is not None}


@given(topologies(), worlds())
def test_an_ear_is_opened_last_and_closed_while_its_conversation_is_there(
    wanted: tuple[Conversation, ...], seen: Seen
) -> None:
    """Who listens is silent before the leg could hear him, and no channel is left behind by a bridge that went."""
    silent = {leg for it in wanted for leg in it.silent()}
    kept = {id for id, there in seen.ears.items() if there}
    for step in steps(CONTACT, wanted, seen):
        if isinstance(step, OpenEar | PlaceEar):
            talking = next(it for it in wanted if it.id == step.conversation)
            assert set(talking.legs) <= set(seen.bridges[step.conversation].legs)
            if talking.kind is Kind.TALK:
                assert set(talking.legs) & silent <= seen.muted
        if isinstance(step, DestroyBridge) and step.conversation not in {it.id for it in wanted}:
            assert step.conversation not in seen.ears
        seen.apply(step)
    assert kept >= {id for id in kept if id in seen.ears}


def test_from_listening_to_joining_in_and_back_nobody_is_heard_by_who_is_not_to_hear_him() -> None:
    talk = conversation(A, Kind.TALK, CALLER, AGENT)
    listens = Conversation(id=B, kind=Kind.TALK, legs=(THIRD,), modes={THIRD: Mode.LISTEN}, ear=AGENT)
    seen = Seen({A: SeenBridge(Kind.TALK, CONTACT, [CALLER, AGENT])})
    assert done((talk, listens), seen) == [
        CreateBridge(B, Kind.TALK, CONTACT),
        MuteLeg(THIRD),
        AddLeg(B, THIRD, Kind.TALK),
        OpenEar(B, AGENT),
    ]
    whispers = Conversation(id=B, kind=Kind.TALK, legs=(THIRD,), ear=AGENT)
    assert done((talk, whispers), seen) == [UnmuteLeg(THIRD)]
    assert done((talk, listens), seen) == [MuteLeg(THIRD)]
    assert done((conversation(A, Kind.TALK, CALLER, AGENT, THIRD),), seen) == [
        AddLeg(A, THIRD, Kind.TALK),
        UnmuteLeg(THIRD),
        CloseEar(B),
        DestroyBridge(B),
    ]
    seen.ears[B] = False  # found after a restart, with nobody knowing whether it is where it belongs
    assert CloseEar(B) not in done((talk,), seen)
    assert done((talk, listens), seen)[-1] == PlaceEar(B)


@given(topologies(), worlds())
def test_a_second_time_there_is_nothing_to_do(wanted: tuple[Conversation, ...], seen: Seen) -> None:
    done(wanted, seen)
    assert steps(CONTACT, wanted, seen) == []


@given(topologies(), worlds())
def test_a_leg_that_stays_where_it_is_is_left_alone(wanted: tuple[Conversation, ...], seen: Seen) -> None:
    staying = {
        leg
        for it in wanted
        for leg in it.legs
        if seen.where(leg) == it.id and seen.bridges[it.id].kind == it.kind
    }
    touched = {step.leg for step in done(wanted, seen) if isinstance(step, AddLeg | RemoveLeg)}
    assert not touched & staying


def test_the_agent_is_in_before_the_caller_leaves_the_music() -> None:
    seen = Seen({A: SeenBridge(Kind.HOLD, CONTACT, [CALLER])})
    assert done((conversation(B, Kind.TALK, CALLER, AGENT),), seen) == [
        CreateBridge(B, Kind.TALK, CONTACT),
        AddLeg(B, AGENT, Kind.TALK),
        AddLeg(B, CALLER, Kind.TALK),
        DestroyBridge(A),
    ]


def test_who_only_listens_is_silenced_before_he_is_in_and_has_his_voice_back_in_place() -> None:
    seen = Seen({A: SeenBridge(Kind.TALK, CONTACT, [CALLER, AGENT])}, muted={AGENT})
    listened = Conversation(id=A, kind=Kind.TALK, legs=(CALLER, AGENT, THIRD), modes={THIRD: Mode.LISTEN})
    assert done((listened,), seen) == [MuteLeg(THIRD), AddLeg(A, THIRD, Kind.TALK), UnmuteLeg(AGENT)]
    seen.unsure = {THIRD}  # after a restart nobody knows
    assert done((listened,), seen) == [MuteLeg(THIRD)]
    assert done((conversation(A, Kind.TALK, CALLER, AGENT, THIRD),), seen) == [UnmuteLeg(THIRD)]


def test_a_leg_wanted_nowhere_is_taken_out() -> None:
    seen = Seen({A: SeenBridge(Kind.TALK, CONTACT, [CALLER, AGENT])})
    assert done((conversation(A, Kind.TALK, CALLER),), seen) == [RemoveLeg(A, AGENT)]


def test_no_conversation_leaves_each_leg_on_its_own() -> None:
    seen = Seen({A: SeenBridge(Kind.TALK, CONTACT, [CALLER])})
    assert done((), seen) == [RemoveLeg(A, CALLER), DestroyBridge(A)]


def test_the_last_leg_to_end_tells_which_bridge_is_empty() -> None:
    seen = Seen({A: SeenBridge(Kind.TALK, CONTACT, [CALLER, AGENT])})
    assert seen.take_out(CALLER) is None
    assert seen.take_out(AGENT) == A
    assert seen.take_out(THIRD) is None
