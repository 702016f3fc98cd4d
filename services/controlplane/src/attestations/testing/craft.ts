import { hexOf, sha256 } from '@chainloop/attestation/digest'
import { canonicalJson } from '@chainloop/attestation/json/canonical-json'
import type { Material } from '@chainloop/attestation/materials/material'
import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'
import { renderStatement } from '@chainloop/attestation/predicate/render-statement'

import { readContract } from '../../contracts/read-contract.ts'
import type { OpenedRun } from '../../runs/init-run.ts'
import { runActorOf } from '../../runs/testing/run-world.ts'
import { instanceNames } from '../../signing/instance-url.ts'
import { issueCertificate } from '../../signing/issue-certificate.ts'
import type { BundleParts } from '../../signing/testing/bundles.ts'
import { signedBundle } from '../../signing/testing/bundles.ts'
import { newCertificateRequest } from '../../signing/testing/certificate-requests.ts'
import type { StoreWorld } from './store-world.ts'

export const SBOM = Buffer.from(
  JSON.stringify({
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', name: 'web', version: '1.0.0' } },
    components: [],
  }),
)
export const BINARY = Buffer.from('#!/bin/sh\necho hello\n')

/** What an honest client gathers for the contract of the world: a binary and an SBOM, both uploaded. */
export async function honestMaterials(world: StoreWorld, opened: OpenedRun): Promise<Material[]> {
  return [
    await fileMaterial(world, opened, { name: 'binary', kind: 'ARTIFACT', bytes: BINARY }),
    await fileMaterial(world, opened, { name: 'sbom', kind: 'SBOM_CYCLONEDX_JSON', bytes: SBOM }),
  ]
}

export async function fileMaterial(
  world: StoreWorld,
  opened: OpenedRun,
  file: { name: string; kind: Material['kind']; bytes: Uint8Array },
): Promise<Material> {
  const { name, kind, bytes } = file
  const digest = await world.upload(opened, bytes)
  const evidence = {
    name: `${name}.bin`,
    size: bytes.length,
    async *open() {
      yield bytes
    },
  }
  const { annotations, mainComponent } = await world.inspect(kind, evidence)
  return {
    name,
    kind,
    digest,
    what: { type: 'file', filename: evidence.name, mainComponent },
    size: bytes.length,
    uploaded: true,
    inline: false,
    output: name === 'binary',
    required: true,
    annotations: { 'chainloop.material.size': String(bytes.length), ...annotations },
    addedAt: new Date(),
  }
}

export function craftingState(
  { run, contractRevision }: Pick<OpenedRun, 'run' | 'contractRevision'>,
  materials: readonly Material[],
): CraftingState {
  const names = instanceNames(run.instanceUrl)
  return {
    dryRun: false,
    workflow: {
      id: run.workflow.id,
      name: run.workflow.name,
      project: run.project.name,
      team: run.workflow.team,
      organization: run.organization.name,
      runId: run.id,
      contractName: run.contract.name,
      contractRevision: run.contract.revision,
      version: {
        version: run.version.version,
        prerelease: run.version.prerelease,
        markAsReleased: false,
      },
    },
    contract: readContract(contractRevision.rawBody).document,
    initializedAt: run.createdAt,
    finishedAt: new Date(),
    materials,
    annotations: {},
    env: {},
    runner: {
      type: 'RUNNER_TYPE_UNSPECIFIED',
      url: run.runUrl,
      environment: 'unknown',
      authenticated: false,
      workflowFilePath: '',
    },
    head: {
      hash: 'a'.repeat(40),
      author: { name: 'Ada', email: 'ada@example.org' },
      date: new Date('2026-11-01T10:00:00Z'),
      message: 'add the answer',
      remotes: [],
    },
    policyEvaluations: [],
    blockOnPolicyViolation: false,
    bypassPolicyCheck: false,
    auth: { type: 'AUTH_TYPE_API_TOKEN', id: run.createdBy.split(':')[1] ?? '' },
    signing: { ...names },
  }
}

/** A JSON document that a test may change at will. */
// eslint-disable-next-line typescript/no-explicit-any -- a test breaks documents in every way there is
export type Loose = any

export interface CraftOptions {
  readonly materials?: readonly Material[]
  readonly state?: (state: CraftingState) => CraftingState
  /** Changes the statement; the digest of its first subject is made to fit again, as a modified client would. */
  readonly statement?: (statement: Loose) => void
  /** Changes the text that is signed. */
  readonly text?: (text: string) => string
  readonly sign?: Partial<BundleParts>
  /** Whose certificate signs; the run's own when absent. */
  readonly certificateOf?: OpenedRun
  readonly bundle?: (bundle: Loose) => void
}

/** The bundle of a client that works as it should, but for what the options change. */
export async function craftBundle(
  world: StoreWorld,
  opened: OpenedRun,
  options: CraftOptions = {},
): Promise<Buffer<ArrayBuffer>> {
  const materials = options.materials ?? (await honestMaterials(world, opened))
  const state = craftingState(opened, materials)
  const rendered = renderStatement(options.state?.(state) ?? state, {
    builderId: 'https://chainloop.example/test@1',
  })
  const payload = Buffer.from(alter(Buffer.from(rendered).toString(), options))
  const bundle: Loose = await sign(world, options.certificateOf ?? opened, {
    payload,
    ...options.sign,
  })
  options.bundle?.(bundle)
  return Buffer.from(JSON.stringify(bundle))
}

function alter(text: string, { statement: change, text: changeText }: CraftOptions): string {
  const statement: Loose = JSON.parse(text)
  change?.(statement)
  if (change && statement.subject?.[0]?.digest) {
    statement.subject[0].digest = { sha256: hexOf(sha256(canonicalJson(statement.predicate))) }
  }
  const changed = Buffer.from(canonicalJson(statement)).toString()
  return changeText?.(changed) ?? changed
}

async function sign(
  world: StoreWorld,
  opened: OpenedRun,
  parts: Partial<BundleParts> & Pick<BundleParts, 'payload'>,
): Promise<object> {
  const { pem, privateKey } = newCertificateRequest()
  const certificate =
    parts.certificate ?? (await issueCertificate(world, runActorOf(opened), Buffer.from(pem)))
  return signedBundle({
    privateKey,
    certificate,
    timestampAuthority: world.signing.timestampAuthority,
    ...parts,
  })
}
