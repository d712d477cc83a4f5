"""Tokens to join with, and the one door that takes them."""

import pytest

import calypso

KEYS = {
    "database_url": "postgresql://calypso:pw@db.example/calypso",
    "redis_url": "rediss://:pw@redis.example:6380/0",
    "secrets_key": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
}
TLS = {"base_url": "https://control.example"}


@pytest.fixture
def house(house):
    import dataclasses

    from calypso.config import Settings

    settings = Settings(jwt_key="a key for tests that is long enough", node="keep", **KEYS)
    return dataclasses.replace(house, settings=settings)


def made(client, node="vault"):
    answer = client.post("/api/v1/nodes/tokens", json={"node": node})
    assert answer.status_code == 201, answer.get_json()
    return answer.get_json()


def joined(app, token, node="vault", *, version=calypso.__version__, **how):
    body = {"node": node, "token": token, "version": version}
    return app.test_client(use_cookies=False).post("/api/v1/nodes/join", json=body, **(how or TLS))


def test_who_has_a_token_gets_what_workers_need_and_no_more(app, client):
    answer = joined(app, made(client)["token"])

    assert answer.status_code == 200
    told = answer.get_json()
    assert {name: told[name] for name in KEYS} == KEYS
    assert told["node"] == "vault"
    assert "jwt" not in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_token_is_good_once(app, client):
    token = made(client)["token"]
    joined(app, token)

    again = joined(app, token)

    assert again.status_code == 401
    assert KEYS["secrets_key"] not in again.get_data(as_text=True)


def test_a_token_is_for_one_name(app, client):
    token = made(client, "vault")["token"]

    assert joined(app, token, "cellar").status_code == 401
    assert joined(app, token, "vault").status_code == 200


def test_a_token_that_came_in_the_clear_is_spoilt(app, client):
    token = made(client)["token"]

    clear = joined(app, token, base_url="http://control.example")

    assert clear.status_code == 403
    assert joined(app, token).status_code == 401


def test_a_header_does_not_make_a_connection_encrypted(app, client):
    token = made(client)["token"]

    answer = joined(
        app, token, base_url="http://control.example", headers={"X-Forwarded-Proto": "https"}
    )

    assert answer.status_code == 403


def test_a_new_token_takes_the_place_of_an_open_one(app, client):
    first, second = made(client)["token"], made(client)["token"]

    assert joined(app, first).status_code == 401
    assert joined(app, second).status_code == 200


def test_another_release_is_refused_and_may_come_again(app, client):
    token = made(client)["token"]

    refused = joined(app, token, version="0.0.1")

    assert refused.status_code == 409
    assert joined(app, token).status_code == 200


def test_a_name_whose_workers_run_is_not_given_away(app, client, house):
    token = made(client)["token"]
    house.nodes.served.add("vault")

    assert client.post("/api/v1/nodes/tokens", json={"node": "vault"}).status_code == 409
    assert joined(app, token).status_code == 409


def test_without_a_good_token_nobody_learns_which_names_and_releases_there_are(app, house):
    house.nodes.served.add("vault")

    for told in ({"node": "vault"}, {"node": "keep"}, {"node": "free"}, {"version": "0.0.1"}):
        assert joined(app, "calnode_guess", **told).status_code == 401


def test_the_control_plane_keeps_its_own_name(client):
    assert client.post("/api/v1/nodes/tokens", json={"node": "keep"}).status_code == 422


@pytest.mark.parametrize("name", ["operator", "viewer"])
def test_only_an_administrator_makes_tokens(client_of, name):
    client = client_of(name)

    assert client.post("/api/v1/nodes/tokens", json={"node": "vault"}).status_code == 403
    assert client.get("/api/v1/nodes/tokens").status_code == 403


def test_an_api_token_makes_none(app, client, house):
    body = {"name": "script", "permissions": ["*:*"]}
    text = client.post("/api/v1/tokens", json=body).get_json()["token"]
    script = app.test_client(use_cookies=False)

    answer = script.post(
        "/api/v1/nodes/tokens", json={"node": "vault"}, headers={"Authorization": f"Bearer {text}"}
    )

    assert answer.status_code == 403


def test_the_list_tells_who_joined_from_where_and_never_a_text(app, client):
    token = made(client)["token"]
    joined(app, token)

    answer = client.get("/api/v1/nodes/tokens")

    (one,) = answer.get_json()["items"]
    assert (one["node"], one["created_by"], one["used_from"]) == ("vault", "admin", "127.0.0.1")
    assert token not in answer.get_data(as_text=True)


def test_a_removed_token_lets_nobody_in(app, client):
    token = made(client)

    assert client.delete(f"/api/v1/nodes/tokens/{token['id']}").status_code == 204
    assert joined(app, token["token"]).status_code == 401
    assert client.delete(f"/api/v1/nodes/tokens/{token['id']}").status_code == 404


def test_guessing_is_slowed_down(app, house):
    house.accounts.wait_s = 42

    answer = joined(app, "calnode_guess")

    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "42"


def test_an_address_that_only_this_machine_understands_is_not_handed_out(house, client_of):
    from calypso.config import Settings

    here = {**KEYS, "database_url": "postgresql://calypso:pw@127.0.0.1/calypso"}
    object.__setattr__(
        house, "settings", Settings(jwt_key="a key for tests that is long enough", **here)
    )

    answer = client_of("admin").post("/api/v1/nodes/tokens", json={"node": "vault"})

    assert answer.status_code == 409
    assert "CALYPSO_NODE_DATABASE_URL" in answer.get_json()["detail"]
    assert "pw" not in answer.get_json()["detail"]
