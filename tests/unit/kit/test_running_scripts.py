"""A script runs in a process of its own, and finds nothing but what is installed."""

from modelyard.kit.scripts import run_script


def test_what_a_script_prints_and_how_it_ends_comes_back(tmp_path):
    script = tmp_path / "one.py"
    script.write_text("import sys\nprint('größer')\nsys.exit(3)\n", encoding="utf-8")
    assert run_script(script) == (3, "größer\n")


def test_a_script_does_not_see_what_lies_beside_it(tmp_path):
    (tmp_path / "beside.py").write_text("")
    script = tmp_path / "one.py"
    script.write_text("import beside\n")
    code, printed = run_script(script)
    assert code == 1
    assert "No module named 'beside'" in printed
