"""What `llist` and `list joblog` print, packet by packet: a field or a cell is one packet.

So a text that holds newlines, or looks like another field, stays what it is.
"""

import re
from collections.abc import Iterable, Mapping

from calypso.drivers.backup.bacula import letters, times
from calypso.drivers.backup.bacula.text import readable
from calypso.drivers.backup.bacula.volume_rows import made_volume
from calypso.drivers.backup.run_values import LogLine, Run
from calypso.drivers.backup.values import Volume

Fields = Mapping[str, str]
_EMPTIED = ("Purged", "Recycle")  # the number of jobs stays as it was before
_FIELD = re.compile(r"\s*(\w+): (.*)", re.DOTALL)


def records(packets: Iterable[bytes]) -> list[Fields]:
    """Return the records of `llist`; keys in small letters, `pool` where a heading named one."""
    done: list[Fields] = []
    fields: dict[str, str] = {}
    heading: dict[str, str] = {}
    for packet in packets:
        text = readable(packet)
        if found := _FIELD.fullmatch(text):
            key, value = found[1], found[2].strip()
            if key == "Pool":
                heading = {"pool": value}
            else:
                fields[key.lower()] = value
        elif not text.strip() and fields:
            done.append({**heading, **fields})
            fields = {}
    return [*done, {**heading, **fields}] if fields else done


def number(fields: Fields, key: str) -> int:
    """Return a number that is printed with separators; 0 for none."""
    return int(fields.get(key, "").replace(",", "") or 0)


def run(fields: Fields, volumes: tuple[str, ...] = ()) -> Run:
    """Return the run of a record."""
    letter = fields["jobstatus"]
    return Run(
        id=number(fields, "jobid"),
        name=fields["name"],
        unique=fields["job"],
        kind=letters.kind(fields["type"]),
        level=letters.level(fields["level"]),
        state=letters.state(letter),
        status_letter=letter,
        status_text="",
        client=fields.get("clientname", ""),
        fileset=fields.get("fileset", ""),
        pool=fields.get("poolname", ""),
        scheduled_at=times.of_text(fields.get("schedtime", "")),
        started_at=times.of_text(fields.get("starttime", "")),
        ended_at=times.of_text(fields.get("endtime", "")),
        files=number(fields, "jobfiles"),
        bytes=number(fields, "jobbytes"),
        errors=number(fields, "joberrors"),
        comment=fields.get("comment", ""),
        is_purged=fields.get("purgedfiles", "0") != "0",
        volumes=volumes,
    )


def volume(fields: Fields) -> Volume:
    """Return the volume of a record; which storage wrote it is not told."""
    return made_volume(
        name=fields["volumename"],
        pool=fields.get("pool", ""),
        storage=None,
        media_type=fields.get("mediatype", ""),
        state=fields.get("volstatus", ""),
        size_bytes=number(fields, "volbytes"),
        runs=0 if fields.get("volstatus") in _EMPTIED else number(fields, "voljobs"),
        slot=number(fields, "slot"),
        in_changer=fields.get("inchanger") == "1",
        written=times.of_text(fields.get("lastwritten", "")),
        retention_s=number(fields, "volretention"),
        errors=number(fields, "volerrors"),
    )


def log(packets: Iterable[bytes]) -> list[LogLine]:
    """Return the log that `list joblog` prints; without times, numbered from 1."""
    cells = [readable(one)[:-1].strip() for one in packets if one[:1] == b" " and one[-1:] == b"|"]
    if not cells or cells[0] != "logtext":
        return []
    end = cells.index("jobid") if "jobid" in cells else len(cells)
    return [LogLine(id=n, at=None, text=text) for n, text in enumerate(cells[1:end], start=1)]
