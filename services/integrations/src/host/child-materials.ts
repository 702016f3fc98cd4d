import type { DeliveredMaterial } from '@chainloop/plugin-sdk/delivery'
import { z } from 'zod'

import { collect } from '../dispatch/collect.ts'
import { fromFailure } from './failures.ts'
import type { Chunk, ToParent } from './messages.ts'

const fields = z.object({
  name: z.string(),
  kind: z.string(),
  fileName: z.string(),
  digest: z.string(),
  annotations: z.record(z.string(), z.string()),
})

export interface ParentMaterials {
  of(call: number, materials: readonly object[]): DeliveredMaterial[]
  readonly answered: (request: number, chunk: Chunk) => void
}

/** Contents that are asked of the parent piece by piece: one piece is on its way at a time. */
export function materialsFromParent(send: (message: ToParent) => void): ParentMaterials {
  const waiting = new Map<number, (chunk: Chunk) => void>()
  let requests = 0

  function ask(message: Extract<ToParent, { type: 'read' | 'more' }>): Promise<Chunk> {
    return new Promise((resolve) => {
      waiting.set(message.request, resolve)
      send(message)
    })
  }

  async function* open(call: number, digest: string): AsyncIterable<Uint8Array> {
    requests += 1
    const request = requests
    try {
      let chunk = await ask({ type: 'read', request, call, digest })
      while (!('end' in chunk)) {
        if ('failure' in chunk) throw fromFailure(chunk.failure)
        yield chunk.data
        chunk = await ask({ type: 'more', request })
      }
    } finally {
      waiting.delete(request)
      send({ type: 'leave', request })
    }
  }

  return {
    of: (call, materials) =>
      materials
        .map((material) => fields.parse(material))
        .map((material) => ({
          ...material,
          open: () => open(call, material.digest),
          read: (maxBytes) => collect(open(call, material.digest), maxBytes),
        })),
    answered(request, chunk) {
      waiting.get(request)?.(chunk)
    },
  }
}
