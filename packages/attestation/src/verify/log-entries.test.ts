import { expect, test } from '@jest/globals'
import type { TransparencyLogEntry } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'

import { assertLogEntries } from './log-entries.ts'

const rootHash = Buffer.alloc(32, 7)
const keyId = Buffer.alloc(32, 1)
const root = TrustedRoot.fromJSON({
  tlogs: [
    {
      baseUrl: 'https://log.example',
      publicKey: {
        rawBytes: 'AAAA',
        validFor: { start: '2026-01-01T00:00:00Z', end: '2026-12-31T00:00:00Z' },
      },
      logId: { keyId: keyId.toString('base64') },
    },
  ],
})
const during = new Date('2026-08-01T00:00:00Z')

function entry(
  changes: Partial<TransparencyLogEntry> = {},
  proof: object = {},
): TransparencyLogEntry {
  return {
    logIndex: '5',
    logId: { keyId },
    kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
    integratedTime: '0',
    inclusionPromise: undefined,
    canonicalizedBody: Buffer.of(),
    inclusionProof: {
      logIndex: '5',
      treeSize: '9',
      rootHash,
      hashes: [],
      checkpoint: {
        envelope: `log.example\n9\n${rootHash.toString('base64')}\n\n— log.example AAAA\n`,
      },
      ...proof,
    },
    ...changes,
  }
}

test('an entry whose proof agrees with its checkpoint is accepted', () => {
  expect(() => assertLogEntries([entry()], root, [during])).not.toThrow()
})

test('an entry of the first version may have another index than its proof', () => {
  for (const kindVersion of [
    { kind: 'intoto', version: '0.0.2' },
    { kind: 'dsse', version: '0.0.1' },
  ]) {
    expect(() =>
      assertLogEntries([entry({ logIndex: '17', kindVersion })], root, [during]),
    ).not.toThrow()
  }
})

test.each<[Partial<TransparencyLogEntry>, object, string]>([
  [{ logIndex: '17' }, {}, 'its index is not that of its proof'],
  [{ logIndex: '-5' }, {}, 'its index is not a number from 0 up'],
  [{ logIndex: 'five' }, {}, 'its index is not a number from 0 up'],
  [{}, { logIndex: '-5' }, 'the index of its proof is not a number from 0 up'],
  [{}, { treeSize: '10' }, 'the size in its proof is not that of the checkpoint'],
  [
    {},
    { rootHash: Buffer.alloc(32, 8) },
    'the root hash in its proof is not that of the checkpoint',
  ],
  [{ logId: { keyId: Buffer.alloc(32, 2) } }, {}, 'the key of the log was not to be believed'],
])('an entry with %j and a proof with %j is refused', (changes, proof, message) => {
  expect(() => assertLogEntries([entry(changes, proof)], root, [during])).toThrow(message)
})

test.each(['2025-12-31T23:59:59Z', '2026-12-31T00:00:01Z'])(
  'a log is not believed for %s, outside its window',
  (time) => {
    expect(() => assertLogEntries([entry()], root, [during, new Date(time)])).toThrow(
      'not to be believed',
    )
  },
)
