import type { Row } from '../row.ts'
import { measureMemory } from './memory.ts'
import { measureRegistry } from './registry.ts'
import { measureSmallObjects } from './small-objects.ts'
import { measureThroughput } from './throughput.ts'

/** The CAS as a process of its own, on loopback, on the same cores as its client. */
export async function measureCas(): Promise<readonly Row[]> {
  return [
    ...(await measureThroughput()),
    ...(await measureRegistry()),
    ...(await measureMemory()),
    ...(await measureSmallObjects()),
  ]
}
