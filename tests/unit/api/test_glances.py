"""What is answered in front of Flask is what Flask would answer, however things have changed."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask_jwt_extended import create_access_token, decode_token

from calypso.errors import StoreUnavailable
from calypso.models.clock import now, uuid7
from calypso.models.job import Progress
from calypso.models.ledger import Ending
from tests.fakes.ports import job_id_of
from tests.unit.api.test_jobs import JOBS, NOOP, claim


@pytest.fixture
def behind(app, monkeypatch):
    """The paths that the application behind was asked for."""
    glances, asked = app.wsgi_app._app.application._app, []  # behind proxies, files and bodies
    flask = glances._app

    def listening(environ, start_response):
        asked.append(environ["PATH_INFO"])
        return flask(environ, start_response)

    monkeypatch.setattr(glances, "_app", listening)
    return asked


@pytest.fixture
def path(client):
    """A job's path, asked for once, so that the token is known as good."""
    path = f"{JOBS}/{job_id_of(client.post(JOBS, json=NOOP))}"
    assert client.get(path).status_code == 200
    return path


def job_of(path):
    return path.rpartition("/")[2]


def _without_dashes(text):
    return text.replace("-", "")


def same(one, other):
    """Tell whether two answers differ in nothing but the ids of their requests."""
    ids = ("X-Trace-Id", "X-Request-Id")
    headers = [sorted((k, v) for k, v in a.headers if k not in ids) for a in (one, other)]
    return headers[0] == headers[1] and (one.status, one.data) == (other.status, other.data)


def test_it_answers_by_itself_and_as_the_application_behind_would(client, path, behind):
    glanced = client.get(path)
    assert behind == []
    known = {"If-None-Match": glanced.headers["ETag"]}
    unchanged = client.get(path, headers=known)
    assert behind == []

    assert same(glanced, client.get(f"{path}?wait=0"))
    assert same(unchanged, client.get(f"{path}?wait=0", headers=known))
    assert [glanced.status_code, unchanged.status_code] == [200, 304]
    assert len(behind) == 2


@pytest.mark.parametrize("told", ["*", 'W/"{0}", "else"', '"else", "{0}"', '"else"', "odd words"])
def test_it_reads_if_none_match_as_the_application_behind_does(client, path, told, behind):
    version = client.get(path).headers["ETag"].strip('"')
    known = {"If-None-Match": told.format(version)}

    glanced = client.get(path, headers=known)
    assert behind == []

    assert same(glanced, client.get(f"{path}?wait=0", headers=known))


def test_a_version_that_is_not_the_jobs_any_more_is_answered_with_the_job(client, path, house):
    known = {"If-None-Match": client.get(path).headers["ETag"]}
    assert client.get(path, headers=known).status_code == 304

    claimed = claim(house)
    running = client.get(path, headers=known)
    house.ports.jobs.finish(claimed.id, claimed.epoch, Ending(outcome="succeeded"))
    ended = client.get(path, headers={"If-None-Match": running.headers["ETag"]})

    assert [running.status_code, running.get_json()["state"]] == [200, "running"]
    assert [ended.status_code, ended.get_json()["state"]] == [200, "succeeded"]


def test_progress_that_only_redis_knows_makes_another_version(client, path, house, behind):
    claim(house)
    known = {"If-None-Match": client.get(path).headers["ETag"]}
    progress = Progress(percent=41.0, updated_at=now()).model_dump(mode="json")

    house.ports.live.progress(UUID(job_of(path)), "system", progress)
    answer = client.get(path, headers=known)

    assert [answer.status_code, answer.get_json()["progress"]["percent"]] == [200, 41.0]
    assert behind == []


def test_a_job_that_waits_is_told_anew_though_only_others_changed(client, path, house, behind):
    second, third = (f"{JOBS}/{job_id_of(client.post(JOBS, json=NOOP))}" for _ in range(2))
    before = client.get(third)
    client.post(f"{second}/cancel")
    behind.clear()

    after = client.get(third, headers={"If-None-Match": before.headers["ETag"]})

    places = [one.get_json()["wait"]["position"] for one in (before, after)]
    assert places == ["2", "1"]
    assert behind == []


def test_signing_out_is_seen_at_the_next_request(client, path):
    client.post("/api/v1/auth/logout")

    assert client.get(path).status_code == 401


def test_whoever_is_removed_sees_nothing_more(client, path, house):
    house.accounts.remove_user(house.accounts.user("admin").id)

    assert client.get(path).status_code == 401


def test_rights_that_were_taken_away_are_missed_at_the_next_request(client, path, house):
    admin = house.accounts.user("admin")
    house.accounts._users[admin.id] = admin.model_copy(update={"roles": []})

    answer = client.get(path)

    assert [answer.status_code, answer.get_json()["code"]] == [403, "forbidden"]


def test_a_header_that_has_expired_since_is_refused(app, client, path):
    verified = app.extensions["verified_headers"]
    (claims,) = verified.values()
    with app.test_request_context():
        told = {"sid": claims["sid"], "gen": claims["gen"]}
        late = create_access_token(
            claims["sub"], additional_claims=told, expires_delta=timedelta(seconds=-1)
        )
        verified[f"Bearer {late}"] = decode_token(late, allow_expired=True)

    assert client.get(path, headers={"Authorization": f"Bearer {late}"}).status_code == 401


@pytest.mark.parametrize(("change", "status"), [(str.upper, 200), (_without_dashes, 404)])
def test_a_path_that_only_resembles_a_jobs_is_left_alone(client, path, change, status, behind):
    odd = f"{JOBS}/{change(job_of(path))}"

    assert client.get(odd).status_code == status
    assert behind == [odd]


@pytest.mark.parametrize("more", [{"query_string": "x=1"}, {"data": b"{}"}, {"method": "HEAD"}])
def test_a_request_with_more_to_it_is_left_alone(client, path, more, behind):
    client.open(path, **{"method": "GET", **more})

    assert behind == [path]


def test_a_request_with_a_cookie_is_left_alone(client, path, behind):
    client.get(path, headers={"Cookie": "a=b"})

    assert behind == [path]


def test_a_job_that_is_not_there_is_a_problem_in_the_words_of_the_application(client, path):
    answer = client.get(f"{JOBS}/{uuid7()}")

    assert [answer.status_code, answer.get_json()["code"]] == [404, "not_found"]


def test_a_database_that_is_away_is_asked_once_and_told(client, path, house, monkeypatch):
    asked = []

    def away(looks):
        asked.append(looks)
        raise StoreUnavailable("away")

    monkeypatch.setattr(house.accounts, "look", away)
    answer = client.get(path)

    assert [answer.status_code, answer.get_json()["code"]] == [503, "store_unavailable"]
    assert len(asked) == 1


def test_a_job_is_written_as_json_once_while_it_stays_as_it_is(app, client, path):
    kept = app.extensions["calypso"].jobs
    client.get(path)
    client.get(path)
    first = kept._kept[UUID(job_of(path))][1]

    client.get(path)

    assert kept._kept[UUID(job_of(path))][1] is first
