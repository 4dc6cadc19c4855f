// Imported before the handlers, which read it when they load.
Object.assign(process.env, {
  AWS_REGION: "eu-central-1",
  STAGE: "dev",
  TRANSACTIONS_TABLE: "realtime-transactions-dev",
  AUDIT_LOGS_TABLE: "realtime-audit-logs-dev",
  TRANSACTION_BUS: "realtime-transaction-dev",
  FAILURE_QUEUE_URL: "https://sqs.example/failure",
  VELOCITY_WINDOW_SECONDS: "60",
  RULES_TABLE: "realtime-rules-dev",
  RULES_CACHE_SECONDS: "60",
  PROCESSED_BUCKET: "realtime-processed-dev",
  SYSTEM_BUS: "realtime-system-dev",
  ALERT_TOPIC_ARN: "arn:aws:sns:eu-central-1:123456789012:realtime-alerts-dev",
});
