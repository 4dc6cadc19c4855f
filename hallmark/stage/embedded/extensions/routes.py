"""Routes with each kind of destination and target, one for a destination.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from typing import Any

from ministack.services import ec2

_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_TARGETS = tuple(name for name, _ in ec2._ROUTE_MEMBERS if name not in _DESTINATIONS)
_RETURN = "<return>true</return>"
Parameters = dict[str, Any]
Route = dict[str, Any]


def _asked(parameters: Parameters, names: tuple[str, ...]) -> dict[str, str]:
    return {name: str(ec2._p(parameters, name)) for name in names if ec2._p(parameters, name)}


def _found(table: dict[str, Any], to: dict[str, str]) -> Route | None:
    return next((one for one in table["Routes"] if {**one, **to} == one), None)


def _call(action: str) -> Any:
    def called(parameters: Parameters) -> Any:
        name, to = ec2._p(parameters, "RouteTableId"), _asked(parameters, _DESTINATIONS)
        table = ec2._route_tables.get(name)
        if table is None:
            return ec2._error("InvalidRouteTableID.NotFound", f"The routeTable ID '{name}' does not exist", 400)
        if len(to) != 1:
            return ec2._error("MissingParameter", "The request must contain one destination", 400)
        (place,), own = to.values(), _found(table, to)
        if action == "CreateRoute" and own:
            return ec2._error("RouteAlreadyExists", f"The route identified by {place} already exists.", 400)
        if action != "CreateRoute" and own is None:
            text = f"no route with destination-cidr-block {place} in route table {name}"
            return ec2._error("InvalidRoute.NotFound", text, 400)
        if own and own.get("GatewayId") == "local" and action == "DeleteRoute":
            return ec2._error("InvalidParameterValue", f"cannot remove local route {place} in route table {name}", 400)
        kept = [one for one in table["Routes"] if one is not own]
        table["Routes"] = kept if action == "DeleteRoute" else [*kept, _made(parameters, to, own or {})]
        return ec2._xml(200, f"{action}Response", _RETURN)

    return called


def _made(parameters: Parameters, to: dict[str, str], before: Route) -> Route:
    target = _asked(parameters, _TARGETS) or {"GatewayId": "local"}
    return {**to, **target, "State": "active", "Origin": before.get("Origin", "CreateRoute")}


def install() -> None:
    """Replace the calls."""
    ec2._ACTION_MAP |= {name: _call(name) for name in ("CreateRoute", "ReplaceRoute", "DeleteRoute")}
