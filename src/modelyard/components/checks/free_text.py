"""Says of free text how it is read."""

from collections.abc import Iterator
from shlex import quote

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.sequences import are_sequences
from modelyard.protocols.checks import CheckCard, CheckInput

_N_SHOWN = 5
_MAX_SHOWN_CHARS = 60
# So many texts of numbers alone are not prose.
_N_READ = 100


class FreeText:
    """Looks for columns of text."""

    card = CheckCard("free-text", "Free text", ("free-text-column",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each feature of kind text that holds any."""
        features = set(subject.features)
        for column in subject.profile.columns:
            if column.kind is not ColumnKind.TEXT or column.name not in features:
                continue
            if not column.n_unique:
                continue
            values, name = subject.table.frame[column.name].drop_nulls(), quote(column.name)
            fix = (
                f"If its values repeat and mean classes, read it as such with --kind "
                f"{name}=category; leave it out with --drop {name}."
            )
            if are_sequences(values[:_N_READ]):
                fix = (
                    f"Its cells hold numbers: networks for sequences read these with --kind "
                    f"{name}=sequence; leave it out with --drop {name}."
                )
            yield Finding(
                code="free-text-column",
                severity=Severity.INFO,
                message=(
                    f"Column '{column.name}' holds free text ({column.n_unique:,} different "
                    "texts). Its most telling and most frequent words and pairs of words become "
                    "features (TF-IDF), as do its length and its shares of capitals, digits and "
                    "marks; networks for texts read it in order."
                ),
                columns=(column.name,),
                sample=tuple(str(value)[:_MAX_SHOWN_CHARS] for value in values[:_N_SHOWN]),
                fix=fix,
                fixes=("as-category",),
            )


COMPONENT = FreeText()
