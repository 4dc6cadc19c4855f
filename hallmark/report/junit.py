"""junit.xml: the report for a CI server; one test case for each control."""

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from hallmark.report import legend
from hallmark.report.model import ControlReport, Report
from hallmark.report.standing import LABELS


def render(report: Report) -> str:
    """Return the report as JUnit XML: failed controls are failures, unproved ones are skipped."""
    suite = Element(
        "testsuite",
        name=f"hallmark.{report.run.system}",
        timestamp=report.run.generated,
        tests=str(len(report.controls)),
        failures=str(len(report.failing)),
        errors="0",
        skipped=str(sum(1 for item in report.controls if _skipped(report, item))),
    )
    properties = SubElement(suite, "properties")
    for ground, count in report.proved_on.items():
        SubElement(properties, "property", name=f"proved_on.{ground}", value=str(count))
    for item in report.controls:
        _case(suite, report, item)
    root = Element("testsuites")
    root.append(suite)
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _skipped(report: Report, item: ControlReport) -> bool:
    return item.verdict != "proved" and item not in report.failing


def _case(suite: Element, report: Report, item: ControlReport) -> None:
    case = SubElement(suite, "testcase", classname=report.run.system, name=f"{item.control.id}: {item.control.title}")
    message = f"{LABELS[item.verdict]}: {item.reason}"
    if item in report.failing:
        failure = SubElement(case, "failure", message=message, type=item.verdict)
        failure.text = "\n".join(_finding(report, item)) or item.fix
    elif _skipped(report, item):
        SubElement(case, "skipped", message=message)
    SubElement(case, "system-out").text = "\n".join(_standing(item))


def _standing(item: ControlReport) -> list[str]:
    limits = [f"limit of the emulator: {legend.sentence(limit)}" for limit in item.limits]
    return [f"{LABELS[item.standing]}.", *item.figures, *limits]


def _finding(report: Report, item: ControlReport) -> list[str]:
    return [
        f"{report.source_of(item, row, f.resource)}: {f.resource} {f.path}: found {f.found}; wanted {f.wanted}. "
        f"{f.fix or item.control.fix} ({row.artifact})"
        for row, f in item.open_findings
    ]
