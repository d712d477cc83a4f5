"""Versions of the backup configuration over HTTP."""

from uuid import uuid4

import pytest

from calypso.models.backup_config import BackupConfig, ClientResource, PoolResource

MAIL = ClientResource(name="mail", address="::1", password="backup/mail")
URL = "/api/v1/backup/configs"


@pytest.fixture
def kept(house):
    """Five versions, of this node; one of another."""
    books = house.ports.backup.writing("keep", job_id=uuid4(), epoch=1)
    for number in range(1, 6):
        pool = PoolResource(name="Mail", max_volumes=number)
        books.keep(BackupConfig(clients=(MAIL,), pools=(pool,)))
    house.ports.backup.writing("other", job_id=uuid4(), epoch=1).keep(BackupConfig())


def test_versions_come_newest_first_page_by_page_until_there_are_no_more(client, kept):
    seen, cursor = [], None
    while True:
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = client.get(URL, query_string=asked).get_json()
        seen.append([one["version"] for one in page["items"]])
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == [[5, 4], [3, 2], [1]]


def test_one_version_is_told_with_names_of_secrets_who_and_when(client, kept):
    told = client.get(f"{URL}/2").get_json()

    assert (told["version"], told["node"], told["requested_by"]) == (2, "keep", "ada")
    assert told["config"]["clients"][0]["password"] == "backup/mail"
    assert told["config"]["pools"][0]["max_volumes"] == 2
    assert {"applied_at", "job"} <= told.keys()


def test_another_nodes_versions_are_its_own(client, kept):
    told = client.get(URL, query_string={"node": "other"}).get_json()
    assert [one["node"] for one in told["items"]] == ["other"]
    assert client.get(URL, query_string={"node": "nowhere"}).get_json()["items"] == []


def test_a_version_that_there_is_not_and_a_cursor_of_another_list_are_refused(client, kept):
    answer = client.get(f"{URL}/9")
    assert answer.status_code == 404
    assert "no version 9 of the backup configuration of keep" in answer.get_json()["detail"]
    assert client.get(f"{URL}/{1 << 40}").status_code == 422
    assert client.get(URL, query_string={"cursor": "bm9uZQ"}).status_code == 422


def test_nobody_reads_it_without_the_right_to(app, kept):
    assert app.test_client().get(URL).status_code == 401
