import type { ContractSpec } from '@chainloop/attestation/contract/contract'
import { materialSubjects } from '@chainloop/attestation/predicate/material-subjects'
import type { Statement } from '@chainloop/attestation/predicate/predicate'

import type { ProvenanceSubject } from './provenance.ts'

/** The artifacts that a judged statement is about: what its contract calls outputs, with each platform of an image. */
export function outputsOf(
  { predicate }: Statement,
  { materials }: Pick<ContractSpec, 'materials'>,
): ProvenanceSubject[] {
  const outputs = new Set(materials.filter(({ output }) => output).map(({ name }) => name))
  const found = (predicate.materials ?? []).flatMap((descriptor) => {
    const material = textOf(descriptor.annotations['chainloop.material.name'])
    const kind = textOf(descriptor.annotations['chainloop.material.type'])
    if (!outputs.has(material) || kind === 'STRING') return []
    return materialSubjects(descriptor).map(({ name, digest }) => ({
      name: name === '' ? material : name,
      digest: `sha256:${digest['sha256'] ?? ''}`,
      material,
      kind,
    }))
  })
  return [...new Map(found.map((subject) => [subject.digest, subject])).values()]
}

function textOf(value: string | boolean | undefined): string {
  return typeof value === 'string' ? value : ''
}
