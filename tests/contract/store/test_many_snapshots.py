"""Ten thousand snapshots are read, kept and listed without standing in memory as a whole."""

import subprocess
import sys
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from calypso import inventory
from calypso.drivers.storage import Snapshot
from calypso.drivers.storage.zfs import ZfsStorage
from calypso.engine.control import refresh_tables
from calypso.host import Ran
from calypso.store.inventory import PostgresInventoryStore
from tests.fakes.ports import memory_house

pytestmark = pytest.mark.postgres
TABLES = {"storage/snapshots": inventory.load()["storage/snapshots"]}
MANY, FEW = 10_000, 1000
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Listing:
    """A host on which `zfs` lists that many snapshots."""

    def __init__(self, count):
        self._text = "".join(
            f"tank/home/ada@auto-{number:06}\t{number}\t{number}\t{number}\t{number}\t1780000000"
            "\t0\t-\t-\t-\n"
            for number in range(count)
        )

    def run(self, argv, *, timeout_s, stdin=None, env=None):
        return Ran(tuple(argv), 0, self._text, "", elapsed_s=0.0)


def refreshed(ports, count):
    """Read and store a table as a worker does; return how many rows, and bytes at the peak."""
    driver = ZfsStorage(Listing(count))
    tracemalloc.start()
    counts = refresh_tables(ports, TABLES, driver, node="keep", subsystem="storage")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return counts["snapshots"], peak


def paged(url, *, times):
    """Page through the table over the API; return how many rows, and the process' peak in KiB."""
    argv = [sys.executable, "-m", "tests.contract.store.paging", url, str(times)]
    told = subprocess.run(argv, check=True, capture_output=True, text=True, timeout=120)
    count, kib = told.stdout.splitlines()[-1].split()
    return int(count), int(kib)


def test_they_are_listed_page_by_page_in_the_memory_of_one_page(engine, database_url):
    ports = replace(memory_house().ports, inventory=PostgresInventoryStore(engine))
    refreshed(ports, FEW)
    few, few_kib = paged(database_url, times=MANY // FEW)  # as many pages
    refreshed(ports, MANY)
    many, many_kib = paged(database_url, times=1)

    assert (few, many) == (FEW, MANY)
    print(f"{few_kib} KiB for {few}, {many_kib} KiB for {many}")
    assert many_kib - few_kib < 3 * 1024


def test_a_worker_keeps_no_more_of_each_than_its_text(engine):
    ports = replace(memory_house().ports, inventory=PostgresInventoryStore(engine))
    refreshed(ports, FEW)
    count, peak = refreshed(ports, MANY)

    row = Snapshot(
        name="tank/home/ada@auto-000001", guid="1", order=1, used_bytes=1, referenced_bytes=1,
        created_at=NOON,
    ).model_dump_json()  # fmt: skip
    print(f"{peak / count:.0f} bytes at the peak for each, of whose text there are {len(row)}")
    assert count == MANY
    # As one text and as its pieces, for the digest and for the driver of the database.
    assert peak / count < 10 * len(row)
