"""Which function and which bus plays which part: told by the wiring, with our metadata's mark to help when it breaks.

Each resource collects points for each part: three for wiring, two for the mark, one for its physical name. The most
points get the part, so one broken wire changes nobody's part.
"""

from collections import Counter
from collections.abc import Iterable

from policies.engine.events.wiring import (
    BUS,
    FUNCTION,
    INVOKE_CONFIG,
    METHOD,
    RULE,
    bus_of,
    integration,
    invocation,
    role_of,
    rules_on,
    targets_of,
)
from policies.engine.iam.statements import role_statements
from policies.engine.template.template import Resource, Template

FUNCTIONS = ("ingest_processor", "fraud_detector", "notifier")
BUSES = ("transaction", "system", "audit")
_WIRED, _MARKED, _NAMED = 3, 2, 1
Points = dict[str, Counter[str]]


class Roles:
    """The parts of a template: `functions` and `buses` map a part to its resource; a part nobody plays is missing."""

    def __init__(self, template: Template) -> None:
        self._template = template
        self._functions = {part: Counter[str]() for part in FUNCTIONS}
        self._buses = {part: Counter[str]() for part in BUSES}
        self._wire_audit()
        self._wire_functions()
        self.functions = self._cast(self._functions, FUNCTION, "")
        self._wire_buses()
        self.buses = self._cast(self._buses, BUS, "-bus")

    def function(self, part: str) -> Resource | None:
        """The function that plays a part."""
        return self.functions.get(part)

    def bus(self, part: str) -> Resource | None:
        """The bus that plays a part."""
        return self.buses.get(part)

    def _give(self, points: Points, part: str, resources: Iterable[Resource | None]) -> None:
        for name in {resource.logical_id for resource in resources if resource}:
            points[part][name] += _WIRED

    def _cast(self, points: Points, kind: str, suffix: str) -> dict[str, Resource]:
        """One part for each resource and one resource for each part, the most points first."""
        ranked: list[tuple[int, str, Resource]] = []
        for part, counter in points.items():
            for resource in self._template.of_type(kind):
                score = counter[resource.logical_id] + self._told(resource, part, suffix)
                if score:
                    ranked.append((score, part, resource))
        found: dict[str, Resource] = {}
        for _, part, resource in sorted(ranked, key=lambda row: -row[0]):
            if part not in found and resource not in found.values():
                found[part] = resource
        return found

    def _told(self, resource: Resource, part: str, suffix: str) -> int:
        name = self._template.name(resource).replace("-", "_")
        return (_MARKED if resource.mark == part + suffix else 0) + (_NAMED if part in name else 0)

    def _wire_audit(self) -> None:
        """The bus that successes go to, and that rules of other buses forward to."""
        template = self._template
        configs = template.of_type(INVOKE_CONFIG)
        success = [template.value(config, "DestinationConfig.OnSuccess.Destination") for config in configs]
        self._give(self._buses, "audit", [_most(template.by_arn(arn, BUS) for arn in success)])
        forwarded = [target.raw.get("Arn") for rule in template.of_type(RULE) for target in targets_of(rule)]
        self._give(self._buses, "audit", [_most(template.by_arn(arn, BUS) for arn in forwarded)])

    def _wire_functions(self) -> None:
        """Who answers the API; who most rules call; who may publish to a topic, or else is called by another rule."""
        template = self._template
        self._give(self._functions, "ingest_processor", [_most(map(self._answers, template.of_type(METHOD)))])
        called = Counter(
            function.logical_id for rule in template.of_type(RULE) for function in self._called_by(rule)
        ).most_common()
        if called:
            self._give(self._functions, "fraud_detector", [template.resources[called[0][0]]])
            self._give(self._functions, "notifier", [template.resources[name] for name, _ in called[1:]])
        functions = template.of_type(FUNCTION)
        self._give(self._functions, "notifier", [one for one in functions if self._may(one, "sns:Publish")])

    def _wire_buses(self) -> None:
        """Transactions: put by ingest, the most rules. System: put by the detector, its rule calls the notifier."""
        template, audit = self._template, _most_points(self._buses["audit"])
        for part, writer in (("transaction", "ingest_processor"), ("system", "fraud_detector")):
            put = self._puts_to(self.functions.get(writer))
            self._give(self._buses, part, [bus for bus in put if bus.logical_id != audit])
        counts = {bus: len(rules_on(template, bus)) for bus in template.of_type(BUS)}
        if counts and max(counts.values()):
            self._give(self._buses, "transaction", [max(counts, key=lambda bus: counts[bus])])
        notifier = self.functions.get("notifier")
        rules = [rule for rule in template.of_type(RULE) if notifier in self._called_by(rule)] if notifier else []
        self._give(self._buses, "system", [_most(bus_of(template, rule) for rule in rules)])

    def _answers(self, method: Resource) -> Resource | None:
        found = integration(self._template, method)
        return found.function if found else None

    def _called_by(self, rule: Resource) -> list[Resource]:
        found = [invocation(self._template, target.raw.get("Arn")) for target in targets_of(rule)]
        return [one.function for one in found if one]

    def _may(self, function: Resource, action: str) -> bool:
        role = role_of(self._template, function)
        statements = role_statements(self._template, role) if role else []
        return any(statement.effect == "Allow" and statement.covers(action) for statement in statements)

    def _puts_to(self, function: Resource | None) -> list[Resource]:
        role = role_of(self._template, function) if function else None
        statements = role_statements(self._template, role) if role else []
        arns = [arn for one in statements if one.covers("events:PutEvents") for arn in one.resources]
        found = [self._template.by_arn(arn, BUS) for arn in arns]
        return [bus for bus in found if bus]


def roles_of(template: Template) -> Roles:
    """The parts of a template, worked out once."""
    return template.once(Roles, lambda: Roles(template))


def _most(resources: Iterable[Resource | None]) -> Resource | None:
    found = [resource for resource in resources if resource]
    counts = Counter(resource.logical_id for resource in found)
    return max(found, key=lambda resource: counts[resource.logical_id]) if found else None


def _most_points(points: Counter[str]) -> str:
    return points.most_common(1)[0][0] if points else ""
