import { parseContract } from '@chainloop/attestation/contract/parse-contract'
import { sha256 } from '@chainloop/attestation/digest'
import type { Material } from '@chainloop/attestation/materials/material'
import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'

import type { Session } from '../attestation/session.ts'

const CONTRACT = `apiVersion: chainloop.dev/v1
kind: Contract
metadata:
  name: web-build
  description: everything at once
spec:
  materials:
    - { type: ARTIFACT, name: app, output: true }
    - { type: STRING, name: note, optional: true, annotations: [{ name: tier, value: gold }] }
    - { type: SARIF, name: scan, group: scans, skipUpload: true }
  envAllowList: [TIER]
  runner: { type: GITHUB_ACTION }
  annotations: [{ name: owner, value: "" }]
  policies:
    materials: [{ ref: sbom-fresh, gate: true, with: { days: "30" } }]
`

/** A file of a few bytes, inline. */
export function exampleMaterial(name: string): Material {
  const content = new Uint8Array(Buffer.from(`content of ${name}`))
  return {
    name,
    kind: 'ARTIFACT',
    digest: sha256(content),
    what: { type: 'file', filename: `${name}.txt`, content },
    size: content.byteLength,
    uploaded: false,
    inline: true,
    output: false,
    required: false,
    annotations: { 'chainloop.material.size': String(content.byteLength), 'made.by': 'test' },
    addedAt: new Date('2026-01-02T03:04:05.678Z'),
  }
}

const image: Material = {
  ...exampleMaterial('image'),
  kind: 'CONTAINER_IMAGE',
  annotations: {},
  size: undefined,
  inline: false,
  what: {
    type: 'image',
    image: {
      repository: 'index.docker.io/library/nginx',
      digest: sha256(Buffer.from('content of image')),
      tag: '1.27',
      hasLatestTag: false,
      signature: { provider: 'cosign', digest: sha256(Buffer.of(1)), manifest: 'e30=' },
    },
  },
}

const head: CraftingState['head'] = {
  hash: 'ab'.repeat(20),
  author: { name: 'Al', email: 'al@acme.example' },
  date: new Date('2026-01-01T00:00:00Z'),
  message: 'one\n\ntwo',
  remotes: [{ name: 'origin', url: 'https://github.com/acme/web.git' }],
  signature: '-----BEGIN PGP SIGNATURE-----',
  verification: {
    status: 'verified',
    reason: 'valid',
    platform: 'github',
    keyId: 'k',
    signatureAlgorithm: 'PGP',
  },
}

const materials: readonly Material[] = [
  exampleMaterial('app'),
  {
    ...exampleMaterial('note'),
    kind: 'STRING',
    what: { type: 'string', value: 'hällo' },
    inline: false,
  },
  {
    ...exampleMaterial('sbom'),
    kind: 'SBOM_CYCLONEDX_JSON',
    uploaded: true,
    inline: false,
    what: {
      type: 'file',
      filename: 'sbom.json',
      mainComponent: { name: 'web', version: '1', type: 'application' },
    },
  },
  image,
]

/** A run with one of everything. */
export function exampleSession(): Session {
  const state: CraftingState = {
    dryRun: false,
    workflow: {
      id: '11111111-1111-4111-8111-111111111111',
      name: 'build',
      project: 'web',
      team: 'core',
      organization: 'acme',
      runId: '22222222-2222-4222-8222-222222222222',
      contractName: 'web-build',
      contractRevision: 3,
      version: { version: '1.4.0', prerelease: true, markAsReleased: false },
    },
    contract: parseContract(Buffer.from(CONTRACT)).contract,
    initializedAt: new Date('2026-01-02T03:00:00.123Z'),
    materials,
    annotations: { owner: 'me' },
    env: { TIER: 'gold' },
    runner: {
      type: 'GITHUB_ACTION',
      url: 'https://github.com/acme/web/actions/runs/1',
      environment: 'managed',
      authenticated: true,
      workflowFilePath: 'ci.yml',
    },
    head,
    policyEvaluations: [],
    blockOnPolicyViolation: true,
    bypassPolicyCheck: false,
    auth: { type: 'AUTH_TYPE_API_TOKEN', id: 'token-id' },
    signing: { timestampAuthorityUrl: 'http://127.0.0.1:8000/tsa', signingCa: 'job-ca' },
    casBackend: { id: '33333333-3333-4333-8333-333333333333', name: 'filesystem', fallback: false },
  }
  return {
    state,
    dashboardUrl: 'https://ui.acme.example',
    runToken: { token: 'run-token', expiresAt: new Date('2026-01-02T04:00:00Z') },
  }
}
