"""How tables were, over HTTP."""

from tests.unit.api.test_refusals import assert_problem

SAMPLES = "/api/v1/inventory/storage/pools/samples"
ROW = {"name": "tank", "size_bytes": 1000, "allocated_bytes": 10}


def test_the_sampled_numbers_of_a_table_are_told(client, house):
    house.ports.inventory.replace("one", "storage/pools", [("tank", ROW)])
    house.ports.inventory.sample("storage/pools", "one", ("size_bytes", "allocated_bytes"))

    (told,) = client.get(SAMPLES).get_json()["items"]

    assert (told["node"], told["key"]) == ("one", "tank")
    assert told["values"] == {"size_bytes": 1000, "allocated_bytes": 10}
    assert client.get(f"{SAMPLES}?key=vault").get_json()["items"] == []


def test_a_table_of_which_nothing_is_kept_says_which_are(client):
    told = assert_problem(client.get("/api/v1/inventory/storage/datasets/samples"), 404)

    assert "storage/pools" in told["detail"]


def test_whoever_may_not_read_the_table_may_not_read_how_it_was(app, house):
    house.accounts.add_user("nobody", "correct horse battery", [])
    client = app.test_client(use_cookies=False)
    signed = {"username": "nobody", "password": "correct horse battery"}
    token = client.post("/api/v1/auth/login", json=signed).get_json()["access_token"]

    answer = client.get(SAMPLES, headers={"Authorization": f"Bearer {token}"})

    assert_problem(answer, 403)


def test_how_far_back_has_a_limit(client):
    assert_problem(client.get(f"{SAMPLES}?days=401"), 422)
