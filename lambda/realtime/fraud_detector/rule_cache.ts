import { PipelineError } from "../../shared/errors";
import { versionInForce } from "./logic";
import type { RuleVersion } from "./rule";

interface Entry {
  readonly staleAt: number;
  readonly versions: readonly RuleVersion[];
}

/** Keeps each rule's versions for a while. A new version takes effect later than any cache can miss it. */
export class RuleCache {
  private readonly entries = new Map<string, Entry>();

  constructor(
    private readonly readVersions: (ruleId: string) => Promise<readonly RuleVersion[]>,
    private readonly keepSeconds: number,
    private readonly now: () => number,
  ) {}

  /** The version in force at `receivedAt`. Throws when there is none, after reading once more. */
  async inForce(ruleId: string, receivedAt: string): Promise<RuleVersion> {
    const entry = this.entries.get(ruleId);
    const known = entry && this.now() < entry.staleAt ? versionInForce(entry.versions, receivedAt) : undefined;
    const version = known ?? versionInForce(await this.refresh(ruleId), receivedAt);
    if (!version) throw new PipelineError(`rule ${ruleId} has no version in force at ${receivedAt}`);
    return version;
  }

  private async refresh(ruleId: string): Promise<readonly RuleVersion[]> {
    // Counted from before the read, for what is published during it may be missing from it.
    const staleAt = this.now() + this.keepSeconds * 1000;
    const versions = await this.readVersions(ruleId);
    this.entries.set(ruleId, { staleAt, versions });
    return versions;
  }
}
