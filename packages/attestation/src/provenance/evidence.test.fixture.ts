import { sign } from 'node:crypto'

import { createBundle } from '../bundle/bundle.ts'
import { sha256 } from '../digest.ts'
import { pae } from '../dsse/pae.ts'
import { STATEMENT_MEDIA_TYPE, STATEMENT_TYPE } from '../predicate/predicate.ts'
import { createWorld, SIGNED_AT, timestamp, type World } from '../verify/authority.test.fixture.ts'
import { DEVIATIONS, PROVENANCE_TYPE, SUMMARY_TYPE, WORKFLOW_RUN_BUILD_TYPE } from './slsa.ts'

/** What a control plane signs about one artifact, to be broken in every way there is. */
export const VERIFIER = 'https://chainloop.example/provenance'
export const ARTIFACT = sha256(Buffer.from('the artifact'))
const hex = ARTIFACT.slice('sha256:'.length)

export function createVerifier(): World {
  return createWorld({ san: VERIFIER })
}

const provenance = {
  _type: STATEMENT_TYPE,
  predicateType: PROVENANCE_TYPE,
  subject: [{ name: 'binary', digest: { sha256: hex } }],
  predicate: {
    buildDefinition: {
      buildType: WORKFLOW_RUN_BUILD_TYPE,
      externalParameters: {
        workflow: { organization: 'acme', project: 'web', name: 'build' },
        projectVersion: 'v1',
        contract: { name: 'release', revision: 3, digest: ARTIFACT },
        source: { repository: 'https://github.com/acme/web' },
      },
      resolvedDependencies: [{ digest: { gitCommit: 'a'.repeat(40) } }],
    },
    runDetails: {
      builder: { id: `${VERIFIER}/github/hosted` },
      metadata: { invocationId: 'https://chainloop.example/runs/1' },
    },
  },
}

const summary = {
  _type: STATEMENT_TYPE,
  predicateType: SUMMARY_TYPE,
  subject: [{ name: 'binary', digest: { sha256: hex } }],
  predicate: {
    verifier: { id: VERIFIER },
    timeVerified: '2026-08-01T10:00:00.000Z',
    resourceUri: 'oci://registry.example/acme/web',
    policy: {
      uri: 'https://chainloop.example/organizations/acme/contracts/release/revisions/3',
      digest: { sha256: hex },
    },
    inputAttestations: [{ uri: 'https://chainloop.example/runs/1', digest: { sha256: hex } }],
    verificationResult: 'PASSED',
    verifiedLevels: ['SLSA_BUILD_LEVEL_2'],
    [DEVIATIONS]: [{ type: 'exception', policy: 'fresh', reason: 'soon', by: 'ada' }],
  },
}

/** Copies, to be changed at will. */
export function provenanceStatement(): typeof provenance {
  return structuredClone(provenance)
}

export function summaryStatement(): typeof summary {
  return structuredClone(summary)
}

export function signedStatement(
  { leaf, tsa }: World,
  statement: object,
  payloadType = STATEMENT_MEDIA_TYPE,
): Uint8Array {
  const payload = Buffer.from(JSON.stringify(statement))
  const signature = sign('sha256', pae(payloadType, payload), leaf.key)
  const timestamps = [timestamp(tsa, signature, SIGNED_AT)]
  const signer = { certificate: leaf.der }
  return createBundle({ payload, payloadType, signature, signer, timestamps })
}
