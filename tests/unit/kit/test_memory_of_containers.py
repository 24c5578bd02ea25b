"""How much memory there is: what the machine has, or what a container may hold of it."""

import pytest

from modelyard.kit import memory

MACHINE = memory.memory_limit()


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """Return what writes the group of this process, and the bounds of groups by their files."""
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(memory, "_OWN_GROUP", tmp_path / "own")

    def write(own, **bounds):
        (tmp_path / "own").write_text(own, encoding="ascii")
        for name, bound in bounds.items():
            path = tmp_path / "groups" / name.replace("__", "/").replace("_max", ".max")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{bound}\n", encoding="ascii")

    return write


def test_without_groups_it_is_half_of_what_the_machine_has(groups):
    assert memory.memory_limit() == MACHINE


def test_a_container_may_hold_what_its_own_group_allows(groups):
    groups("0::/\n", memory_max=4_000_000)
    assert memory.memory_limit() == 2_000_000


def test_the_path_of_the_host_means_the_group_of_the_container(groups):
    groups("0::/kubepods/pod7/abc\n", memory_max=4_000_000)
    assert memory.memory_limit() == 2_000_000


def test_the_tightest_of_groups_that_lie_in_each_other_counts(groups):
    groups(
        "0::/user/service\n",
        user__memory_max=6_000_000,
        user__service__memory_max=8_000_000,
        memory_max="max",
    )
    assert memory.memory_limit() == 3_000_000


def test_groups_of_the_first_version_are_read_too(groups, tmp_path):
    groups("4:memory:/job\n1:cpu:/job\n0::/\n")
    path = tmp_path / "groups" / "memory" / "job" / "memory.limit_in_bytes"
    path.parent.mkdir(parents=True)
    path.write_text("5000000\n", encoding="ascii")
    assert memory.memory_limit() == 2_500_000


def test_a_bound_beyond_the_machine_is_none(groups):
    groups("0::/\n", memory_max=2**63 - 4096)
    assert memory.memory_limit() == MACHINE
