/**
 * Settings of every AWS client. A request that hangs is cut off and tried once more: a call takes little over two
 * seconds at worst, so that the calls of any function fit into its time limit (infra/constructs/node_function.py).
 */
export const clientSettings = {
  maxAttempts: 2,
  // The request's time includes the connection's.
  requestHandler: { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true },
};
