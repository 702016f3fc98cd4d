import { expect, test } from '@jest/globals'

import {
  certificate,
  createWorld,
  SIGNED_AT,
  signedBundle,
  timestamp,
  trustedRoot,
} from './authority.test.fixture.ts'
import { createLoggedWorld, loggedBundle, loggedRoot } from './logged.test.fixture.ts'
import type { LoggedBundle, LoggedWorld } from './logged.test.fixture.ts'
import { mergeTrustRoots, parseTrustRoot } from './trust-root.ts'
import { VerificationFailed } from './verification.ts'
import { verifyBundle } from './verify-bundle.ts'

/* What has to be there follows from the root: a good bundle with one element less is not a good bundle. */
const logged = createLoggedWorld()
const everything = loggedRoot(logged)

function verdict(bundle: LoggedBundle, root = everything, more: object = {}): string {
  const bytes = Buffer.from(JSON.stringify(bundle))
  try {
    verifyBundle({ bundle: bytes, trust: parseTrustRoot(root), ...more })
    return 'verified'
  } catch (cause) {
    if (cause instanceof VerificationFailed) return cause.code
    throw cause
  }
}

interface Entry {
  logIndex: string
  inclusionProof?: { treeSize: string; rootHash: string; checkpoint?: { envelope: string } }
}

function without(edit: (material: Record<string, unknown>, entry: Entry) => void): LoggedBundle {
  const bundle = loggedBundle(logged)
  const [entry] = bundle.verificationMaterial['tlogEntries'] as Entry[]
  if (!entry) throw new Error('there is no entry')
  edit(bundle.verificationMaterial, entry)
  return bundle
}

test('a bundle with timestamp, SCT and inclusion proof verifies', () => {
  expect(verdict(loggedBundle(logged))).toBe('verified')
})

test.each<[string, (material: Record<string, unknown>, entry: Entry) => void, string]>([
  [
    'the timestamp',
    (material) => delete material['timestampVerificationData'],
    // The entry of such a log tells no time.
    'timestamp_invalid',
  ],
  ['the entry of the log', (material) => delete material['tlogEntries'], 'log_entry_missing'],
  ['the inclusion proof', (_material, entry) => delete entry.inclusionProof, 'bundle_malformed'],
  [
    'the checkpoint',
    (_material, entry) => delete entry.inclusionProof?.checkpoint,
    'bundle_malformed',
  ],
  ['the certificate', (material) => delete material['certificate'], 'material_missing'],
])('without %s it does not', (_what, edit, code) => {
  expect(verdict(without(edit))).toBe(code)
})

test.each<[string, (entry: Entry) => void]>([
  ['another tree size', ({ inclusionProof }) => inclusionProof && (inclusionProof.treeSize = '2')],
  [
    'another root hash',
    ({ inclusionProof }) =>
      inclusionProof && (inclusionProof.rootHash = Buffer.alloc(32).toString('base64')),
  ],
  ['another index', (entry) => (entry.logIndex = '1')],
])('with %s in its proof it does not', (_what, edit) => {
  const bundle = without((_material, entry) => {
    edit(entry)
  })

  expect(verdict(bundle)).toBe('log_entry_invalid')
})

test('without the SCT it does not', () => {
  const { ctLog, log } = logged
  const bare: LoggedWorld = { world: createWorld(), ctLog, log }

  expect(verdict(loggedBundle(bare), loggedRoot(bare))).toBe('sct_missing')
})

test('with an SCT of a log that the root does not list it does not', () => {
  const { ctLog } = createLoggedWorld()
  const stranger = createLoggedWorld({ ctLog })

  expect(verdict(loggedBundle(stranger), loggedRoot(stranger))).toBe('sct_invalid')
})

test('what the root does not list is not asked for', () => {
  const bundle = without((material) => delete material['tlogEntries'])

  expect(verdict(bundle, loggedRoot(logged, { tlogs: [] }))).toBe('verified')
  expect(verdict(loggedBundle(logged), loggedRoot(logged, { tlogs: [] }))).toBe('verified')
})

test('the key of a log is believed within its window only', () => {
  const json: { tlogs: { publicKey: { validFor: object } }[] } = JSON.parse(
    Buffer.from(everything).toString(),
  )
  const [log] = json.tlogs
  if (log) log.publicKey.validFor = { start: '2026-01-01T00:00:00Z', end: '2026-02-01T00:00:00Z' }

  expect(verdict(loggedBundle(logged), Buffer.from(JSON.stringify(json)))).toBe('log_entry_invalid')
})

/* Several timestamp authorities. */
const [other, third] = [createWorld(), createWorld()]

function stamps(...from: readonly { tsa: typeof other.tsa; time?: Date }[]): LoggedBundle {
  const bundle = loggedBundle(logged)
  const signature = Buffer.from(bundle.dsseEnvelope.signatures[0]?.sig ?? '', 'base64')
  bundle.verificationMaterial['timestampVerificationData'] = {
    rfc3161Timestamps: from.map(({ tsa, time = SIGNED_AT }) => ({
      signedTimestamp: timestamp(tsa, signature, time).toString('base64'),
    })),
  }
  return bundle
}

function rootWithTwo(): Uint8Array {
  const members = (root: Uint8Array): { timestampAuthorities: object[] } =>
    JSON.parse(Buffer.from(root).toString())
  const own = members(everything)
  const { timestampAuthorities } = members(trustedRoot(other))
  return Buffer.from(
    JSON.stringify({
      ...own,
      timestampAuthorities: [...own.timestampAuthorities, ...timestampAuthorities],
    }),
  )
}

test('each of several authorities that the root lists can tell the time', () => {
  const { tsa } = logged.world

  expect(verdict(stamps({ tsa }, { tsa: other.tsa }), rootWithTwo())).toBe('verified')
  expect(verdict(stamps({ tsa: other.tsa }), rootWithTwo())).toBe('verified')
  expect(verdict(stamps({ tsa: third.tsa }), rootWithTwo())).toBe('timestamp_invalid')
})

test('a timestamp of a stranger proves nothing, and takes nothing away unless all are asked for', () => {
  const bundle = stamps({ tsa: logged.world.tsa }, { tsa: third.tsa })

  expect(verdict(bundle, rootWithTwo())).toBe('verified')
  expect(verdict(bundle, rootWithTwo(), { everyTimestamp: true })).toBe('timestamp_invalid')
})

test('every timestamp of an authority that is listed has to hold', () => {
  const late = { tsa: other.tsa, time: new Date('2026-08-02T10:00:00Z') }
  const bundle = stamps({ tsa: logged.world.tsa }, late)

  expect(verdict(bundle, rootWithTwo())).toBe('certificate_untrusted')
})

test('several roots are taken together: what one lists, and what one asks for', () => {
  const both = (one: Uint8Array, two: Uint8Array) =>
    mergeTrustRoots([parseTrustRoot(one), parseTrustRoot(two)])
  const code = (bundle: object, trust: ReturnType<typeof both>): string => {
    try {
      verifyBundle({ bundle: Buffer.from(JSON.stringify(bundle)), trust })
      return 'verified'
    } catch (cause) {
      return cause instanceof VerificationFailed ? cause.code : String(cause)
    }
  }
  const bare = without((material) => delete material['tlogEntries'])

  expect(code(loggedBundle(logged), both(trustedRoot(other), everything))).toBe('verified')
  expect(code(bare, both(trustedRoot(other), everything))).toBe('log_entry_missing')
  expect(code(loggedBundle(logged), both(trustedRoot(other), trustedRoot(third)))).toBe(
    'timestamp_invalid',
  )
})

test('a certificate needs a timestamp of a CT log where the root of its own authority lists one', () => {
  const root = certificate({ common: 'another CA', ca: true })
  const registered = { ...createWorld({ issuer: root }), root }
  const verify = (...roots: readonly Uint8Array[]) => {
    const trust = { ...mergeTrustRoots(roots.map(parseTrustRoot)), listsLogs: false }
    return verifyBundle({ bundle: signedBundle(registered), trust })
  }
  const itsOwn = loggedRoot({ ...logged, world: registered })

  expect(verify(trustedRoot(registered), everything).identity).toBeDefined()
  expect(() => verify(trustedRoot(registered), itsOwn)).toThrow(/signed certificate timestamp/)
})
