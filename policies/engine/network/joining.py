"""The types by which networks join others, or are reached, and those of the same services that lead nowhere.

https://docs.aws.amazon.com/vpc/latest/userguide/extend-intro.html
"""

from policies.engine.network.pointers import ENDPOINT, ROUTE_TABLE, SUBNET, VPC

ROUTE, DHCP, CIDR_BLOCK = "AWS::EC2::Route", "AWS::EC2::DHCPOptions", "AWS::EC2::VPCCidrBlock"
DHCP_OF_VPC = "AWS::EC2::VPCDHCPOptionsAssociation"
# Services whose resources join networks with others, or put something into them that may be reached.
_JOINING = (
    "AWS::ApiGateway::VpcLink",
    "AWS::ApiGatewayV2::VpcLink",
    "AWS::CloudFront::VpcOrigin",
    "AWS::DirectConnect::",
    "AWS::EC2::",
    "AWS::ElasticLoadBalancing::",
    "AWS::ElasticLoadBalancingV2::",
    "AWS::GlobalAccelerator::",
    "AWS::NetworkFirewall::",
    "AWS::NetworkManager::",
    "AWS::ODB::",
    "AWS::RAM::",
    "AWS::Route53Profiles::",
    "AWS::Route53Resolver::",
    "AWS::VpcLattice::",
)
# What of them leads nowhere by itself; the properties of some are judged.
QUIET = frozenset(
    {
        *(VPC, SUBNET, ROUTE_TABLE, ROUTE, ENDPOINT, DHCP, CIDR_BLOCK, DHCP_OF_VPC),
        "AWS::EC2::FlowLog",
        "AWS::EC2::IPAM",
        "AWS::EC2::IPAMAllocation",
        "AWS::EC2::IPAMPool",
        "AWS::EC2::IPAMPoolCidr",
        "AWS::EC2::IPAMScope",
        "AWS::EC2::NetworkAcl",
        "AWS::EC2::NetworkAclEntry",
        "AWS::EC2::NetworkInsightsAccessScope",
        "AWS::EC2::NetworkInsightsAccessScopeAnalysis",
        "AWS::EC2::NetworkInsightsAnalysis",
        "AWS::EC2::NetworkInsightsPath",
        "AWS::EC2::PrefixList",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupEgress",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::SubnetNetworkAclAssociation",
        "AWS::EC2::SubnetRouteTableAssociation",
        "AWS::EC2::VPCBlockPublicAccessOptions",
        "AWS::EC2::VPCEndpointConnectionNotification",
        "AWS::Route53Resolver::FirewallDomainList",
        "AWS::Route53Resolver::FirewallRuleGroup",
        "AWS::Route53Resolver::FirewallRuleGroupAssociation",
        "AWS::Route53Resolver::ResolverDNSSECConfig",
        "AWS::Route53Resolver::ResolverQueryLoggingConfig",
        "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation",
    }
)


def may_join(kind: str) -> bool:
    """Return whether a resource of a type may lead out of a network, or into it; one that is not known may."""
    return kind.startswith(_JOINING) and kind not in QUIET
