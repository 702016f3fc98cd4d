import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { fromBinary, toJson } from '@bufbuild/protobuf'
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'
import { file_buf_validate_validate } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js'
import { expect, test } from '@jest/globals'

const here = import.meta.dirname

interface Numbered {
  readonly number: number
}

const isField = (value: unknown): value is Numbered =>
  typeof value === 'object' && value !== null && 'number' in value

/** Without what the printer leaves out (options), what a compiler adds (JSON names), and the order of fields. */
function bare(file: FileDescriptorProto): unknown {
  const json = JSON.stringify(toJson(FileDescriptorProtoSchema, file))
  return JSON.parse(json, (key, value: unknown) => {
    if (['options', 'jsonName', 'sourceCodeInfo', 'syntax'].includes(key)) return undefined
    return Array.isArray(value) && value.every(isField)
      ? value.toSorted((a, b) => a.number - b.number)
      : value
  })
}

test('the printed validate.proto compiles to the descriptor that the npm package carries', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainloop-proto-'))
  try {
    execFileSync(process.execPath, ['print-proto.ts', folder], { cwd: here })
    const image = execFileSync(
      'node_modules/.bin/buf',
      ['build', folder, '--as-file-descriptor-set', '-o', '-'],
      {
        cwd: here,
      },
    )

    const compiled = fromBinary(FileDescriptorSetSchema, image).file.find(
      ({ name }) => name === 'buf/validate/validate.proto',
    )

    expect(compiled && bare(compiled)).toEqual(bare(file_buf_validate_validate.proto))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
