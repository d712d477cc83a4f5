"""A backup by a real Bacula is looked into and restored, with the mouse and a real director."""

import re

import pytest
from playwright.sync_api import expect

from tests.acceptance.running_up import until
from tests.bacula import kept
from tests.browser.conftest import started

pytestmark = [pytest.mark.real("bacula"), pytest.mark.timeout(300)]
WANTED = {"CALYPSO_BACKUP_PRODUCT": "bacula"}
CLIENT, STORAGE, POOL = "local-fd", "Disk", "Disk"


def linked(data):
    """Let an `up` find packages that were fetched before."""
    packages = data / "bacula" / "packages"
    packages.mkdir(parents=True)
    data.chmod(0o711)
    for folder in kept().glob("bacula-*"):
        (packages / folder.name).symlink_to(folder)


@pytest.fixture(scope="module")
def director(bacula_programs):
    with started(env=WANTED, prepare=linked) as appliance:
        until(lambda: appliance.serves("backup"), limit_s=120)
        yield appliance


@pytest.fixture(scope="module")
def home(director):
    """Files that a job named "files" has backed up."""
    folder = director.folder / "home"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "letter.txt").write_text("dear reader")
    (folder / "other.txt").write_text("other")
    for one in (folder, folder / "deep"):
        one.chmod(0o755)
    fileset = {"name": "files", "include": [str(folder)]}
    job = {
        "name": "files", "client": CLIENT, "fileset": "files", "storage": STORAGE, "pool": POOL,
    }  # fmt: skip
    director.run("backup.config_apply", set={"filesets": [fileset], "jobs": [job]})
    director.run("backup.job_run", job="files", level="full")
    return folder


def test_a_backup_is_browsed_and_one_file_restored(opened, director, home):
    tab = opened("admin", at=director)
    page = tab.go("/backup")
    row = page.get_by_role("row", name=re.compile("^files"))
    expect(row).to_contain_text("Not scheduled", timeout=90_000)  # tables are read every 30 s
    expect(row).to_contain_text("never")  # drilled

    page.get_by_role("link", name="Browse and restore").click()
    page.get_by_label("Client").select_option(CLIENT)
    page.get_by_label("Fileset").select_option("files")
    for folder in [*home.parts[1:], "deep"]:
        page.get_by_role("button", name=folder, exact=True).click()
    expect(page.get_by_text("letter.txt", exact=True)).to_be_visible()
    tab.sound()
    tab.picture("restore")

    page.get_by_role("checkbox", name=f"Take {home}/deep/letter.txt").check()
    page.get_by_role("link", name="Go on with 1 path").click()
    expect(page.get_by_role("heading", level=1, name="Restore files")).to_be_visible()
    target = director.folder / "restored"
    page.get_by_role("textbox", name="Below this folder").fill(str(target))
    page.get_by_role("button", name="Start the job").click()

    expect(page.get_by_role("status", name="State")).to_have_text("Succeeded", timeout=60_000)
    restored = [one for one in target.rglob("*") if one.is_file()]
    assert [one.read_text() for one in restored] == ["dear reader"]


def test_a_file_is_found_by_its_name_and_its_versions_are_told(opened, director, home):
    tab = opened("admin", at=director)
    page = tab.go(f"/backup/restore?client={CLIENT}&fileset=files")

    page.get_by_role("searchbox", name="Find files by name").fill("*.txt")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_text("letter.txt", exact=True)).to_be_visible()
    expect(page.get_by_text("other.txt", exact=True)).to_be_visible()
    page.get_by_role("button", name="Versions of other.txt").click()

    dialog = page.get_by_role("dialog", name="Versions")
    expect(dialog.get_by_role("link", name="Restore this one")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
