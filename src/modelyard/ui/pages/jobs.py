"""Jobs: what is done in the background, how far it is, and why it ended as it did."""

from modelyard.client.clients import Client
from modelyard.ui.jobs.details import show_job
from modelyard.ui.jobs.listing import show_jobs
from modelyard.ui.navigation import Page, looked_at


def show(client: Client) -> None:
    """Draw the list of jobs, or the one that the address names."""
    job_id = looked_at("job")
    if job_id is None:
        show_jobs(client)
    else:
        show_job(client, job_id)


PAGE = Page(
    title="Jobs",
    path="jobs",
    order=35,
    icon=":material/list_alt:",
    show=show,
    is_of_all_models=True,
)
