"""Reports words that are written in several ways: 'NY', 'ny' and 'N  Y' are one to a person."""

from collections.abc import Iterator

from modelyard.domain.columns import ColumnKind
from modelyard.domain.findings import Finding, Severity
from modelyard.domain.spellings import folded
from modelyard.protocols.checks import CheckCard, CheckInput

# Beyond, a column is no set of words.
_MAX_WORDS = 5_000
_N_SHOWN = 5


class SpellingVariants:
    """Looks for words that differ in case, white space, accents or unseen characters alone."""

    card = CheckCard("spelling-variants", "Words in several spellings", ("spelling-variants",))

    def check(self, subject: CheckInput) -> Iterator[Finding]:
        """Report each category, or target of classes, with words that are spelled in many ways."""
        looked_at = {*subject.features, subject.target}
        for column in subject.profile.columns:
            is_judged = column.name in looked_at and column.kind is ColumnKind.CATEGORY
            if not is_judged or not 1 < column.n_unique <= _MAX_WORDS:
                continue
            words = subject.table.frame[column.name].drop_nulls().unique(maintain_order=True)
            alike: dict[str, list[str]] = {}
            for word in words.to_list():
                alike.setdefault(folded(word), []).append(word)
            variants = [group for group in alike.values() if len(group) > 1]
            if variants:
                yield _finding(column.name, variants, is_target=column.name == subject.target)


def _finding(name: str, variants: list[list[str]], *, is_target: bool) -> Finding:
    n_words = len(variants)
    return Finding(
        code="spelling-variants",
        severity=Severity.WARNING,
        message=(
            f"Column '{name}' spells {n_words:,} word{'s' if n_words > 1 else ''} in several ways, "
            "which differ in case, white space, accents or unseen characters alone."
        ),
        columns=(name,),
        sample=tuple(" = ".join(repr(word) for word in group) for group in variants[:_N_SHOWN]),
        fix=(
            "Spell each class in one way at the source."
            if is_target
            else "Read them as one word: the commonest spelling stands for all."
        ),
        fixes=() if is_target else ("merge-spellings",),
        safe_fix="" if is_target else "merge-spellings",
    )


COMPONENT = SpellingVariants()
