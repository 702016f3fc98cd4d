import { InvalidMaterial } from '@chainloop/attestation/materials/crafter'

import type { Inspect } from '../judge-material.ts'

/** Tells an SBOM from junk, and finds one thing in it. */
export const fakeInspect: Inspect = async (kind, evidence) => {
  if (kind !== 'SBOM_CYCLONEDX_JSON') return { annotations: {} }
  const chunks = await Array.fromAsync(evidence.open())
  const text = Buffer.concat(chunks).toString()
  if (!text.includes('CycloneDX')) throw new InvalidMaterial(kind, 'not a CycloneDX document')
  return { annotations: { 'chainloop.material.tool.name': 'syft' } }
}
