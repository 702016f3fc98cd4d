import { parseArgs } from 'node:util'

import { createLogger } from '@chainloop/kit/logger'

import type { Config } from '../config.ts'
import { signingSettings } from '../keys/signing-settings.ts'
import type { KeyKind } from '../signing/generations.ts'
import { rotateKey } from '../signing/rotate.ts'

/** What operators call the keys. */
const KINDS: Readonly<Record<string, KeyKind | undefined>> = {
  ca: 'job-ca',
  tsa: 'timestamp-authority',
  provenance: 'provenance',
  log: 'log',
  ct: 'ct-log',
  tuf: 'tuf',
}

const USAGE = `usage: trust rotate ${Object.keys(KINDS).join('|')} [--at <time>] [--key <reference>] [--compromised]`
/** Verifiers that ask every few minutes know the new key before it signs. */
const AHEAD_MS = 15 * 60 * 1000

/**
 * `trust rotate <key>`: adds a generation of a key, which running servers find by themselves. It signs from `--at` on, in
 * 15 minutes by default; with `--compromised` at once, and nothing later is believed of its predecessor.
 */
export async function trust(config: Config, args: readonly string[]): Promise<void> {
  const { kind, since, reference, compromised } = read(args)
  const settings = signingSettings(config)
  const rotated = await rotateKey(settings, { kind, since, reference, compromised })
  createLogger({ name: 'trust' }).info(
    { ...rotated, folder: settings.directory },
    'the key has a successor; trust roots list both',
  )
}

function read(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      at: { type: 'string' },
      key: { type: 'string' },
      compromised: { type: 'boolean', default: false },
    },
  })
  const [verb, name = '', ...rest] = positionals
  const kind = KINDS[name]
  if (verb !== 'rotate' || kind === undefined || rest.length > 0) throw new Error(USAGE)
  return {
    kind,
    since: timeOf(values.at, values.compromised),
    reference: values.key,
    compromised: values.compromised,
  }
}

function timeOf(at: string | undefined, compromised: boolean): Date {
  if (at === undefined) return new Date(Date.now() + (compromised ? 0 : AHEAD_MS))
  const time = new Date(at)
  if (Number.isNaN(+time)) throw new Error(`--at ${at} is no time`)
  return time
}
