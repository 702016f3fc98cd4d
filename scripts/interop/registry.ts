import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { root, run } from '../lib/process.ts'
import { registry } from '../servers/registry.ts'
import { cosign, helm, obtain } from './peers.ts'
import type { Comparison, Verdict } from './suite.ts'

interface Peers {
  readonly cosign: string
  readonly helm: string
  /** `127.0.0.1:port` */
  readonly host: string
  readonly folder: string
}

/** What the sdk sees of something in a registry. */
interface Seen {
  readonly kind: string
  readonly image: {
    readonly digest: string
    readonly signature?: { readonly provider: string; readonly digest: string }
  }
}

const KEYLESS_NOWHERE = ['--tlog-upload=false', '--use-signing-config=false', '--yes']

/** What helm pushes is a chart for us, and what cosign signs is signed. */
export function registrySuite(folder: string): readonly Comparison[] {
  const signed = (title: string, options: readonly string[]): Comparison => ({
    title: `${cosign.name} ${cosign.version}: ${title}`,
    run: () =>
      together(folder, async (peers) => {
        const reference = await pushChart(peers, `signed-${options.length}`)
        const key = await keyOf(peers)
        await peer(peers, 'cosign', [
          'sign',
          '--key',
          key,
          ...KEYLESS_NOWHERE,
          ...options,
          reference,
        ])
        const { image } = await seen(`oci://${reference}`)
        return verdict(image.signature?.provider === 'cosign', 'no signature of cosign is seen')
      }),
  })
  return [
    {
      title: `${helm.name} ${helm.version}: a chart that it pushes is one here`,
      run: () =>
        together(folder, async (peers) => {
          const { kind, image } = await seen(`oci://${await pushChart(peers, 'plain')}`)
          return verdict(kind === 'HELM_CHART' && !image.signature, `it is taken for ${kind}`)
        }),
    },
    signed('its signature is found as a bundle that refers to what it signs', []),
    signed('its signature is found under its tag', ['--new-bundle-format=false']),
    {
      title: `${cosign.name} ${cosign.version}: an attestation of its is not taken for a signature`,
      run: () =>
        together(folder, async (peers) => {
          const reference = await pushChart(peers, 'attested')
          const predicate = join(root, 'package.json')
          const what = ['--type', 'https://example.com/p', '--predicate', predicate]
          const key = await keyOf(peers)
          await peer(peers, 'cosign', [
            'attest',
            '--key',
            key,
            ...KEYLESS_NOWHERE,
            ...what,
            reference,
          ])
          const { image } = await seen(`oci://${reference}`)
          return verdict(image.signature === undefined, 'it is taken for a signature')
        }),
    },
  ]
}

async function together(
  folder: string,
  perform: (peers: Peers) => Promise<Verdict>,
): Promise<Verdict> {
  const [signer, packager] = [await obtain(cosign), await obtain(helm)]
  if ('reason' in signer) return { outcome: 'not run', why: signer.reason }
  if ('reason' in packager) return { outcome: 'not run', why: packager.reason }
  await using server = await registry.installed()
  if (!server) return { outcome: 'not run', why: 'there is no docker-registry to start' }
  const own = join(folder, `registry-${new URL(server.url).port}`)
  await mkdir(own)
  try {
    const { host } = new URL(server.url)
    return await perform({ cosign: signer.program, helm: packager.program, host, folder: own })
  } catch (cause) {
    return { outcome: 'failed', why: String(cause) }
  }
}

async function peer(peers: Peers, name: 'cosign' | 'helm', args: readonly string[]): Promise<void> {
  const env = { COSIGN_PASSWORD: 'interop', HOME: peers.folder }
  const { code, output } = await run(peers[name], [...args], { cwd: peers.folder, env })
  if (code !== 0) throw new Error(`${name} ${args[0]}: ${output.trim()}`)
}

/** `host/charts/<name>:0.1.0` */
async function pushChart(peers: Peers, name: string): Promise<string> {
  await peer(peers, 'helm', ['create', name])
  await peer(peers, 'helm', ['package', name])
  await peer(peers, 'helm', [
    'push',
    `${name}-0.1.0.tgz`,
    `oci://${peers.host}/charts`,
    '--plain-http',
  ])
  return `${peers.host}/charts/${name}:0.1.0`
}

async function keyOf(peers: Peers): Promise<string> {
  await peer(peers, 'cosign', ['generate-key-pair'])
  return join(peers.folder, 'cosign.key')
}

/** The sdk, asked in a process of its own. */
async function seen(typed: string): Promise<Seen> {
  const module = join(root, 'packages', 'sdk', 'src', 'images', 'remote-evidence.ts')
  const program = `
    const { remoteEvidence } = await import(${JSON.stringify(module)})
    const { kind, evidence } = await remoteEvidence(${JSON.stringify(typed)}, process.env, undefined)
    process.stdout.write(JSON.stringify({ kind, image: evidence.image }))`
  const args = ['--conditions=chainloop-source', '--input-type=module', '--eval', program]
  const { code, output } = await run(process.execPath, args)
  if (code !== 0) throw new Error(output)
  return JSON.parse(output) as Seen
}

function verdict(passed: boolean, why: string): Verdict {
  return passed ? { outcome: 'passed' } : { outcome: 'failed', why }
}
