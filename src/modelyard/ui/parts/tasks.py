"""What sort of answer each task gives, in the words of the page."""

from collections.abc import Mapping
from types import MappingProxyType

from modelyard.domain.tasks import Task

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        Task.BINARY: "One of two answers",
        Task.MULTICLASS: "One of several answers",
        Task.REGRESSION: "A number",
    }
)
