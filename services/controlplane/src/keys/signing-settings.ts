import { join } from 'node:path'

import type { Config } from '../config.ts'
import type { GivenKey, KeyKind } from '../signing/generations.ts'
import { instanceUrl } from '../signing/instance-url.ts'
import type { SigningSettings } from '../signing/signing.ts'

/** Keys that are not given are generated in the data directory. */
export function signingSettings(
  config: Config,
  env: Readonly<Record<string, string | undefined>> = process.env,
): SigningSettings {
  const { dataDir, signingDir } = config
  return {
    instanceUrl: instanceUrl(config),
    directory: signingDir ?? (dataDir === undefined ? undefined : join(dataDir, 'signing')),
    trustedTimestampChains: config.trustedTimestampChains,
    env: { ...env, CHAINLOOP_PKCS11_PIN: config.pkcs11Pin },
    given: givenKeys(config),
  }
}

function givenKeys(config: Config): Partial<Record<KeyKind, GivenKey>> {
  const given: readonly (readonly [KeyKind, GivenKey | undefined])[] = [
    ['job-ca', pair(config.jobCaChain, config.jobCaKey)],
    ['timestamp-authority', pair(config.timestampChain, config.timestampKey)],
    ['provenance', pair(config.provenanceChain, config.provenanceKey)],
    ['ct-log', alone(config.ctLogKey)],
    ['log', alone(config.logKey)],
    ['tuf', alone(config.tufKey)],
  ]
  return Object.fromEntries(given.filter(([, key]) => key !== undefined))
}

function alone(key: string | undefined): GivenKey | undefined {
  return key === undefined ? undefined : { key }
}

function pair(chain: string | undefined, key: string | undefined): GivenKey | undefined {
  if (chain === undefined && key === undefined) return undefined
  if (chain === undefined || key === undefined) {
    throw new Error('a signing authority needs its chain and its key, not one of them')
  }
  return { chain, key }
}
