import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { certificate } from '@chainloop/attestation/verify/authority.test.fixture'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import type { CommandResult } from './world/chainloop.ts'
import { temporaryFolder } from './world/folder.ts'
import { writeMaterials } from './world/materials.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

const stack = new AsyncDisposableStack()
let world: World
let declared: DeclaredWorkflow
let folder: string
const PASSWORD = { CHAINLOOP_SIGNING_PASSWORD: 'correct horse' }

beforeAll(async () => {
  world = stack.use(await startWorld())
  declared = await declareWorkflow(world)
  folder = stack.use(await temporaryFolder()).path
  await world.operator.chainloop(['signing', 'generate-key', '--output-prefix', 'release'], {
    cwd: folder,
    env: PASSWORD,
  })
})
afterAll(() => stack.disposeAsync())

/** A job up to its push, which is to sign with the key. */
async function craft(): Promise<void> {
  const { workflow, project, job } = declared
  const options = { cwd: folder, env: { TMPDIR: folder } }
  const run = ['--workflow', workflow, '--project', project, '--replace']
  await job.chainloop(['attestation', 'init', ...run], options)
  for (const [name, value] of Object.entries(await writeMaterials(folder))) {
    await job.chainloop(['attestation', 'add', '--name', name, '--value', value], options)
  }
}

async function push(bundle: string): Promise<CommandResult> {
  return declared.job.run(['attestation', 'push', '--key', 'release.key', '--bundle', bundle], {
    cwd: folder,
    env: { TMPDIR: folder, ...PASSWORD },
  })
}

const verify = (...more: string[]): Promise<CommandResult> =>
  world.operator.run(['attestation', 'verify', '--output', 'json', ...more], {
    cwd: folder,
    // Nothing is asked of the server.
    env: { CHAINLOOP_CONTROL_PLANE_API: '', CHAINLOOP_TOKEN: '' },
  })

test('a key signs once an operator has registered it, and is verified offline with its public half', async () => {
  await craft()
  const refused = await push('refused.json')
  expect(refused.code).toBe(1)
  expect(refused.stderr).toMatch(/sha256:[0-9a-f]{64} is no signer .* organization signer add/)

  const added = await world.operator.chainloop(
    [
      'organization',
      'signer',
      'add',
      '--name',
      'release',
      '--public-key',
      'release.pub',
      '--project',
      declared.project,
      '--output',
      'json',
    ],
    { cwd: folder },
  )
  expect(JSON.parse(added)).toMatchObject({ algorithm: 'ECDSA P-256' })
  const accepted = await push('bundle.json')
  expect(accepted).toMatchObject({ code: 0 })

  const root = await world.operator.chainloop(['signing', 'trusted-root'])
  await writeFile(join(folder, 'root.json'), root)
  const byKey = await verify('--bundle', 'bundle.json', '--key', 'release.pub')
  expect(byKey.code).toBe(0)
  const strict = ['--key', 'release.pub', '--trusted-root', 'root.json']
  const stamped = await verify('--bundle', 'bundle.json', ...strict)
  expect(JSON.parse(stamped.stdout)).toMatchObject({
    verified: true,
    timestamps: [{ source: 'timestamp-authority' }],
  })

  const { digest }: { digest: string } = JSON.parse(byKey.stdout)
  const stored = await world.operator.run(['attestation', 'verify', '--bundle', digest])
  expect(stored).toMatchObject({ code: 0 })
})

test('what was changed, and another key, verify nothing', async () => {
  const bundle: { dsseEnvelope: { payload: string } } = JSON.parse(
    await readFile(join(folder, 'bundle.json'), 'utf8'),
  )
  const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString()
  const lie = payload.replace(declared.project, `${declared.project}-other`)
  bundle.dsseEnvelope.payload = Buffer.from(lie).toString('base64')
  await writeFile(join(folder, 'changed.json'), JSON.stringify(bundle))
  await world.operator.chainloop(['signing', 'generate-key', '--output-prefix', 'other'], {
    cwd: folder,
    env: PASSWORD,
  })

  expect((await verify('--bundle', 'changed.json', '--key', 'release.pub')).code).toBe(1)
  expect((await verify('--bundle', 'bundle.json', '--key', 'other.pub')).code).toBe(1)
})

test('a signer that was removed signs no more, and what it signed stays', async () => {
  await world.operator.chainloop(['organization', 'signer', 'remove', '--name', 'release', '--yes'])
  await craft()

  const refused = await push('later.json')

  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('is no signer')
  expect((await verify('--bundle', 'bundle.json', '--key', 'release.pub')).code).toBe(0)
})

test('a certificate of an authority that an operator registered signs, and verifies with both roots', async () => {
  const ca = certificate({ common: 'acme CA', ca: true })
  const san = 'https://ci.acme.example/build'
  const leaf = certificate({ common: 'build', issuer: ca, purpose: 'code', san })
  const pem = ({ der }: { der: Buffer }): string =>
    `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
  await writeFile(join(folder, 'ca.pem'), pem(ca))
  await writeFile(join(folder, 'leaf.pem'), pem(leaf))
  await writeFile(
    join(folder, 'leaf.key'),
    leaf.key.export({ type: 'pkcs8', format: 'pem' }).toString(),
  )
  const added = await world.operator.chainloop(
    [
      'organization',
      'signer',
      'add',
      '--name',
      'acme',
      '--certificate-chain',
      'ca.pem',
      '--certificate-identity-regexp',
      'https://ci\\.acme\\.example/.*',
      '--all-projects',
      '--output',
      'json',
    ],
    { cwd: folder },
  )
  const { material }: { material: string } = JSON.parse(added)
  await writeFile(join(folder, 'acme-root.json'), material)

  await craft()
  await declared.job.chainloop(
    ['attestation', 'push', '--key', 'leaf.key', '--certificate', 'leaf.pem', '--bundle', 'c.json'],
    { cwd: folder, env: { TMPDIR: folder } },
  )

  const roots = ['--trusted-root', 'root.json', '--trusted-root', 'acme-root.json']
  const verified = await verify('--bundle', 'c.json', '--certificate-identity', san, ...roots)
  expect(JSON.parse(verified.stdout)).toMatchObject({ verified: true, signedBy: san })
  const one = await verify('--bundle', 'c.json', '--trusted-root', 'root.json')
  expect(one.code).toBe(1)
})
