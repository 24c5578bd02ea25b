"""Takes a picture of every page, on a desktop and on a phone, light and dark.

A platform is started for it in a folder of its own, with people who log in. What it holds is chosen
with `--content`: `usual` is what the documentation shows, `none` shows what a newcomer sees, `odd`
holds long and hostile names, emoji and 200 columns.
"""

import argparse
import io
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measuring.browsing import (
    CALM,
    COMPARED,
    EMAILS,
    HOSTILE_FILE,
    PASSWORD,
    Content,
    hostile_table,
    invite_crowd,
    log_in,
    open_page,
    running_chromium,
    settle,
    trained,
    trained_again,
    up,
    written,
)

from modelyard.client.clients import Client
from modelyard.domain.identities import Role
from modelyard.ui.navigation import every_page
from modelyard.wire.predictions import PredictRequest

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
SIZES = {"desktop": {"width": 1440, "height": 1000}, "phone": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
# A picture of a page has few colours; so many keep its charts smooth and its file small.
_N_COLOURS = 128
_N_ASKED = 60
_WIDE = "a-" + "very-" * 15 + "long-name"


def usual(client: Client, folder: Path) -> Content:
    """Keep a table of customers, train on it, deploy that, and ask it."""
    rng = random.Random(5)  # noqa: S311 - no secret
    header = ("age", "plan", "monthly", "since", "source", "churned")
    rows = [_customer(rng) for _ in range(1200)]
    file = folder / "customers.csv"
    file.write_text(written((header, *rows, *rows[:8])), encoding="utf-8")
    content = trained(client, file, name="customers", target="churned")
    for row in rows[:_N_ASKED]:
        asked = dict(zip(header[:-1], row, strict=False)) | {
            "age": int(row[0]),
            "monthly": float(row[2]),
        }
        client.predictions.ask("customers", PredictRequest(row=asked))
    return content


def _customer(rng: random.Random) -> tuple[str, ...]:
    age, monthly = rng.randint(18, 80), max(5.0, rng.gauss(40, 12))
    has_left = monthly / 20 - age / 40 + rng.gauss(0, 0.8) > 1
    plan = rng.choices(("basic", "plus", "pro"), (5, 3, 1))[0]
    day = f"20{rng.randint(18, 25)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    return (str(age), plan, f"{monthly:.2f}", day, "web", "yes" if has_left else "no")


def odd(client: Client, folder: Path) -> Content:
    """Keep a table of 200 columns, and train on one whose names try everything."""
    wide = folder / "wide 🚀.csv"
    rng = random.Random(6)  # noqa: S311 - no secret
    header = [f"measure {at} of the left front wheel" for at in range(200)]
    wide.write_text(
        written((header, *([f"{rng.gauss(0, 1):.3f}" for _ in header] for _ in range(100)))),
        encoding="utf-8",
    )
    client.datasets.upload(wide, name=_WIDE)
    file = folder / HOSTILE_FILE
    file.write_text(hostile_table(), encoding="utf-8")
    content = trained(client, file, name="hostile", target="target <b>x</b>")
    return trained_again(client, content)


def none(client: Client, folder: Path) -> None:
    """Keep nothing."""


CONTENTS = {"usual": usual, "odd": odd, "none": none}


def _visits(content: Content | None) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield the title of each picture, and the page and the parameters that show what is on it."""
    for page in every_page():
        yield page.path, page.path, {} if content is None else content.query(page.path)
    if content is not None and content.rival is not None:
        yield COMPARED, content.path(COMPARED), content.query(COMPARED)
        for page in ("data", "train"):
            yield f"{page}-wide", page, {"dataset": _WIDE}


def pictures(url: str, content: Content | None) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the content of each picture."""
    with running_chromium() as browser:
        for size, viewport in SIZES.items():
            for scheme in SCHEMES:
                options: dict[str, Any] = {"viewport": viewport, "color_scheme": scheme, **CALM}
                context = browser.new_context(base_url=url, **options)
                tab = context.new_page()
                tab.goto("/login")
                yield f"login-{size}-{scheme}", tab.screenshot()
                log_in(tab, EMAILS[Role.ADMIN], PASSWORD)
                for title, path, query in _visits(content):
                    open_page(tab, path, **query)
                    tab.wait_for_timeout(500)
                    settle(tab)
                    yield f"{title}-{size}-{scheme}", tab.screenshot()
                context.close()


def small(picture: bytes) -> bytes:
    """Return a picture with few colours."""
    from PIL import Image

    file = io.BytesIO()
    drawn = Image.open(io.BytesIO(picture)).convert("RGB")
    drawn.quantize(_N_COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        file, "PNG", optimize=True
    )
    return file.getvalue()


def main() -> None:
    """Write the pictures, and say where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--content", choices=CONTENTS, default="usual")
    parser.add_argument("--out", type=Path, default=FOLDER)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="modelyard-screenshots-") as name:
        folder = Path(name)
        with up(folder, "--login", "--page-port", "0", "--json") as platform:
            crowd = invite_crowd(platform)
            with crowd.client(Role.ADMIN) as client:
                content = CONTENTS[asked.content](client, folder)
            for title, picture in pictures(platform.page, content):
                path = asked.out / f"{title}.png"
                path.write_bytes(small(picture))
                print(path)


if __name__ == "__main__":
    main()
