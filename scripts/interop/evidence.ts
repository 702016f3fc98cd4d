import { createHash, X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { attestAct, prepareAct, type Scene, setScene, startAct } from '../quickstart/acts.ts'
import { archive, makeSbom } from '../quickstart/materials.ts'
import { createNarrator } from '../quickstart/narrator.ts'
import { startReceiver } from '../quickstart/receiver.ts'
import { makeKeyedEvidence, setPassword, type KeyedEvidence } from './keyed.ts'
import { makeProvenance, type MadeEvidence } from './provenance-evidence.ts'

/** Files that peers are asked about, made by the quickstart's own story on a server of its own. */
export interface Evidence {
  readonly bundle: string
  /** The bundle with the proof of the log. */
  readonly exported: string
  /** With the organization's log. */
  readonly trustedRoot: string
  /** A subject of the statement. */
  readonly artifact: string
  /** Whom the certificate names: the run. */
  readonly identity: string
  readonly folder: string
  readonly made: MadeEvidence
  /** Undefined where there is no cosign to make a key. */
  readonly keyed: KeyedEvidence | undefined
}

export async function makeEvidence(folder: string): Promise<Evidence> {
  setPassword()
  const narrator = createNarrator()
  await using receiver = await startReceiver()
  await using server = await startAct(narrator, folder, receiver)
  const cast = await prepareAct({ narrator, folder, receiver, dataDir: server.dataDir })
  const tests = join(folder, 'junit.xml')
  await writeFile(tests, junit)
  const [sbom, cli] = await Promise.all([makeSbom(folder), archive(cast.cli, folder)])
  const scene = setScene(cast, { sbom, tests, cli })
  await attestAct(scene)
  const exported = await exportWithProof(scene)
  const { stdout } = await scene.operator(['signing', 'trusted-root', '--with-log'])
  await writeFile(scene.trustedRoot, stdout)
  const keyed = await makeKeyedEvidence(scene)
  return {
    bundle: scene.bundle,
    exported,
    trustedRoot: scene.trustedRoot,
    artifact: scene.materials.cli,
    identity: await identityIn(scene.bundle),
    folder,
    made: await makeProvenance(scene),
    keyed,
  }
}

/** Logged within a second of being stored. */
async function exportWithProof(scene: Scene): Promise<string> {
  const digest = createHash('sha256')
    .update(await readFile(scene.bundle))
    .digest('hex')
  const file = join(scene.folder, 'exported.json')
  const args = ['attestation', 'export', '--digest', `sha256:${digest}`, '--with-proof']
  for (let left = 40; ; left -= 1) {
    try {
      await scene.operator([...args, '--file', file])
      return file
    } catch (cause) {
      if (left === 0) throw cause
      await sleep(250)
    }
  }
}

/** The URI in the leaf's subjectAltName. */
async function identityIn(bundle: string): Promise<string> {
  const { verificationMaterial }: Certified = JSON.parse(await readFile(bundle, 'utf8'))
  const leaf = Buffer.from(verificationMaterial.certificate.rawBytes, 'base64')
  return (new X509Certificate(leaf).subjectAltName ?? '').replace(/^URI:/, '')
}

interface Certified {
  readonly verificationMaterial: { readonly certificate: { readonly rawBytes: string } }
}

/** What the peers look at is the bundle: one test passed will do. */
const junit = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="1" failures="0"><testsuite name="interop" tests="1" failures="0"><testcase classname="interop" name="passes"/></testsuite></testsuites>
`
