"""Page through a table over the API, in a process of its own: prints rows and its peak in KiB.

`python -m tests.contract.store.paging DATABASE_URL TIMES`. The memory is that of the whole
process, with what libraries in C take. Not `ru_maxrss`: that begins with the parent's.
"""

import re
import sys
from dataclasses import replace
from pathlib import Path

from api.app import create_app
from calypso.store.engine import make_engine
from calypso.store.inventory import PostgresInventoryStore
from tests.fakes.ports import memory_house

PASSWORD = "correct horse battery"
PAGE = 200


def signed_in(database_url):
    house = memory_house()
    store = PostgresInventoryStore(make_engine(database_url, pool_size=2))
    house = replace(house, ports=replace(house.ports, inventory=store))
    house.accounts.add_user("viewer", PASSWORD, ["viewer"])
    client = create_app(house).test_client(use_cookies=False)
    told = client.post("/api/v1/auth/login", json={"username": "viewer", "password": PASSWORD})
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {told.get_json()['access_token']}"
    return client


def rows(client):
    """Page through all of the table; return how many rows there are."""
    count, asked = 0, {"limit": PAGE}
    while asked:
        page = client.get("/api/v1/inventory/storage/snapshots", query_string=asked).get_json()
        count += len(page["items"])
        cursor = page["next_cursor"]
        asked = cursor and {"limit": PAGE, "cursor": cursor}
    return count


def main(database_url, times):
    client = signed_in(database_url)
    counts = {rows(client) for _ in range(int(times))}
    status = Path("/proc/self/status").read_text()
    print(*counts, re.search(r"VmHWM:\s+(\d+) kB", status)[1])


if __name__ == "__main__":
    main(*sys.argv[1:])
