"""One small reader for each resource type, in one table.

A reader lists what its service has, keeps what is the stage's (the stack created it, or it has the stage's name, or it
is attached to something of the stage), and yields each in the shape of the CloudFormation resource type. A value that
AWS sets by itself is written as AWS returns it; what no API returns is left out. What is hung on the stage from outside
(a subscription, a mapping, rights of a user) is a resource, too, with an id that begins with `Unmanaged`.
"""

from collections.abc import Callable, Iterator

from hallmark.observe.deployment import Deployment, Thing
from hallmark.observe.readers import (
    alarms,
    apis,
    buckets,
    callers,
    domains,
    events,
    functions,
    logs,
    network_parts,
    network_rules,
    networks,
    principals,
    queues,
    repositories,
    scaling,
    tables,
    topics,
    usage_plans,
    workflows,
)

Reader = Callable[[Deployment], Iterator[Thing]]
_SERVICES = (
    *(tables, buckets, events, callers, queues, topics, logs, principals, functions, apis, domains, usage_plans),
    *(repositories, scaling, alarms, workflows, networks, network_rules, network_parts),
)
READERS: dict[str, Reader] = {kind: reader for service in _SERVICES for kind, reader in service.READERS.items()}
