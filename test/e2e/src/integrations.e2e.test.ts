import { X509Certificate, randomUUID } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { builtIn } from '@chainloop/integrations/registry'
import { openRegistry, openRepository } from '@chainloop/oci/registry'
import { makeImage, push } from '@chainloop/oci/testing/images.test.fixture'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'

import { attest } from './world/attest.ts'
import { command } from './world/command.ts'
import { eventually } from './world/eventually.ts'
import { temporaryFolder } from './world/folder.ts'
import { writeMaterials } from './world/materials.ts'
import { type Target, startTargets } from './world/targets.ts'
import { declareWorkflow } from './world/workflow.ts'
import { startWorld, type World } from './world/world.ts'

/* Every plugin, from its registration to what its target got: one job, through API, queue and worker. */
const { TEST_REGISTRY_URL: registry = '', TEST_NATS_URL: nats = '' } = process.env
/* Programs of others, in `npm run interop`. */
const { TEST_COSIGN = '', TEST_ORAS = '' } = process.env
const ifCosign = TEST_COSIGN === '' ? test.skip : test
const ifOras = TEST_ORAS === '' ? test.skip : test
const ifServers = registry === '' || nats === '' ? describe.skip : describe

const contract = `apiVersion: chainloop.dev/v1
kind: Contract
metadata:
  name: NAME
spec:
  materials:
    - type: SBOM_CYCLONEDX_JSON
      name: sbom
    - type: CONTAINER_IMAGE
      name: image
      output: true
  policies:
    materials:
      - embedded:
          apiVersion: chainloop.dev/v1
          kind: Policy
          metadata: { name: no-pads }
          spec:
            policies:
              - kind: SBOM_CYCLONEDX_JSON
                embedded: |
                  package main
                  import rego.v1
                  violations contains "left-pad is banned" if {
                    some component in input.components
                    component.name == "left-pad"
                  }
`

ifServers('every plugin', () => {
  const stack = new AsyncDisposableStack()
  const outcomes = new Map<string, string>()
  let targets: readonly Target[] = []
  let digest = ''
  let found: Found

  beforeAll(async () => {
    const folder = stack.use(await temporaryFolder()).path
    const commit = await makeCommit(folder)
    const { host } = new URL(registry)
    const [image, name] = [makeImage(), `acme/${randomUUID()}`]
    await push(openRepository(openRegistry(host), name), image, 'v1')
    const about = { repository: 'acme/web', commit, image: `${host}/${name}` }
    const natsServer = new URL(nats).host
    found = { image: `${host}/${name}@${image.digest}`, folder, identity: '' }
    targets = await startTargets(stack, { ...about, natsServer, imageDigest: image.digest })

    const world = stack.use(await startWorld({ env: { CHAINLOOP_EGRESS_ALLOW: '127.0.0.1' } }))
    const declared = await declareWorkflow(world, { contract })
    await attach(world, targets, declared)
    const { sbom } = await writeMaterials(folder)
    const attested = await attest(declared, folder, { sbom, image: `${host}/${name}:v1` })
    digest = attested.digest
    found = { ...found, identity: identityIn(attested.bytes) }
    await writeFile(
      join(folder, 'root.json'),
      await world.operator.chainloop(['signing', 'trusted-root', '--for', 'attestations']),
    )
    for (const [plugin, outcome] of await outcomesOf(world, targets.length)) {
      outcomes.set(plugin, outcome)
    }
  })

  afterAll(() => stack.disposeAsync())

  test('there is a target for each', () => {
    expect(targets.map(({ plugin }) => plugin).toSorted()).toEqual(
      builtIn.map(({ id }) => id).toSorted(),
    )
  })

  test.each(builtIn.map(({ id }) => id))('%s has delivered what its target wants', async (id) => {
    const target = targets.find(({ plugin }) => plugin === id)

    expect(outcomes.get(id)).toMatch(/^delivered: /)
    expect(target?.refusals ?? []).toEqual([])
    expect(JSON.stringify(await target?.received())).toContain(evidenceOf[id]?.(digest) ?? digest)
  })

  ifCosign('cosign verifies the attestation with nothing but the name of the image', async () => {
    const { payload }: { payload: string } = JSON.parse(await cosignVerify(found, found.identity))

    const statement = Buffer.from(payload, 'base64').toString()
    expect(statement).toContain(found.image.split('@sha256:')[1])
    await expect(cosignVerify(found, `${found.identity}0`)).rejects.toThrow(
      'no matching attestations',
    )
  })

  ifOras('oras discovers the attestation and the SBOM from the image', async () => {
    const args = ['discover', '--plain-http', '--format', 'json', found.image]
    const discovered = await command(TEST_ORAS, args, { cwd: found.folder })

    expect(discovered).toContain('application/vnd.dev.sigstore.bundle.v0.3+json')
    expect(discovered).toContain('application/vnd.cyclonedx+json')
  })
})

/** What others need to find and judge the attestation. */
interface Found {
  /** With its digest. */
  readonly image: string
  readonly folder: string
  /** Whom the certificate names: the run. */
  readonly identity: string
}

function identityIn(bundle: Buffer): string {
  const { verificationMaterial }: Certified = JSON.parse(bundle.toString())
  const leaf = Buffer.from(verificationMaterial.certificate.rawBytes, 'base64')
  return (new X509Certificate(leaf).subjectAltName ?? '').replace(/^URI:/, '')
}

interface Certified {
  readonly verificationMaterial: { readonly certificate: { readonly rawBytes: string } }
}

function cosignVerify({ image, folder }: Found, identity: string): Promise<string> {
  const trust = ['--trusted-root', join(folder, 'root.json'), '--use-signed-timestamps']
  const who = ['--certificate-identity', identity, '--certificate-oidc-issuer-regexp', '.*']
  const without = ['--insecure-ignore-tlog', '--insecure-ignore-sct', '--allow-http-registry']
  const type = ['--new-bundle-format', '--type', 'chainloop.dev/attestation/v0.2']
  const args = ['verify-attestation', ...trust, ...who, ...without, ...type, image]
  return command(TEST_COSIGN, args, { cwd: folder, env: { HOME: folder } })
}

/** By what the target shows that it has got this attestation; its digest where nothing else is said. */
const evidenceOf: Readonly<Record<string, (digest: string) => string>> = {
  'dependency-track': () => 'left-pad',
  gcs: () => 'attestation.sigstore.json',
  github: () => '1 policy violation',
  gitlab: () => '1 policy violation',
  guac: () => 'chainloop/attestation-',
  jira: () => 'no-pads: left-pad is banned',
  'oci-registry': () => 'application/vnd.dev.sigstore.bundle.v0.3+json',
  s3: () => 'attestation.sigstore.json',
  smtp: () => 'boss@a.example',
}

async function makeCommit(folder: string): Promise<string> {
  const env = { PATH: process.env['PATH'], HOME: folder }
  const git = (...args: string[]) => command('git', args, { cwd: folder, env })
  await git('init', '-q')
  await git('config', 'user.email', 'alice@a.example')
  await git('config', 'user.name', 'Alice')
  await git('commit', '-q', '--allow-empty', '-m', 'feat: a thing')
  await git('remote', 'add', 'origin', 'https://127.0.0.1/acme/web.git')
  return (await git('rev-parse', 'HEAD')).trim()
}

async function attach(
  { operator }: World,
  targets: readonly Target[],
  { workflow: workflowName, project: projectName }: { workflow: string; project: string },
): Promise<void> {
  const { integrations } = operator.client
  // All at once: each is tried on its target first.
  await Promise.all(
    targets.map(async ({ plugin: pluginId, registration, attachment }) => {
      await integrations.register({ name: pluginId, pluginId, config: { ...registration } })
      const where = { workflowName, projectName, integrationName: pluginId }
      await integrations.attach({ ...where, config: { ...attachment } })
    }),
  )
}

/** By plugin: how the last attempt ended, when all deliveries have come to an end. */
async function outcomesOf(
  { operator }: World,
  count: number,
): Promise<readonly (readonly [plugin: string, outcome: string])[]> {
  const list = async () => (await operator.client.deliveries.list({})).deliveries
  const finished = async (): Promise<true | undefined> => {
    const ended = (await list()).filter(({ finishedAt }) => finishedAt !== undefined)
    return ended.length === count || undefined
  }
  // Fifteen processes start for it; what is still missing then shows in its own test.
  const what = 'everything is delivered'
  await eventually(finished, what)
    .catch(() => eventually(finished, what))
    .catch(() => undefined)
  return (await list()).map(({ integrationName, attempts }) => {
    const { outcome = 'not tried', detail = '' } = attempts.at(-1) ?? {}
    return [integrationName, `${outcome}: ${detail}`]
  })
}
