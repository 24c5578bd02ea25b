"""What can be trained and measured here."""

from modelyard.api.callers import ProjectOf
from modelyard.api.cards import told_algorithm, told_metric
from modelyard.api.policies import needs
from modelyard.api.routing import router
from modelyard.catalog import install_hint
from modelyard.domain.identities import Role
from modelyard.wire.catalog import AlgorithmList, MetricList

ROUTER = router("Catalog")
READS = [needs(Role.VIEWER)]


@ROUTER.get("/algorithms", dependencies=READS)
def list_algorithms(project: ProjectOf) -> AlgorithmList:
    """List every algorithm, with a JSON schema of its hyperparameters."""
    cards = (each.card for each in project.catalog.algorithms().values())
    items = [told_algorithm(card, install=install_hint(card)) for card in cards]
    return AlgorithmList(items=sorted(items, key=lambda item: item.title))


@ROUTER.get("/metrics", dependencies=READS)
def list_metrics(project: ProjectOf) -> MetricList:
    """List every metric."""
    items = [told_metric(each.card) for each in project.catalog.metrics().values()]
    return MetricList(items=sorted(items, key=lambda item: item.title))
