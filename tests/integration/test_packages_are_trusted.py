"""A package that was changed, or that a stranger signed, is refused before anything reads it."""

import json
import os
import random
import shutil
from pathlib import Path

import pytest
from rows import QUICK, table

import modelyard
from modelyard.bootstrap import open_project
from modelyard.kit.hashing import canonical_json, sha256_of
from modelyard.packaging.signing import SigningKey, signing_key_in
from modelyard.settings import Settings

FILES = (
    "conformal.json",
    "manifest.json",
    "manifest.sig",
    "model.onnx",
    "recipe.json",
    "reference.json",
    "report.html",
    "report.json",
    "statistics.json",
)
EXIT_REFUSED = 6


@pytest.fixture
def data(put) -> Path:
    """Return the table that the package was trained on."""
    return put("data.csv", table())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a package and the keys that signed it, made once."""
    place = tmp_path_factory.mktemp("made")
    settings = Settings(place / "home", f"sqlite:///{place}/m.db", place / "keys", threads=1)
    (place / "data.csv").write_text(table())
    modelyard.train(
        place / "data.csv",
        target="y",
        algorithm="logistic-regression",
        out=place / "package",
        project=open_project(settings),
    )
    return place


@pytest.fixture
def package(made, tmp_path) -> Path:
    """Return the folder of a package of one's own, to be spoiled."""
    shutil.copytree(made / "keys", os.environ["MODELYARD_KEYS"])
    return shutil.copytree(made / "package", tmp_path / "package")


def _key() -> SigningKey:
    return signing_key_in(Path(os.environ["MODELYARD_KEYS"]))


def _sign(package: Path, manifest: dict, key: SigningKey) -> None:
    signed = canonical_json(manifest)
    (package / "manifest.json").write_bytes(signed)
    (package / "manifest.sig").write_bytes(key.sign(signed))


def _assert_refused(cli, package: Path, data: Path) -> dict:
    """Ask every command that opens packages; return the error of the last."""
    out = package.parent / "out"
    for command in (("predict", package, data, "--out", out), ("report", package, "--out", out)):
        ending = cli(*command, "--json")
        assert (ending.code, ending.error["code"]) == (EXIT_REFUSED, "untrusted-package")
        assert ending.error["fix"]
        assert not out.exists()
    return cli("evaluate", package, data, "--json").error


def test_a_package_holds_these_files_and_no_others(package) -> None:
    assert sorted(path.name for path in package.iterdir()) == sorted(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_byte_anywhere_is_refused(name, cli, package, data) -> None:
    path = package / name
    whole = path.read_bytes()
    dice = random.Random(name)  # noqa: S311 -- reproducible, not secret
    for at in (0, len(whole) - 1, dice.randrange(len(whole))):
        changed = bytearray(whole)
        changed[at] ^= 1 << dice.randrange(8)
        path.write_bytes(bytes(changed))
        ending = cli("predict", package, data, "--json")
        assert (ending.code, ending.error["code"]) == (EXIT_REFUSED, "untrusted-package")
    path.write_bytes(whole)
    assert cli("predict", package, data).code == 0


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_refused(name, cli, package, data) -> None:
    (package / name).unlink()
    assert _assert_refused(cli, package, data)["code"] == "untrusted-package"


@pytest.mark.parametrize("name", FILES)
def test_an_emptied_file_is_refused(name, cli, package, data) -> None:
    (package / name).write_bytes(b"")
    assert _assert_refused(cli, package, data)["code"] == "untrusted-package"


@pytest.mark.parametrize("name", FILES)
def test_a_link_in_the_place_of_a_file_is_refused(name, cli, package, data) -> None:
    elsewhere = package.parent / "elsewhere"
    shutil.move(package / name, elsewhere)
    (package / name).symlink_to(elsewhere)
    assert "not a regular file" in _assert_refused(cli, package, data)["detail"]


def test_a_file_beside_those_that_are_named_is_never_read(cli, package, data) -> None:
    (package / "schema.json").write_text("{ not json")
    (package / "evil.pkl").write_bytes(b"\x80\x04.")
    assert cli("predict", package, data).code == 0


@pytest.mark.parametrize("name", ["../data.csv", "/etc/hostname", "..\\data.csv", "a/b", "..", ""])
def test_a_manifest_that_names_a_file_elsewhere_is_refused(name, cli, package, data) -> None:
    """Even where the user's own key has signed it."""
    manifest = json.loads((package / "manifest.json").read_bytes())
    content = data.read_bytes()
    manifest["files"][name] = {"sha256": sha256_of(content), "size_bytes": len(content)}
    _sign(package, manifest, _key())
    assert "not a plain file" in _assert_refused(cli, package, data)["detail"]


@pytest.mark.parametrize("version", [0, 2, 99, "1", None])
def test_a_format_of_another_version_is_named(version, cli, package, data) -> None:
    manifest = json.loads((package / "manifest.json").read_bytes())
    _sign(package, {**manifest, "format_version": version}, _key())
    ending = cli("predict", package, data, "--json")
    assert (ending.code, ending.error["code"]) == (EXIT_REFUSED, "unsupported-package")


@pytest.fixture
def foreign(package, tmp_path, monkeypatch) -> tuple[Path, str]:
    """Return a package of somebody else, with the fingerprint of their key."""
    fingerprint = _key().fingerprint
    monkeypatch.setenv("MODELYARD_KEYS", str(tmp_path / "my-keys"))
    monkeypatch.setenv("MODELYARD_HOME", str(tmp_path / "my-home"))
    return package, fingerprint


def test_a_strangers_package_is_refused_with_the_way_to_trust_it(foreign, cli, data) -> None:
    package, fingerprint = foreign
    error = _assert_refused(cli, package, data)
    assert fingerprint in error["detail"] + error["fix"]
    assert f"--trust {fingerprint}" in error["fix"]


@pytest.mark.parametrize("command", ["predict", "evaluate", "report"])
def test_a_strangers_package_is_accepted_by_its_fingerprint(command, foreign, cli, data) -> None:
    package, fingerprint = foreign
    given = (package,) if command == "report" else (package, data)
    assert cli(command, *given, "--trust", fingerprint, "--json").code == 0
    assert cli(command, *given, "--json").code == EXIT_REFUSED


def test_trust_in_another_key_does_not_help(foreign, cli, data) -> None:
    package, fingerprint = foreign
    other = fingerprint[:-1] + ("0" if fingerprint[-1] != "0" else "1")
    assert cli("predict", package, data, "--trust", other, "--json").code == EXIT_REFUSED


def test_trust_in_what_is_no_fingerprint_is_named_as_that(foreign, cli, data) -> None:
    package, fingerprint = foreign
    for given in (fingerprint[:16], "", "*", f" {fingerprint}"):
        ending = cli("predict", package, data, "--trust", given, "--json")
        assert (ending.code, ending.error["code"]) == (4, "invalid-value")
        assert "64 hexadecimal digits" in ending.error["detail"]


def test_a_strangers_package_that_was_changed_is_refused_in_spite_of_trust(
    foreign, cli, data
) -> None:
    package, fingerprint = foreign
    (package / "recipe.json").write_bytes((package / "recipe.json").read_bytes() + b" ")
    assert cli("predict", package, data, "--trust", fingerprint, "--json").code == EXIT_REFUSED


def test_a_registered_package_that_was_swapped_is_refused(done, cli, put, data) -> None:
    """Both are signed by the user's own key: only the registry knows which one it is."""
    first = Path(done("train", data, *QUICK)["model"])
    second = Path(done("train", put("other.csv", table(n_rows=80)), *QUICK)["model"])
    shutil.rmtree(first)
    shutil.copytree(second, first)
    ending = cli("predict", "data@1", data, "--json")
    assert (ending.code, ending.error["code"]) == (EXIT_REFUSED, "untrusted-package")
    assert "not the one that was registered" in ending.error["detail"]
    assert cli("predict", "other@1", data).code == 0


def test_a_package_can_be_moved_and_opened_by_its_path(cli, package, data, tmp_path) -> None:
    moved = shutil.copytree(package, tmp_path / "a folder with spaces" / "ü")
    assert cli("predict", moved, data).out == cli("predict", package, data).out


def test_a_folder_without_a_package_is_not_found(cli, data, tmp_path) -> None:
    ending = cli("predict", tmp_path, data, "--json")
    assert (ending.code, ending.error["code"]) == (5, "not-found")


def test_the_key_is_readable_by_its_owner_only(package) -> None:
    (key,) = Path(os.environ["MODELYARD_KEYS"]).iterdir()
    assert key.stat().st_mode & 0o077 == 0
    assert key.read_bytes() not in b"".join(path.read_bytes() for path in package.iterdir())


def test_a_strangers_model_that_was_loaded_with_trust_is_compared(foreign, data) -> None:
    package, fingerprint = foreign
    own = modelyard.train(data, target="y", algorithm="dummy")
    compared = modelyard.compare([modelyard.load(package, trust=fingerprint), own], data)
    assert {each.name for each in compared.models} == {str(package), own.opened.reference}
