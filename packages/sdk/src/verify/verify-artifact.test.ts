import {
  ARTIFACT,
  createVerifier,
  signedStatement,
  summaryStatement,
  VERIFIER,
} from '@chainloop/attestation/provenance/evidence.test.fixture'
import { trustedRoot } from '@chainloop/attestation/verify/authority.test.fixture'
import { expect, test } from '@jest/globals'

import { verifyArtifact, type VerifyArtifactInput } from './verify-artifact.ts'

const world = createVerifier()

function input(
  change: Partial<VerifyArtifactInput> = {},
  statement: (statement: ReturnType<typeof summaryStatement>) => void = () => {},
): VerifyArtifactInput {
  const said = summaryStatement()
  statement(said)
  return {
    digest: ARTIFACT,
    bundle: signedStatement(world, said),
    trustedRoots: [trustedRoot(world)],
    verifier: VERIFIER,
    minimumLevel: 2,
    refuseDeviations: false,
    policies: [],
    policyInputs: {},
    hostnames: [],
    waitMs: 0,
    ...change,
  }
}

test('C7: an artifact is admitted by a summary that meets what is asked', async () => {
  const contract = 'release@3'
  const resourceUri = 'oci://registry.example/acme/web'

  expect(await verifyArtifact(input({ contract, resourceUri }))).toMatchObject({
    admitted: true,
    reasons: [],
    level: 2,
  })
  expect((await verifyArtifact(input({ contract: 'release' }))).admitted).toBe(true)
  expect((await verifyArtifact(input({ contract: ARTIFACT }))).admitted).toBe(true)
})

test.each<[string, Partial<VerifyArtifactInput>, RegExp]>([
  ['its level is too low', { minimumLevel: 3 }, /level 2 is less than 3/],
  ['it met another contract', { contract: 'strict' }, /not strict/],
  ['it met another revision', { contract: 'release@4' }, /not release@4/],
  ['it is something else', { resourceUri: 'oci://registry.example/acme/api' }, /not oci:/],
  ['it was verified too long ago', { maxAgeMs: 1000 }, /too long ago/],
  ['something was let through', { refuseDeviations: true }, /exception for fresh by ada: soon/],
])('it is not admitted where %s', async (_why, change, reason) => {
  const { admitted, reasons } = await verifyArtifact(input(change))

  expect(admitted).toBe(false)
  expect(reasons.join()).toMatch(reason)
})

test('a summary that failed admits nothing, whatever levels it names', async () => {
  const failed = input({ minimumLevel: 1 }, ({ predicate }) => {
    predicate.verificationResult = 'FAILED'
    predicate.verifiedLevels = ['SLSA_BUILD_LEVEL_3']
  })

  const { admitted, level, reasons } = await verifyArtifact(failed)

  expect({ admitted, level }).toEqual({ admitted: false, level: 0 })
  expect(reasons.join()).toMatch(/FAILED/)
})

test('without a root, without a summary, and with those of others nothing is said', async () => {
  const stranger = createVerifier()

  await expect(verifyArtifact(input({ trustedRoots: [] }))).rejects.toThrow(/no trusted root/)
  await expect(verifyArtifact(input({ bundle: undefined }))).rejects.toThrow(/no summary/)
  await expect(verifyArtifact(input({ trustedRoots: [trustedRoot(stranger)] }))).rejects.toThrow(
    /.+/,
  )
})
