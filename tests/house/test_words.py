"""Names say what a thing is, files say what lives in them, and nothing is left lying about."""

import ast
import re
from pathlib import PurePosixPath

from modelyard.kit.version import VERSION

FORBIDDEN_NAMES = {"base", "common", "helpers", "manager", "misc", "util", "utils"}

# The two files that are a door themselves: the public face hands names out lazily, and the entry
# point of the console script has to be importable without any command.
DOORS_IN_INIT = {"src/modelyard/__init__.py", "src/modelyard/cli/__init__.py"}

# Where an error of any sort is turned into words or an exit code, and nowhere else. A handler that
# ends in a bare `raise` hides nothing: it records or cleans up on the way, and is free to stand.
# Besides the command line the doors of the API, of the server and of a process that works for
# another, the turn in which the server answers several requests, each of which hears of its own
# fault alone, and the fit of an ensemble's member, a trial whose failure is a result.
ROOMS_WITH_BROAD_EXCEPT = (
    "src/modelyard/api/child.py",
    "src/modelyard/api/door.py",
    "src/modelyard/cli/",
    "src/modelyard/components/executors/_zygote.py",
    "src/modelyard/engine/ensembles/attempts.py",
    "src/modelyard/serving/door.py",
    "src/modelyard/serving/gathering.py",
    "src/modelyard/worker/child.py",
)
ROOMS_THAT_PRINT = ("src/modelyard/cli/",)

# Spelled in halves, so that this file does not hold what it forbids.
LEFTOVERS = tuple(first + second for first, second in (("TO", "DO"), ("FIX", "ME"), ("XX", "X")))

UNEXPLAINED = re.compile(r"#\s*type:\s*ignore(?!\[[\w, -]+\]\s+# \S)")


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _assigns_all(node):
    return isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ["__all__"]


def _passes_on(handler):
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _broad(handler):
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(c is None or ast.unparse(c) in {"Exception", "BaseException"} for c in caught)


def _calls_print(node):
    return (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    )


def test_no_file_or_folder_has_a_name_that_says_nothing(everything):
    parts = {
        (source.name, part)
        for source in everything
        for part in PurePosixPath(source.name).with_suffix("").parts
    }
    assert {name for name, part in parts if part.lstrip("_") in FORBIDDEN_NAMES} == set()


def test_every_file_opens_with_one_full_sentence(everything):
    first = {
        source.name: (ast.get_docstring(source.tree) or "").split("\n\n")[0]
        for source in everything
    }
    unfinished = {name for name, words in first.items() if not words.endswith((".", ".)"))}
    assert unfinished == set()
    assert {name for name, words in first.items() if len(words.split()) < 4} == set()


def test_an_init_holds_a_docstring_and_a_sorted_list_of_names_alone(product):
    for source in product:
        if not source.name.endswith("__init__.py") or source.name in DOORS_IN_INIT:
            continue
        others = [node for node in source.tree.body if not _is_docstring(node)]
        assert all(_assigns_all(node) for node in others), source.name
        for node in others:
            names = ast.literal_eval(node.value)
            assert names == sorted(names), source.name


def test_the_public_names_are_sorted_and_exist():
    import modelyard

    assert modelyard.__all__ == sorted(modelyard.__all__)
    assert [name for name in modelyard.__all__ if not hasattr(modelyard, name)] == []


def test_only_the_command_line_prints(product):
    printing = {
        f"{source.name}:{node.lineno}"
        for source in product
        if not source.name.startswith(ROOMS_THAT_PRINT)
        for node in ast.walk(source.tree)
        if _calls_print(node)
    }
    assert printing == set()


def test_every_error_is_caught_by_name_but_at_the_doors(product):
    broad = {
        f"{source.name}:{node.lineno}"
        for source in product
        if not source.name.startswith(ROOMS_WITH_BROAD_EXCEPT)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ExceptHandler) and _broad(node) and not _passes_on(node)
    }
    assert broad == set()


def test_nothing_is_marked_as_left_to_do(everything):
    pattern = re.compile(rf"\b({'|'.join(LEFTOVERS)})\b")
    assert {source.name for source in everything if pattern.search(source.text)} == set()


def test_an_ignored_type_error_names_its_code_and_its_reason(product):
    unexplained = {
        f"{source.name}:{number}"
        for source in product
        for number, line in enumerate(source.text.splitlines(), start=1)
        if UNEXPLAINED.search(line)
    }
    assert unexplained == set()


def test_the_version_is_the_same_in_the_code_and_in_the_project_file(pyproject):
    assert pyproject["project"]["version"] == VERSION
