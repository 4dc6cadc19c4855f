"""junit.xml: the report for a CI server; a test case for each control, each gate, and the rest of the run."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from hallmark.report import legend
from hallmark.report.model import ControlReport, GateRow, Report
from hallmark.report.plain import one_line
from hallmark.report.standing import LABELS
from hallmark.report.tally import tally


def render(report: Report) -> str:
    """Return the report as JUnit XML: failed controls are failures, unproved ones are skipped.

    A second suite has the gates and the problems of the run: without it a run could fail with no failure here.
    """
    root = Element("testsuites")
    root.extend((_controls(report), _run(report)))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(name: str, report: Report, cases: Sequence[Element]) -> Element:
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    counts = {name: sum(1 for case in cases if case.find(kind) is not None) for name, kind in kinds.items()}
    suite = Element("testsuite", name=name, timestamp=report.run.generated, tests=str(len(cases)))
    suite.attrib |= {name: str(count) for name, count in counts.items()}
    suite.extend(cases)
    return suite


def _controls(report: Report) -> Element:
    suite = _suite(f"hallmark.{report.run.system}", report, [_case(report, item) for item in report.listed()])
    properties = Element("properties")
    values = {f"proved_on.{ground}": count for ground, count in report.proved_on.items()}
    values |= {f"tally.{name}": count for name, count in tally(report).items()}
    texts = {"outcome": report.outcome, "commit": report.run.commit, "uncommitted": str(report.run.uncommitted).lower()}
    for name, value in {**values, **texts}.items():
        SubElement(properties, "property", name=name, value=str(value))
    suite.insert(0, properties)
    return suite


def _case(report: Report, item: ControlReport) -> Element:
    case = Element("testcase", classname=report.run.system, name=one_line(f"{item.control.id}: {item.control.title}"))
    message = one_line(f"{LABELS[item.verdict]}: {item.reason}")
    if item in report.failing:
        failure = SubElement(case, "failure", message=message, type=item.verdict)
        failure.text = "\n".join(_finding(report, item)) or one_line(item.fix)
    elif item.verdict != "proved":
        SubElement(case, "skipped", message=message)
    SubElement(case, "system-out").text = "\n".join(_standing(item))
    return case


def _run(report: Report) -> Element:
    cases = [_gate(report, gate) for gate in report.gates]
    cases.append(_problems(report, report.run.problems))
    return _suite(f"hallmark.{report.run.system}.run", report, cases)


def _gate(report: Report, gate: GateRow) -> Element:
    """Return the case of a gate: a failure if it failed, an error without evidence that counts."""
    case = Element("testcase", classname=f"{report.run.system}.gates", name=gate.name, time=f"{gate.seconds or 0:.3f}")
    if gate.outcome != "passed":
        kind = "failure" if gate.outcome == "failed" else "error"
        text = f"{gate.outcome}{': ' + gate.detail if gate.detail else ''}"
        SubElement(case, kind, message=one_line(text), type=gate.outcome)
    return case


def _problems(report: Report, problems: Iterable[str]) -> Element:
    case = Element("testcase", classname=f"{report.run.system}.run", name="catalogue, faults and waivers")
    lines = [one_line(problem) for problem in problems]
    if lines:
        failure = SubElement(case, "failure", message=lines[0], type="problem")
        failure.text = "\n".join(lines)
    return case


def _standing(item: ControlReport) -> list[str]:
    limits = [f"limit of the emulator: {legend.sentence(limit)}" for limit in item.limits]
    return [one_line(text) for text in (f"{LABELS[item.standing]}.", *item.figures, *limits)]


def _finding(report: Report, item: ControlReport) -> list[str]:
    return [
        one_line(
            f"{report.source_of(item, row, f.resource)}: {f.resource} {f.path}: found {f.found}; wanted {f.wanted}. "
            f"{f.fix or item.control.fix} ({row.artifact})"
        )
        for row, f in item.open_findings
    ]
