"""What a job may use that names no limits of its own."""

from modelyard.domain.jobs import Limits, usual_places
from modelyard.services.job_limits import with_defaults


def test_jobs_that_name_no_limits_share_the_machine_alike():
    one = with_defaults(Limits(), n_places=1, n_threads=8)
    four = with_defaults(Limits(), n_places=4, n_threads=8)
    assert one.memory_bytes // 4 == four.memory_bytes
    assert (one.n_threads, four.n_threads) == (8, 2)


def test_a_limit_that_a_job_names_stands():
    asked = Limits(memory_bytes=5, n_threads=3, cpu_s=1.0, wall_s=2.0)
    assert with_defaults(asked, n_places=4, n_threads=8) == asked


def test_a_worker_runs_a_job_for_every_two_threads():
    assert [usual_places(n) for n in (1, 2, 3, 16)] == [1, 1, 1, 8]
