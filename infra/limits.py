"""What AWS allows an account, and what parameters are measured by."""

# Of the 1,000 concurrent executions that an account has in a region AWS keeps 100 unreserved.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
RESERVABLE_CONCURRENCY = 900
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
LEAST_MEMORY_MB, MOST_MEMORY_MB = 128, 10_240
# What an account may do in a region unless AWS raises it: a plan that promises more cannot keep it.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
ACCOUNT_RATE_PER_SECOND = 10_000
ACCOUNT_BURST = 5_000
# That rate, day and night.
LARGEST_QUOTA_PER_DAY = ACCOUNT_RATE_PER_SECOND * 24 * 3600
