"""A look at Asterisk through AMI, for `ctiserver doctor` and nothing else.

Calls never depend on it: everything about calls goes over ARI. pyst2 pairs answers with actions by their order
of arrival, so the connection is used by one thread for one look and closed again.
"""

from dataclasses import dataclass

from asterisk import manager

from ctiserver.asterisk.modules import MODULES
from ctiserver.core.errors import SwitchUnreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class AmiReport:
    """What Asterisk says of itself; `started_at` and `reloaded_at` are its own local date and time.

    `missing_modules`: those of ours that are not loaded.
    """

    version: str
    started_at: str
    reloaded_at: str
    calls: int
    missing_modules: tuple[str, ...]


def check(host: str, port: int, user: str, secret: str) -> AmiReport:
    """Logs in, looks, logs off; blocks for some milliseconds.

    Raises SwitchUnreachable with one sentence that says how to mend it.
    """
    connection = manager.Manager()
    try:
        _log_in(connection, host, port, user, secret)
        return _look(connection)
    except manager.ManagerException as error:
        raise SwitchUnreachable(f"Asterisk's AMI on {host}:{port} broke off: {error}; try again") from error
    finally:
        connection.close()


def _log_in(connection: manager.Manager, host: str, port: int, user: str, secret: str) -> None:
    try:
        connection.connect(host, port)
    except manager.ManagerSocketException as error:
        raise SwitchUnreachable(
            f"no AMI on {host}:{port}; start Asterisk with: ctiserver asterisk run"
        ) from error
    try:
        connection.login(user, secret)
    except manager.ManagerException as error:
        connection._connected.clear()  # Asterisk has hung up; pyst2 would say goodbye to it and fail
        raise SwitchUnreachable(
            f"AMI on {host}:{port} refuses the user {user}; write Asterisk's files again with: "
            "ctiserver asterisk config, and restart it"
        ) from error


def _look(connection: manager.Manager) -> AmiReport:
    settings = connection.send_action({"Action": "CoreSettings"}).headers
    status = connection.send_action({"Action": "CoreStatus"}).headers
    return AmiReport(
        version=settings.get("AsteriskVersion", ""),
        started_at=_moment(status, "Startup"),
        reloaded_at=_moment(status, "Reload"),
        calls=int(status.get("CoreCurrentCalls", 0)),
        missing_modules=tuple(module for module in MODULES if not _loaded(connection, module)),
    )


def _loaded(connection: manager.Manager, module: str) -> bool:
    answer = connection.send_action({"Action": "ModuleCheck", "Module": module})
    return bool(answer.headers.get("Response") == "Success")


def _moment(status: dict[str, str], what: str) -> str:
    return f"{status.get(f'Core{what}Date', '')} {status.get(f'Core{what}Time', '')}".strip()
