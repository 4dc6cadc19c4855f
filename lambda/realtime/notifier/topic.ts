import { AwsClient, TIME_LIMITS } from "../../shared/aws_client";
import type { Alert } from "./logic";

/** A request that was cut off may have been carried out, and its repeat alerts once more: wait longer than others do. */
const PATIENCE = { ...TIME_LIMITS, requestTimeout: 2_500 };

/** SNS takes forms: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html. */
export class Topic {
  constructor(
    private readonly arn: string,
    private readonly sns = new AwsClient("sns", { timeLimits: PATIENCE }),
  ) {}

  async publish({ subject, message, attributes }: Alert): Promise<void> {
    const form = new URLSearchParams({ Action: "Publish", Version: "2010-03-31", TopicArn: this.arn, Subject: subject, Message: message });
    Object.entries(attributes).forEach(([name, value], index) => {
      const entry = `MessageAttributes.entry.${index + 1}`;
      form.set(`${entry}.Name`, name);
      form.set(`${entry}.Value.DataType`, "String");
      form.set(`${entry}.Value.StringValue`, value);
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    await this.sns.send({ method: "POST", headers, body: form.toString() });
  }
}
