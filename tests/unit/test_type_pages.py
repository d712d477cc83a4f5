"""The pages of job types tell which type has been seen on a real product."""

import pytest

from tests.type_pages import PAGES, STORAGE

each_page = pytest.mark.parametrize("page", PAGES, ids=[one.subsystem for one in PAGES])


@each_page
def test_a_page_is_as_the_types_and_the_tests_are(page):
    assert page.path.read_text(encoding="utf-8") == page.text(), "python -m tests.type_pages"


@each_page
def test_every_type_is_proven_on_a_real_product_or_says_why_not(page):
    proven = set(page.tests)
    assert proven <= set(page.types)
    assert set(page.types) == proven | set(page.out_of_reach)
    assert not proven & set(page.out_of_reach)


def test_few_of_storage_are_out_of_reach_and_each_with_the_tools_own_words():
    assert len(STORAGE.out_of_reach) <= 5
    assert all(STORAGE.out_of_reach.values())
