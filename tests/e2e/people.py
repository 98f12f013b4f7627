"""Who works in the company besides its agents."""

from sqlalchemy.orm import Session

from crm_core.users import add_user

PASSWORD = "a-good-password"
SUPERVISOR, SPANISH_SUPERVISOR = "sue", "pia"


def add_supervisor(session: Session) -> None:
    """Sue, who watches, and reads English; Pía does so in Spanish."""
    add_user(session, login=SUPERVISOR, name="Sue", password=PASSWORD, roles={"supervisor"}, language="en")
    add_user(
        session,
        login=SPANISH_SUPERVISOR,
        name="Pía Fernández de la Reguera",
        password=PASSWORD,
        roles={"supervisor"},
    )
