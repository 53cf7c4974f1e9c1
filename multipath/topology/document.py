"""YAML text → plain data that remembers where in the text each piece of it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from multipath.errors import Problem
from multipath.topology.syntax import MAX_VALUES, TOO_MANY, problem_at, syntax_problem
from multipath.topology.wording import quoted

Loc = tuple[str | int, ...]
"""The way to a value: ``("nodes", "la", "address")``, ``("proxies", 0)``."""

_TAG = "tag:yaml.org,2002:"
_TEXT_TAGS = {f"{_TAG}{name}" for name in ("str", "timestamp", "value", "merge")}
_CONTAINER_TAGS = {f"{_TAG}map", f"{_TAG}seq"}


@dataclass(frozen=True)
class Document:
    """The plain data of a file, with the problems that YAML itself has with it."""

    file: str
    data: object = None
    problems: tuple[Problem, ...] = ()
    _values: Mapping[Loc, Node] = field(default_factory=dict, repr=False)
    _keys: Mapping[Loc, Node] = field(default_factory=dict, repr=False)

    def has(self, loc: Loc) -> bool:
        """Tell whether the file itself writes this value."""
        return loc in self._values

    def get(self, loc: Loc) -> Any:
        """Return the value there, or None."""
        value: Any = self.data
        for step in loc:
            try:
                value = value[step]
            except (KeyError, IndexError, TypeError):
                return None
        return value

    def text(self, loc: Loc) -> str | None:
        """Return the value there if it is a text, else None."""
        value = self.get(loc)
        return value if isinstance(value, str) else None

    def keys(self, loc: Loc) -> list[str]:
        """Return the keys of the mapping there; none if it is no mapping."""
        value = self.get(loc)
        return list(value) if isinstance(value, dict) else []

    def items(self, key: str) -> list[Any]:
        """Return the list under a top-level key; none if it is no list."""
        value = self.get((key,))
        return value if isinstance(value, list) else []

    def written(self, loc: Loc) -> str:
        """Return a scalar letter by letter as the file has it, ``1e3`` and not 1000."""
        node = self._values.get(loc)
        return str(node.value) if isinstance(node, ScalarNode) else ""

    def line(self, loc: Loc) -> int:
        """Return the 1-based line of a value."""
        return int(self._values[loc].start_mark.line) + 1

    def at_value(self, loc: Loc, what: str, instead: str) -> Problem:
        """Return a problem with a value, or with its key if nothing is written there."""
        if self.get(loc) is None:
            return self.at_key(loc, what, instead)
        return problem_at(self.file, self._values[loc].start_mark, what, instead)

    def at_key(self, loc: Loc, what: str, instead: str) -> Problem:
        """Return a problem with a key, or with the whole file if the way is empty."""
        node = self._keys.get(loc) or self._values[loc]
        return problem_at(self.file, node.start_mark, what, instead)


def read(text: str, file: str) -> Document:
    """Return the data of a YAML 1.2 text; with problems where it is not valid."""
    try:
        yaml = YAML(typ="safe", pure=True)
        yaml.composer.warn_double_anchors = False  # YAML 1.2 lets a later anchor replace one
        root = yaml.compose(text)
        tree = _Tree(file)
        data = None if root is None else tree.value(root, ())
    except YAMLError as error:
        return Document(file, problems=(syntax_problem(error, text, file),))
    except RecursionError:
        what, instead = "the values are nested without end", "write a topology as the examples do"
        return Document(file, problems=(Problem(file, 1, 1, what, instead),))
    if data is None:
        what, instead = "the file is empty", "begin with a copy of an example: sh-la.yaml"
        return Document(file, problems=(Problem(file, 1, 1, what, instead),))
    return Document(file, data, tuple(tree.problems), tree.values, tree.keys)


class _Tree:
    """Turns YAML nodes into plain data and notes where each value and key stands."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Loc, Node] = {}
        self.keys: dict[Loc, Node] = {}
        self.problems: list[Problem] = []
        self.steps = 0

    def value(self, node: Node, loc: Loc) -> object:
        self.values[loc] = node
        self.count(node)
        if isinstance(node, MappingNode):
            self.refuse_tag(node, _CONTAINER_TAGS)
            return self.mapping(node, loc)
        if isinstance(node, SequenceNode):
            self.refuse_tag(node, _CONTAINER_TAGS)
            return [self.value(item, (*loc, index)) for index, item in enumerate(node.value)]
        return self.scalar(node)

    def count(self, node: Node) -> None:
        self.steps += 1
        if self.steps > MAX_VALUES:
            raise MarkedYAMLError(problem=TOO_MANY, problem_mark=node.start_mark)

    def mapping(self, node: MappingNode, loc: Loc) -> dict[str, object]:
        result: dict[str, object] = {}
        for key_node, value_node, own in self.pairs(node):
            key = self.key(key_node)
            if key is None:
                continue
            way = (*loc, key)
            if key not in result:
                self.keys[way] = key_node
                result[key] = self.value(value_node, way)
            elif own:
                line = self.keys[way].start_mark.line + 1
                what = f"the key {quoted(key)} stands twice, first in line {line}"
                self.add(key_node, what, "keep one of them")
        return result

    def pairs(self, node: MappingNode) -> Iterator[tuple[Node, Node, bool]]:
        """Yield the mapping's own keys and values, then those that its ``<<`` bring in."""
        self.count(node)
        merged: list[Node] = []
        for key, value in node.value:
            if key.tag != f"{_TAG}merge":
                yield key, value, True
            elif isinstance(value, SequenceNode):
                merged.extend(value.value)
            else:
                merged.append(value)
        for source in merged:
            if isinstance(source, MappingNode):
                yield from ((key, value, False) for key, value, _ in self.pairs(source))
            else:
                self.add(source, '"<<" brings in no mapping', "give it an alias of one: *name")

    def add(self, node: Node, what: str, instead: str) -> None:
        self.problems.append(problem_at(self.file, node.start_mark, what, instead))

    def key(self, node: Node) -> str | None:
        if not isinstance(node, ScalarNode):
            self.add(node, "a key is a list or a mapping", "write a word")
            return None
        written = str(node.value)
        if node.tag not in _TEXT_TAGS:
            what = f"YAML takes the key {written} for a number or the like"
            self.add(node, what, f"write it in quotes: {quoted(written)}")
        return written

    def scalar(self, node: Node) -> object:
        written = str(node.value)
        name = str(node.tag).removeprefix(_TAG)
        if name == "null":
            return None
        if name == "bool":
            return written.lower() in {"true", "yes", "on", "y"}
        if name in {"int", "float"}:
            try:
                return int(written, 0) if name == "int" else float(written)
            except ValueError:  # such as 012, .inf, or thousands of digits
                return written
        self.refuse_tag(node, _TEXT_TAGS)
        return written

    def refuse_tag(self, node: Node, known: set[str]) -> None:
        if node.tag not in known:
            tag = str(node.tag).replace(_TAG, "!!")
            what = f"the tag {quoted(tag)} is not known here"
            self.add(node, what, "leave the tag out")
