import { recognizeKind } from '@chainloop/attestation/materials/craft'
import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'

import type { Value } from '../values/load-value.ts'
import { ValueNotFound } from '../values/load-value.ts'
import {
  fileEvidence,
  isRemote,
  layoutEvidence,
  registryEvidence,
  textEvidence,
  type FindOptions,
  type FoundEvidence,
} from './find-evidence.ts'

export interface RecogniseOptions extends FindOptions {
  readonly strict?: boolean | undefined
}

export interface Recognised {
  readonly kind: MaterialKind
  readonly evidence: FoundEvidence
}

/**
 * What somebody added without saying what it is. Content decides about files, and about what is in a
 * registry when the text names one. A folder with an image layout is an image, other text is a STRING; but text that looks like the path of a file that is not there is refused,
 * because nobody wants its name recorded in place of its content.
 */
export async function recogniseEvidence(
  value: Value,
  options: RecogniseOptions,
): Promise<Recognised> {
  if (value.type !== 'literal') {
    const evidence = await fileEvidence(value, options)
    return { kind: (await recognizeKind(evidence, { strict: options.strict })).kind, evidence }
  }
  const { layoutPlace } = await import('../images/layout-evidence.ts')
  const place = await layoutPlace(value.text)
  if (place !== undefined) {
    return { kind: 'CONTAINER_IMAGE', evidence: await layoutEvidence(place, options) }
  }
  if (isRemote(value.text) || namesRegistry(value.text)) return registryEvidence(options, undefined)
  if (looksLikePath(value.text)) {
    throw new ValueNotFound(
      `there is no file ${value.text}; for a text or an image say so with the kind STRING or CONTAINER_IMAGE`,
    )
  }
  return { kind: 'STRING', evidence: textEvidence(value.text) }
}

/** `host.example/path`, `host:5000/path`, `localhost/path`. */
function namesRegistry(text: string): boolean {
  return /^(?:localhost|[\w-]+(?:\.[\w-]+)+|\[[0-9a-f:]+\])(?::\d+)?\/[^\s]+$|^[\w-]+:\d+\/[^\s]+$/i.test(
    text,
  )
}

function looksLikePath(text: string): boolean {
  return /^(?:\.{0,2}\/|~\/)|^[^\s:]+\/[^\s]*$|^[^\s:]+\.(?:json|ya?ml|xml|sarif|html?|txt|log|csv|tsv|md|zip|tgz|gz|tar|jar|whl|deb|rpm|exe|bin|pem|spdx|cdx)$/i.test(
    text,
  )
}
