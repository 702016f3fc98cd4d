import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'

import { buildCli } from '../lib/build-cli.ts'
import { root } from '../lib/process.ts'
import { type Chainloop, createChainloop } from './chainloop.ts'
import { digestOf, tamperedCopy } from './files.ts'
import { archive, type Materials, makeSbom, runTests } from './materials.ts'
import type { Narrator } from './narrator.ts'
import type { Receiver } from './receiver.ts'
import { type Server, startServer } from './server.ts'

const workflow = ['--workflow', 'build', '--project', 'quickstart']

/** Who and what takes part once the operator has prepared everything. */
export interface Cast {
  readonly narrator: Narrator
  readonly folder: string
  readonly receiver: Receiver
  readonly operator: Chainloop
  /** Has a service account's token: may attest on its project, and nothing else. */
  readonly job: Chainloop
  /** The bundled command line tool. */
  readonly cli: string
}

export interface Scene extends Cast {
  readonly materials: Materials
  readonly bundle: string
  readonly trustedRoot: string
}

export async function startAct(
  { step, tell }: Narrator,
  folder: string,
  { host }: Receiver,
): Promise<Server> {
  return step('Start the server: control plane, artifact store and fan-out in one process', () => {
    tell(`CHAINLOOP_EGRESS_ALLOW=${host} lets the fan-out call the webhook receiver of this story;`)
    tell('without it, addresses of this machine are refused.')
    return startServer(join(folder, 'data'), { CHAINLOOP_EGRESS_ALLOW: host })
  })
}

export async function prepareAct(
  given: Pick<Cast, 'narrator' | 'folder' | 'receiver'> & { readonly dataDir: string },
): Promise<Cast> {
  const { narrator, folder, receiver, dataDir } = given
  const { step, tell } = narrator
  const cli = await step(
    'Build the command line tool, which is also the artifact of this story',
    () => buildCli(),
  )
  const program = [process.execPath, cli]
  const env = { ...(await operatorEnv(dataDir)), XDG_CONFIG_HOME: folder, TMPDIR: folder }
  // The files of the story are shown by their names.
  const onCommand = (line: string): void => tell(line.replaceAll(`${folder}/`, ''))
  const operator = createChainloop({ program, env, onCommand })

  const token = await step(
    'As the operator: declare a contract, a workflow, a webhook, and a service account for CI',
    async () => {
      const made = await declare(operator, receiver.url)
      await receiver.next(20_000)
      tell('the webhook was registered after it had taken a test message')
      return made
    },
  )
  const job = createChainloop({ program, env: { ...env, CHAINLOOP_TOKEN: token }, onCommand })
  return { narrator, folder, receiver, operator, job, cli }
}

export async function materialsAct(cast: Cast): Promise<Scene> {
  const { folder, cli, narrator } = cast
  const [sbom, tests, artifact] = await narrator.step(
    'In the CI job: an SBOM by pnpm, and a test report by jest on real tests',
    () => Promise.all([makeSbom(folder), runTests(folder), archive(cli, folder)]),
  )
  return setScene(cast, { sbom, tests, cli: artifact })
}

export function setScene(cast: Cast, materials: Materials): Scene {
  const at = (name: string): string => join(cast.folder, name)
  return { ...cast, materials, bundle: at('bundle.json'), trustedRoot: at('trusted-root.json') }
}

async function declare(operator: Chainloop, webhook: string): Promise<string> {
  const contract = join(root, 'scripts', 'quickstart', 'contract.yaml')
  await operator(['workflow', 'contract', 'create', '--name', 'quickstart', '--contract', contract])
  await operator([
    'workflow',
    'create',
    '--name',
    'build',
    '--project',
    'quickstart',
    '--contract',
    'quickstart',
  ])
  await operator([
    'integration',
    'registered',
    'add',
    '--plugin',
    'webhook',
    '--name',
    'receiver',
    '--opt',
    `url=${webhook}`,
  ])
  await operator(['integration', 'attached', 'add', ...workflow, '--integration', 'receiver'])
  const created = await operator([
    'organization',
    'api-token',
    'create',
    '--name',
    'ci',
    '--project',
    'quickstart',
    '--token-only',
  ])
  return created.stdout.trim()
}

/** The commands of a CI job. Returns the attestation's digest. */
export async function attestAct({ narrator, job, materials, bundle }: Scene): Promise<string> {
  return narrator.step('In the CI job: craft, sign and push the attestation', async () => {
    await job(['attestation', 'init', ...workflow])
    await job(['attestation', 'add', '--name', 'sbom', '--value', materials.sbom])
    await job(['attestation', 'add', '--name', 'tests', '--value', materials.tests])
    await job(['attestation', 'add', '--name', 'cli', '--value', materials.cli])
    const pushed = await job(['attestation', 'push', '--bundle', bundle, '--output', 'json'])
    const { digest }: { digest?: unknown } = JSON.parse(pushed.stdout)
    expectThat(
      digest === (await digestOf(bundle)),
      `the bundle is not what push called ${String(digest)}`,
    )
    return String(digest)
  })
}

export async function consumeAct(scene: Scene, digest: string): Promise<void> {
  const { narrator, operator, materials, bundle, trustedRoot, folder } = scene
  const { step, tell } = narrator
  await step('Anybody: take the trust root once, then verify without the server', async () => {
    const { stdout } = await operator(['signing', 'trusted-root', '--for', 'attestations'])
    await writeFile(trustedRoot, stdout)
    const files = ['--bundle', bundle, '--trusted-root', trustedRoot]
    tell((await operator(['attestation', 'verify', ...files])).stdout)
  })
  await step('As the operator: download the artifact by its digest and compare', async () => {
    const copy = join(folder, 'downloaded')
    const cliDigest = await digestOf(materials.cli)
    await operator(['artifact', 'download', '--digest', cliDigest, '--file', copy])
    expectThat((await digestOf(copy)) === cliDigest, 'what was downloaded is something else')
    tell('the same bytes')
  })
  await step('As the operator: find the run, and what the fan-out did', () =>
    showRunAndDelivery(scene, digest),
  )
}

async function showRunAndDelivery(scene: Scene, digest: string): Promise<void> {
  const { narrator, operator, receiver } = scene
  narrator.tell((await operator(['workflow', 'run', 'list', ...workflow])).stdout)
  const received = JSON.stringify(await receiver.next(20_000))
  expectThat(
    received.includes(digest),
    `the webhook received something else: ${received.slice(0, 200)}`,
  )
  narrator.tell(`the webhook received ${received.length} bytes about ${digest}`)
  narrator.tell((await operator(['integration', 'delivery', 'list'])).stdout)
}

export async function refuseAct({
  narrator,
  operator,
  job,
  materials,
  folder,
  ...files
}: Scene): Promise<void> {
  const { step, tell } = narrator
  await step('Change one byte of a copy of the bundle: verification has to fail', async () => {
    const copy = await tamperedCopy(files.bundle, folder)
    const pair = ['--bundle', copy, '--trusted-root', files.trustedRoot]
    tell((await operator(['attestation', 'verify', ...pair], 1)).stderr)
  })
  await step('Push without the SBOM: the contract has to refuse', async () => {
    await job(['attestation', 'init', ...workflow])
    await job(['attestation', 'add', '--name', 'tests', '--value', materials.tests])
    await job(['attestation', 'add', '--name', 'cli', '--value', materials.cli])
    const { stderr } = await job(['attestation', 'push'], 1)
    expectThat(stderr.includes('sbom'), `the refusal does not name what is missing: ${stderr}`)
    tell(stderr)
    await job(['attestation', 'reset', '--reason', 'the SBOM was left out on purpose'])
  })
}

async function operatorEnv(dataDir: string): Promise<Record<string, string>> {
  const parsed = parseEnv(await readFile(join(dataDir, 'operator.env'), 'utf8'))
  return Object.fromEntries(Object.entries(parsed).map(([name, value]) => [name, value ?? '']))
}

function expectThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise)
}
