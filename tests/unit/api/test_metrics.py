"""Numbers for Prometheus."""

from prometheus_client.parser import text_string_to_metric_families

from api.measures import added_up, families
from api.metrics import FRESH_S, Scrapes
from calypso.engine.metering import Meter
from calypso.host import Ran
from calypso.models.counts import Count


def samples(text):
    found = text_string_to_metric_families(text)
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in found
        for sample in family.samples
    }


def scraped(client):
    answer = client.get("/api/v1/metrics")
    assert answer.status_code == 200
    return samples(answer.text)


def test_jobs_and_queues_are_counted_by_type_and_state(client):
    for _ in range(2):
        assert (
            client.post("/api/v1/jobs", json={"type": "system.noop", "params": {}}).status_code
            == 202
        )
    found = scraped(client)
    assert found["calypso_jobs_unfinished", "queued", "system.noop"] == 2
    (queued,) = [v for k, v in found.items() if k[0] == "calypso_queue_jobs" and "queued" in k]
    assert queued == 2
    (oldest,) = [v for k, v in found.items() if k[0] == "calypso_queue_oldest_seconds"]
    assert 0 <= oldest < 60
    assert found["calypso_redis_up",] == 1
    assert found["calypso_sse_clients",] == 0
    assert found["calypso_schedule_lateness_seconds",] == 0


def test_pools_of_disks_and_of_tape_tell_their_room(house, client):
    house.ports.inventory.replace("n1", "storage/pools", [
        ("tank", {"size_bytes": 100, "allocated_bytes": 40, "health": "ONLINE"}),
        ("sick", {"size_bytes": 10, "allocated_bytes": 1, "health": "DEGRADED"}),
    ])  # fmt: skip
    states = dict.fromkeys(("open", "full", "expired", "foreign", "damaged"), 0)
    house.ports.inventory.replace(
        "n1", "tape/pools", [("daily", {"used_bytes": 7, "scratch": 3, **states})]
    )
    found = scraped(client)
    assert found["calypso_pool_size_bytes", "n1", "tank"] == 100
    assert found["calypso_pool_allocated_bytes", "n1", "tank"] == 40
    assert found["calypso_pool_healthy", "n1", "tank"] == 1
    assert found["calypso_pool_healthy", "n1", "sick"] == 0
    assert found["calypso_tape_pool_used_bytes", "daily", "n1"] == 7
    assert found["calypso_tape_pool_cartridges", "daily", "n1", "scratch"] == 3


def test_pools_of_a_thousand_nodes_are_all_told_and_what_is_beyond_is_counted(house):
    pools = [(f"p{number}", {"health": "ONLINE"}) for number in range(3)]
    for number in range(1000):
        house.ports.inventory.replace(f"n{number}", "storage/pools", pools)
    assert told_of_pools(house) == (3000, 0)

    many = [(f"p{number}", {"health": "ONLINE"}) for number in range(2010)]
    house.ports.inventory.replace("big", "storage/pools", many)
    assert told_of_pools(house) == (5000, 10)


def told_of_pools(house):
    """Return how many pools have a series, and how many are said to have none."""
    found = {family.name: family.samples for family in families(house.ports, 0)}
    left = {one.labels["table"]: one.value for one in found["calypso_metrics_rows_left_out"]}
    return len(found["calypso_pool_healthy"]), left["storage/pools"]


def test_until_when_a_certificate_is_good_is_a_time(house, client):
    row = {"subject": "CN=n1", "expires_at": "2027-01-01T00:00:00Z"}
    house.ports.inventory.replace("n1", "system/certificates", [("/tls/server.crt", row)])
    key = ("calypso_certificate_expires_timestamp_seconds", "/tls/server.crt", "n1")
    assert scraped(client)[key] == 1798761600


def test_what_workers_added_up_is_a_histogram_of_them_all(house, client):
    for seconds in (0.2, 0.2, 3.0, 1e9):
        meter = Meter(house.ports.live, "n1")
        meter.took("job", "system.noop", "succeeded", seconds=seconds)
        meter.flush(now=True)
    meter.ran("storage", Ran(("/sbin/zfs",), 1, "", "", 0.2))
    meter.count("lease_losses", "lost", by=2)
    meter.flush(now=True)

    found = scraped(client)

    job = ("n1", "succeeded", "system.noop")
    assert found["calypso_job_seconds_count", *job] == 4
    assert found["calypso_job_seconds_sum", *job] == 1e9 + 3.4
    assert found["calypso_job_seconds_bucket", *sorted(("0.5", *job))] == 2
    assert found["calypso_job_seconds_bucket", *sorted(("5", *job))] == 3
    assert found["calypso_job_seconds_bucket", *sorted(("+Inf", *job))] == 4
    assert found["calypso_driver_command_failures_total", "n1", "storage", "zfs"] == 1
    assert found["calypso_lease_losses_total", "lost", "n1"] == 2


def test_counts_of_another_release_are_passed_over():
    odd = {"nonsense": 1.0, Count("job", ("one label",), "5").field: 1.0, Count("new", ()).field: 1}
    assert all(not family.samples for family in added_up({"n1": odd}))


def test_many_scrapes_at_once_ask_the_store_once():
    time, asked = [0.0], []

    def measure():
        asked.append(1)
        return []

    scrapes = Scrapes(measure, clock=lambda: time[0])
    assert scrapes.text() == scrapes.text()
    assert len(asked) == 1
    time[0] += FRESH_S
    scrapes.text()
    assert len(asked) == 2


def test_every_metric_has_a_name_of_ours_and_says_what_it_is(house):
    for family in families(house.ports, 0):
        assert family.name.startswith("calypso_")
        assert family.documentation.endswith(".")
