"""YAML as rubrics use it: plain data, and for every piece of it the line where it stands.

Every scalar stays the text that was written (``no``, ``1.0``, ``12:30``), so that nothing is
guessed; the schema turns text into numbers where a field is a number. Only ``~``, ``null`` and
nothing are None. Duplicate keys, files that grow without bound through aliases, and tags are
refused. This module does not know rubrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from qa_inspect.rubric.yaml_words import syntax_faults

MAX_BYTES = 4_000_000
MAX_VALUES = 200_000
"""Values after aliases are resolved; a pack has about 2,000."""
MAX_DEPTH = 60
_TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"

_STANDARD_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("null", "bool", "int", "float", "str", "timestamp", "value", "seq", "map")
)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: its line (from 1), where in the data, what and how to mend it."""

    line: int
    where: str
    problem: str

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        return f"{self.line}: {place}{self.problem}"


class YamlFault(ValueError):
    """The text is no YAML that can be read; carries the faults."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Tree:
    """Read YAML: ``data`` of dicts, lists, texts and None."""

    data: Any
    _root: Any
    _fields: dict[int, dict[str, tuple[Any, int]]] = field(default_factory=dict)

    def line(self, path: Sequence[str | int]) -> int:
        """The line of what ``path`` leads to; steps that lead nowhere are passed over."""
        node, line = self._root, self._root.start_mark.line
        for step in path:
            found = self._child(node, step)
            if found is not None:
                node, line = found
        return int(line) + 1

    def is_quoted(self, path: Sequence[str | int]) -> bool:
        """Whether the text at ``path`` is written in quotes (or as a block of lines)."""
        node = self._root
        for step in path:
            found = self._child(node, step)
            if found is None:
                return False
            node = found[0]
        return isinstance(node, yaml.ScalarNode) and bool(node.style)

    def _child(self, node: Any, step: str | int) -> tuple[Any, int] | None:
        """The node a step leads to and the line it is named in."""
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            if step < len(node.value):
                child = node.value[step]
                return child, child.start_mark.line
            return None
        if isinstance(node, yaml.MappingNode):
            fields = self._fields.get(id(node))
            if fields is None:
                fields = self._fields[id(node)] = {}
                for key, value in node.value:
                    if isinstance(key, yaml.ScalarNode):
                        fields.setdefault(str(key.value), (value, key.start_mark.line))
            return fields.get(str(step))
        return None


def parse(text: str) -> Tree:
    """Reads one YAML document. Raises YamlFault with every duplicate key, or the syntax error."""
    if len(text) > MAX_BYTES:
        problem = f"the file is larger than {MAX_BYTES:,} letters; split it into several rubrics"
        raise YamlFault([Fault(1, "", problem)])
    try:
        _refuse_depth(text)
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise YamlFault(
            [Fault(line, "", told) for line, told in syntax_faults(error, text)]
        ) from None
    except YamlFault:
        raise
    except (RecursionError, ValueError, OverflowError) as error:
        problem = f"this cannot be read as YAML ({type(error).__name__})"
        raise YamlFault([Fault(1, "", problem)]) from None
    if root is None:
        raise YamlFault([Fault(1, "", "the file is empty; name another, or fill it")])
    reader = _Reader()
    data = reader.read(root, "", ())
    if reader.faults:
        raise YamlFault(reader.faults)
    return Tree(data, root)


def _refuse_depth(text: str) -> None:
    """Raises YamlFault at the first value that lies too deep.

    The parser descends by recursion in C: brackets by the thousand would end the process.
    """
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH + 1:
                line = _line(event)
                raise YamlFault([Fault(line, "", f"{_TOO_DEEP}; write it flatter")])
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def unused_anchors(text: str) -> list[tuple[str, int]]:
    """Anchors (``&name``) that no alias names, each with its line. Of text that parses."""
    anchors: dict[str, int] = {}
    for event in yaml.parse(text, Loader=_Loader):
        name = getattr(event, "anchor", None)
        if isinstance(event, yaml.AliasEvent):
            anchors.pop(str(name), None)
        elif name is not None:
            anchors[str(name)] = _line(event)
    return list(anchors.items())


class _Reader:
    """Turns nodes into data, counting, and notes faults."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._values = 0
        self._line = 1

    def read(self, node: yaml.Node, where: str, inside: tuple[int, ...]) -> Any:
        self._values += 1
        if self._values > MAX_VALUES:
            # the node is what an alias stands for; it grows where the field of the file stands
            problem = "aliases make this file grow beyond all bounds; write it out"
            raise YamlFault([*self.faults, Fault(self._line, "", problem)])
        if id(node) in inside:
            self._stop(node, "this alias stands inside the very thing it names")
        if len(inside) > MAX_DEPTH:
            self._stop(node, f"{_TOO_DEEP}; write it flatter")
        if node.tag not in _STANDARD_TAGS:
            self._note(node, where, f"the tag {node.tag} means nothing here; leave it out")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where, (*inside, id(node)))
        if isinstance(node, yaml.SequenceNode):
            deeper = (*inside, id(node))
            return [
                self.read(child, f"{where}[{at}]", deeper) for at, child in enumerate(node.value)
            ]
        return None if node.tag == "tag:yaml.org,2002:null" else str(node.value)

    def _mapping(
        self, node: yaml.MappingNode, where: str, inside: tuple[int, ...]
    ) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._note(key_node, where, "a field's name must be a plain word")
                continue
            key = str(key_node.value)
            if not where:
                self._line = _line(key_node)
            if key in data:
                self._note(key_node, where, f"the field {key} is given twice; keep one")
                continue
            inner = f"{where}.{key}" if where else key
            data[key] = self.read(value_node, inner, inside)
        return data

    def _note(self, node: yaml.Node, where: str, problem: str) -> None:
        self.faults.append(Fault(node.start_mark.line + 1, where, problem))

    def _stop(self, node: yaml.Node, problem: str) -> None:
        raise YamlFault([*self.faults, Fault(node.start_mark.line + 1, "", problem)])
