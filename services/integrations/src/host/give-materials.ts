import type { DeliveredMaterial } from '@chainloop/plugin-sdk/delivery'
import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

import { toFailure } from './failures.ts'
import type { Chunk, ToChild } from './messages.ts'

export interface MaterialGiver extends Disposable {
  read(
    wish: { readonly request: number; readonly digest: string },
    materials: readonly DeliveredMaterial[],
  ): Promise<void>
  more(request: number): Promise<void>
  leave(request: number): void
}

/** Contents of the materials of a call, a piece for each question. */
export function giveMaterials(send: (message: ToChild) => void): MaterialGiver {
  const streams = new Map<number, AsyncIterator<Uint8Array>>()

  async function next(request: number): Promise<Chunk> {
    const stream = streams.get(request)
    try {
      if (!stream) throw new DeliveryError('permanent', 'this material is not part of the delivery')
      const { done, value } = await stream.next()
      if (!done) return { data: value }
      streams.delete(request)
      return { end: true }
    } catch (cause) {
      streams.delete(request)
      return { failure: toFailure(cause) }
    }
  }

  const more = async (request: number): Promise<void> =>
    send({ type: 'chunk', request, chunk: await next(request) })

  const leave = (request: number): void => {
    void Promise.resolve(streams.get(request)?.return?.()).catch(() => undefined)
    streams.delete(request)
  }

  return {
    more,
    leave,
    async read({ request, digest }, materials) {
      const material = materials.find((one) => one.digest === digest)
      if (material) streams.set(request, material.open()[Symbol.asyncIterator]())
      await more(request)
    },
    [Symbol.dispose]() {
      for (const request of streams.keys()) leave(request)
    },
  }
}
