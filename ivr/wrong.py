"""What can be wrong in a flow or a survey, in one table: a stable id and the English sentence with its fields.

The id and the fields go with every mistake, so that a screen can say it in its reader's language.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ctiserver.core.errors import Mistake
from ctiserver.core.line_numbers import nearest

SENTENCES: dict[str, str] = {
    "not_toml": "not valid TOML: {what}",
    "key_twice": "not valid TOML: this key stands twice: give each key one meaning",
    "wrong_shape": "{what}",
    "node_is_a_value": "node is not a value: begin each node with a line [node.its-name]",
    "no_start": "start names the node {node!r}, which there is not",
    "no_identify": "identify names the node {node!r}, which there is not or which identifies nobody",
    "dead_end": "dead end: node {node!r} leads to {to!r}, which there is not",
    "menu_without_keys": "dead end: the menu {node!r} has no keys",
    "no_chance": "the {kind} {node!r} gives no chance: attempts and timeout_seconds are above 0",
    "says_nothing": "the node {node!r} says nothing: name a prompt",
    "language_not_spoken": "the flow does not speak {language!r}; its languages: {languages}",
    "label_language": "the flow does not speak {language!r}: give labels in its languages",
    "no_prompt": "the prompt {prompt!r} is not in the manifest",
    "wrong_part": "{part!r} says nothing: write {{kind:variable}} with one of the kinds {kinds}",
    "unknown_variable": "nothing gives {variable!r} before a caller comes to {node!r}: ask for it or run an action",
    "no_queue": "there is no queue {queue!r}",
    "no_flow": "there is no flow {flow!r}",
    "no_survey": "there is no survey {survey!r}",
    "no_action": "there is no action {action!r}; there are: {actions}",
    "missing_argument": "the action {action!r} needs the argument {argument!r}",
    "unknown_argument": "the action {action!r} takes no argument {argument!r}; it takes: {arguments}",
    "missing_outcome": "the action {action!r} may come to {outcome!r}: say which node follows",
    "unknown_outcome": "the action {action!r} never comes to {outcome!r}; it comes to: {outcomes}",
    "no_deadline": "deadline_seconds is above 0 and at most {most}",
    "unguarded": "the store may know {key!r} already: add known = {key!r}, or give another key to what you ask",
    "wrong_lengths": "at least {least} and at most {most} keys: set min_length and max_length within that",
    "level_out_of_reach": "needs {needs!r}, but identify = {identify!r} gives {level!r} at most",
    "level_without_identify": "needs {needs!r}: say which node identifies callers, identify = ...",
    "no_way_to_identify": "name at least one way: by = [...]",
    "no_way_to_verify": "the level verified needs a secret: secrets = ['pin'] or ['code'] or both",
    "wrong_confidence": "0 <= likely <= sure <= 1, and here they are {likely} and {sure}",
    "phrase_without_key": "the menu has no key {key}: what is said stands for one of its keys",
    "phrase_twice": "{phrase!r} stands for key {one} and for key {other}: one phrase, one key",
    "not_a_key": "{key!r} is no key of a telephone (0-9, *, #)",
    "key_used_by_flow": "key {key} is used twice: it already {use} of the flow",
    "key_used_twice": "key {key} is used twice: for {one} and for {other}",
    "repeat_key_used": "key {key} is used twice: for {one} and to repeat",
    "shortcut_nowhere": "{what} leads to {node!r}, which there is not",
    "no_emergency": 'no emergency key: add emergency = {{ key = "9", node = "..." }}',
    "emergency_not_straight": "the emergency key must lead straight to a queue, and ends at {node!r}",
    "emergency_closed": "an emergency is never closed: take this line away",
    "emergency_needs": "an emergency asks nobody who he is: take this line away",
    "unreached": "nobody reaches the node {node!r}",
    "no_exit": "loop without exit: from {node!r} no caller ever comes to a queue or an end",
    "circle": "loop without exit: {node!r} comes back to itself without asking for a key",
    "wrong_hours": "write hours:QUEUE with a queue that there is; {queue!r} is none",
    "no_offers": "say at least one thing that may be guessed and where it leads",
    "no_matter": "nobody guesses {kind!r}; what can be guessed: {kinds}",
    "guess_too_long": "limit_seconds is above 0 and at most {most}: nobody loses more by a wrong guess",
    "no_cases": "say at least one case and where it leads",
    "too_many_questions": "a survey has 1 to {most} questions; this one has {number}",
    "question_twice": "two questions are called {key!r}",
    "keys_are_given": "the keys of a question {kind!r} are given: take this line away",
    "question_keys": "keys names which telephone keys are answers, e.g. {{ 1 = 1, 2 = 0 }}",
}


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake: the path of the key that it is in, its id, and what its sentence speaks of."""

    at: tuple[str, ...]
    error_id: str
    fields: dict[str, str]


def wrong(at: Iterable[str], error_id: str, **fields: object) -> Wrong:
    """A mistake at a path."""
    return Wrong(tuple(at), error_id, {name: str(value) for name, value in fields.items()})


def as_mistake(found: Wrong, path: str, lines: dict[tuple[str, ...], int]) -> Mistake:
    """The mistake with its line, in English, and with what other languages need."""
    return Mistake(
        f"{path}:{nearest(lines, found.at)}",
        SENTENCES[found.error_id].format(**found.fields),
        found.error_id,
        tuple(found.fields.items()),
    )
