import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { noteSigner, signCheckpoint, verifierKey } from '@chainloop/attestation/merkle/checkpoint'
import { emptyTree, headOf, withLeaves } from '@chainloop/attestation/merkle/growing-tree'
import { leafHash } from '@chainloop/attestation/merkle/hashing'
import { expect, test } from '@jest/globals'

import { readAuditExport, type LoggedEntry } from './audit-lines.ts'
import { formatAuditLine } from './audit-lines.ts'
import { exportAuditLog } from './export-audit-log.ts'
import { type KeptHead, verifyAuditLog } from './verify-audit-log.ts'

const key = generateKeyPairSync('ed25519').privateKey
const origin = 'log.example/audit/1'

const history: readonly LoggedEntry[] = Array.from({ length: 2500 }, (_, position) => ({
  position,
  content: Buffer.from(JSON.stringify({ action: 'thing.happened', n: position })),
}))

async function headAt(size: number, signer = key): Promise<KeptHead> {
  const leaves = history.slice(0, size).map(({ content }) => leafHash(content))
  return {
    checkpoint: await signCheckpoint(
      { origin, signers: [noteSigner(signer)] },
      headOf(withLeaves(emptyTree, leaves)),
    ),
    verifierKey: verifierKey({ origin, publicKey: createPublicKey(key) }),
  }
}

async function* stream(entries: readonly LoggedEntry[]): AsyncGenerator<LoggedEntry> {
  for (const entry of entries) yield await Promise.resolve(entry)
}

test('every head that was kept is found again in the entries', async () => {
  const kept = await Promise.all([2500, 1, 1000, 1001, 0].map((size) => headAt(size)))

  expect(await verifyAuditLog(stream(history), kept)).toEqual({
    entries: 2500,
    heads: [0, 1, 1000, 1001, 2500],
  })
})

test.each<[string, LoggedEntry[]]>([
  ['changed', history.with(7, { position: 7, content: Buffer.from('{}') })],
  ['removed', history.toSpliced(7, 1)],
  [
    'removed and renumbered',
    history.toSpliced(7, 1).map((entry, position) => ({ ...entry, position })),
  ],
  ['swapped', history.with(7, { position: 7, content: history[8]?.content ?? Buffer.of() })],
  ['cut off', history.slice(0, 1999)],
  ['gone', []],
])('a history with an entry %s is found out', async (_what, entries) => {
  await expect(verifyAuditLog(stream(entries), [await headAt(2000)])).rejects.toMatchObject({
    name: 'ChangedHistory',
  })
})

test('a head that another key has signed is no head', async () => {
  const forged = await headAt(10, generateKeyPairSync('ed25519').privateKey)

  await expect(verifyAuditLog(stream(history), [forged])).rejects.toMatchObject({
    name: 'InvalidCheckpoint',
  })
})

test('an export is verified like the log itself, and every changed byte in it is found', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'audit-')), 'audit.jsonl')
  await exportAuditLog(stream(history.slice(0, 20)), { line: formatAuditLine, to: file })
  const head = await headAt(20)

  expect(await verifyAuditLog(readAuditExport(file), [head])).toMatchObject({ entries: 20 })

  const text = await readFile(file, 'utf8')
  await writeFile(file, text.replace('"n":13', '"n":14'))
  await expect(verifyAuditLog(readAuditExport(file), [head])).rejects.toMatchObject({
    name: 'ChangedHistory',
  })
  await writeFile(file, text.replace('{"position":3,', '{"position":3;'))
  await expect(verifyAuditLog(readAuditExport(file), [head])).rejects.toThrow(/:4: not an entry/)
})
