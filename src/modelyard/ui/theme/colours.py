"""The colours of the page, by light and by dark: those of the report, and nothing beside them.

Each pair of text and ground has the contrast that WCAG 2.2 asks for (AA, 4.5 to 1); a test
computes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Colours:
    """One set of colours, as `#rrggbb`.

    Attributes:
        page: ground of the page.
        card: ground of what stands out from it, and of the navigation.
        ink: of text.
        quiet: of text that matters less.
        line: between things.
        accent: of links, and of what may be pressed.
        on_accent: of text on the accent.
        good, warn, bad: of what went well, is in doubt, went wrong.
        good_soft, warn_soft, bad_soft, info_soft: grounds of messages.
    """

    page: str
    card: str
    ink: str
    quiet: str
    line: str
    accent: str
    on_accent: str
    good: str
    warn: str
    bad: str
    good_soft: str
    warn_soft: str
    bad_soft: str
    info_soft: str


LIGHT = Colours(
    page="#ffffff",
    card="#f6f7f9",
    ink="#1b2330",
    quiet="#5a6577",
    line="#dfe4ec",
    accent="#0a66a8",
    on_accent="#ffffff",
    good="#0b7a4b",
    warn="#8f5400",
    bad="#b3261e",
    good_soft="#e5f4ec",
    warn_soft="#fdf1dc",
    bad_soft="#fbe9e7",
    info_soft="#e6f0f9",
)
DARK = Colours(
    page="#11151b",
    card="#1a2029",
    ink="#e7ebf1",
    quiet="#a0abbb",
    line="#2d3644",
    accent="#6bb6ee",
    on_accent="#0b1219",
    good="#55c793",
    warn="#e5a84b",
    bad="#f08a80",
    good_soft="#16342a",
    warn_soft="#382b15",
    bad_soft="#3d201e",
    info_soft="#182d40",
)
# Of the curves and bars of a chart, in their order: Okabe and Ito, "Color Universal Design" (2008),
# moved to where each has a contrast of 3 with the ground of the page by light and by dark alike,
# which WCAG 2.2 asks of graphics (1.4.11): no chart has to know by which light it is looked at.
SERIES = ("#2b86c5", "#d9661f", "#16916a", "#b95c95", "#a37c12", "#6d72d6")
SCHEMES: Mapping[str, Colours] = {"light": LIGHT, "dark": DARK}


def variables() -> str:
    """Return the colours as variables of a style sheet, each as it is on light and on dark."""
    pairs = (
        f"--{each.name.replace('_', '-')}: "
        f"light-dark({getattr(LIGHT, each.name)}, {getattr(DARK, each.name)});"
        for each in fields(Colours)
    )
    return f":root {{ {' '.join(pairs)} }}\n"
