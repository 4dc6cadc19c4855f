import { PipelineError } from "./errors";
import type { EventBridge, EventEntry } from "./json_api";
import type { TraceContext } from "./trace";

/** An entry of PutEvents, with its time as JSON texts have it. */
export type BusEvent = Omit<EventEntry, "Time"> & { readonly Time: string };

/** An event that happened at `receivedAt`. `detail` is JSON text. */
export function eventEntry(
  bus: string,
  source: string,
  detailType: string,
  detail: string,
  { receivedAt, trace }: { readonly receivedAt: string; readonly trace: TraceContext },
): BusEvent {
  return {
    EventBusName: bus,
    Source: source,
    DetailType: detailType,
    Detail: detail,
    Time: receivedAt,
    TraceHeader: trace.header,
  };
}

/** Publishes one event. Throws too when the call succeeds but its entry does not. */
export async function putEvent(eventBridge: EventBridge, event: BusEvent, abortSignal?: AbortSignal): Promise<void> {
  const entry = { ...event, Time: Date.parse(event.Time) / 1_000 };
  const { FailedEntryCount, Entries } = await eventBridge.call("PutEvents", { Entries: [entry] }, abortSignal);
  if (FailedEntryCount !== 0) {
    throw new PipelineError(`EventBridge refused the event: ${Entries?.[0]?.ErrorCode ?? "no reason given"}`);
  }
}
