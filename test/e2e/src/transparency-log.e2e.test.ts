import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { openCheckpoint, parseVerifierKey } from '@chainloop/attestation/merkle/checkpoint'
import { leafHash } from '@chainloop/attestation/merkle/hashing'
import { fold } from '@chainloop/attestation/merkle/tree'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { bundleFromJSON } from '@sigstore/bundle'
import { TrustedRoot } from '@sigstore/protobuf-specs'
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify'

import { attest, type Attested } from './world/attest.ts'
import { eventually } from './world/eventually.ts'
import { failureOf } from './world/failure.ts'
import { temporaryFolder } from './world/folder.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let world: World
let folder: string
let declared: DeclaredWorkflow
let attested: Attested

beforeAll(async () => {
  world = stack.use(await startWorld())
  folder = stack.use(await temporaryFolder()).path
  declared = await declareWorkflow(world)
  attested = await attest(declared, folder)
  await eventually(() => exportTo('exported.json').catch(() => undefined), 'it is logged')
  await writeFile(at('root.json'), await chainloop('signing', 'trusted-root', '--with-log'))
})
afterAll(() => stack.disposeAsync())

const at = (name: string): string => join(folder, name)
const chainloop = (...args: string[]) => world.operator.chainloop(args)
const exportTo = (name: string) =>
  chainloop(
    'attestation',
    'export',
    '--digest',
    attested.digest,
    '--with-proof',
    '--file',
    at(name),
  )

async function verifyElsewhere(bundle: unknown): Promise<void> {
  const root = TrustedRoot.fromJSON(JSON.parse(await readFile(at('root.json'), 'utf8')))
  new Verifier(toTrustMaterial(root)).verify(toSignedEntity(bundleFromJSON(bundle)))
}

test('an exported attestation passes @sigstore/verify by its defaults; without its proof it does not', async () => {
  const exported: { verificationMaterial: { tlogEntries?: unknown[] } } = JSON.parse(
    await readFile(at('exported.json'), 'utf8'),
  )
  await verifyElsewhere(exported)

  await expect(verifyElsewhere(JSON.parse(attested.bytes.toString()))).rejects.toThrow(/tlog/)
  delete exported.verificationMaterial.tlogEntries
  await expect(verifyElsewhere(exported)).rejects.toThrow(/tlog/)
})

test('our own verifier wants the proof, too, and the received bundle is still the attestation', async () => {
  const verify = (path: string) =>
    chainloop('attestation', 'verify', '--bundle', path, '--trusted-root', at('root.json'))
  await writeFile(at('received.json'), attested.bytes)

  expect(await verify(at('exported.json'))).toMatch(/verified/)
  expect(JSON.stringify(await failureOf(verify(at('received.json'))))).toMatch(/log/)
  await chainloop('attestation', 'export', '--digest', attested.digest, '--file', at('again.json'))
  expect(await readFile(at('again.json'))).toEqual(attested.bytes)
})

test('a head is kept, the log grows, and a monitor elsewhere sees that nothing was rewritten', async () => {
  await chainloop('log', 'head', '--file', at('head.json'))
  const before = await readFile(at('head.json'), 'utf8')
  await attest(declared, folder)
  await eventually(async () => {
    const seen = JSON.parse(
      await chainloop('log', 'monitor', '--head', at('head.json'), '--output', 'json'),
    ) as { size: number }
    return seen.size > headSize(before) ? seen : undefined
  }, 'the log has grown')
  await writeFile(at('before.json'), before)

  expect(await chainloop('log', 'verify', '--head', at('before.json'))).toMatch(/verified/)
})

const headSize = (head: string): number => {
  const { checkpoint, verifierKey } = JSON.parse(head) as Record<string, string>
  return openCheckpoint(parseVerifierKey(verifierKey ?? ''), checkpoint ?? '').size
}

test('the report lists every run of the workflow, complete', async () => {
  const { project, workflow } = declared
  const report = JSON.parse(
    await chainloop(
      'log',
      'report',
      '--project',
      project,
      '--workflow',
      workflow,
      '--output',
      'json',
    ),
  ) as { from: number; runs: { state: string; attestation?: string }[] }

  expect(report.from).toBe(1)
  expect(report.runs[0]).toMatchObject({ state: 'succeeded', attestation: attested.digest })
})

test('the log is served as tiles: to members only, until the organization makes it public', async () => {
  const name = (
    JSON.parse(await chainloop('organization', 'describe', '--output', 'json')) as { name: string }
  ).name
  const get = (path: string) => fetch(`${world.endpoints.controlPlaneHttp}/${path}`)
  expect((await get(`logs/${name}/checkpoint`)).status).toBe(401)

  await chainloop('organization', 'update', '--public-log')
  const checkpoint = await (await get(`logs/${name}/checkpoint`)).text()
  const [, size = '0', root] = checkpoint.split('\n')
  const tile = (level: string) => get(`logs/${name}/tile/${level}/000.p/${size}`)
  const bytes = Buffer.from(await (await tile('0')).arrayBuffer())
  const hashes = Array.from({ length: Number(size) }, (_, i) => bytes.subarray(32 * i, 32 * i + 32))
  const bundle = Buffer.from(await (await tile('entries')).arrayBuffer())
  const first = bundle.subarray(2, 2 + bundle.readUInt16BE(0))

  expect(Buffer.from(rootOf(hashes)).toString('base64')).toBe(root)
  expect(Buffer.from(leafHash(first))).toEqual(hashes[0])
  expect((await get(`logs/${name}/tile/0/001`)).status).toBe(404)
  expect((await get(`logs/${name}/trusted_root.attestations.json`)).status).toBe(200)
  expect((await get('logs/nobody/checkpoint')).status).toBe(401)
})

/** By the recursive definition of RFC 6962 §2.1. */
function rootOf(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length <= 1) return fold(hashes)
  let split = 1
  while (split * 2 < hashes.length) split *= 2
  return fold([rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split))])
}
