"""Files, functions and argument lists stay small enough to be read at a glance."""

import ast

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 50
MAX_ARGUMENTS = 6
MAX_POSITIONAL = 2

# What browsers are handed.
_BROWSERS = ("js", "css", "html")

# A click command's parameters are its options and arguments: they are passed by name, by click.
_CLICK = {"argument", "command", "group", "option", "pass_context", "pass_obj"}
# So are the parameters of a route, by FastAPI.
_ROUTER, _VERBS = "ROUTER", {"get", "post", "put", "patch", "delete", "options", "head"}


def _decorators(function):
    for decorator in function.decorator_list:
        called = decorator.func if isinstance(decorator, ast.Call) else decorator
        yield called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def _is_command(function):
    return not _CLICK.isdisjoint(_decorators(function)) or _is_route(function)


def _is_route(function):
    calls = (each.func for each in function.decorator_list if isinstance(each, ast.Call))
    return any(
        isinstance(call, ast.Attribute)
        and call.attr in _VERBS
        and isinstance(call.value, ast.Name)
        and call.value.id == _ROUTER
        for call in calls
    )


def _positional(function):
    arguments = [*function.args.posonlyargs, *function.args.args]
    return [argument.arg for argument in arguments if argument.arg not in {"self", "cls"}]


def _is_public(function):
    return function.name == "__init__" or not function.name.startswith("_")


def _protocol_methods(product):
    """Names that a shelf's protocol fixes together with their arguments."""
    return {
        function.name
        for source in product
        if source.name.startswith("src/modelyard/protocols/")
        for function in source.functions
    }


def test_no_file_of_the_product_is_longer_than_400_lines(product):
    lengths = {source.name: source.text.count("\n") for source in product}
    assert {name: n for name, n in lengths.items() if n > MAX_FILE_LINES} == {}


def test_no_script_style_or_page_of_the_product_is_longer_than_400_lines(root):
    found = [path for kind in _BROWSERS for path in (root / "src").rglob(f"*.{kind}")]
    lengths = {path.name: path.read_text(encoding="utf-8").count("\n") for path in found}
    assert {"upload.js", "upload.css", "upload.html"} <= lengths.keys()
    assert {name: n for name, n in lengths.items() if n > MAX_FILE_LINES} == {}


def test_no_function_of_the_product_is_longer_than_50_lines(product):
    too_long = {
        f"{source.name}:{function.lineno} {function.name}": length
        for source in product
        for function in source.functions
        if (length := function.end_lineno - function.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert too_long == {}


def test_no_function_takes_more_than_six_arguments(product):
    too_many = {
        f"{source.name}:{function.lineno} {function.name}": count
        for source in product
        for function in source.functions
        if not _is_command(function)
        and (count := len(_positional(function)) + len(function.args.kwonlyargs)) > MAX_ARGUMENTS
    }
    assert too_many == {}


def test_public_functions_take_all_but_two_arguments_by_keyword(product):
    fixed = _protocol_methods(product)
    positional = {
        f"{source.name}:{function.lineno} {function.name}": names
        for source in product
        for function in source.functions
        if _is_public(function)
        and function.name not in fixed
        and not _is_command(function)
        and len(names := _positional(function)) > MAX_POSITIONAL
    }
    assert positional == {}
