"""A node that has something done: a function of ours or a webhook.

He hears "one moment" when it takes longer than a moment. Each outcome leads somewhere; a back office that is dead,
late or out of its mind leads to `failed`, which is a person as a rule. What comes after that changes nothing here.
"""

from collections.abc import Iterator, Mapping

from ctiserver.core.actions import ActionSpec
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr.caller import Caller
from ivr.nodes.base import Known, NodeBase
from ivr.variables import variable_in

LONGEST_DEADLINE_SECONDS = 20.0
_MOMENT_SECONDS = 0.5


class Act(NodeBase, tag="action"):
    """`arguments`: a text, or a variable in braces; `outcomes`: the node after each of them."""

    action: str
    outcomes: dict[str, str]
    failed_to: str
    arguments: dict[str, str] = {}
    prompts: tuple[str, ...] = ("one-moment",)
    deadline_seconds: float = 5.0

    def exits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.outcomes.values(), self.failed_to)))

    def ways(self) -> Mapping[str, str]:
        return {self.failed_to: "!"} | {target: outcome for outcome, target in self.outcomes.items()}

    def says(self) -> tuple[str, ...]:
        return self.prompts

    def gives(self, actions: Mapping[str, ActionSpec]) -> Mapping[str, str]:
        spec = actions.get(self.action)
        return spec.gives if spec else {}

    def uses(self) -> tuple[str, ...]:
        named = (variable_in(value) for value in self.arguments.values())
        return tuple(name for name in named if name is not None)

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if not 0 < self.deadline_seconds <= LONGEST_DEADLINE_SECONDS:
            yield wrong(("deadline_seconds",), "no_deadline", most=f"{LONGEST_DEADLINE_SECONDS:g}")
        spec = known.actions.get(self.action)
        if spec is None:
            names = ", ".join(sorted(known.actions)) or "none"
            yield wrong(("action",), "no_action", action=self.action, actions=names)
            return
        yield from self._wrong_arguments(spec)
        yield from self._wrong_outcomes(spec)

    def _wrong_arguments(self, spec: ActionSpec) -> Iterator[Wrong]:
        taken = (*spec.required, *spec.optional)
        for name in spec.required:
            if name not in self.arguments:
                yield wrong(("arguments",), "missing_argument", action=self.action, argument=name)
        for name in self.arguments:
            if name not in taken:
                yield wrong(
                    ("arguments", name),
                    "unknown_argument",
                    action=self.action,
                    argument=name,
                    arguments=", ".join(taken) or "none",
                )

    def _wrong_outcomes(self, spec: ActionSpec) -> Iterator[Wrong]:
        for outcome in spec.outcomes:
            if outcome not in self.outcomes:
                yield wrong(("outcomes",), "missing_outcome", action=self.action, outcome=outcome)
        for outcome in self.outcomes:
            if outcome not in spec.outcomes:
                yield wrong(
                    ("outcomes", outcome),
                    "unknown_outcome",
                    action=self.action,
                    outcome=outcome,
                    outcomes=", ".join(spec.outcomes),
                )

    def enter(self, caller: Caller) -> str | None:
        caller.hush()
        caller.run(self.action, self.arguments, self.deadline_seconds)
        caller.wait(_MOMENT_SECONDS)
        return None

    def silent(self, caller: Caller) -> str | None:
        if caller.session.action is not None:
            caller.hear(self.prompts)
        return None

    def done(self, caller: Caller, outcome: str, values: dict[str, str]) -> str | None:
        caller.stop_waiting()
        caller.hush()
        if outcome not in self.outcomes:
            return self.failed_to
        caller.keep(values)
        return self.outcomes[outcome]

    def failed(self, caller: Caller, reason: str) -> str | None:
        caller.stop_waiting()
        caller.hush()
        return self.failed_to
