"""Tape for people: the library drawn, cartridges moved, archives looked through and restored."""

import json

import pytest
from playwright.sync_api import expect

from tests.acceptance.running_up import until

CAPACITY = 64 << 20
SHELF = {"slots": 4, "drives": 2, "ie_slots": 1}


@pytest.fixture(scope="module")
def tape(appliance):
    """An appliance that serves tape."""
    until(lambda: _serves_tape(appliance))
    return appliance


def _serves_tape(appliance):
    known = appliance.get("/subsystems")["items"]
    return any(one["subsystem"] == "tape" and one["available"] for one in known)


@pytest.fixture
def library(tape):
    """Make a library of four slots, with two cartridges; returns the barcodes."""
    return lambda name, prefix: _make(tape, name, prefix)


def _make(tape, name, prefix):
    tape.run("tape.vtl_library_create", name=name, **SHELF)
    first = {"first": f"{prefix}001L8", "count": 2, "capacity_bytes": CAPACITY}
    tape.run("tape.vtl_media_create", library=name, **first)
    _until_seen(tape, "media", f"{prefix}002L8")
    _until_seen(tape, "libraries", name)
    return [f"{prefix}001L8", f"{prefix}002L8"]


def _until_seen(tape, noun, key):
    """Workers look at tables just after a job, and a person who comes later sees what they saw."""
    until(lambda: any(row["key"] == key for row in tape.get(f"/inventory/tape/{noun}")["items"]))


def _place(page, name):
    return page.get_by_role("listitem", name=name, exact=True)


def _cartridge(place, barcode):
    return place.get_by_role("button", name=barcode, exact=True)


def _drag(page, source, target):
    """As a hand does: down, a little away, then on in steps."""
    box, goal = source.bounding_box(), target.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 20, box["y"] + box["height"] / 2, steps=4)
    page.mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + goal["height"] / 2, steps=10)


def test_a_cartridge_is_dragged_into_a_drive_and_says_that_it_moves(tab, library):
    first, second = library("dragged", "DRG")
    page = tab.go("/tape/libraries/dragged")
    slot, drive = _place(page, "slot 1"), _place(page, "drive 1 (dragged-1)")
    expect(_cartridge(slot, first)).to_be_visible()
    _drag(page, _cartridge(slot, first), drive)
    page.mouse.up()
    question = page.get_by_role("dialog", name=f"Load {first} into drive 1 (dragged-1)?")
    expect(question).to_contain_text("slot 1")
    expect(question.get_by_role("button", name="Load")).to_be_focused()
    page.keyboard.press("Enter")
    expect(_cartridge(drive, first)).to_be_visible()
    expect(slot).to_have_text("1empty")
    expect(_cartridge(_place(page, "slot 2"), second)).to_be_visible()


def test_a_drop_where_nothing_may_go_asks_nothing(tab, library):
    first, second = library("dropped", "DRP")
    page = tab.go("/tape/libraries/dropped")
    source, taken = _place(page, "slot 1"), _place(page, "slot 2")
    expect(_cartridge(taken, second)).to_be_visible()
    _drag(page, _cartridge(source, first), taken)
    page.mouse.up()
    expect(_cartridge(source, first)).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_cartridge_is_moved_by_keyboard_alone(tab, library):
    first, _ = library("typed", "TYP")
    page = tab.go("/tape/libraries/typed")
    handle = page.get_by_role("button", name=f"Move {first}")
    handle.focus()
    page.keyboard.press("Enter")
    expect(
        page.get_by_role("button", name=f"Load here: {first}, drive 0 (typed-0)")
    ).to_be_focused()
    page.keyboard.press("Escape")
    expect(handle).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("End")
    goal = page.get_by_role("button", name=f"Put here: {first}, slot 4")
    expect(goal).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name=f"Move {first} to slot 4?")).to_be_visible()
    page.keyboard.press("Enter")
    place = _place(page, "slot 4")
    expect(_cartridge(place, first)).to_be_visible()
    expect(place).to_be_focused()


def test_a_move_that_fails_leaves_the_cartridge_and_says_why(tab, tape, library):
    first, _ = library("jammed", "JAM")
    page = tab.go("/tape/libraries/jammed")
    expect(_cartridge(_place(page, "slot 1"), first)).to_be_visible()
    file = tape.running.data / "tape" / "jammed" / "library.json"
    sound = file.read_text()
    file.write_text(json.dumps(json.loads(sound) | {"jammed": True}))
    page.get_by_role("button", name=f"Move {first}").click()
    page.get_by_role("button", name=f"Put here: {first}, slot 3").click()
    page.get_by_role("button", name="Move", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(f"Move {first} of jammed to slot 3")
    expect(alert).to_contain_text("jam")
    expect(page.get_by_role("button", name=f"Move {first}")).to_be_visible()
    alert.get_by_role("button", name="Dismiss").click()
    expect(alert).to_have_count(0)
    file.write_text(sound)


def test_a_viewer_sees_the_library_and_no_handles(opened, library):
    first, _ = library("looked-at", "LKD")
    page = opened("viewer").go("/tape/libraries/looked-at")
    expect(_cartridge(_place(page, "slot 1"), first)).to_be_visible()
    expect(page.get_by_role("button", name=f"Move {first}")).to_have_count(0)
    expect(page.get_by_role("button", name="Take inventory")).to_have_count(0)
    page.get_by_role("tab", name="Media pools").click()
    expect(page.get_by_role("link", name="Make a pool")).to_have_count(0)


@pytest.fixture(scope="module")
def archive(tape):
    """An archive of two folders on a cartridge; returns its id."""
    home = tape.folder / "to-archive"
    (home / "ada" / "papers").mkdir(parents=True)
    (home / "ada" / "thesis.tex").write_text("It is so.")
    (home / "ada" / "papers" / "one.txt").write_text("one")
    (home / "zoe.txt").write_text("zoe")
    _make(tape, "archived", "ARC")
    tape.run("tape.pool_create", pool="papers", allocation="weekly", retention="P30D")
    tape.run("tape.media_assign", pool="papers", cartridges=["ARC001L8"])
    told = {"path": str(home), "pool": "papers", "drive": "archived-0", "wait_s": 0}
    archive = tape.run("tape.archive_write", **told)["result"]["archive"]
    _until_seen(tape, "archives", archive)
    return archive


def _filled_in(page, type_):
    """What the form of a job type is opened with."""
    page.wait_for_url(f"**/jobs/new/{type_}")
    return page.evaluate("history.state.usr.params")


def test_an_archive_is_looked_through_and_chosen_paths_are_restored(tab, tape, archive):
    page = tab.go("/tape/archives")
    page.get_by_role("link", name=str(tape.folder / "to-archive")).click()
    page.get_by_role("button", name="Folder ada").click()
    contents = page.get_by_role("table", name="Contents of ada")
    expect(contents.get_by_text("thesis.tex")).to_be_visible()
    page.get_by_role("checkbox", name="Choose thesis.tex").check()
    page.get_by_role("checkbox", name="Choose papers").check()
    page.get_by_role("button", name="Folder papers").click()
    expect(page.get_by_text("comes with its folder")).to_be_visible()
    page.get_by_role("button", name="Top").click()
    expect(page.get_by_role("checkbox", name="Choose zoe.txt")).not_to_be_checked()
    page.get_by_role("link", name="Restore 2 paths").click()
    assert _filled_in(page, "tape.archive_read") == {
        "archive": archive,
        "drive": "archived-0",
        "paths": ["ada/thesis.tex", "ada/papers"],
    }
    target = tape.folder / "from-tape"
    page.get_by_role("textbox", name="Target").fill(str(target))
    page.get_by_role("button", name="Start the job").click()

    expect(page.get_by_role("status", name="State")).to_have_text("Succeeded")
    restored = {str(one.relative_to(target)) for one in target.rglob("*") if one.is_file()}
    assert restored == {"ada/thesis.tex", "ada/papers/one.txt"}
    assert (target / "ada" / "thesis.tex").read_text() == "It is so."


def test_cartridges_are_found_chosen_and_given_to_a_job(tab, archive):
    page = tab.go("/tape/media")
    page.get_by_role("combobox", name="Pool").select_option("papers")
    page.wait_for_url("**/tape/media?pool=papers")
    table = page.get_by_role("table", name="Cartridges")
    expect(table.get_by_role("button", name="ARC001L8", exact=True)).to_be_visible()
    expect(table.get_by_role("button", name="ARC002L8", exact=True)).to_have_count(0)
    page.get_by_role("checkbox", name="Choose ARC001L8").check()
    page.get_by_role("link", name="Give cartridges to a media pool").click()
    assert _filled_in(page, "tape.media_assign") == {"cartridges": ["ARC001L8"]}


def test_a_pool_says_its_rules_and_its_room(tab, archive):
    page = tab.go("/tape/pools")
    pool = _place(page, "papers")
    expect(pool).to_contain_text("30 days after the last write")
    expect(pool).to_contain_text("MiB free")
    pool.get_by_role("link", name="Change papers").click()
    assert _filled_in(page, "tape.pool_modify") == {"pool": "papers"}


def test_the_details_of_a_drive_and_a_cartridge_stand_in_the_address(tab, archive):
    page = tab.go("/tape/libraries/archived")
    page.get_by_role("button", name="archived-0", exact=True).click()
    drive = page.get_by_role("dialog", name="Drive archived-0")
    expect(drive).to_contain_text("ARC001L8")
    expect(
        drive.get_by_role("link", name="Put the cartridge of a drive back into a slot")
    ).to_be_visible()
    page.reload()
    expect(drive).to_be_visible()
    page.keyboard.press("Escape")
    expect(drive).to_have_count(0)
    page.get_by_role("button", name="ARC001L8", exact=True).click()
    expect(page.get_by_role("dialog", name="Cartridge ARC001L8")).to_contain_text("papers")


PARTS = {
    "tape": ("/tape/libraries/archived", "button", "ARC001L8"),
    "tape-media": ("/tape/media", "button", "ARC001L8"),
    "tape-pools": ("/tape/pools", "heading", "papers"),
    "tape-archives": ("/tape/archives", "table", "Archives on tape"),
}


@pytest.mark.parametrize("name", PARTS)
def test_every_part_is_sound_in_both_themes_and_fits_a_phone(tab, archive, name):
    path, role, shown = PARTS[name]
    page = tab.go(path)
    expect(page.get_by_role(role, name=shown, exact=True)).to_be_visible()
    tab.sound()
    tab.picture(name)


def test_the_files_of_an_archive_are_sound_and_fit_a_phone(tab, archive):
    page = tab.go(f"/tape/archives/{archive}?path=ada")
    expect(page.get_by_text("thesis.tex")).to_be_visible()
    page.get_by_role("checkbox", name="Choose thesis.tex").check()
    tab.sound()
    tab.picture("tape-archive")


def test_places_that_are_lit_are_sound(tab, archive):
    page = tab.go("/tape/libraries/archived")
    page.get_by_role("button", name="Move ARC002L8").click()
    expect(page.get_by_role("button", name="Put here: ARC002L8, slot 3")).to_be_visible()
    tab.sound()
