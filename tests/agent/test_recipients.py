"""What several servers ask for."""

from multipath.agent.delivery.recipients import merge
from multipath.agent.items.task import Item


def test_one_servers_items_keep_their_ids() -> None:
    items = (Item(7, "a", "1m"), Item(9, "b", "1m"))
    assert merge([items]) == (items, {7: [(0, 7)], 9: [(0, 9)]})


def test_what_two_servers_ask_alike_is_measured_once_for_both() -> None:
    first = (Item(7, "a", "1m"), Item(8, "b", "1m"))
    second = (Item(7, "b", "1m"), Item(9, "a", "5m"))
    items, recipients = merge([first, second])
    by_key = {(item.key, item.delay): recipients[item.itemid] for item in items}
    assert by_key == {
        ("a", "1m"): [(0, 7)],
        ("b", "1m"): [(0, 8), (1, 7)],
        ("a", "5m"): [(1, 9)],
    }
    assert len({item.itemid for item in items}) == 3


def test_a_changed_item_keeps_its_id() -> None:
    other = (Item(7, "x", "1m"),)
    before, _ = merge([other, (Item(7, "a", "1m"),)])
    after, _ = merge([other, (Item(7, "a", "2m"),)])
    assert [item.itemid for item in before] == [item.itemid for item in after]
