import type { BuildLevel } from '@chainloop/attestation/provenance/slsa'

import type { FieldStatus } from '../attestations/field-status.ts'
import type { IssuedProvenance } from '../provenance/provenance.ts'
import type { Builder } from '../trust-rules/builder.ts'

/**
 * The level of the run's own provenance; or a higher one, where a platform has signed a provenance for this very artifact,
 * and the operator believes the builder that it names.
 */
export function levelOfArtifact(
  known: {
    readonly issued: Pick<IssuedProvenance, 'level'>
    readonly fields: readonly FieldStatus[]
    readonly builders: readonly Pick<Builder, 'signer' | 'builder' | 'maxLevel'>[]
  },
  digest: string,
): BuildLevel {
  const believed = known.fields.flatMap(({ signed, verified }) => {
    if (!verified || !signed || signed.builderId === undefined) return []
    if (!signed.subjects.includes(digest)) return []
    return known.builders
      .filter(
        ({ signer, builder }) => signer?.id === signed.signer.id && builder === signed.builderId,
      )
      .map(({ maxLevel }) => maxLevel)
  })
  return believed.reduce(
    (highest, level) => (level > highest ? level : highest),
    known.issued.level,
  )
}
