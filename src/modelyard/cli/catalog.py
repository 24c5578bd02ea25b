"""`modelyard catalog`: the components that there are to choose from."""

import click

from modelyard.cli._options import JSON
from modelyard.cli._screen import print_json, print_table


@click.command("catalog")
@click.argument("shelf", required=False)
@click.option("--parameters", metavar="ALGORITHM", help="Show the parameters of one algorithm.")
@JSON
def catalog(shelf: str | None, *, parameters: str | None, wants_json: bool) -> None:
    """List the components to choose from.

    There are algorithms, metrics, checks, transforms, charts and sources; SHELF names one of these.
    """
    from dataclasses import asdict

    from modelyard.bootstrap import open_project
    from modelyard.catalog import pick

    catalog = open_project().catalog
    if parameters is not None:
        card = pick(catalog.algorithms(), parameters, shelf="algorithms").card
        rows = [asdict(each) for each in card.parameters]
        if wants_json:
            print_json(rows)
        else:
            headings = ("parameter", "default", "from", "to", "what it does")
            names = ("name", "default", "minimum", "maximum", "help")
            cells = [tuple(row[name] for name in names) for row in rows]
            print_table(f"{card.title}: {card.summary}", headings, rows=cells)
        return
    titles = catalog.titles(shelf)
    if wants_json:
        print_json(titles)
        return
    missing = catalog.missing_extras()
    for name, components in titles.items():
        if missing.keys() & components.keys():
            hints = [(key, title, missing.get(key, "")) for key, title in components.items()]
            print_table(name, ("key", "title", "to install it"), rows=hints)
        else:
            print_table(name, ("key", "title"), rows=[*components.items()])


COMMAND = catalog
