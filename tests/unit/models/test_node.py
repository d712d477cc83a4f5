"""Which addresses mean another server on another machine."""

import pytest

from calypso.models.node import means_this_machine


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a:b@localhost/c",
        "postgresql+psycopg://a:b@127.0.0.1:5432/c",
        "postgresql://a:b@127.8.8.8/c",
        "postgresql://a:b@[::1]:5432/c",
        "postgresql:///c?host=/run/postgresql",
        "postgresql://a:b@/c",
        "postgresql://a:b@db.example,localhost/c",
        "redis://:pw@localhost:6379/0",
        "unix:///run/redis.sock",
        "",
    ],
)
def test_loopback_and_sockets_mean_this_machine(url):
    assert means_this_machine(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://a:b@10.0.0.1:5432/c",
        "postgresql://a:p%40localhost@db.example/c",
        "postgresql://a:b@db1:5432,db2:5432/x",
        "postgresql:///c?host=db.example",
        "rediss://:pw@redis.example:6380/0",
        "redis://[2001:db8::1]:6379/0",
        "sentinel://s1:26379;sentinel://s2:26379",
    ],
)
def test_names_and_addresses_of_the_network_do_not(url):
    assert not means_this_machine(url)
