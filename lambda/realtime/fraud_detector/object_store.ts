import { extendedEncodeURIComponent } from "@smithy/core/protocols";
import { AwsClient, AwsError, type ClientSettings, endpointOf } from "../../shared/aws_client";
import { required } from "../../shared/environment";
import { PipelineError } from "../../shared/errors";

export class ObjectStore {
  private readonly s3: AwsClient;

  constructor(bucket: string, settings: ClientSettings = {}) {
    const { environment = process.env } = settings;
    const endpoint = endpointOf("s3", environment);
    const region = required(environment, "AWS_REGION");
    const base = new URL(endpoint ? `${endpoint.replace(/\/+$/, "")}/${bucket}/` : `https://${bucket}.s3.${region}.amazonaws.com/`);
    this.s3 = new AwsClient("s3", { ...settings, base });
  }

  /** Writes a JSON object unless one with its key exists. */
  async putOnce(key: string, json: string): Promise<void> {
    const headers = {
      "content-type": "application/json",
      "if-none-match": "*",
      // The bucket policy asks for the header, and for no key id: the AWS-managed key.
      "x-amz-server-side-encryption": "aws:kms",
      "x-amz-storage-class": "INTELLIGENT_TIERING",
    };
    const path = key.split("/").map(extendedEncodeURIComponent).join("/");
    try {
      await this.s3.send({ method: "PUT", path, headers, body: json });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.status === 412) return; // it exists
      // 409 too: a write under way may still fail. Our next attempt would come too early, the caller's does not.
      throw new PipelineError(`S3 refused the object: ${error.name}`);
    }
  }
}
