"""Only the command line names its options: what the library says must help those who call it, too."""

import ast
import re
from pathlib import Path

import dualzoom

ROOT = Path(dualzoom.__file__).parent
_OPTION = re.compile(r"(?<![\w-])--[a-z]")


def words(path: Path) -> list[str]:
    """All strings of a module except its docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    strings = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return [node.value for node in strings if id(node) not in docstrings]


def test_the_library_names_no_options() -> None:
    commands = {"cli", "examples", "training/__main__.py"}
    modules = [
        path
        for path in ROOT.rglob("*.py")
        if not {path.relative_to(ROOT).parts[0], path.relative_to(ROOT).as_posix()} & commands
    ]
    assert len(modules) > 150
    named = {str(path): [text for text in words(path) if _OPTION.search(text)] for path in modules}
    assert {path: found for path, found in named.items() if found} == {}


def test_the_command_line_does() -> None:
    assert any(_OPTION.search(text) for text in words(ROOT / "cli" / "advice.py"))
