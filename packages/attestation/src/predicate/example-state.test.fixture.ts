import type { Contract } from '../contract/contract.ts'
import { sha256 } from '../digest.ts'
import type { Material } from '../materials/material.ts'
import type { CraftingState } from './crafting-state.ts'
import type { PolicyEvaluation } from './policy-evaluation.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export const contract: Contract = {
  shape: 'v2',
  apiVersion: 'chainloop.dev/v1',
  kind: 'Contract',
  metadata: { name: 'web-build', description: '', annotations: {} },
  spec: {
    materials: [],
    envAllowList: [],
    runner: undefined,
    annotations: [],
    policies: { materials: [], attestation: [] },
    policyGroups: [],
  },
}

export const sbom: Material = {
  name: 'sbom',
  kind: 'SBOM_CYCLONEDX_JSON',
  digest: sha256(utf8('{}')),
  what: {
    type: 'file',
    filename: 'sbom.json',
    mainComponent: { name: 'web', version: '1.4.0', type: 'application' },
  },
  size: 2,
  uploaded: true,
  inline: false,
  output: false,
  required: true,
  annotations: { 'chainloop.material.size': '2', tier: 'gold' },
  addedAt: new Date('2026-08-01T10:01:00Z'),
}

export const release: Material = {
  name: 'rel',
  kind: 'STRING',
  digest: sha256(utf8('v1.4.0')),
  what: { type: 'string', value: 'v1.4.0' },
  size: 6,
  uploaded: false,
  inline: false,
  output: true,
  required: true,
  annotations: { 'chainloop.material.size': '6' },
  addedAt: new Date('2026-08-01T10:02:00Z'),
}

export const image: Material = {
  name: 'image',
  kind: 'CONTAINER_IMAGE',
  digest: sha256(utf8('manifest')),
  what: {
    type: 'image',
    image: {
      repository: 'ghcr.io/acme/web',
      digest: sha256(utf8('manifest')),
      tag: 'v1',
      hasLatestTag: false,
      signature: { provider: 'cosign', digest: sha256(utf8('signature')), manifest: 'e30=' },
    },
  },
  uploaded: false,
  inline: false,
  output: true,
  required: true,
  annotations: {},
  addedAt: new Date('2026-08-01T10:03:00Z'),
}

export const state: CraftingState = {
  dryRun: false,
  workflow: {
    id: 'a8a3a1d4-0000-4000-8000-000000000001',
    name: 'build',
    project: 'web',
    team: '',
    organization: 'acme',
    runId: 'a8a3a1d4-0000-4000-8000-000000000002',
    contractName: 'web-build',
    contractRevision: 3,
    version: { version: '1.4.0', prerelease: true, markAsReleased: false },
  },
  contract,
  initializedAt: new Date('2026-08-01T10:00:00.123Z'),
  finishedAt: new Date('2026-08-01T10:05:00Z'),
  materials: [sbom, release, image],
  annotations: { tier: 'gold' },
  env: { GITHUB_SHA: 'ab'.repeat(20) },
  runner: {
    type: 'GITHUB_ACTION',
    url: 'https://github.com/acme/web/actions/runs/1',
    environment: 'unknown',
    authenticated: false,
    workflowFilePath: '',
  },
  head: {
    hash: 'ab'.repeat(20),
    author: { name: 'Alice', email: 'alice@acme.example' },
    date: new Date('2026-08-01T09:00:00Z'),
    message: 'feat: a thing\n',
    remotes: [{ name: 'origin', url: 'https://github.com/acme/web' }],
  },
  policyEvaluations: [],
  blockOnPolicyViolation: false,
  bypassPolicyCheck: false,
  auth: { type: 'AUTH_TYPE_API_TOKEN', id: 'token-1' },
  signing: { timestampAuthorityUrl: 'https://tsa.example', signingCa: 'fileCA' },
  casBackend: { id: 'a8a3a1d4-0000-4000-8000-000000000003', name: 's3-prod', fallback: false },
}

export const evaluation: PolicyEvaluation = {
  name: 'sbom-fresh',
  materialName: 'sbom',
  type: 'SBOM_CYCLONEDX_JSON',
  description: 'the SBOM is young',
  annotations: {},
  sources: ['e30='],
  with: { days: '30' },
  requirements: [],
  violations: [],
  skipped: false,
  skipReasons: [],
  gate: false,
  policyReference: {
    name: 'sbom-fresh',
    uri: 'file://p.yaml',
    digest: sha256(utf8('p')),
    organization: '',
  },
}
