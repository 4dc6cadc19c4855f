export const RECEIVED_AT = "2026-11-20T15:40:08.000Z";

export const TRACE = {
  traceId: "1-673e0000-0123456789abcdef01234567",
  header: "Root=1-673e0000-0123456789abcdef01234567;Parent=53995c3f42cd8ad8;Sampled=1",
};
