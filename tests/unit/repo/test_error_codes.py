"""Every code that the source can raise or send has its sentence, and the values it needs."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from devcloud.model.texts import catalogue

Sources = dict[Path, ast.Module]


def name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def literals(node: ast.expr | None) -> list[str]:
    """The strings an argument can be, as far as the syntax tells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return literals(node.body) + literals(node.orelse)
    return []


@pytest.fixture(scope="module")
def error_classes(sources: Sources) -> set[str]:
    """The names of DevCloudError and everything derived from it."""
    bases = {
        node.name: {name_of(base) for base in node.bases}
        for tree in sources.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }
    found = {"DevCloudError"}
    while more := {name for name, of in bases.items() if of & found} - found:
        found |= more
    return found


def raised(sources: Sources, classes: set[str]) -> Iterator[tuple[str, str, ast.Call]]:
    """Every (place, code, call) that makes an error with a code one can read in the source."""
    for path, tree in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node.func) in classes and node.args:
                for code in literals(node.args[0]):
                    yield f"{path}:{node.lineno}", code, node


def sent(sources: Sources) -> Iterator[tuple[str, str]]:
    """Every (place, code) of a message `Trouble` or `Error` with a code one can read."""
    for path, tree in sources.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node.func) in {"Trouble", "Error"}:
                for keyword in node.keywords:
                    if keyword.arg == "code":
                        for code in literals(keyword.value):
                            yield f"{path}:{node.lineno}", code


def test_the_walk_finds_errors(sources: Sources, error_classes: set[str]) -> None:
    assert {"BadName", "ProtocolViolation", "Refused"} <= error_classes
    assert "name_empty" in {code for _, code, _ in raised(sources, error_classes)}


def test_every_code_raised_has_a_sentence(sources: Sources, error_classes: set[str]) -> None:
    assert [
        (place, code)
        for place, code, _ in raised(sources, error_classes)
        if f"errors.{code}" not in catalogue()
    ] == []


def test_every_code_sent_has_a_sentence(sources: Sources) -> None:
    assert [
        (place, code) for place, code in sent(sources) if f"errors.{code}" not in catalogue()
    ] == []


def test_a_sentence_gets_the_values_it_needs(sources: Sources, error_classes: set[str]) -> None:
    lacking = []
    for place, code, call in raised(sources, error_classes):
        given = {keyword.arg for keyword in call.keywords}
        if None in given:  # **values: only the run can tell
            continue
        sentence = catalogue().get(f"errors.{code}", {}).get("en", "")
        needed = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        lacking += [(place, code, name) for name in sorted(needed - given)]
    assert lacking == []


def test_every_key_that_is_said_exists(sources: Sources) -> None:
    assert [
        (f"{path}:{node.lineno}", key)
        for path, tree in sources.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and name_of(node.func) == "say" and node.args
        for key in literals(node.args[0])
        if not any(known in catalogue() for known in (key, f"cli.{key}"))
    ] == []
