"""Train: from a table to a model, and a training that is watched until it has ended."""

from modelyard.client.clients import Client
from modelyard.domain.configs import TrainingConfig
from modelyard.domain.identities import Role
from modelyard.ui.navigation import Page, looked_at
from modelyard.ui.parts.ways import offer_way_back
from modelyard.ui.pictures.walls import has_pictures
from modelyard.ui.training.budgets import best_of_all
from modelyard.ui.training.choosing import choose_dataset, show_first_rows, show_running
from modelyard.ui.training.pictured import usual_for_pictures
from modelyard.ui.training.starting import show_form
from modelyard.ui.training.watching import show_job


def show(client: Client) -> None:
    """Draw the training that the address names, else the form for one."""
    job_id = looked_at("job")
    if job_id is not None:
        offer_way_back("Train another", to="train")
        show_job(client, job_id)
        return
    show_running(client)
    version = choose_dataset(client, looked_at("dataset"))
    if version is None:
        return
    show_first_rows(client, version)
    again = looked_at("again")
    usual = usual_for_pictures() if has_pictures(version) else best_of_all("")
    base = usual if again is None else _asked_before(client, again)
    show_form(client, version, base=base, mark=f"{version.reference}-{again or 'new'}")


def _asked_before(client: Client, job_id: str) -> TrainingConfig:
    """Return what a training was asked for, to be changed and asked for again."""
    return TrainingConfig.from_dict(client.jobs.show(job_id).payload["config"])


PAGE = Page(
    title="Train",
    path="train",
    order=30,
    icon=":material/model_training:",
    needs=Role.EDITOR,
    show=show,
)
