"""A neighbourhood drawn as a small SVG picture that needs no script.

The actor stands in the middle and the others to its right and left. Each has a row of its own, so that no two labels
meet; actors at a greater distance stand farther out. The actors at distance 1 are ordered by kind and id, and each is
followed by the actors that are reached through it.
"""

from html import escape
from math import sqrt
from typing import NamedTuple

from graph.columns import UNKNOWN_CODE
from graph.kinds import ActorKind, Language, load_kinds
from graph.links import Link
from graph.paths import Neighbourhood, Node
from graph.snapshot import GraphSnapshot
from graph.wording import load_catalogue
from graph.xml_text import legal_xml
from service.pages.colours import ink_on

_WIDTH = 800
_ROW_HEIGHT = 30
_NODE_RADIUS = 11
_INNER_REACH, _OUTER_REACH = 130, 200
_CENTRE_LABEL_DROP = 28
_LONGEST_LABEL = 24
_UNKNOWN_COLOUR, _UNKNOWN_LETTER = "#767676", "?"


class _Spot(NamedTuple):
    x: float
    y: float


def neighbourhood_svg(snapshot: GraphSnapshot, neighbourhood: Neighbourhood, language: Language) -> str:
    """SVG text of a neighbourhood; equal networks give equal text, and up to 30 nodes can be read well.

    Each node has the colour and the letter that the kinds file gives its kind. Lines and labels take the colour of the
    surrounding text. A page may style the classes ``network``, ``network-link``, ``network-node`` and
    ``network-label``.
    """
    spots = _spots(snapshot, neighbourhood)
    centre = neighbourhood.nodes[0].index
    height = max(*(spot.y for spot in spots.values()), spots[centre].y + _CENTRE_LABEL_DROP) + _ROW_HEIGHT / 2
    words = load_catalogue(language, "page")
    sentences = [words.text("drawing.count", n_nodes=len(spots) - 1, n_links=len(neighbourhood.links))]
    if neighbourhood.truncated:
        sentences.append(words.text("drawing.truncated"))
    title, description_id = f"network-{centre}-title", f"network-{centre}-description"
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="network" role="img" viewBox="0 0 {_WIDTH} {height:.0f}"'
        f' aria-labelledby="{title}" aria-describedby="{description_id}" font-family="inherit" font-size="14">'
        f'<title id="{title}">{_text(words.text("drawing.title", name=_name(snapshot, centre, language)))}</title>'
        f'<desc id="{description_id}">{_text(" ".join(sentences))}</desc>'
    )
    lines = [_line(link, spots, centre) for link in neighbourhood.links]
    nodes = [_node(snapshot, node, spots[node.index], language) for node in neighbourhood.nodes]
    return "".join([opening, *lines, *nodes, "</svg>"])


def _spots(snapshot: GraphSnapshot, neighbourhood: Neighbourhood) -> dict[int, _Spot]:
    order = _row_order(snapshot, neighbourhood)
    farthest = max(neighbourhood.nodes[-1].distance, 2)
    n_right = (len(order) + 1) // 2
    middle = max(n_right, 2) * _ROW_HEIGHT / 2 + _ROW_HEIGHT / 2
    spots = {neighbourhood.nodes[0].index: _Spot(_WIDTH / 2, middle)}
    for side, column in ((1, order[:n_right]), (-1, order[n_right:])):
        for row, node in enumerate(column):
            height = (row - (len(column) - 1) / 2) * _ROW_HEIGHT
            bend = sqrt(1 - (2 * height / ((len(column) + 1) * _ROW_HEIGHT)) ** 2)
            reach = _INNER_REACH * bend + (_OUTER_REACH - _INNER_REACH) * (node.distance - 1) / (farthest - 1)
            spots[node.index] = _Spot(_WIDTH / 2 + side * reach, middle + height)
    return spots


def _row_order(snapshot: GraphSnapshot, neighbourhood: Neighbourhood) -> list[Node]:
    """All nodes except the first, each placed after the first node that leads to it."""
    distance = {node.index: node.distance for node in neighbourhood.nodes}
    parent: dict[int, int] = {}
    for link in neighbourhood.links:
        if distance[link.source] < distance[link.target]:
            parent.setdefault(link.target, link.source)
    key: dict[int, tuple[tuple[int, int], ...]] = {neighbourhood.nodes[0].index: ()}
    for node in neighbourhood.nodes[1:]:
        key[node.index] = (*key[parent[node.index]], (int(snapshot.actor_kind[node.index]), node.index))
    return sorted(neighbourhood.nodes[1:], key=lambda node: key[node.index])


def _line(link: Link, spots: dict[int, _Spot], centre: int) -> str:
    start, end = spots[link.source], spots[link.target]
    # A link that does not touch the centre bends towards it, so that it does not cross the nodes of its column.
    pull = 0 if link.source == centre else 0.4
    bend_x = (start.x + end.x) / 2 * (1 - pull) + _WIDTH / 2 * pull
    width = min(1 + 0.5 * (link.n_relationships + link.n_projects - 1), 4)
    return (
        f'<path class="network-link" d="M{start.x:.1f} {start.y:.1f}Q{bend_x:.1f} {(start.y + end.y) / 2:.1f}'
        f' {end.x:.1f} {end.y:.1f}" fill="none" stroke="currentColor" stroke-opacity="0.35"'
        f' stroke-width="{width:.1f}"/>'
    )


def _node(snapshot: GraphSnapshot, node: Node, spot: _Spot, language: Language) -> str:
    x, y = spot
    name, kind = _name(snapshot, node.index, language), _kind(snapshot, node.index)
    colour, letter = (kind.colour, kind.letter) if kind else (_UNKNOWN_COLOUR, _UNKNOWN_LETTER)
    hover = f"{name} · {kind.label[language]}" if kind else name
    if node.distance == 0:
        label, anchor, weight = f'x="{x:.1f}" y="{y + _CENTRE_LABEL_DROP:.1f}"', "middle", ' font-weight="600"'
    else:
        side = 1 if x > _WIDTH / 2 else -1
        label = f'x="{x + side * (_NODE_RADIUS + 6):.1f}" y="{y + 5:.1f}"'
        anchor, weight = "start" if side > 0 else "end", ""
    return (
        f'<g class="network-node"><title>{_text(hover)}</title>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_NODE_RADIUS}" fill="{colour}"/>'
        f'<text x="{x:.1f}" y="{y + 4.5:.1f}" text-anchor="middle" font-size="13" font-weight="700"'
        f' fill="{ink_on(colour)}">{letter}</text>'
        f'<text class="network-label" {label} text-anchor="{anchor}" fill="currentColor"{weight}>'
        f"{_text(_label(snapshot, node.index, name))}</text></g>"
    )


def _kind(snapshot: GraphSnapshot, index: int) -> ActorKind | None:
    code = int(snapshot.actor_kind[index])
    return None if code == UNKNOWN_CODE else list(load_kinds().actor.values())[code]


def _name(snapshot: GraphSnapshot, index: int, language: Language) -> str:
    actors = snapshot.tables.actors
    translated: str | None = actors["name_en"][index].as_py() if language == "en" else None
    return translated or str(actors["name"][index].as_py())


def _label(snapshot: GraphSnapshot, index: int, name: str) -> str:
    """The name if it is short enough, else the short name, else the beginning of the name."""
    short_name: str | None = snapshot.tables.actors["short_name"][index].as_py()
    label = name if len(name) <= _LONGEST_LABEL else short_name or name
    return label if len(label) <= _LONGEST_LABEL else label[: _LONGEST_LABEL - 1].rstrip() + "…"


def _text(text: str) -> str:
    return escape(legal_xml(text))
