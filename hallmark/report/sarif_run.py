"""What report.sarif says of its run: the tool, the invocation, the repository, what it could not do."""

from typing import Any

from hallmark import __doc__ as about_tool
from hallmark.report import legend
from hallmark.report.model import Report
from hallmark.report.tally import tally
from hallmark.repository import clean_revision

# The root of the checkout, whatever it is called where the file is read.
ROOT_ID = "%SRCROOT%"
_NOT_RUN = ("missing", "refused")


def about(report: Report, rules: list[dict[str, Any]], cut: int) -> dict[str, Any]:
    """Return a run without its results; `cut` is how many are left out."""
    run: dict[str, Any] = {
        "tool": {"driver": _driver(report, rules)},
        "automationDetails": {
            "id": f"hallmark/{report.run.system}/",
            "description": {"text": f"The controls of the system {report.run.system}."},
        },
        "originalUriBaseIds": {ROOT_ID: {"description": {"text": "The root of the checkout."}}},
        "invocations": [_invocation(report, cut)],
        "columnKind": "unicodeCodePoints",
        "defaultEncoding": "utf-8",
        "language": "en-US",
        "properties": {
            "counts": report.counts,
            "tally": tally(report),
            "uncommittedChanges": report.run.uncommitted,
            "problems": list(report.problems),
            "provedOn": report.proved_on,
            "legend": legend.words(),
            "unread": [f"{row.what}: {row.reason}" for row in report.unread],
            "notes": [note.text for note in report.notes],
        },
    }
    provenance = _provenance(report)
    return {**run, "versionControlProvenance": [provenance]} if provenance else run


def _driver(report: Report, rules: list[dict[str, Any]]) -> dict[str, Any]:
    described = {"fullDescription": {"text": about_tool or "Hallmark"}, "rules": rules}
    known = {"version": report.run.version, "semanticVersion": report.run.version} if report.run.version else {}
    home = {"informationUri": report.run.repository} if report.run.repository else {}
    return {"name": "Hallmark", **known, **home, **described}


def _invocation(report: Report, cut: int) -> dict[str, Any]:
    run = report.run
    failed = int(report.outcome == "failed")
    missing = [gate for gate in report.gates if gate.outcome in _NOT_RUN]
    notes = [(f"gate {gate.name}: {gate.outcome}{f', {gate.detail}' if gate.detail else ''}") for gate in missing]
    if cut:
        notes.append(f"{cut} findings are left out, the least grave ones: report.json has them all")
    return {
        **({"commandLine": run.command} if run.command else {}),
        **({"startTimeUtc": run.started} if run.started else {}),
        "endTimeUtc": run.generated,
        "exitCode": failed,
        "exitCodeDescription": "a control failed or is unproven" if failed else "every control is proved or waived",
        "workingDirectory": {"uriBaseId": ROOT_ID, "uri": ""},
        # The run succeeded when it could judge: a finding is a result, a gate that did not run is none.
        "executionSuccessful": not missing,
        "toolExecutionNotifications": [{"level": "error", "message": {"text": text}} for text in notes],
    }


def _provenance(report: Report) -> dict[str, Any]:
    run = report.run
    if not run.repository:
        return {}
    revision = clean_revision(run.commit)
    return {
        "repositoryUri": run.repository,
        **({"revisionId": revision} if revision else {}),
        **({"branch": run.branch} if run.branch else {}),
        "mappedTo": {"uriBaseId": ROOT_ID},
        "properties": {"uncommittedChanges": run.uncommitted},
    }
