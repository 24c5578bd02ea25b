"""The picture of the house shows the rooms that stand, on the floors that the contracts name."""

import re

import pytest

NODE = re.compile(r'^\s*floor\d+\["([^"]+)"\]', re.MULTILINE)
ROW = re.compile(r"^\| `([\w/]+)` \|", re.MULTILINE)


def _rooms(floor):
    return [room.strip() for room in floor.split("|")]


@pytest.fixture(scope="module")
def page(root):
    return (root / "docs" / "architecture.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def standing(root):
    """Rooms in the source: folders that hold Python, and modules."""
    rooms = set()
    for path in (root / "src" / "modelyard").iterdir():
        is_room = path.is_dir() and any(path.glob("*.py"))
        if is_room or (path.suffix == ".py" and path.name != "__init__.py"):
            rooms.add(path.stem)
    return rooms


def test_the_picture_shows_the_floors_of_the_contract_from_roof_to_ground(page, pyproject):
    contract = next(
        contract
        for contract in pyproject["tool"]["importlinter"]["contracts"]
        if contract["type"] == "layers"
    )
    assert [_rooms(floor) for floor in NODE.findall(page)] == [
        _rooms(floor) for floor in contract["layers"]
    ]


def test_the_picture_shows_every_room_that_stands_and_no_other(page, standing):
    assert {room for floor in NODE.findall(page) for room in _rooms(floor)} == standing


def test_the_page_tells_what_lives_in_each_room(page, standing):
    rooms = page.partition("## The shelves")[0]
    assert {name.strip("/") for name in ROW.findall(rooms)} == standing


def test_the_page_names_every_shelf(page, root):
    shelves = {
        path.name
        for path in (root / "src" / "modelyard" / "components").iterdir()
        if path.is_dir() and any(path.glob("*.py"))
    }
    assert {shelf for shelf in shelves if f"`{shelf}/`" not in page} == set()
