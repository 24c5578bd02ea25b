"""Renders the profile of a table: one HTML file in the look of the report, complete in itself."""

from dataclasses import dataclass
from importlib.resources import files
from shlex import quote

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, worst_first
from modelyard.domain.profiles import ColumnProfile, Relations, TableProfile
from modelyard.domain.tables import SourceFacts
from modelyard.kit.numerals import count, number, share
from modelyard.kit.texts import visible
from modelyard.reporting.columns import MAX_COLUMNS, column_range, column_views
from modelyard.reporting.profile_pictures import draw_heat_map, draw_patterns, draw_values
from modelyard.reporting.views import source_facts

Facts = tuple[tuple[str, str], ...]

_N_STRONGEST = 3
_STRONG = 0.3


@dataclass(frozen=True)
class ProfileSubject:
    """Everything that stands in a profile.

    Attributes:
        title: of the page, usually the file's name.
        target: the column to predict, empty where none was named.
        task: in words, empty where there is no target.
    """

    title: str
    profile: TableProfile
    relations: Relations
    findings: tuple[Finding, ...]
    source: SourceFacts
    target: str = ""
    task: str = ""


@dataclass(frozen=True)
class _Card:
    """One column; `picture` is SVG and may be empty."""

    name: str
    kind: str
    reason: str
    n_unique: str
    missing: str
    is_often_missing: bool
    is_target: bool
    picture: str
    facts: Facts


def render_profile(subject: ProfileSubject) -> str:
    """Return the profile as one HTML page; whatever comes from data is escaped."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"visible": visible, "count": count, "svg": Markup, "quote": quote}
    template = environment.from_string(_packaged("profile.html.jinja"))
    relations = subject.relations
    style = _packaged("report.css") + _packaged("profile.css")
    return template.render(
        subject=subject,
        style=Markup(style),  # noqa: S704 -- our own files
        facts=_facts(subject),
        findings=worst_first(subject.findings),
        columns=_cards(subject),
        n_more=max(0, len(subject.profile.columns) - MAX_COLUMNS),
        heat_map=draw_heat_map(relations),
        strongest=_strongest(relations),
        gaps=draw_patterns(relations.patterns, subject.profile.n_rows),
        n_more_patterns=relations.n_patterns - len(relations.patterns),
        source=source_facts(subject.source),
    )


def _facts(subject: ProfileSubject) -> Facts:
    profile = subject.profile
    n_cells = profile.n_rows * len(profile.columns)
    n_missing = sum(column.n_missing for column in profile.columns)
    facts = (
        ("Rows", count(profile.n_rows)),
        ("Columns", count(len(profile.columns))),
        ("Missing cells", share(n_missing, n_cells) if n_missing else "none"),
        ("Repeated rows", count(profile.n_duplicate_rows) if profile.n_duplicate_rows else "none"),
        ("Target", subject.target),
        ("Task", subject.task),
    )
    return tuple((label, value) for label, value in facts if value)


def _cards(subject: ProfileSubject) -> tuple[_Card, ...]:
    by_name = {column.name: column for column in subject.profile.columns}
    n_rows = subject.profile.n_rows
    return tuple(
        _Card(
            name=view.name,
            kind=view.kind,
            reason=view.reason,
            n_unique=view.n_unique,
            missing=view.missing,
            is_often_missing=view.is_often_missing,
            is_target=view.is_target,
            picture=draw_values(by_name[view.name], n_rows),
            facts=_column_facts(by_name[view.name], n_rows),
        )
        for view in column_views(subject.profile, subject.target)
    )


def _column_facts(column: ColumnProfile, n_rows: int) -> Facts:
    if column.kind is ColumnKind.DATETIME:
        return (("range", column_range(column)),) if column.minimum is not None else ()
    if column.kind is ColumnKind.BOOLEAN:
        return ()
    if column.kind.is_number and column.mean is not None:
        low, middle, high = column.quartiles
        return (
            ("mean ± sd", f"{number(column.mean)} ± {number(column.sd)}"),
            ("min, max", f"{number(column.minimum)}, {number(column.maximum)}"),
            ("quartiles", f"{number(low)}, {number(middle)}, {number(high)}"),
            ("skewness", number(column.skew, 2)),
            *((("not finite", share(column.n_nonfinite, n_rows)),) if column.n_nonfinite else ()),
        )
    if column.lengths:
        low, mean, high = column.lengths
        return (("characters", f"{number(low)} to {number(high)}, mean {number(mean, 1)}"),)
    return ()


def _strongest(relations: Relations) -> str:
    pairs = sorted(relations.associations, key=lambda pair: -abs(pair.strength))[:_N_STRONGEST]
    return "; ".join(
        f"{visible(pair.first)} and {visible(pair.second)} {number(pair.strength, 2)}"
        for pair in pairs
        if abs(pair.strength) >= _STRONG
    )


def _packaged(name: str) -> str:
    return files("modelyard.reporting").joinpath(name).read_text(encoding="utf-8")
