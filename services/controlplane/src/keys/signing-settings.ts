import type { Config } from '../config.ts'
import { instanceUrl } from '../signing/instance-url.ts'
import type { SigningSettings } from '../signing/signing.ts'

/** Authorities that are not given are generated in the data directory. */
export function signingSettings(config: Config): SigningSettings {
  const jobCa = pair(config.jobCaChain, config.jobCaKey)
  const timestamps = pair(config.timestampChain, config.timestampKey)
  const provenance = pair(config.provenanceChain, config.provenanceKey)
  return {
    instanceUrl: instanceUrl(config),
    directory: config.dataDir,
    trustedTimestampChains: config.trustedTimestampChains,
    given: {
      ...(jobCa ? { 'job-ca': jobCa } : {}),
      ...(timestamps ? { 'timestamp-authority': timestamps } : {}),
      ...(provenance ? { provenance } : {}),
    },
  }
}

function pair(
  chain: string | undefined,
  key: string | undefined,
): { chain: string; key: string } | undefined {
  if (chain === undefined && key === undefined) return undefined
  if (chain === undefined || key === undefined) {
    throw new Error('a signing authority needs its chain and its key, not one of them')
  }
  return { chain, key }
}
