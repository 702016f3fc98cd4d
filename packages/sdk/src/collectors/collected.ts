import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'

/** Evidence that was found without being asked for by name. */
export interface Collected {
  /** Of the material. */
  readonly name: string
  readonly kind: MaterialKind
  readonly document: object
}

const SCHEMAS = 'https://schemas.chainloop.dev'

/** The envelope that evidence of ours travels in. */
export function envelope(kind: MaterialKind, schema: string, data: object): object {
  return { 'chainloop.material.evidence.id': kind, schema: `${SCHEMAS}/${schema}`, data }
}
