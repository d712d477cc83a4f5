"""Addresses of databases, as people and libraries write them."""

import re
from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

_SCHEME = re.compile(r"^postgres(?:ql)?(?:\+psycopg)?://")
_POOLED = re.compile(r"(?<=[?&])pooled=(?P<value>[^&#]*)&?")  # ours: libpq does not know it


def is_pooled(url: str) -> bool:
    """Tell whether an address ends with `?pooled=true`: a pooler lends connections by transaction.

    Then nothing that is to outlive a transaction may be left on a connection.
    """
    said = _POOLED.search(url)
    return said is not None and said["value"].lower() in {"true", "yes", "on", "1"}


def libpq(url: str) -> str:
    """Return libpq's form of an address; one that is not a URL is returned as it is.

    Takes `postgresql://` and `postgresql+psycopg://`, and several hosts either as libpq writes
    them (`//h1:5432,h2:5432/db`) or as SQLAlchemy does (`///db?host=h1:5432&host=h2:5432`).
    """
    if _POOLED.search(url):
        url = _POOLED.sub("", url).rstrip("?&")
    address, mark, query = _SCHEME.sub("postgresql://", url, count=1).partition("?")
    given = parse_qsl(query, keep_blank_values=True)
    hosts = [value for name, value in given if name == "host"]
    if not any(_is_with_port(host) for host in hosts) and len(hosts) < 2:  # noqa: PLR2004 - one host
        return address + mark + query
    others = [(name, value) for name, value in given if name not in {"host", "port"}]
    ports = ",".join(value for name, value in given if name == "port")
    return f"{address}?{urlencode([*_merged(hosts, ports), *others], safe='/,')}"


def _merged(hosts: Sequence[str], ports: str) -> list[tuple[str, str]]:
    """Return the hosts as libpq's two lists, which name as many ports as hosts."""
    cut = [_cut(host) for host in hosts]
    told = ports if ports and not any(port for _, port in cut) else ",".join(p for _, p in cut)
    merged = [("host", ",".join(host for host, _ in cut))]
    return [*merged, ("port", told)] if told.strip(",") else merged


def _is_with_port(host: str) -> bool:
    return _cut(host)[1] != ""


def _cut(host: str) -> tuple[str, str]:
    """Return a host and its port; a folder of sockets and a bare IPv6 address have none."""
    if host.startswith("/") or "," in host:
        return host, ""
    if told := re.fullmatch(r"\[(?P<ipv6>[^]]+)\](?::(?P<port>\d*))?", host):
        return told["ipv6"], told["port"] or ""
    name, _, port = host.partition(":")
    return (name, port) if ":" not in port else (host, "")
