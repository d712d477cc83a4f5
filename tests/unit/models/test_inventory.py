from calypso.models.inventory import InventoryRow, inventory


def test_a_table_is_read_with_what_is_on_record_only_where_it_wants_that():
    @inventory("tape/plain", driver=object, row=InventoryRow)
    def read_plain(driver):
        """Plain."""
        return [InventoryRow(key=driver)]

    @inventory("tape/known", driver=object, row=InventoryRow)
    def read_known(driver, known):
        """Known."""
        return [InventoryRow(key=driver + known)]

    assert [row.key for row in read_plain.read("a", "b")] == ["a"]
    assert [row.key for row in read_known.read("a", "b")] == ["ab"]
