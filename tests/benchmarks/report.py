"""Writes the figures into documents: the table in the README of this folder, and two plots.

`python -m tests.benchmarks --publish` writes the figures and then all this. After another of these, do it alone:

    python -m tests.benchmarks --endurance --json tests/benchmarks/endurance.json
    python -m tests.benchmarks.report
"""

import json
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.endurance import rates
from tests.benchmarks.measure import HERE

README = HERE / "README.md"

BETWEEN = "<!-- {} -->\n", "<!-- end of {} -->\n"
"""The lines around a table in the README, for the name of its file."""

TABLES = "figures", "relays"
"""The files with the figures of the tables."""

REACHED, MISSED = "#2a7f3f", "#c2571a"


def table(rows: Sequence[dict[str, Any]]) -> str:
    """The rows as a table in Markdown."""
    lines = ["| what | against | target | min / median / max | reached | ours, theirs |", "|---|---|---|---|---|---|"]
    for row in rows:
        cells = [row["what"], row["against"], row["target"]]
        if "missing" in row:
            cells += ["missing", "-", row["missing"]]
        else:
            ratio, costs = row["ratio"], (median(row["own"]), median(row["peer"]))
            cells.append(" / ".join(f"{ratio[key]:.2f}" for key in ("min", "median", "max")))
            cells.append({True: "yes", False: "no", None: "-"}[row["reached"]])
            cells.append(", ".join(amount(cost, row["unit"]) for cost in costs))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def amount(cost: float, unit: str) -> str:
    """A cost in a unit in which it has few digits."""
    if unit == "B":
        return f"{cost / 1024:.1f} KiB"
    return f"{cost * 1e6:.1f} µs" if cost < 1e-3 else f"{cost * 1e3:.1f} ms"


def described(figures: dict[str, Any]) -> str:
    """The table and the machine, as they stand in the README."""
    machine = ", ".join(f"{what} {value}" for what, value in figures["machine"].items() if value != "not installed")
    rounds = sorted({len(row["own"]) for row in figures["rows"] if "own" in row})
    of = f"{rounds[0]} rounds" if len(rounds) == 1 else f"{rounds[0]} to {rounds[-1]} rounds"
    return f"{table(figures['rows'])}\n\nMedians of {of}. {machine}.\n"


def plot_ratios(rows: Sequence[dict[str, Any]], path: Path) -> None:
    """Plot how far each row is from its target, as the range of its rounds and their median."""
    from matplotlib import pyplot as plt

    rows = [row for row in rows if row.get("reached") is not None]
    figure, axes = plt.subplots(figsize=(9, 0.45 * len(rows) + 1), layout="constrained")
    for height, row in enumerate(reversed(rows)):
        bound = float(row["target"].split()[-1])
        ratios = (row["ratio"][key] for key in ("min", "median", "max"))
        least = row["target"].startswith("at least")
        least_far, middle, most_far = (ratio / bound if least else bound / ratio for ratio in ratios)
        colour = REACHED if row["reached"] else MISSED
        axes.plot([least_far, most_far], [height, height], color=colour, linewidth=3, alpha=0.5)
        axes.plot(middle, height, "o", color=colour)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log", base=2)
    axes.set_xticks([0.5, 0.7, 1, 1.4, 2], ["half", "0.7", "target", "1.4", "twice"])
    axes.set_xlim(0.4, 2.5)
    axes.set_yticks(range(len(rows)), [f"{row['what']}\nagainst {row['against']}" for row in reversed(rows)])
    axes.tick_params(axis="y", labelsize=7)
    axes.set_xlabel("better to the right: min, median and max of the ratio to each peer, beside its target")
    save(figure, path)


def plot_endurance(seen: Sequence[dict[str, float]], path: Path) -> None:
    """Plot speed and memory over a million turns."""
    from matplotlib import pyplot as plt

    figure, (speed, memory) = plt.subplots(2, 1, sharex=True, figsize=(9, 4), layout="constrained")
    turns = [sample["turns"] / 1e6 for sample in seen]
    speed.plot(turns[1:], [rate / 1000 for rate in rates(seen)], color=REACHED)
    speed.set_ylabel("1000 turns a second")
    speed.set_ylim(0)
    memory.plot(turns, [sample["memory"] / 2**20 for sample in seen], color=REACHED)
    memory.set_ylabel("MiB in memory")
    memory.set_ylim(0, 40)
    memory.set_xlabel("million turns")
    save(figure, path)


def save(figure: Any, path: Path) -> None:
    """Save a plot as SVG with real text; equal figures give equal files."""
    from matplotlib import rc_context

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "chatgame", "font.family": "sans-serif"}):
        figure.savefig(path, metadata={"Date": None})


def publish() -> None:
    """Write the tables and the plots."""
    figures = json.loads((HERE / "figures.json").read_text())
    plot_ratios(figures["rows"], HERE / "figures.svg")
    plot_endurance(json.loads((HERE / "endurance.json").read_text())["endurance"]["seen"], HERE / "endurance.svg")
    for name in TABLES:
        figures = json.loads((HERE / f"{name}.json").read_text())
        begin, end = (line.format(name) for line in BETWEEN)
        before, _, rest = README.read_text("utf-8").partition(begin)
        after = rest.partition(end)[2]
        README.write_text(f"{before}{begin}{described(figures)}{end}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    publish()
