"""The variables of API Gateway's access logs that hold neither what was sent nor a key.

Ids, times, statuses and addresses: a caller's id is not its secret. Left out are bodies, keys, certificates, claims,
paths as they were sent, and error texts, which can hold a value of the request.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
"""

_NAMES = """
accountId apiId awsEndpointRequestId cipherSuite deploymentId domainName domainPrefix endpointType extendedRequestId
httpMethod integrationLatency integrationStatus isCanaryRequest protocol requestId requestTime requestTimeEpoch
resourceId resourcePath responseLatency responseLength responseOverride.status responseType stage status tlsVersion
wafResponseCode webaclArn xrayTraceId
authenticate.latency authenticate.status authorize.latency authorize.status
authorizer.integrationLatency authorizer.integrationStatus authorizer.latency authorizer.principalId
authorizer.requestId authorizer.status
customDomain.basePathMatched customDomain.routingRuleIdMatched error.responseType
identity.accountId identity.apiKeyId identity.caller identity.cognitoAuthenticationProvider
identity.cognitoAuthenticationType identity.cognitoIdentityId identity.cognitoIdentityPoolId identity.principalOrgId
identity.sourceIp identity.user identity.userAgent identity.userArn identity.vpcId identity.vpceId
integration.integrationStatus integration.latency integration.requestId integration.status
waf.latency waf.status
"""
HARMLESS = frozenset(f"$context.{name}" for name in _NAMES.split())
