"""A report is drawn again from the package alone: as a card, as plots, and with the same words."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import modelyard
from modelyard.domain.manifests import Manifest
from modelyard.reporting.cards import model_card
from modelyard.reporting.pages import render_report
from modelyard.services.reports import kept_subject

PENGUINS = Path(__file__).parents[2] / "examples" / "data" / "penguins.csv"
GOLDEN = Path(__file__).parents[1] / "golden" / "packages"
FAST = ("--algorithm", "logistic-regression")


@pytest.fixture
def reference(done):
    words = ("--target", "species", *FAST, "--cv", "3", "--card", "owner=Team | *blue*")
    return done("train", PENGUINS, *words)["reference"]


def test_the_page_is_the_same_when_it_is_made_of_what_the_package_keeps(reference):
    package = modelyard.load(reference).opened.package
    assert render_report(kept_subject(package)) == package.contents["report.html"].decode()


def test_what_is_kept_is_plain_json_without_numbers_that_are_none(reference):
    content = modelyard.load(reference).opened.package.contents["report.json"]
    kept = json.loads(content, parse_constant=pytest.fail)
    assert {"evaluation", "findings", "profile"} <= set(kept)


def test_every_chart_is_drawn_to_a_file_of_its_own(reference, done, tmp_path):
    written = done("report", reference, "--plots", "plots")["files"]
    charts = kept_subject(modelyard.load(reference).opened.package).evaluation.charts
    assert len(written) == len(charts) > 3
    for name, spec in zip(written, charts, strict=True):
        content = (tmp_path / name).read_text(encoding="utf-8")
        drawn = ET.fromstring(content)  # noqa: S314 -- our own file
        assert drawn.tag == "{http://www.w3.org/2000/svg}svg"
        assert drawn.find("{http://www.w3.org/2000/svg}desc").text == spec.caption
        assert "var(--" not in content


@pytest.mark.extras
def test_plots_are_drawn_as_png_as_well(reference, done, tmp_path):
    pytest.importorskip("matplotlib")
    for name in done("report", reference, "--plots", "plots", "--format", "png")["files"]:
        assert (tmp_path / name).read_bytes().startswith(b"\x89PNG")


def test_a_card_tells_use_metrics_data_and_hashes(reference, done, tmp_path):
    (path,) = done("report", reference, "--format", "markdown")["files"]
    card = (tmp_path / path).read_text(encoding="utf-8")
    manifest = modelyard.load(reference).manifest
    headings = [line for line in card.splitlines() if line.startswith("## ")]
    assert "## Metrics" in headings
    assert "## Caveats" in headings
    assert r"Team \| \*blue\*" in card
    assert "Give it with `--card intended_use=…`" in card
    assert manifest.data_sha256 in card
    assert all(file.sha256 in card for file in manifest.files.values())


def test_a_package_without_kept_words_has_a_card_of_its_manifest():
    raw = json.loads((GOLDEN / "v1-penguins-lightgbm" / "manifest.json").read_text())
    card = model_card(Manifest.from_dict(raw), None)
    assert raw["data_sha256"] in card
    assert "## Metrics" in card


def test_a_format_that_is_not_known_is_refused(reference, cli):
    ending = cli("report", reference, "--format", "pdf")
    assert ending.code == 4
    assert "html or markdown" in ending.err


def test_what_is_said_of_a_model_is_held_to_the_keys_of_a_card(cli):
    ending = cli("train", PENGUINS, "--target", "species", *FAST, "--card", "purpose=x")
    assert ending.code == 4
    assert "intended_use, limitations, owner" in ending.err
