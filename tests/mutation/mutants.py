"""Small wrong changes of a module: each is one edit of its source text."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

SWAPPED_COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
SWAPPED_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "//",
    ast.FloorDiv: "*",
    ast.Div: "*",
    ast.Mod: "+",
    ast.BitOr: "&",
    ast.BitAnd: "|",
    ast.BitXor: "|",
    ast.LShift: ">>",
    ast.RShift: "<<",
}
COMPARISON_WORDS = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one edit."""

    module: str  # its path from the root
    lines: range  # those of the statement up to the edit
    where: str  # class and function
    function: str  # the outermost one, with its class; empty: it runs when the module is imported
    what: str
    source: str

    @property
    def name(self) -> str:
        """Says which mutant it is, whatever its line."""
        return f"{self.module} {self.where or '-'}: {self.what}"

    @property
    def line(self) -> int:
        return self.lines[-1]


class _Finder(ast.NodeVisitor):
    """Collects edits: lines, place, offsets into the source, replacement."""

    def __init__(self, source: str) -> None:
        self._bytes = source.encode()
        starts = [0]
        for line in self._bytes.splitlines(keepends=True):
            starts.append(starts[-1] + len(line))
        self._starts = starts
        self._names: list[str] = []
        self._function = ""
        self._statement_line = 1
        self.edits: list[tuple[range, str, str, int, int, str]] = []

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt):
            self._statement_line = node.lineno
        super().visit(node)

    def _span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def text(self, node: ast.expr | ast.stmt) -> str:
        start, end = self._span(node)
        return self._bytes[start:end].decode()

    def replace(self, node: ast.expr | ast.stmt, new: str) -> None:
        start, end = self._span(node)
        if self._bytes[start:end].decode() != new:
            lines = range(min(self._statement_line, node.lineno), node.lineno + 1)
            where = ".".join(self._names)
            self.edits.append((lines, where, self._function, start, end, new))

    # --- statements -----------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._body_only(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._body_only(node)

    def _body_only(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        """Neither decorators nor annotations, but defaults."""
        if isinstance(node, ast.FunctionDef):
            for default in (*node.args.defaults, *node.args.kw_defaults):
                if default is not None:
                    self.visit(default)
        self._names.append(node.name)
        is_outermost = isinstance(node, ast.FunctionDef) and not self._function
        if is_outermost:
            self._function = ".".join(self._names)
        for statement in node.body:
            self.visit(statement)
        if is_outermost:
            self._function = ""
        self._names.pop()

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        if _is_call_of(node.value, "assert_never"):
            return  # for the type checker: no value comes here
        if isinstance(node.value, (ast.Call, ast.Yield, ast.YieldFrom)):
            self.replace(node, "pass")
        self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        self.replace(node, "pass")
        self.visit(node.test)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.replace(node, "pass")  # its message is judged by people

    def visit_Return(self, node: ast.Return) -> None:
        if isinstance(node.value, ast.Constant) and not node.value.value:
            if node.value.value == "":
                self.replace(node, "return '?'")
        elif node.value is not None:  # None is as good as what is empty
            self.replace(node, "return None")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self.replace(node, "break")

    def visit_Break(self, node: ast.Break) -> None:
        self.replace(node, "continue")

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Attribute) for target in node.targets):
            self.replace(node, "pass")
        self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.replace(node, "pass")
        self.generic_visit(node)

    # --- expressions ----------------------------------------------------------------------

    def visit_Compare(self, node: ast.Compare) -> None:
        terms = [node.left, *node.comparators]
        words = [COMPARISON_WORDS[type(op)] for op in node.ops]
        for index, op in enumerate(node.ops):
            for swapped in SWAPPED_COMPARISONS[type(op)]:
                changed = [*words[:index], swapped, *words[index + 1 :]]
                text = self.text(terms[0])
                for word, term in zip(changed, terms[1:], strict=True):
                    text += f" {word} {self.text(term)}"
                self.replace(node, f"({text})")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = " or " if isinstance(node.op, ast.And) else " and "
        self.replace(node, "(" + word.join(f"({self.text(value)})" for value in node.values) + ")")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, (ast.Not, ast.USub)):
            self.replace(node, f"({self.text(node.operand)})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.BitOr) and not self._function:
            return  # a union of types
        swapped = SWAPPED_OPERATORS.get(type(node.op))
        if swapped is not None and not _is_text(node):
            self.replace(node, f"({self.text(node.left)} {swapped} {self.text(node.right)})")
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._negate(node.test)
        self.generic_visit(node)

    def visit_match_case(self, node: ast.match_case) -> None:
        if node.guard is not None:
            self._negate(node.guard)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self._negate(test)
        self.generic_visit(node)

    def _negate(self, test: ast.expr) -> None:
        if not isinstance(test, (ast.Compare, ast.UnaryOp)):  # those have mutants of their own
            self.replace(test, f"(not ({self.text(test)}))")

    def visit_Constant(self, node: ast.Constant) -> None:
        match node.value:
            case True:
                self.replace(node, "False")
            case False:
                self.replace(node, "True")
            case int() | float():
                self.replace(node, f"({node.value!r} + 1)")
            case bytes() if node.value:
                self.replace(node, repr(node.value + b"?"))
            case str() if node.value:  # in a pattern, `{8}?` would mean the same as `{8}`
                self.replace(node, repr(node.value + ("~" if node.value[-1] in "}])*+?" else "?")))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Words for people."""

    def visit_Call(self, node: ast.Call) -> None:
        self.visit(node.func)
        for argument in node.args:
            self.visit(argument)
        for keyword in node.keywords:
            self.visit(keyword.value)


def mutants_of(module: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module's source; each is a module that still parses."""
    finder = _Finder(source)
    finder.visit(ast.parse(source))
    content = source.encode()
    seen: Counter[tuple[str, str]] = Counter()
    for lines, where, function, start, end, new in finder.edits:
        changed = (content[:start] + new.encode() + content[end:]).decode()
        try:
            ast.parse(changed)
        except SyntaxError:
            continue
        old = " ".join(content[start:end].decode().split())
        what = f"{old[:60]}  ->  {' '.join(new.split())[:60]}"
        seen[where, what] += 1
        if seen[where, what] > 1:
            what += f" (number {seen[where, what]})"
        yield Mutant(module, lines, where, function, what, changed)


def _is_call_of(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def _is_text(node: ast.BinOp) -> bool:
    return any(
        isinstance(side, ast.Constant) and isinstance(side.value, str)
        for side in (node.left, node.right)
    )
