"""The charts of a report as files, each drawn on its own."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from modelyard.domain.charts import ChartSpec
from modelyard.domain.errors import InvalidValue
from modelyard.domain.evaluations import Evaluation
from modelyard.domain.names import slug
from modelyard.reporting.every_chart import every_chart
from modelyard.reporting.plot_files import plot_svg
from modelyard.reporting.rasters import plot_png

_FORMS: Mapping[str, Callable[[ChartSpec], bytes]] = MappingProxyType(
    {"svg": lambda spec: plot_svg(spec).encode(), "png": plot_png}
)


def chart_files(evaluation: Evaluation, *, form: str) -> dict[str, bytes]:
    """Return every chart by the name of its file, in the order of the report.

    Raises:
        InvalidValue: if there is no such form.
        MissingExtra: if PNG is asked for without matplotlib.
    """
    if form not in _FORMS:
        raise InvalidValue(
            f"Plots are drawn as {' or '.join(_FORMS)}; '{form}' came.",
            fix="For example: --plots plots --format svg.",
            sample=form,
        )
    return {
        f"{number:02}-{slug(spec.key)}.{form}": _FORMS[form](spec)
        for number, spec in enumerate(every_chart(evaluation), start=1)
    }
