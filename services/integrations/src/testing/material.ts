import { createHash } from 'node:crypto'

import type { DeliveredMaterial } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

/** An SBOM with that content. */
export function exampleMaterial(
  content: string,
  fields: Partial<DeliveredMaterial> = {},
): DeliveredMaterial {
  const bytes = Buffer.from(content)
  return {
    name: 'sbom',
    kind: 'SBOM_CYCLONEDX_JSON',
    fileName: 'sbom.json',
    digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
    annotations: {},
    async read(maxBytes) {
      if (bytes.length > maxBytes) throw new DeliveryError('permanent', 'too large')
      return bytes
    },
    async *open() {
      yield bytes
    },
    ...fields,
  }
}
