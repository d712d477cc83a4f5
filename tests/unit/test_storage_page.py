"""docs/storage-types.md tells which type has been seen on real OpenZFS."""

from tests.storage_page import OUT_OF_REACH, PAGE, lab_tests, page, storage_types


def test_the_page_is_as_the_types_and_the_tests_are():
    assert PAGE.read_text(encoding="utf-8") == page(), "write it: python -m tests.storage_page"


def test_every_type_is_proven_on_real_openzfs_or_says_why_not():
    proven = set(lab_tests())
    assert proven <= set(storage_types())
    assert set(storage_types()) == proven | set(OUT_OF_REACH)
    assert not proven & set(OUT_OF_REACH)


def test_few_are_out_of_reach_and_each_with_the_tools_own_words():
    assert len(OUT_OF_REACH) <= 5
    assert all(OUT_OF_REACH.values())
