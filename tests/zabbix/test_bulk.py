"""How many objects a call carries, and that a page boundary changes nothing that is read."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from multipath.kinds import Kind
from multipath.zabbix.bulk import OBJECTS, VALUES, pages, read_paged, weight
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile
from tests.zabbix.fake import Answer, Request, result, serving


@given(st.lists(st.integers(1, 2 * VALUES), min_size=1, max_size=50))
def test_every_object_is_in_one_page_and_no_page_is_too_heavy(weights: list[int]) -> None:
    found = list(pages(weights))
    assert [place for page in found for place in range(page.start, page.stop)] == list(
        range(len(weights))
    )
    for page in found:
        assert len(weights[page]) == 1 or sum(weights[page]) <= VALUES


def test_many_light_objects_are_a_page() -> None:
    assert list(pages([1] * (2 * OBJECTS + 1))) == [
        slice(0, OBJECTS),
        slice(OBJECTS, 2 * OBJECTS),
        slice(2 * OBJECTS, 2 * OBJECTS + 1),
    ]


def test_an_object_weighs_what_it_has_of_values() -> None:
    assert weight({"name": "a", "tags": [{"tag": "b", "value": "c"}], "steps": []}) == 3


class Shelf:
    """A Zabbix with so many items, all found by whatever is asked."""

    def __init__(self, number: int) -> None:
        self.asked: list[dict[str, Any]] = []
        self._rows = {str(place): {"itemid": str(place)} for place in range(1, number + 1)}

    def answer(self, request: Request) -> Answer:
        known = {"apiinfo.version": "7.0.9", "user.get": []}
        if request.method in known:
            return result(known[request.method])
        self.asked.append(request.params)
        wanted = request.params.get("itemids", list(self._rows))
        return result([self._rows[number] for number in wanted])


def test_objects_are_read_once_in_pages_of_which_none_is_too_large() -> None:
    shelf = Shelf(2 * OBJECTS + 1)
    with serving(shelf.answer) as url, Client(Profile(url, token="0")) as client:
        which = [{"hostids": ["1"]}, {"hostids": ["2"]}]
        read = list(read_paged(client, Kind.ITEM, which, output="extend"))
    assert [len(page) for page in read] == [OBJECTS, OBJECTS, 1]
    assert [row["itemid"] for page in read for row in page] == [
        str(place) for place in range(1, 2 * OBJECTS + 2)
    ]
    assert [asked["output"] for asked in shelf.asked] == [["itemid"]] * 2 + ["extend"] * 3
