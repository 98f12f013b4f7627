"""What a person or a program asks of the ACD: who does it.

Each of these does what is asked, or raises Refusal before it changes anything.
"""

from collections.abc import Callable
from typing import Any

from acd import (
    call_backs,
    conference,
    consult,
    flow_transfer,
    hand,
    hold,
    identity,
    mute,
    notices,
    offers,
    outside_cap,
    outside_talk,
    oversight,
    own_calls,
    supervision,
    transfer,
    wrap_up,
)
from acd.digits import send
from acd.floor import Floor
from acd.recording_pause import pause, resume, start_now
from acd.status import choose_status
from ctiserver.core import requests as r
from ctiserver.core.errors import Refusal
from ctiserver.core.requests import Request, SetStatus, Status
from ctiserver.core.turn import Turn


def ask(floor: Floor, request: Request, turn: Turn) -> None:
    """Do what is asked; what is none of the ACD's business is left alone. Raises Refusal."""
    if does := _DONE_BY.get(type(request)):
        does(floor, request, turn)


def set_status(floor: Floor, message: SetStatus, turn: Turn) -> None:
    """Let an agent be what he chooses. Raises Refusal."""
    state = floor.ledger.agents.get(message.agent)
    if state is None or message.agent not in floor.roster:
        raise Refusal("unknown_agent", f"there is no agent {message.agent!r}")
    if message.status is Status.AVAILABLE and state.owes:
        raise Refusal(
            wrap_up.OWED, f"say first how contact {state.contact} ended (dispose), then be available"
        )
    if message.status is Status.PAUSE and not message.reason:
        raise Refusal("reason_required", "a pause needs a reason")
    choose_status(floor, message.agent, message.status, message.reason, message.by, turn)
    offers.serve_agent(floor, message.agent, turn)


def _hang_up(floor: Floor, request: r.HangUp, turn: Turn) -> None:
    call = own_calls.of_agent(floor, request.agent)
    if call is not None:
        own_calls.hang_up(floor, call, request.agent, turn)
    else:
        conference.hang_up(floor, request, turn)


_DONE_BY: dict[type[Request], Callable[[Floor, Any, Turn], None]] = {
    r.SetStatus: set_status,
    r.Dispose: wrap_up.dispose,
    r.ExtendWrapUp: wrap_up.extend,
    r.ExcuseWrapUp: wrap_up.excuse,
    r.AttachCustomer: identity.attach,
    r.Hold: hold.hold,
    r.Resume: hold.resume,
    r.Mute: mute.mute,
    r.HangUp: _hang_up,
    r.CallOut: own_calls.call_out,
    r.CallColleague: own_calls.call_colleague,
    r.StartRecordingNow: start_now,
    r.SendDigits: send,
    r.PauseRecording: pause,
    r.ResumeRecording: resume,
    r.TransferBlind: transfer.to_queue,
    r.TransferToAgent: transfer.to_agent,
    r.TransferOutside: outside_talk.pass_on,
    r.TransferToFlow: flow_transfer.to_flow,
    r.StartConsult: consult.start,
    r.ReturnFromConsult: consult.return_to_caller,
    r.CompleteTransfer: consult.complete,
    r.MergeParties: conference.merge,
    r.RemoveParty: conference.remove,
    r.RaiseHand: hand.raise_hand,
    r.LowerHand: hand.lower_hand,
    r.TakeMinute: hand.take_minute,
    r.ReportAbuse: hand.report_abuse,
    r.TellAgents: notices.tell,
    r.ReadNotice: notices.read,
    r.Supervise: supervision.supervise,
    r.StopSupervising: supervision.stop,
    r.TakeOver: supervision.take_over,
    r.EndContact: oversight.end,
    r.MoveContact: oversight.move,
    r.ChangePriority: oversight.prefer,
    r.CancelCallback: call_backs.cancel,
    r.LiftOutsideCap: outside_cap.lift,
}
