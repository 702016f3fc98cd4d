import { createPublicKey, generateKeyPairSync } from 'node:crypto'

import { noteSigner, signCheckpoint, verifierKey } from '@chainloop/attestation/merkle/checkpoint'
import { leafHash } from '@chainloop/attestation/merkle/hashing'
import { consistencyParts, inclusionParts } from '@chainloop/attestation/merkle/proof-parts'
import { edgeOf, fold, grow, type NodeAddress } from '@chainloop/attestation/merkle/tree'
import { runEventEntry } from '@chainloop/attestation/transparency/run-event'
import { LogService } from '@chainloop/proto/transparency/v1/log_service'
import { createClient, createRouterTransport } from '@connectrpc/connect'
import { expect, test } from '@jest/globals'

import { headOf } from './log-head.ts'
import { observeLog } from './monitor-log.ts'
import { reportRuns } from './run-report.ts'

const ORIGIN = 'acme.log.example'
const key = generateKeyPairSync('ed25519').privateKey
const keyOf = (signer: typeof key): string =>
  verifierKey({ origin: ORIGIN, publicKey: createPublicKey(signer) })

const named = (name: string) => ({ id: `id of ${name}`, name })

function event(sequence: number, run: string, name: string): Uint8Array {
  const what = {
    event: name,
    organization: named('acme'),
    project: named('web'),
    workflow: named('build'),
    run,
    version: 'v1',
    contract: { ...named('web-build'), revision: 1, digest: 'sha256:1' },
    ...(name === 'succeeded' ? { attestation: `sha256:${run}` } : {}),
    at: '2026-11-23T10:00:00.000Z',
  }
  return runEventEntry(what, sequence)
}

/** A server whose operator may do to the log what he likes. */
class Log {
  entries: Uint8Array[]
  signer = key

  constructor(entries: readonly Uint8Array[]) {
    this.entries = [...entries]
  }

  #hash({ level, position }: NodeAddress): Uint8Array {
    const { nodes } = grow({ size: 0, edge: [] }, this.entries.map(leafHash))
    const found = nodes.find((node) => node.level === level && node.position === position)
    if (!found) throw new Error('no such node')
    return found.hash
  }

  #fold(parts: readonly NodeAddress[]): Uint8Array {
    return fold(parts.map((part) => this.#hash(part)))
  }

  async head() {
    const size = this.entries.length
    const root = this.#fold(edgeOf(size))
    const signers = [noteSigner(this.signer)]
    const checkpoint = await signCheckpoint({ origin: ORIGIN, signers }, { size, root })
    return { checkpoint, verifierKeys: [keyOf(this.signer)] }
  }

  proven(position: number) {
    const size = this.entries.length
    const proof = inclusionParts(position, size).map((part) => this.#fold(part))
    return {
      entry: { position: BigInt(position), content: this.entries[position] ?? new Uint8Array() },
      proof,
    }
  }

  client(events = (all: readonly number[]) => all) {
    const transport = createRouterTransport(({ service }) => {
      service(LogService, {
        getHead: () => this.head(),
        read: async function* (this: Log) {
          yield {
            entries: this.entries.map((content, at) => ({ position: BigInt(at), content })),
          }
        }.bind(this),
        proveConsistency: ({ earlierSize, size }) => ({
          proof: consistencyParts(Number(earlierSize), Number(size)).map((part) =>
            this.#fold(part),
          ),
        }),
        listRunEvents: async function* (this: Log) {
          yield this.head()
          yield { entries: events([...this.entries.keys()]).map((at) => this.proven(at)) }
        }.bind(this),
      })
    })
    return { log: createClient(LogService, transport) }
  }
}

const HISTORY = [
  event(1, 'a', 'opened'),
  event(2, 'b', 'opened'),
  event(3, 'a', 'succeeded'),
  event(4, 'b', 'expired'),
  event(5, 'c', 'opened'),
]
const wish = { projectName: 'web', workflowName: 'build' }

test('a log that only grows continues every head that was kept', async () => {
  const log = new Log(HISTORY.slice(0, 3))
  const kept = headOf(await log.head())
  log.entries.push(...HISTORY.slice(3))

  const seen = await observeLog(log.client(), kept)

  expect(seen).toMatchObject({ size: 5, added: 2, otherKeys: [] })
  expect((await observeLog(log.client(), seen.head)).added).toBe(0)
})

test.each<[string, (log: Log) => void]>([
  ['edits an entry', (log) => log.entries.splice(1, 1, event(2, 'x', 'opened'))],
  ['deletes an entry and logs on', (log) => log.entries.splice(1, 1, ...HISTORY.slice(3))],
  ['truncates the log', (log) => log.entries.splice(2)],
  ['begins anew with as many entries', (log) => (log.entries = log.entries.toReversed())],
])('an operator who %s is found out by a head that was kept elsewhere', async (_what, rewrite) => {
  const log = new Log(HISTORY.slice(0, 4))
  const kept = headOf(await log.head())
  rewrite(log)

  await expect(observeLog(log.client(), kept)).rejects.toMatchObject({ name: 'ChangedHistory' })
})

test('a head of another key is not believed, whatever it continues', async () => {
  const log = new Log(HISTORY)
  const kept = headOf(await log.head())
  log.signer = generateKeyPairSync('ed25519').privateKey

  await expect(observeLog(log.client(), kept)).rejects.toMatchObject({ name: 'InvalidCheckpoint' })
})

test('the report tells every run, also the open one', async () => {
  const report = await reportRuns(new Log(HISTORY).client(), wish)

  expect(report).toMatchObject({ from: 1, to: 5, size: 5 })
  expect(report.runs.map(({ run, state, attestation }) => [run, state, attestation])).toEqual([
    ['a', 'succeeded', 'sha256:a'],
    ['b', 'expired', undefined],
    ['c', 'open', undefined],
  ])
})

test.each<[string, (all: readonly number[]) => readonly number[]]>([
  ['leaves out an event in the middle', (all) => all.filter((at) => at !== 2)],
  ['leaves out the first event', (all) => all.slice(1)],
  ['tells an event twice', (all) => [...all.slice(0, 2), ...all.slice(1)]],
])('a server that %s is found out by the numbers', async (_what, events) => {
  const report = reportRuns(new Log(HISTORY).client(events), wish)

  await expect(report).rejects.toMatchObject({ name: 'ChangedHistory' })
})

test('an event that is not in the log, or of another workflow, is found out', async () => {
  const invented = new Log(HISTORY)
  invented.proven = (position) => {
    const told = Log.prototype.proven.call(invented, position)
    return position === 3
      ? { ...told, entry: { ...told.entry, content: event(4, 'b', 'succeeded') } }
      : told
  }

  await expect(reportRuns(invented.client(), wish)).rejects.toThrow(/is not in the log/)
  await expect(
    reportRuns(new Log(HISTORY).client(), { ...wish, workflowName: 'release' }),
  ).rejects.toThrow(/is no event of/)
})

test('a report continues the head that was kept, or is refused', async () => {
  const log = new Log(HISTORY.slice(0, 3))
  const kept = headOf(await log.head())
  log.entries.push(...HISTORY.slice(3))
  expect((await reportRuns(log.client(), { ...wish, kept })).runs).toHaveLength(3)

  const rewritten = new Log([event(1, 'a', 'opened'), event(2, 'a', 'failed'), ...HISTORY.slice(2)])
  await expect(reportRuns(rewritten.client(), { ...wish, kept })).rejects.toMatchObject({
    name: 'ChangedHistory',
  })
})

test('a server that keeps the last event back is found out by who reads the whole log', async () => {
  const hiding = new Log(HISTORY).client((all) => all.slice(0, -1))

  expect((await reportRuns(hiding, wish)).to).toBe(4)
  expect((await reportRuns(hiding, { ...wish, wholeLog: true })).to).toBe(5)
})

test('the whole log has to lead to the head, and to the one that was kept', async () => {
  const log = new Log(HISTORY.slice(0, 3))
  const kept = headOf(await log.head())
  log.entries.push(...HISTORY.slice(3))
  const whole = { ...wish, wholeLog: true, kept }
  expect(await reportRuns(log.client(), whole)).toMatchObject({ from: 1, to: 5, size: 5 })

  log.entries.splice(0, 1, event(1, 'x', 'opened'))
  await expect(reportRuns(log.client(), whole)).rejects.toMatchObject({ name: 'ChangedHistory' })
})

test('a version that the log does not know has no report', async () => {
  const report = reportRuns(new Log(HISTORY).client(), { ...wish, wholeLog: true, toVersion: 'v9' })

  await expect(report).rejects.toThrow(/no event of version v9/)
})
