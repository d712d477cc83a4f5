"""Addresses of databases."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from calypso.models.database import is_pooled, libpq


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://u:p%40s@h:1/db", {"host": "h", "port": "1", "password": "p@s"}),
        ("postgresql+psycopg://u@h/db?sslmode=require", {"host": "h", "sslmode": "require"}),
        ("postgres://h1:1,h2:2/db", {"host": "h1,h2", "port": "1,2"}),
        ("postgresql+psycopg:///db?host=h1:1&host=h2:2", {"host": "h1,h2", "port": "1,2"}),
        ("postgresql+psycopg:///db?host=h1&host=h2&port=5", {"host": "h1,h2", "port": "5"}),
        ("postgresql+psycopg:///db?host=h1&host=h2:2", {"host": "h1,h2", "port": ",2"}),
        ("postgresql+psycopg:///db?host=h1:1", {"host": "h1", "port": "1"}),
        ("postgresql:///db?host=/var/run/postgresql", {"host": "/var/run/postgresql"}),
        ("postgresql:///db?host=/run/a:b&port=7", {"host": "/run/a:b", "port": "7"}),
        ("postgresql:///db?host=[::1]:5&host=h2:6", {"host": "::1,h2", "port": "5,6"}),
        ("postgresql:///db?host=fe80::1", {"host": "fe80::1"}),
        ("host=h1,h2 dbname=db user=u", {"host": "h1,h2", "user": "u"}),
        (
            "postgresql+psycopg://u:p@/db?host=a:1&host=b:2&target_session_attrs=read-write",
            {"host": "a,b", "target_session_attrs": "read-write", "password": "p", "dbname": "db"},
        ),
    ],
)
def test_an_address_means_the_same_to_libpq(url, told):
    read = conninfo_to_dict(libpq(url))
    assert {name: read.get(name) for name in told} == told
    assert read["dbname"] == "db"


@pytest.mark.parametrize(
    ("url", "pooled"),
    [
        ("postgresql://h/db?pooled=true", True),
        ("postgresql://h/db?sslmode=require&pooled=true", True),
        ("postgresql+psycopg://h/db?pooled=1&sslmode=require", True),
        ("postgresql://h/db?pooled=false", False),
        ("postgresql://h/db?application_name=pooled", False),
        ("postgresql://h/db", False),
    ],
)
def test_an_address_says_whether_a_pooler_stands_between_and_libpq_does_not_hear_of_it(url, pooled):
    read = conninfo_to_dict(libpq(url))

    assert is_pooled(url) is pooled
    assert read["dbname"] == "db"
    assert read.get("sslmode") == ("require" if "sslmode" in url else None)
