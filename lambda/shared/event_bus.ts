import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";
import { PipelineError } from "./errors";
import { SOURCE, type TraceContext } from "./events";

/** The PutEvents entry of an event that happened at `receivedAt`. `detail` is JSON text. */
export function eventEntry(
  bus: string,
  detailType: string,
  detail: string,
  { receivedAt, trace }: { readonly receivedAt: string; readonly trace: TraceContext },
): PutEventsRequestEntry {
  return {
    EventBusName: bus,
    Source: SOURCE,
    DetailType: detailType,
    Detail: detail,
    Time: new Date(receivedAt),
    TraceHeader: trace.header,
  };
}

/** Publishes one event. Throws too when the call succeeds but its entry does not. */
export async function putEvent(
  eventBridge: EventBridgeClient,
  entry: PutEventsRequestEntry,
  options: { readonly abortSignal?: AbortSignal } = {},
): Promise<void> {
  const { FailedEntryCount, Entries } = await eventBridge.send(new PutEventsCommand({ Entries: [entry] }), options);
  if (FailedEntryCount !== 0) {
    throw new PipelineError(`EventBridge refused the event: ${Entries?.[0]?.ErrorCode ?? "no reason given"}`);
  }
}
