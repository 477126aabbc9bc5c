"""Checks whether two versions of the code give the same answers.

``python -m benchmarks.answers record FILE`` writes answers to a fixed sample of questions to a JSON file, and
``… compare FILE`` compares the answers of the present code with the file: ids, order, scores and contributions to 1e-9,
sentences of reasons in both languages and for both sides, evidence, counts. Run ``record`` before a change that must
keep the answers, and ``compare`` after it.

The sample: the judged requests to the Hanoi network (both languages, without diacritics, filtered by kind), every fifth
of its members and every eighth of its projects. With ``--benchmark DIR``, the development benchmark as known on
2019-01-01: 220 organisations, and 60 later projects as briefs. Their rankers are learned from 1,000 and 250 questions,
so that learning is compared as well. The file holds texts of the benchmark and must not be committed.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.judged_briefs import NETWORK_FOLDER, REQUESTS_FILE, VERSIONS, read_briefs
from graph.snapshot import GraphSnapshot
from ingest.load import read_tables
from matching.learning.training import new_partner_questions, project_text, train_or_day_one
from matching.questions import Answer, Options
from matching.ranking.ranker import Task
from matching.reasons.explanation import render
from matching.recommend import MAX_TEXT_LENGTH, Recommender

TOLERANCE = 1e-9
CUT, LATER, BRIEFS_UNTIL = date(2019, 1, 1), date(2021, 1, 1), "2020-01-01"
_N_EXAMPLES: tuple[tuple[Task, int], ...] = (("partner", 1000), ("brief", 250))
_N_LINKED, _N_FINDERS, _N_BRIEFS = 120, 100, 60
_MIN_SUMMARY = 200


def as_json(answer: Answer) -> dict[str, Any]:
    """An answer as JSON values, without the names and versions of the code that made it."""
    return {
        "understanding": [list(answer.understanding.fields), list(answer.understanding.places)],
        "n": [answer.n_candidates, answer.n_hidden],
        "list": [
            [
                each.actor_id,
                each.score,
                each.fit,
                each.likelihood,
                each.moved,
                [
                    [
                        reason.contribution,
                        render(reason, "vi"),
                        render(reason, "en"),
                        render(reason, "vi", "candidate"),
                        [[row.table, list(row.key), row.source_url] for row in reason.evidence],
                    ]
                    for reason in each.reasons
                ],
            ]
            for each in answer.suggestions
        ],
    }


def hanoi_answers() -> Iterator[tuple[str, Answer]]:
    """Answers of the demo network, each with the name of its question."""
    snapshot = GraphSnapshot.from_tables(read_tables(NETWORK_FOLDER).tables)
    recommender = Recommender.build(snapshot)
    for brief in read_briefs(REQUESTS_FILE):
        for version in VERSIONS:
            yield f"hanoi/{brief.id}/brief_{version}", recommender.for_brief(brief.texts[version])
        options = Options(kinds=("school",), exposure=True)
        yield f"hanoi/{brief.id}/school", recommender.for_brief(brief.texts["vi"], options)
    for actor_id in map(str, snapshot.actor_ids[::5]):
        yield f"hanoi/{actor_id}", recommender.for_actor(actor_id, Options(exposure=True))
    for project_id in map(str, snapshot.project_ids[::8]):
        yield f"hanoi/{project_id}", recommender.for_project(project_id)


def benchmark_answers(folder: Path) -> Iterator[tuple[str, Answer]]:
    """Answers of the development benchmark, each with the name of its question."""
    whole = GraphSnapshot.from_tables(read_tables(folder).tables)
    known, later = whole.before(CUT), whole.before(LATER)
    rankers = {task: train_or_day_one(task, known, np.random.default_rng(0), n_examples=n) for task, n in _N_EXAMPLES}
    recommender = Recommender.build(known, rankers)
    rng = np.random.default_rng(1)
    for row in rng.choice(np.flatnonzero(recommender.index.links.degree > 0), _N_LINKED, replace=False):
        actor_id = str(known.actor_ids[row])
        yield f"cordis/{actor_id}", recommender.for_actor(actor_id)
    questions = new_partner_questions(known, later, recommender.index)
    for place in rng.choice(len(questions), _N_FINDERS, replace=False):
        actor_id = str(known.actor_ids[questions[place].row])
        yield f"cordis/{actor_id}", recommender.for_actor(actor_id, Options(exposure=True))
    for row in rng.choice(_briefs(whole), _N_BRIEFS, replace=False):
        text = project_text(whole, int(row))[:MAX_TEXT_LENGTH]
        yield f"cordis/{whole.project_ids[row]}", recommender.for_brief(text, Options(exposure=bool(row % 2)))


def _briefs(snapshot: GraphSnapshot) -> list[int]:
    starts = [start or "" for start in snapshot.tables.projects["start"].to_pylist()]
    summaries = [summary or "" for summary in snapshot.tables.projects["summary"].to_pylist()]
    return [
        row
        for row, (start, summary) in enumerate(zip(starts, summaries, strict=True))
        if CUT.isoformat() <= start < BRIEFS_UNTIL and len(summary) > _MIN_SUMMARY
    ]


def difference(before: Any, after: Any, where: str = "") -> str | None:
    """The first difference of two JSON values, None if they are equal; numbers may differ by :data:`TOLERANCE`.

    >>> difference([1.0, "a"], [1.0 + 1e-12, "b"])
    "[1]: 'a' is now 'b'"
    """
    if isinstance(before, float) and isinstance(after, float):
        same = abs(before - after) <= TOLERANCE * max(1.0, abs(before))
        return None if same else f"{where}: {before!r} is now {after!r}"
    if isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            return f"{where}: {len(before)} entries are now {len(after)}"
        pairs = enumerate(zip(before, after, strict=True))
        return next((found for place, pair in pairs if (found := difference(*pair, f"{where}[{place}]"))), None)
    if isinstance(before, dict) and isinstance(after, dict) and before.keys() == after.keys():
        names = (difference(before[name], after[name], f"{where}.{name}") for name in before)
        return next((found for found in names if found), None)
    return None if before == after else f"{where}: {before!r} is now {after!r}"


def main() -> None:
    """Record answers, or compare them with recorded ones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("command", choices=("record", "compare"))
    parser.add_argument("file", type=Path, help="where the answers are kept")
    parser.add_argument("--benchmark", type=Path, help="the development benchmark, in the exchange format")
    stated = parser.parse_args()
    answers = {name: as_json(answer) for name, answer in hanoi_answers()}
    if stated.benchmark:
        answers |= {name: as_json(answer) for name, answer in benchmark_answers(stated.benchmark)}
    if stated.command == "record":
        stated.file.write_text(json.dumps(answers, ensure_ascii=False), encoding="utf-8")
        print(f"{len(answers)} answers recorded.")
        return
    recorded = json.loads(stated.file.read_text(encoding="utf-8"))
    found = [difference(recorded.get(name), answer, name) for name, answer in answers.items()]
    differing = [each for each in found if each]
    print(*differing[:20], sep="\n")
    print(f"{len(answers)} answers compared, {len(differing)} differ.")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
