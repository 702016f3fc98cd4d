import { RateLimiterMemory } from 'rate-limiter-flexible'

import type { Coordination } from './coordination.ts'
import { fanOut } from './fan-out.ts'
import { limiter } from './limiter.ts'
import { createNotes } from './notes.ts'

/** For one process: nothing to connect to, nothing that can be lost. */
export function createMemoryCoordination(): Coordination {
  const invalidations = fanOut()
  const events = fanOut()
  const notes = createNotes()
  return {
    limit: limiter(
      ({ points, windowSeconds }) => new RateLimiterMemory({ points, duration: windowSeconds }),
    ),
    invalidate: async (channel, key) => invalidations.send(channel, key),
    onInvalidate: (channel, callback) => invalidations.listen(channel, callback),
    publish: async (topic, message) => events.send(topic, message),
    subscribe: (topic, signal) => events.iterate(topic, signal),
    remember: async (key, value, seconds) => notes.put(key, value, seconds),
    recall: async (key) => notes.get(key),
    forget: async (key) => notes.delete(key),
    [Symbol.asyncDispose]: async () => {},
  }
}
