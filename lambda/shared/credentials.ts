// Stands in for @aws-sdk/credential-provider-node. Lambda gives credentials as environment variables only;
// the SDK's search through profiles, SSO and instance metadata is a third of the import and never used.
export { fromEnv as defaultProvider } from "@aws-sdk/credential-provider-env";
