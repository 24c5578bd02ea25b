"""The reference pages tell what the source tells: cards, options, keys, settings and exit codes.

A row is made here from the source and has to stand in the page, and the page may show no other.
Where a test fails, what it prints is what the page lacks.
"""

import ast
import dataclasses
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from modelyard.catalog import Catalog
from modelyard.cli._errors import EXIT_INTERRUPTED, EXIT_ROWS_FAILED, EXIT_TERMINATED, EXIT_UNSOUND
from modelyard.cli._group import GROUP
from modelyard.domain import errors
from modelyard.domain.cells import DEFAULT_MISSING_TOKENS, WEAK_MISSING_TOKENS
from modelyard.domain.columns import ColumnKind
from modelyard.domain.configs import ColumnPreparation
from modelyard.domain.manifests import FORMAT_VERSION, Manifest
from modelyard.domain.splits import Shares
from modelyard.protocols.algorithms import AlgorithmCard, Parameter
from modelyard.protocols.metrics import MetricCard
from modelyard.protocols.transforms import TransformCard
from modelyard.runtime import packages
from modelyard.settings import VARIABLES
from modelyard.wire.configurations import configuration_schema
from modelyard.workbench.models import Model
from modelyard.workbench.options import TrainOptions

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
CATALOG = Catalog()


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(text: str, heading: str) -> str:
    """Return the part of a page below a heading, up to the next heading of its rank or above."""
    rank = len(heading) - len(heading.lstrip("#"))
    found = re.search(
        rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{rank}}} |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"the section '{heading}' is missing"
    return found.group(1)


def rows_in(text: str) -> list[str]:
    """Return the rows of the tables, without their headings."""
    rows: list[str] = []
    for table in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE):
        rows += table.splitlines()[2:]
    return rows


def assert_rows(text: str, expected: list[str]) -> None:
    rows = rows_in(text)
    lacking = [row for row in expected if row not in rows]
    extra = [row for row in rows if row not in expected]
    assert lacking == extra == [], "\n".join(["lacking:", *lacking, "too many:", *extra])


def row(*cells: object) -> str:
    texts = (str(cell).replace("|", "\\|").replace("<", "&lt;") for cell in cells)
    return "| " + " | ".join(texts) + " |"


def tasks_of(card: AlgorithmCard | MetricCard) -> str:
    return ", ".join(sorted(card.tasks))


def allowed(parameter: Parameter) -> str:
    parts = []
    if parameter.choices:
        parts.append(", ".join(f"`{word}`" for word in parameter.choices))
    if isinstance(parameter.default, bool):
        parts.append("`true`, `false`")
    if parameter.minimum is not None and parameter.maximum is not None:
        parts.append(f"{parameter.minimum:g} to {parameter.maximum:g}")
    return " or ".join(parts)


def algorithm_rows(card: AlgorithmCard) -> list[str]:
    return [
        row(f"`{each.name}`", f"`{each.default}`", allowed(each), each.help)
        for each in card.parameters
    ]


def needs_of(card: AlgorithmCard) -> str:
    if card.members:
        return "each member has its own"
    needs = card.needs
    if not card.takes_tables:
        done = {
            ColumnKind.IMAGE: "pictures come to one size",
            ColumnKind.TEXT: "words are numbered",
            ColumnKind.SEQUENCE: "sequences are standardised",
        }
        told = [words for kind, words in done.items() if kind in card.kinds]
        return "; ".join([*told, "validation rows stop the fit"])
    missing = "missing numbers stay" if needs.takes_missing else "missing numbers are filled in"
    scaled = {
        "none": "numbers stay as is",
        "standard": "numbers are standardised",
        "robust": "numbers are measured by their quartiles",
    }[needs.normalize]
    words = {"one_hot": "categories become one column each", "ordinal": "categories become codes"}
    stops = "; validation rows stop the fit" if needs.wants_validation else ""
    weighs = "" if needs.takes_weight else "; rows cannot be weighed"
    return f"{missing}; {scaled}; {words[needs.categorical_encoding]}{stops}{weighs}"


def algorithm_section(card: AlgorithmCard) -> str:
    table = ["| parameter | default | allowed | |", "| --- | --- | --- | --- |"]
    parameters = "\n".join([*table, *algorithm_rows(card)]) if card.parameters else "No parameters."
    return (
        f"## {card.title}\n\n{card.summary}\n\n- Key: `{card.key}`\n- Tasks: {tasks_of(card)}\n"
        f"- Preparation: {needs_of(card)}.\n{members_of(card)}- Source: {card.source}.\n\n"
        f"{parameters}\n"
    )


def members_of(card: AlgorithmCard) -> str:
    if card.members is None:
        return ""
    keys = ", ".join(f"`{key}`" for key in card.members.keys)
    weights = "; each may have a weight" if card.members.takes_weights else ""
    return f"- Members: {keys}, those that can do the task{weights}.\n"


@pytest.mark.parametrize("key", sorted(CATALOG.algorithms()))
def test_an_algorithm_stands_in_its_page_as_on_its_card(key: str) -> None:
    expected = algorithm_section(CATALOG.algorithms()[key].card)
    assert expected.strip() in page("algorithms.md"), expected


def test_the_page_of_algorithms_shows_no_other() -> None:
    keys = re.findall(r"^- Key: `(.+)`$", page("algorithms.md"), re.MULTILINE)
    assert sorted(keys) == sorted(CATALOG.algorithms())


def transform_row(card: TransformCard) -> str:
    is_chosen = card.role in {each.name for each in dataclasses.fields(ColumnPreparation)}
    words = ", ".join(f"`{word}`" for word in (card.word, *card.synonyms))
    key = f"`{card.role.value}`" if is_chosen else "by itself"
    return row(key, words if is_chosen else "", card.title, card.source)


def test_a_transform_stands_in_its_page_as_on_its_card() -> None:
    cards = [each.card for each in CATALOG.transforms().values()]
    expected = [transform_row(card) for card in sorted(cards, key=lambda card: card.word)]
    assert_rows(section(page("preparation.md"), "## All words"), expected)


def reach(minimum: float | None, maximum: float | None) -> str:
    if minimum is None:
        return f"up to {maximum:g}" if maximum is not None else "any"
    return f"{minimum:g} or more" if maximum is None else f"{minimum:g} to {maximum:g}"


def metric_row(card: MetricCard) -> str:
    better = "higher" if card.higher_is_better else "lower"
    if card.best is not None:
        better = f"nearer to {card.best:g}"
    span = reach(card.minimum, card.maximum)
    title = card.title
    return row(f"`{card.key}`", title, tasks_of(card), better, span, card.wants, card.source)


def test_a_metric_stands_in_its_page_as_on_its_card() -> None:
    cards = [CATALOG.metrics()[key].card for key in sorted(CATALOG.metrics())]
    text = section(page("metrics.md"), "## All metrics")
    assert_rows(text, [metric_row(card) for card in cards])


def severities() -> Iterator[tuple[str, str, bool]]:
    """Yield code, severity and whether columns are left out, of each finding in the source."""
    folder = ROOT / "src" / "modelyard" / "components" / "checks"
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
                given = {each.arg: each.value for each in node.keywords}
                severity = ast.unparse(given["severity"]).removeprefix("Severity.").lower()
                yield ast.literal_eval(given["code"]), severity, "drops" in given


def test_a_finding_stands_in_its_page_with_its_severity() -> None:
    found = re.findall(r"^\| `([\w-]+)` \| (\w+) \| (yes|no) \|", page("checks.md"), re.MULTILINE)
    expected = {(code, level, "yes" if drops else "no") for code, level, drops in severities()}
    assert set(found) == expected
    assert len(found) == len(expected)


def test_the_codes_of_the_findings_are_those_of_the_cards() -> None:
    on_cards = {code for check in CATALOG.checks().values() for code in check.card.codes}
    assert {code for code, _, _ in severities()} == on_cards


def commands(group: click.Group = GROUP, path: str = "modelyard") -> Iterator[tuple[str, Any]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def option_row(option: click.Option) -> str:
    takes = ""
    if not option.is_flag:
        takes = f" {option.metavar or option.type.name.upper()}"
    shown = option.default if isinstance(option.default, str | int) else None
    default = ""
    if option.required:
        default = "required"
    elif shown is not None and takes:
        default = f"`{shown}`"
    return row(f"`{option.opts[0]}{takes}`", default, option.help)


def usage_of(path: str, command: click.Command) -> str:
    places = []
    for each in command.params:
        if isinstance(each, click.Argument):
            word = (each.metavar or (each.name or "").upper()).removesuffix("...")
            word += "..." if each.nargs == -1 else ""
            places.append(word if each.required else f"[{word}]")
    return " ".join([path, *places])


def command_section(path: str, command: click.Command) -> str:
    options = [each for each in command.params if isinstance(each, click.Option)]
    table = "\n".join(
        ["| option | default | |", "| --- | --- | --- |", *(option_row(each) for each in options)]
    )
    words = " ".join((command.help or "").split("\n\n")[0].split())
    more = [" ".join(part.split()) for part in (command.help or "").split("\n\n")[1:]]
    told = "\n\n".join([words, *more])
    return f"## {path}\n\n```text\n{usage_of(path, command)}\n```\n\n{told}\n\n{table}\n"


@pytest.mark.parametrize(("path", "command"), [pytest.param(*it, id=it[0]) for it in commands()])
def test_a_command_stands_in_its_page_as_its_help_says(path: str, command: click.Command) -> None:
    expected = command_section(path, command)
    assert expected.strip() in page("cli.md"), expected


def test_the_page_of_commands_shows_no_other() -> None:
    shown = re.findall(r"^## (modelyard .+)$", page("cli.md"), re.MULTILINE)
    assert shown == [path for path, _ in commands()]


def test_the_overview_of_commands_tells_each_in_one_line() -> None:
    expected = []
    for path, command in commands():
        anchor = path.replace(" ", "-")
        expected.append(row(f"[`{path}`](#{anchor})", first_sentence(command)))
    overview = page("cli.md").partition("\n## ")[0]
    assert_rows(overview, expected)


@pytest.mark.parametrize(("path", "command"), [pytest.param(*it, id=it[0]) for it in commands()])
def test_the_list_of_commands_cuts_no_sentence(path: str, command: click.Command) -> None:
    assert not command.get_short_help_str(limit=45).endswith("..."), path


def first_sentence(command: click.Command) -> str:
    return command.get_short_help_str(limit=1000)


def every_error(kind: type[errors.ModelyardError]) -> Iterator[type[errors.ModelyardError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from every_error(each)


@pytest.mark.parametrize("name", ["docs/cli.md", "README.md"])
def test_the_exit_codes_are_those_of_the_errors(name: str) -> None:
    text = section((ROOT / name).read_text(encoding="utf-8"), "## Exit codes")
    shown = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    of_errors = {kind.exit_code for kind in every_error(errors.ModelyardError)}
    of_commands = {EXIT_UNSOUND, EXIT_ROWS_FAILED, EXIT_INTERRUPTED, EXIT_TERMINATED}
    assert shown == {0} | of_commands | of_errors


def test_a_setting_stands_in_its_page_as_in_the_source() -> None:
    expected = [row(f"`{name}`", told) for name, told in VARIABLES.items()]
    assert_rows(section(page("configuration.md"), "## Settings of the machine"), expected)


def key_rows() -> Iterator[str]:
    """Yield a row for each key of the configuration, from its JSON Schema."""
    schema = configuration_schema()

    def walk(node: dict[str, Any], prefix: str) -> Iterator[str]:
        required = node.get("required", [])
        for name, raw in node["properties"].items():
            field = raw
            # One of two kinds of data is there; other sections may be left out as a whole.
            refs = [raw, *(raw.get("anyOf", ()) if prefix == "data." else ())]
            for each in refs:
                if "$ref" in each:
                    field = {**schema["$defs"][each["$ref"].rsplit("/", 1)[1]], **raw}
            if "properties" in field:
                yield from walk(field, f"{prefix}{name}.")
                continue
            choices = next(
                (each["enum"] for each in (field, *field.get("anyOf", ())) if "enum" in each), ()
            )
            words = ", ".join(f"`{str(each).lower()}`" for each in choices)
            told = field.get("description", "")
            default = "required" if name in required else f"`{_yaml(field.get('default'))}`"
            yield row(f"`{prefix}{name}`", default, words, told)

    yield from walk(schema, "")


def _yaml(value: Any) -> str:
    return "none" if value is None else str(value)


def test_a_key_of_the_configuration_stands_in_its_page_as_in_the_schema() -> None:
    assert_rows(section(page("configuration.md"), "## Keys"), list(key_rows()))


def first_cells(text: str) -> list[str]:
    return re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)


def test_every_option_of_train_stands_in_the_python_page() -> None:
    text = section(page("python.md"), "## Options of train")
    taken = [*inspect.signature(__import__("modelyard").train).parameters]
    own = {name for name in taken if name != "options"}
    assert set(first_cells(text)) == set(TrainOptions.__annotations__) | own


def test_everything_that_a_model_offers_stands_in_the_python_page() -> None:
    offered = {name for name in vars(Model) if not name.startswith("_")}
    offered |= {each.name for each in dataclasses.fields(Model)}
    shown = first_cells(section(page("python.md"), "## The model"))
    assert {name.partition("(")[0] for name in shown} == offered


def test_every_file_of_a_package_stands_in_its_page() -> None:
    names = ("MANIFEST", "SIGNATURE", "RECIPE", "MODEL", "REFERENCE", "STATISTICS", "REPORT")
    files = {
        getattr(packages, name)
        for name in (*names, "SCHEMA", "CONFORMAL", "ESTIMATOR", "REPORT_DATA")
    }
    constants = {
        value
        for name, value in vars(packages).items()
        if name.isupper() and name[0] != "_" and isinstance(value, str)
    }
    assert constants == files
    assert set(first_cells(section(page("packages.md"), "## The files"))) == files


def test_every_field_of_a_manifest_stands_in_its_page() -> None:
    text = section(page("packages.md"), "## The manifest")
    assert set(first_cells(text)) == {each.name for each in dataclasses.fields(Manifest)}
    assert f"format version {FORMAT_VERSION}" in page("packages.md")


def test_every_kind_of_column_stands_in_the_page_on_data() -> None:
    shown = first_cells(section(page("data.md"), "## Kinds of columns"))
    assert shown == [kind.value for kind in ColumnKind if kind is not ColumnKind.IMAGE]


def test_what_means_missing_stands_in_the_page_on_data() -> None:
    text = section(page("data.md"), "## Missing cells")
    always, weak = (
        re.findall(r"`([^`]+)`", line) for line in re.findall(r"^> (.*)$", text, re.MULTILINE)
    )
    assert always == [token for token in DEFAULT_MISSING_TOKENS if token]
    assert weak == list(WEAK_MISSING_TOKENS)


def test_the_shares_of_the_split_stand_in_the_page_on_evaluation() -> None:
    shares = Shares()
    text = f"{shares.train:.0%} train, {shares.validation:.0%} validate, {shares.test:.0%} test"
    assert text in page("evaluation.md")


def test_every_message_of_the_front_page_is_one_that_really_came() -> None:
    text = section((ROOT / "README.md").read_text(encoding="utf-8"), "## Troubleshooting")
    messages = first_cells(text)
    assert len(messages) >= 5
    assert [message for message in messages if message not in page("troubleshooting.md")] == []


def test_an_extra_stands_in_the_page_on_installing() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    shown = first_cells(section(page("install.md"), "## Extras"))
    assert set(shown) == set(project["optional-dependencies"])
