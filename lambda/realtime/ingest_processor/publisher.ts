import { describeError } from "../../shared/errors";
import { type BusEvent, eventEntry, putEvent } from "../../shared/event_bus";
import type { EventBridge, Queues } from "../../shared/json_api";
import { within } from "../../shared/within";
import { SOURCE, type TransactionReceived } from "../events";
import { TIME_TO_ANSWER, TIME_TO_KEEP, type TimeLeft } from "./time_budget";

export interface PublisherSettings {
  readonly transactionBus: string;
  readonly failureQueueUrl: string;
}

export class TransactionPublisher {
  constructor(
    private readonly eventBridge: EventBridge,
    private readonly queues: Queues,
    private readonly settings: PublisherSettings,
  ) {}

  /** Publishes the detail as it is stored. An event that EventBridge does not take goes to the failure queue, and the error is thrown on. */
  async publish(detail: string, timeLeft: TimeLeft): Promise<void> {
    const stored = JSON.parse(detail) as TransactionReceived;
    const entry = eventEntry(this.settings.transactionBus, SOURCE, "TransactionReceived", detail, stored);
    try {
      await within(timeLeft() - TIME_TO_KEEP - TIME_TO_ANSWER, (abortSignal) => putEvent(this.eventBridge, entry, abortSignal));
    } catch (error) {
      await within(timeLeft() - TIME_TO_ANSWER, (abortSignal) => this.keep(entry, error, abortSignal));
      throw error;
    }
  }

  private async keep(entry: BusEvent, error: unknown, abortSignal: AbortSignal): Promise<void> {
    const { error: name, reason = name } = describeError(error);
    await this.queues.call(
      "SendMessage",
      {
        QueueUrl: this.settings.failureQueueUrl,
        MessageBody: JSON.stringify({ kind: "publish-failed", reason, entry }),
      },
      abortSignal,
    );
  }
}
