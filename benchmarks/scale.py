"""How latency and work grow with the offered rate, beside a function that does nothing, up to where the p99 breaks.

usage: python benchmarks/scale.py [--seconds N] [--rates 20,40,...], with an embedded stage up (`hallmark up`)
Leaves build/load/scale.json and build/load/scale.html, with the curves drawn.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from rich.console import Console
from rich.table import Table

from hallmark.evidence.load_result import LoadResult
from hallmark.load import session, slo
from hallmark.load.floor import floor_beside
from hallmark.load.generator import Settings, generate
from hallmark.load.machine import machine
from hallmark.load.outcome import RunOutcome
from hallmark.load.plan import arrivals
from hallmark.load.run_file import RUNS
from hallmark.progress import Callback
from hallmark.report import load_charts
from hallmark.report.load_charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart, Logarithmic, Tick
from hallmark.stage.deployed import DeployedStage
from hallmark.stage.opening import open_stage
from hallmark.systems.wing import load_of
from hallmark.terminal import progress_bars
from infra.systems import NAMES

RATES = (20, 40, 60, 80, 100, 116, 130, 150, 170, 190, 210, 230)
SYSTEM = NAMES[0]
PHASE = "steady"
PAGE = Path(load_charts.__file__).with_name("page")
Point = dict[str, float]
PER_TRANSACTION = {  # by the first word of a counted name, how it is called
    "calls": "AWS calls by functions",
    "events": "events published",
    "deliveries": "deliveries to targets",
    "invocations": "invocations",
}


def measure(stage: DeployedStage, beside: DeployedStage, rate: float, seconds: float, progress: Callback) -> Point:
    """Return both systems' latencies at a rate, and the pipeline's work per transaction."""
    settings = Settings(rate=rate, seconds=seconds, label=f"scale-{rate:g}")
    floor_settings = Settings(rate, seconds, label=f"scale-floor-{rate:g}", floor=True)
    floor_run = generate(beside, "steady", floor_settings, progress)
    load = load_of(stage.system)
    planned = arrivals(floor_run.terms, load.kinds, load.mix(beside))
    floor = RunOutcome(floor_run, planned, load.kinds).latencies(PHASE).table()
    before = stage.usage()
    run = generate(stage, "steady", settings, progress)
    result = session.judge(stage, run, True, progress, usage_before=before).result
    phase = next(phase for phase in result.phases if phase.name == PHASE)
    errors = next(judged.found for judged in result.objectives if judged.measure == "error rate")
    return {
        "rate": rate,
        "achieved": phase.achieved,
        "error rate %": errors or 0.0,
        "lost": result.ledger["lost"],
        **{f"p{name} ms": value for name, value in phase.percentiles.items() if name != "max"},
        **{f"floor p{name} ms": value for name, value in floor.items() if name != "max"},
        **_per_transaction(result),
    }


def _per_transaction(result: LoadResult) -> Point:
    accepted = max(1, result.ledger["accepted"])
    found = {
        title: sum(value for name, value in result.usage.items() if name.split(":")[0] == word) / accepted
        for word, title in PER_TRANSACTION.items()
    }
    for place in ("handlers", "emulator"):
        found[f"{place} CPU ms"] = 1000 * result.usage.get(f"cpu:{place}", 0.0) / accepted
    return {name: round(value, 2) for name, value in found.items()}


def chart(points: Sequence[Point], bound: float) -> Chart:
    """Return p50 and p99 of both systems over the offered rate."""
    names = ("p50 ms", "p99 ms", "floor p50 ms", "floor p99 ms")
    values = [point[name] for point in points for name in names if name in point]
    y = Logarithmic.around([*values, bound], HEIGHT - BOTTOM, TOP)
    most = max(point["rate"] for point in points)

    def x(rate: float) -> float:
        return round(LEFT + rate / most * (WIDTH - LEFT - RIGHT), 1)

    lines = {
        name.removesuffix(" ms"): " ".join(f"{x(p['rate'])},{y(p[name])}" for p in points if name in p)
        for name in names
    }
    x_ticks = tuple(Tick(x(point["rate"]), f"{point['rate']:g}/s") for point in points)
    limit = Tick(y(bound), f"p99 at most {bound:g} ms")
    return Chart("Latency in milliseconds over the offered rate", lines, (), x_ticks, tuple(y.ticks()), limit)


def _page(points: Sequence[Point], bound: float) -> str:
    environment = Environment(loader=FileSystemLoader(PAGE), autoescape=True)
    text = """{% from "chart.html.j2" import chart with context %}<!doctype html><html lang="en"><meta charset="utf-8">
<title>Scale</title><style>{{ style | safe }}
.chart polyline[class^="floor"] { stroke: var(--soft); stroke-dasharray: 3 3; }</style>
<main><h1>Latency and work over the offered rate</h1>
<p class="note">{{ machine }}. Dashed: a function that does nothing.</p>
{{ chart(drawn, "over-time") }}<table><tr>{% for name in points[-1] %}<th class="count">{{ name }}</th>{% endfor %}</tr>
{% for p in points %}<tr>{% for name in points[-1] %}<td class="count">{{ p[name] }}</td>{% endfor %}</tr>{% endfor %}
</table></main></html>"""
    values: dict[str, Any] = {"chart_size": load_charts.SIZE, "drawn": chart(points, bound), "points": points}
    style = (PAGE / "style.css").read_text(encoding="utf-8")
    return environment.from_string(text).render(style=style, machine=machine(), **values)


def main() -> None:
    """Raise the rate until the p99 is over the objective or not everything is accepted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=15.0)
    parser.add_argument("--rates", type=lambda text: [float(rate) for rate in text.split(",")], default=list(RATES))
    options = parser.parse_args()
    row = next(row for row in slo.load(SYSTEM, "steady", "embedded", load_of(SYSTEM).measures) if row.measure == "p99")
    bound = row.at_most["embedded"]
    stage, points = open_stage("embedded", SYSTEM, "dev"), []
    with floor_beside(stage, load_of(SYSTEM)) as beside, progress_bars() as progress:
        for rate in options.rates:
            points.append(measure(stage, beside, rate, options.seconds, progress))
            if points[-1].get("p99 ms", 0) > bound or points[-1]["error rate %"]:
                break
    RUNS.mkdir(parents=True, exist_ok=True)
    (RUNS / "scale.json").write_text(json.dumps({"machine": machine(), "points": points}, indent=1))
    (RUNS / "scale.html").write_text(_page(points, bound))
    table = Table(*points[-1], box=None)
    for point in points:
        table.add_row(*(f"{point.get(name, float('nan')):g}" for name in points[-1]))
    Console(width=240).print(table)
    print(f"the p99 breaks at {points[-1]['rate']:g}/s" if points[-1].get("p99 ms", 0) > bound else "no break")


if __name__ == "__main__":
    main()
