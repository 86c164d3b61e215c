"""The drawing of a life cycle, made from its table: where a request can stand, and how it gets from there to elsewhere.

Working statuses stand one under the other, in the order of the table; arrows at their left lead from one to another.
Each waiting place, and the end, is a track that runs down beside them: a dot where a row crosses a track says that the
one leads to the other, a wedge that the track leads to the row. Below, a line for each place that a waiting place
leads to. Nothing here chooses what to draw: every pair of statuses that the table joins is drawn once.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from markupsafe import Markup

from mla_tracker.cases.life_cycle import PREVIOUS, START, LifeCycle, Status

BOX_WIDTH: Final = 204
BOX_HEIGHT: Final = 40
ROW_PITCH: Final = 56
TRACK_PITCH: Final = 94
TRACK_BOX: Final = 88
TRACK_LINES: Final = 5
LANE: Final = 11
TOP: Final = 96
LINE_PITCH: Final = 30
MARGIN: Final = 6

Words = Callable[[str], str]


@dataclass(frozen=True)
class Joined:
    """Which status leads to which, from the table. `back`: the waiting places that lead back to where one came from."""

    pairs: frozenset[tuple[str, str]]
    back: frozenset[str]
    first: frozenset[str]


def joined(cycle: LifeCycle) -> Joined:
    """Every pair of different statuses that a row of the table joins; "to previous" is told of its source alone."""
    pairs: set[tuple[str, str]] = set()
    back: set[str] = set()
    first: set[str] = set()
    for row in cycle.transitions:
        for source in row.sources:
            if source == START:
                first |= {row.to} & set(cycle.statuses)
            elif row.to == PREVIOUS:
                back.add(source)
            elif row.to in cycle.statuses and row.to != source:
                pairs.add((source, row.to))
    return Joined(frozenset(pairs), frozenset(back), frozenset(first))


@dataclass(frozen=True)
class _Plan:
    """Where everything stands, in the units of the drawing."""

    rows: tuple[Status, ...]
    tracks: tuple[Status, ...]
    lanes: tuple[tuple[int, int, int], ...]  # lane, from row, to row
    lines: tuple[tuple[str, tuple[str, ...]], ...]  # a track, the tracks that lead to it

    @property
    def box_at(self) -> int:
        return MARGIN + 14 + LANE * (1 + max((lane for lane, _, _ in self.lanes), default=0))

    def row_at(self, number: int) -> int:
        return TOP + 20 + number * ROW_PITCH

    def middle(self, number: int) -> int:
        return self.row_at(number) + BOX_HEIGHT // 2

    def track_at(self, number: int) -> int:
        return self.box_at + BOX_WIDTH + 64 + number * TRACK_PITCH

    def line_at(self, number: int) -> int:
        return self.row_at(len(self.rows)) + 22 + number * LINE_PITCH

    @property
    def width(self) -> int:
        return self.track_at(len(self.tracks) - 1) + TRACK_BOX // 2 + MARGIN

    @property
    def height(self) -> int:
        return self.line_at(len(self.lines)) + MARGIN


def _plan(cycle: LifeCycle, ways: Joined) -> _Plan:
    rows = tuple(status for status in cycle.statuses.values() if not (status.holding or status.terminal))
    waiting = [status for status in cycle.statuses.values() if status.holding]
    tracks = (*waiting, *(status for status in cycle.statuses.values() if status.terminal))
    place = {status.code: number for number, status in enumerate(rows)}
    arcs = sorted(
        ((place[a], place[b]) for a, b in ways.pairs if a in place and b in place and place[b] != place[a] + 1),
        key=lambda arc: (abs(arc[1] - arc[0]), arc),
    )
    lines = tuple(
        (track.code, sources)
        for track in tracks
        if (sources := tuple(status.code for status in waiting if (status.code, track.code) in ways.pairs))
    )
    return _Plan(rows, tracks, tuple(_in_lanes(arcs)), lines)


def _in_lanes(arcs: list[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Each arc in the innermost lane in which it touches no other."""
    taken: list[list[tuple[int, int]]] = []
    for first, last in arcs:
        low, high = min(first, last), max(first, last)
        for lane, spans in enumerate([*taken, []]):  # noqa: B007 (the last one is used)
            if all(high < other_low or low > other_high for other_low, other_high in spans):
                break
        if lane == len(taken):
            taken.append([])
        taken[lane].append((low, high))
        yield lane, first, last


def picture(
    cycle: LifeCycle, words: Words, *, name: str, present: str | None = None, been: Collection[str] = ()
) -> Markup:
    """The drawing as SVG. `words` translates; `present`: where a case stands, `been`: where it has been before.

    Colours and fonts are the stylesheet's. Whoever cannot see it has the table of acts, which says the same.
    """
    ways = joined(cycle)
    plan = _plan(cycle, ways)
    now = words(cycle.statuses[present].label) if present else ""
    told = f"{words(cycle.label)}: {now}" if now else words(cycle.label)
    parts = [
        *_tracks(plan, ways, words, present, been),
        *_rows(plan, ways, words, present, been),
        *_lanes(plan),
        *_lines(plan, words, cycle),
    ]
    return Markup(
        '<svg class="course" role="img" aria-labelledby="{name}" viewBox="0 0 {width} {height}" width="{width}" '
        'height="{height}" xmlns="http://www.w3.org/2000/svg"><title id="{name}">{told}</title>{parts}</svg>'
    ).format(name=name, width=plan.width, height=plan.height, told=told, parts=Markup("").join(parts))


def _box(x: int, y: int, width: int, height: int, text: str, columns: int, kind: str) -> Markup:
    lines = wrap(text, columns)
    step = 14
    top = y + height // 2 - (len(lines) - 1) * step // 2 + 4
    spans = Markup("").join(
        Markup('<text x="{}" y="{}">{}</text>').format(x + width // 2, top + number * step, line)
        for number, line in enumerate(lines)
    )
    return Markup('<g class="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="3"/>{}</g>').format(
        kind, x, y, width, height, spans
    )


def _kind(code: str, present: str | None, been: Collection[str]) -> str:
    return "place now" if code == present else "place been" if code in been else "place"


def _tracks(plan: _Plan, ways: Joined, words: Words, present: str | None, been: Collection[str]) -> Iterator[Markup]:
    foot = plan.line_at(len(plan.lines)) - LINE_PITCH // 2 if plan.lines else plan.row_at(len(plan.rows))
    for number, status in enumerate(plan.tracks):
        x, kind = plan.track_at(number), _kind(status.code, present, been)
        yield Markup('<path class="{}" d="M{} {}V{}"/>').format(
            "track on" if status.code == present else "track", x, TOP, foot
        )
        yield _box(x - TRACK_BOX // 2, MARGIN, TRACK_BOX, TOP - MARGIN - 14, words(status.label), 13, kind)
        if status.code in ways.back:
            yield Markup('<path class="back" d="M{0} {1}h-9v10M{2} {3}l-4 -5M{2} {3}l4 -5"/>').format(
                x - 3, TOP - 7, x - 12, TOP + 3
            )


def _rows(plan: _Plan, ways: Joined, words: Words, present: str | None, been: Collection[str]) -> Iterator[Markup]:
    tracks = {status.code: number for number, status in enumerate(plan.tracks)}
    for number, status in enumerate(plan.rows):
        y, right = plan.middle(number), plan.box_at + BOX_WIDTH
        to = [tracks[b] for a, b in ways.pairs if a == status.code and b in tracks]
        come = [tracks[a] for a, b in ways.pairs if b == status.code and a in tracks]
        if to or come:
            yield Markup('<path class="way" d="M{} {}H{}"/>').format(right, y, plan.track_at(max(to + come)))
        for track in sorted(to):
            yield Markup('<circle class="dot" cx="{}" cy="{}" r="4"/>').format(plan.track_at(track), y)
        for track in sorted(come):
            yield Markup('<path class="head" d="M{} {}l9 -5v10z"/>').format(plan.track_at(track) - 17, y)
        if (status.code, plan.rows[(number + 1) % len(plan.rows)].code) in ways.pairs and number + 1 < len(plan.rows):
            x = plan.box_at + BOX_WIDTH // 2
            yield _arrow_down(x, plan.row_at(number) + BOX_HEIGHT, plan.row_at(number + 1))
        if status.code in ways.first:
            yield Markup('<circle class="first" cx="{}" cy="{}" r="5"/>').format(
                plan.box_at - 9, plan.row_at(number) + 6
            )
        yield _box(
            plan.box_at, plan.row_at(number), BOX_WIDTH, BOX_HEIGHT, words(status.label), 32,
            _kind(status.code, present, been),
        )  # fmt: skip


def _arrow_down(x: int, top: int, bottom: int) -> Markup:
    return Markup('<path class="way" d="M{0} {1}V{2}"/><path class="head" d="M{0} {2}l-4 -7h8z"/>').format(
        x, top, bottom
    )


def _lanes(plan: _Plan) -> Iterator[Markup]:
    for lane, first, last in plan.lanes:
        x, start, end = plan.box_at - 16 - lane * LANE, plan.middle(first) + 5, plan.middle(last) - 5
        if last < first:
            start, end = plan.middle(first) - 5, plan.middle(last) + 5
        yield Markup('<path class="way" d="M{1} {2}H{0}V{3}H{1}"/><path class="head" d="M{1} {3}l-7 -4v8z"/>').format(
            x, plan.box_at, start, end
        )


def _lines(plan: _Plan, words: Words, cycle: LifeCycle) -> Iterator[Markup]:
    tracks = {status.code: number for number, status in enumerate(plan.tracks)}
    for number, (target, sources) in enumerate(plan.lines):
        y, to = plan.line_at(number), plan.track_at(tracks[target])
        xs = [plan.track_at(tracks[source]) for source in sources]
        yield Markup('<text class="to" x="{}" y="{}">{}</text>').format(
            plan.box_at + BOX_WIDTH, y + 4, words(cycle.statuses[target].label)
        )
        yield Markup('<path class="way" d="M{} {}H{}"/>').format(min(*xs, to), y, max(*xs, to))
        yield from (Markup('<circle class="dot" cx="{}" cy="{}" r="4"/>').format(x, y) for x in xs)
        for side in {1 if x > to else -1 for x in xs}:
            yield Markup('<path class="head" d="M{} {}l{} -5v10z"/>').format(to + side, y, side * 9)
