"""Statements of the kernel language in C: one function at a time."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Mapping
from types import FunctionType
from typing import Any, Final

from assetgen.blocks.cuda_arithmetic import combined
from assetgen.blocks.cuda_calls import Calls
from assetgen.blocks.cuda_values import Kind, Scalar, TupleKind, Value, constant, joined

_PASSES: Final = 6
"""A variable that is an int first and a float later is found out in the second pass; six are never needed."""


class Statements(Calls):
    """Translates one function for arguments of given kinds, some of them known."""

    def __init__(
        self,
        program: Any,
        function: FunctionType,
        tree: ast.FunctionDef,
        arguments: Mapping[str, Value],
    ) -> None:
        super().__init__(program, function)
        self._tree, self._arguments = tree, arguments
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        self._writes = Counter(node.id for node in names if isinstance(node.ctx, ast.Store))
        self._is_read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        self._is_read |= {
            node.target.id
            for node in ast.walk(tree)
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
        }
        self._result: Kind = None
        self._returns = False

    def translate(self) -> tuple[Kind, str]:
        """Return the kind of the function's result and the C code of its body."""
        for _ in range(_PASSES):
            before = dict(self.kinds), self._result
            code = self._once()
            if (self.kinds, self._result) == before:
                return self._result, code
        raise self.refuse(self._tree, "does not settle on the kinds of its variables.")

    def _once(self) -> str:
        self.lines, self.known = [], {}
        for name, value in self._arguments.items():
            if not value.is_known:
                self.kinds.setdefault(name, value.kind)
            elif self._writes[name]:
                self._set(name, value, self._tree)
            else:
                self.known[name] = value
        ended = self._block(self._tree.body)
        if self._returns and not ended and self._result is not None:
            raise self.refuse(self._tree, "returns a value on some ways through it and none on others.")
        declared = [
            f"{self.program.c_type(kind)} {self.variable(name)};"
            for name, kind in self.kinds.items()
            if name not in self._arguments or self._arguments[name].is_known
        ]
        return "".join(f"  {line}\n" for line in [*declared, *self.lines])

    def _block(self, body: list[ast.stmt]) -> bool:
        """Translate statements; return whether nothing after them is reached."""
        for statement in body:
            method = getattr(self, f"_{type(statement).__name__.lower()}_", None)
            if method is None:
                raise self.refuse(statement, "has no CUDA form.")
            if method(statement):
                return True
        return False

    def _inner(self, body: list[ast.stmt]) -> tuple[list[str], bool]:
        kept, self.lines = self.lines, []
        try:
            ended = self._block(body)
            return self.lines, ended
        finally:
            self.lines = kept

    def _pass_(self, node: ast.Pass) -> None:
        pass

    def _assert_(self, node: ast.Assert) -> None:
        pass

    def _expr_(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def _assign_(self, node: ast.Assign) -> None:
        (first, *_) = node.targets
        if isinstance(first, ast.Tuple) and isinstance(node.value, ast.Tuple) and len(node.targets) == 1:
            values = [self._held(self.value(item)) for item in node.value.elts]
            for target, value in zip(first.elts, values, strict=True):
                self._put(target, value)
            return
        value = self.value(node.value)
        if len(node.targets) > 1:
            value = self._held(value)
        for target in node.targets:
            self._put(target, value)

    def _annassign_(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._put(node.target, self.value(node.value))

    def _augassign_(self, node: ast.AugAssign) -> None:
        if isinstance(node.target, ast.Name):
            old = self.value(ast.copy_location(ast.Name(node.target.id, ast.Load()), node))
            self._put(node.target, combined(type(node.op), old, self.value(node.value), self.where(node)))
            return
        if not isinstance(node.target, ast.Subscript):
            raise self.refuse(node, "has no CUDA form.")
        owner = self.value(node.target.value)
        indices = [self._held(self.value(index)) for index in self.indices(node.target)]
        place = self.element(owner, indices, node)
        old = self.keep(place.kind, place.code)
        new = combined(type(node.op), old, self.value(node.value), self.where(node))
        self.lines.append(f"{place.code} = {self.as_kind(new, place.kind, node)};")

    def _held(self, value: Value) -> Value:
        """Return a value that no later assignment changes."""
        if value.is_known or value.kind is None:
            return value
        return self.keep(value.kind, value.code)

    def _put(self, target: ast.expr, value: Value) -> None:
        if isinstance(target, ast.Tuple):
            if not isinstance(value.kind, TupleKind) or len(value.kind.items) != len(target.elts):
                raise self.refuse(target, "takes apart something else than that many values.")
            for number, part in enumerate(target.elts):
                self._put(part, self.item(value, number, target))
        elif isinstance(target, ast.Name):
            self._set(target.id, value, target)
        elif isinstance(target, ast.Subscript):
            owner = self.value(target.value)
            indices = [self.value(index) for index in self.indices(target)]
            place = self.element(owner, indices, target)
            self.lines.append(f"{place.code} = {self.as_kind(value, place.kind, target)};")
        else:
            raise self.refuse(target, "has no CUDA form.")

    def _set(self, name: str, value: Value, node: ast.AST) -> None:
        is_argument = name in self._arguments
        if value.is_known and self._writes[name] == 1 and not is_argument:
            self.known[name] = value
            return
        if name not in self._is_read:
            return
        if value.kind is None:
            raise self.refuse(node, "holds something that no C variable can hold.")
        kind = joined(self.kinds.get(name, value.kind), value.kind, self.where(node))
        if is_argument and not self._arguments[name].is_known and kind != self._arguments[name].kind:
            raise self.refuse(node, "gives an argument a value of another kind; use another name.")
        self.kinds[name] = kind
        self.lines.append(f"{self.variable(name)} = {self.as_kind(value, kind, node)};")

    def _if_(self, node: ast.If) -> bool:
        test = self.value(node.test)
        if test.is_known:
            return self._block(node.body if test.constant else node.orelse)
        code = self.truth(test, node)
        yes, yes_ended = self._inner(node.body)
        no, no_ended = self._inner(node.orelse)
        self.lines += [f"if ({code}) {{", *yes, *(["} else {", *no] if no else []), "}"]
        return yes_ended and no_ended

    def _while_(self, node: ast.While) -> None:
        self._refuse_else(node)
        test, before = self.aside(lambda: self.value(node.test))
        body, _ = self._inner(node.body)
        code = "true" if test.is_known and test.constant else self.truth(test, node)
        self.lines += ["while (true) {", *before, f"if (!{code}) break;", *body, "}"]

    def _refuse_else(self, node: ast.For | ast.While) -> None:
        if node.orelse:
            raise self.refuse(node, "has an else after a loop, which has no CUDA form.")

    def _for_(self, node: ast.For) -> None:
        self._refuse_else(node)
        if isinstance(node.iter, ast.Call) and self.value(node.iter.func).constant is range:
            self._count(node, node.iter)
            return
        over = self.value(node.iter)
        if (
            not isinstance(over.kind, TupleKind)
            or not isinstance(node.target, ast.Name)
            or _leaves(node.body)
        ):
            raise self.refuse(
                node.iter, "is neither a range nor a tuple in a loop without break and continue."
            )
        for number in range(len(over.kind.items)):
            item = self.item(over, number, node)
            if item.is_known:
                self.known[node.target.id] = item
            else:
                self._set(node.target.id, item, node)
            body, _ = self._inner(node.body)
            self.lines += ["{", *body, "}"]

    def _count(self, node: ast.For, call: ast.Call) -> None:
        if not isinstance(node.target, ast.Name):
            raise self.refuse(node.target, "has no CUDA form.")
        bounds = [self._held(self.value(argument)) for argument in call.args]
        zero, one = constant(0, ""), constant(1, "")
        start, stop, step = ([zero, *bounds, one] if len(bounds) == 1 else [*bounds, one])[:3]
        if not step.is_known or step.constant == 0:
            raise self.refuse(call, "counts in steps that are not known.")
        if any(bound.kind is not Scalar.INT for bound in bounds):
            raise self.refuse(call, "counts in something else than ints.")
        if node.target.id in self._is_read:
            self.kinds[node.target.id] = joined(
                self.kinds.get(node.target.id, Scalar.INT), Scalar.INT, self.where(node)
            )
        body, _ = self._inner(node.body)
        counter = self._fresh_counter()
        sign = "<" if step.constant > 0 else ">"
        head = f"for (long long {counter} = {start.code}; {counter} {sign} {stop.code}; {counter} += {step.code}) {{"
        held = [f"{self.variable(node.target.id)} = {counter};"] if node.target.id in self._is_read else []
        self.lines += [head, *held, *body, "}"]

    def _fresh_counter(self) -> str:
        self._temporaries += 1
        return f"n{self._temporaries - 1}"

    def _break_(self, node: ast.Break) -> bool:
        self.lines.append("break;")
        return True

    def _continue_(self, node: ast.Continue) -> bool:
        self.lines.append("continue;")
        return True

    def _return_(self, node: ast.Return) -> bool:
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            self.lines.append("return;")
            return True
        value = self.value(node.value)
        if value.kind is None:
            raise self.refuse(node, "returns something that C cannot.")
        self._result = value.kind if not self._returns else joined(self._result, value.kind, self.where(node))
        self._returns = True
        self.lines.append(f"return {self.as_kind(value, self._result, node)};")
        return True


def _leaves(body: list[ast.stmt]) -> bool:
    """Tell whether a loop's own body breaks or continues it; loops inside it are their own affair."""
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Break | ast.Continue):
            return True
        if not isinstance(node, ast.For | ast.While):
            waiting += ast.iter_child_nodes(node)
    return False
