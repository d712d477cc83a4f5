"""Tape jobs through real workers, on the library in a directory that is there from the start."""

import pytest

from calypso.drivers.tape.filelib import FileTape
from calypso.errors import PlanRequired
from calypso.host.local import LocalHost
from calypso.models.job import State
from tests.acceptance.engine.conftest import NODE, until

pytestmark = [pytest.mark.postgres, pytest.mark.redis]
HOME = {f"CAL00{number}L8": f"slot {number}" for number in range(1, 6)} | {"CLN001L8": "slot 6"}


@pytest.fixture
def tape(stack):
    stack.start_workers("tape")
    return stack


def shelf(stack):
    """Where each cartridge is, by a fresh look at the folders."""
    driver = FileTape(LocalHost(), stack.settings.state_dir / "tape")
    return {one.barcode: str(one.place) for one in driver.cartridges()}


def rows(stack, table):
    return {one["key"]: one for one in stack.ports.inventory.page(table, node=NODE)[0]}


def test_a_library_is_there_to_try_and_its_tables_follow_the_jobs(tape):
    assert shelf(tape) == HOME

    load = {"library": "shelf", "cartridge": "CAL001L8", "drive": "shelf-0"}
    assert tape.run("tape.changer_load", load).result["slot"] == 1
    tape.run("tape.drive_position", {"drive": "shelf-0", "operation": "rewind"})
    for table, key, column, value in (
        ("tape/drives", "shelf-0", "file", 0),
        ("tape/slots", "shelf/drive-0", "barcode", "CAL001L8"),
        ("tape/media", "CAL001L8", "element", "drive"),
        ("tape/libraries", "shelf", "drives", ["shelf-0", "shelf-1"]),
    ):
        until(lambda: rows(tape, table)[key][column] == value, what=f"the row of {table}")  # noqa: B023
    with pytest.raises(PlanRequired):
        tape.submit("tape.media_erase", {"drive": "shelf-0", "cartridge": "CAL001L8"})


def test_a_refusal_of_the_library_is_the_jobs_error(tape):
    load = {"library": "shelf", "cartridge": "CAL009L8", "drive": "shelf-0"}
    ended = tape.wait(tape.submit("tape.changer_load", load))

    assert ended.state is State.FAILED
    assert ended.error.code == "tape_cartridge_missing"


def test_an_export_that_waits_lets_another_job_empty_the_slots(tape):
    cartridges = ["CAL001L8", "CAL002L8", "CAL003L8"]
    tape.run("tape.pool_create", {"pool": "weekly"})
    tape.run("tape.media_assign", {"pool": "weekly", "cartridges": cartridges})
    asked = {"library": "shelf", "vault": "bank-safe", "cartridges": cartridges, "wait_s": 600}
    export = tape.submit("tape.vault_export", asked)
    until(lambda: shelf(tape).get("CAL002L8", "").startswith("I/E"), what="two")

    tape.run("tape.vtl_map_empty", {"library": "shelf"})

    done = tape.wait(export)
    assert done.state is State.SUCCEEDED, done.error
    assert [one["ie_slot"] for one in done.result["cartridges"]] == [9, 10, 9]
    assert {
        one.barcode for one in tape.ports.media.reading(NODE).media() if one.vault == "bank-safe"
    } == {*cartridges}
