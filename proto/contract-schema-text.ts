import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

import { createFileRegistry, fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

import { contractSchema } from './contract-schema.ts'

const here = import.meta.dirname

export const PLACES = [
  join(here, '..', 'docs', 'schema', 'contract.schema.json'),
  join(here, '..', 'packages', 'attestation', 'src', 'contract', 'contract.schema.json'),
] as const

/** Built from the sources: what was generated from them has no comments. */
export function contractSchemaText(): string {
  const built = execFileSync(
    join(here, 'node_modules', '.bin', 'buf'),
    ['build', '--as-file-descriptor-set', '-o', '-#format=binpb'],
    { cwd: here, maxBuffer: 64 << 20, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, built))
  return `${JSON.stringify(contractSchema(registry), undefined, 2)}\n`
}
