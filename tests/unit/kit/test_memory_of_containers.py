"""How much memory there is: what the machine has, or what a container may hold of it."""

import os

import pytest

from modelyard.kit.memory import memory_limit

MACHINE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2


@pytest.fixture
def limit(tmp_path):
    """Return what tells the limit of a process of a group, where groups have bounds by files."""

    def told(own, **bounds):
        (tmp_path / "own").write_bytes(own)
        for name, bound in bounds.items():
            path = tmp_path / "groups" / name.replace("__", "/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{bound}\n", encoding="ascii")
        return memory_limit(groups=tmp_path / "groups", own=tmp_path / "own")

    return told


def test_without_groups_it_is_half_of_what_the_machine_has(tmp_path):
    assert memory_limit(groups=tmp_path, own=tmp_path / "none") == MACHINE


def test_a_container_may_hold_what_its_own_group_allows(limit):
    assert limit(b"0::/\n", **{"memory.max": 4_000_000}) == 2_000_000


def test_the_path_of_the_host_means_the_group_of_the_container(limit):
    assert limit(b"0::/kubepods/pod7/abc\n", **{"memory.max": 4_000_000}) == 2_000_000


def test_the_tightest_of_groups_that_lie_in_each_other_counts(limit):
    bounds = {"user__memory.max": 6_000_000, "user__job__memory.max": 8_000_000}
    assert limit(b"0::/user/job\n", **bounds, **{"memory.max": "max"}) == 3_000_000


@pytest.mark.parametrize("controllers", ["memory", "cpu,memory"])
def test_groups_of_the_first_version_are_read_too(limit, controllers):
    own = f"4:{controllers}:/job\n1:pids:/job\n0::/\n".encode()
    bounds = {f"{controllers}__job__memory.limit_in_bytes": 5_000_000}
    assert limit(own, **bounds) == 2_500_000


def test_a_name_of_a_group_may_be_any_bytes(limit):
    assert limit(b"0::/\xff\xc3\xa9\n", **{"memory.max": 4_000_000}) == 2_000_000


def test_a_bound_beyond_the_machine_is_none(limit):
    assert limit(b"0::/\n", **{"memory.max": 2**63 - 4096}) == MACHINE
