/**
 * Settings of every AWS client. A request that hangs is cut off and tried again,
 * since the functions' own time limits end in seconds.
 */
export const clientSettings = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 500, requestTimeout: 2_000, throwOnRequestTimeout: true },
};
