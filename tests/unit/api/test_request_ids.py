"""A request's id goes along to its job."""

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
NOOP = {"type": "system.noop", "params": {}}


def claimed(house, job):
    return house.ports.jobs._rows[next(k for k in house.ports.jobs._rows if str(k) == job)].new


def test_the_senders_ids_come_back_and_go_along_with_the_job(house, client):
    headers = {"X-Request-Id": "order-7", "traceparent": f"00-{TRACE}-{SPAN}-01"}
    answer = client.post("/api/v1/jobs", json=NOOP, headers=headers)
    assert answer.headers["X-Request-Id"] == "order-7"
    assert answer.headers["X-Trace-Id"] == TRACE
    kept = claimed(house, answer.get_json()["id"]).trace
    assert kept["request_id"] == "order-7"
    assert kept["traceparent"].split("-")[1] == TRACE


def test_a_request_without_ids_gets_its_own_and_hands_none_to_the_next(house, client):
    first, second = (client.post("/api/v1/jobs", json=NOOP) for _ in range(2))
    ids = [one.headers["X-Trace-Id"] for one in (first, second)]
    assert ids[0] != ids[1]
    kept = [claimed(house, one.get_json()["id"]).trace for one in (first, second)]
    assert [one["request_id"] for one in kept] == ids


def test_an_id_that_would_forge_a_line_is_not_taken(client):
    answer = client.get("/api/v1/healthz", headers={"X-Request-Id": "a b;c" * 40})
    assert answer.headers["X-Request-Id"] == answer.headers["X-Trace-Id"]
