import { PipelineError } from "./errors";

/** Does the work, or throws after so many milliseconds. What still runs then is aborted and no longer waited for. */
export async function within<T>(milliseconds: number, work: (abortSignal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new PipelineError("out of time"));
      controller.abort();
    }, Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([work(controller.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}
