import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { inspectMaterial } from './craft.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'

/** Evidence from memory, in chunks of an awkward size. */
export function bytesEvidence(bytes: Uint8Array | string, name = 'file'): Evidence {
  const buffer = Buffer.from(bytes)
  return {
    name,
    size: buffer.length,
    async *open() {
      for (let at = 0; at < buffer.length; at += 8191) yield buffer.subarray(at, at + 8191)
    },
  }
}

export function jsonEvidence(document: unknown, name = 'file.json'): Evidence {
  return bytesEvidence(JSON.stringify(document), name)
}

export function valueEvidence(value: string): Evidence {
  return { ...bytesEvidence(value, ''), value }
}

export function fileEvidence(path: string): Evidence {
  return { name: basename(path), size: statSync(path).size, open: () => createReadStream(path) }
}

/** `size` bytes that start with `head`, never in memory at once. */
export function hugeEvidence(head: string, size: number): Evidence {
  const filler = Buffer.alloc(1024 * 1024, ' ')
  return {
    name: 'huge',
    size,
    async *open() {
      yield Buffer.from(head)
      for (let left = size - head.length; left > 0; left -= filler.length) {
        yield filler.subarray(0, Math.min(left, filler.length))
      }
    },
  }
}

/** `valid`, or why the evidence was refused. */
export async function outcome(kind: MaterialKind, evidence: Evidence): Promise<string> {
  try {
    await inspectMaterial(kind, evidence)
    return 'valid'
  } catch (cause) {
    if (cause instanceof InvalidMaterial) return cause.message
    throw cause
  }
}

/** Bytes of the heap that something still refers to. */
export function heapInUse(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect !== 'function')
    throw new TypeError('this engine cannot collect garbage on demand')
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
