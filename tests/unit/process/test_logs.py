from collections.abc import Iterator

import pytest
import structlog

from ctiserver.process import logs


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


def test_a_line_is_one_fact_with_its_process_and_fields(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("calls")
    structlog.get_logger().info("replayed", entries=3)
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("timestamp=")
    assert "level=info part=calls event=replayed entries=3" in line


def test_what_is_personal_is_masked_unless_told_otherwise(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("calls")
    structlog.get_logger().info("key", pii_digit="7", pii_number="", contact="c1")
    masked = capsys.readouterr().err
    assert "pii_digit=…" in masked
    assert "contact=c1" in masked
    assert "7" not in masked.partition("event=")[2]
    logs.set_up("calls", mask=False)
    structlog.get_logger().info("key", pii_digit="7")
    assert "pii_digit=7" in capsys.readouterr().err


def test_an_exception_is_told_with_its_traceback_on_the_same_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("calls")
    try:
        raise ValueError("no such thing")
    except ValueError as error:
        structlog.get_logger().error("an engine failed", exc_info=error)
    [line] = capsys.readouterr().err.splitlines()
    assert "ValueError: no such thing" in line


def test_debugging_is_not_logged(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("calls")
    structlog.get_logger().debug("detail")
    assert not capsys.readouterr().err
