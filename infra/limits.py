"""AWS quotas of an account, against which parameters are checked."""

# Of an account's 1,000 concurrent executions in a region, AWS keeps 100 unreserved.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
RESERVABLE_CONCURRENCY = 900
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
LEAST_MEMORY_MB, MOST_MEMORY_MB = 128, 10_240
# The default quota of an account in a region: a plan above it cannot be served.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
ACCOUNT_RATE_PER_SECOND = 10_000
ACCOUNT_BURST = 5_000
# That rate for 24 hours.
LARGEST_QUOTA_PER_DAY = ACCOUNT_RATE_PER_SECOND * 24 * 3600
