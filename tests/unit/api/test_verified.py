"""A header that was good before is not deciphered again; whose it is, is asked each time."""

from datetime import timedelta

from flask_jwt_extended import create_access_token, decode_token

from tests.unit.api.conftest import PASSWORD

ME = "/api/v1/auth/me"


def test_a_token_that_was_good_is_refused_once_it_has_expired(app, client, house):
    assert client.get(ME).status_code == 200
    (claims,) = app.extensions["verified_headers"].values()
    with app.test_request_context():
        told = {"sid": claims["sid"], "gen": claims["gen"]}
        late = create_access_token(
            claims["sub"], additional_claims=told, expires_delta=timedelta(seconds=-1)
        )
        app.extensions["verified_headers"][f"Bearer {late}"] = decode_token(
            late, allow_expired=True
        )

    answer = client.get(ME, headers={"Authorization": f"Bearer {late}"})

    assert answer.status_code == 401


def test_a_header_that_a_cookie_made_up_for_is_not_remembered(app):
    browser = app.test_client()
    browser.post("/api/v1/auth/login", json={"username": "admin", "password": PASSWORD})
    odd = {"Authorization": "odd words"}
    assert browser.get(ME, headers=odd).status_code == 200  # the cookie is good

    assert app.test_client().get(ME, headers=odd).status_code == 401


def test_whose_a_remembered_header_is_is_asked_each_time(client, house):
    assert client.get(ME).status_code == 200
    house.accounts.remove_user(house.accounts.user("admin").id)

    assert client.get(ME).status_code == 401


def test_a_remembered_header_is_not_deciphered_again(app, client, house):
    client.get(ME)
    (kept,) = app.extensions["verified_headers"].values()

    kept["sub"] = str(house.accounts.user("viewer").id)

    assert client.get(ME).get_json()["user"]["name"] == "viewer", "what is kept of it counts"
