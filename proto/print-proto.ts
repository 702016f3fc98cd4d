/**
 * Prints `buf/validate/validate.proto` from the descriptor that the npm package carries, into the folder given.
 * buf resolves imports from text only, and the text is published on a registry that a closed network does not reach.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import {
  type DescriptorProto,
  type EnumDescriptorProto,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
  type FieldDescriptorProto,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt'
import { file_buf_validate_validate } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js'

const scalars = new Map(
  Object.entries(Type)
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => [value as number, name.toLowerCase()]),
)

const indent = (lines: string[]): string[] => lines.map((line) => `  ${line}`)
const block = (head: string, body: string[]): string[] => [`${head} {`, ...indent(body), '}']
const MAX_FIELD = 0x2000_0000

function ranges(list: readonly { start: number; end: number }[]): string {
  return list
    .map(({ start, end }) =>
      end - 1 === start ? `${start}` : `${start} to ${end >= MAX_FIELD ? 'max' : end - 1}`,
    )
    .join(', ')
}

function reserved(item: DescriptorProto): string[] {
  const lines: string[] = []
  if (item.reservedRange.length > 0) lines.push(`reserved ${ranges(item.reservedRange)};`)
  if (item.reservedName.length > 0)
    lines.push(`reserved ${item.reservedName.map((n) => `"${n}"`).join(', ')};`)
  if (item.extensionRange.length > 0) lines.push(`extensions ${ranges(item.extensionRange)};`)
  return lines
}

function enumLines(item: EnumDescriptorProto): string[] {
  const values = item.value.map((value) => `${value.name} = ${value.number};`)
  // The ranges of an enum are inclusive, those of a message are not.
  const gone = item.reservedRange.map(({ start, end }) =>
    start === end ? `${start}` : `${start} to ${end}`,
  )
  const names = item.reservedName.map((name) => `"${name}"`)
  if (gone.length > 0) values.push(`reserved ${gone.join(', ')};`)
  if (names.length > 0) values.push(`reserved ${names.join(', ')};`)
  return block(`enum ${item.name}`, values)
}

const typeOf = (field: FieldDescriptorProto): string =>
  field.typeName || (scalars.get(field.type) ?? '')

function fieldLine(
  field: FieldDescriptorProto,
  parent: DescriptorProto | undefined,
  proto2: boolean,
): string {
  const type = mapType(field, parent) ?? `${labelOf(field, parent, proto2)}${typeOf(field)}`
  return `${type} ${field.name} = ${field.number};`
}

function mapType(
  field: FieldDescriptorProto,
  parent: DescriptorProto | undefined,
): string | undefined {
  const entry = parent?.nestedType.find(
    (nested) => nested.options?.mapEntry && field.typeName.endsWith(`.${nested.name}`),
  )
  const [key, value] = entry?.field ?? []
  return key && value && `map<${typeOf(key)}, ${typeOf(value)}>`
}

function labelOf(
  field: FieldDescriptorProto,
  parent: DescriptorProto | undefined,
  proto2: boolean,
): string {
  // Members of a oneof have none; a synthetic oneof is how proto3 spells `optional`.
  if (parent !== undefined && hasOneof(field) && !field.proto3Optional) return ''
  if (field.label === Label.REPEATED) return 'repeated '
  return proto2 || field.proto3Optional ? 'optional ' : ''
}

const hasOneof = (field: FieldDescriptorProto): boolean => Object.hasOwn(field, 'oneofIndex')

function messageLines(item: DescriptorProto, proto2: boolean): string[] {
  const inOneof = (field: FieldDescriptorProto, index: number): boolean =>
    hasOneof(field) && field.oneofIndex === index && !field.proto3Optional
  const lines = [
    ...item.enumType.flatMap(enumLines),
    ...item.nestedType
      .filter((nested) => !nested.options?.mapEntry)
      .flatMap((nested) => messageLines(nested, proto2)),
    ...reserved(item),
  ]
  for (const field of item.field.filter(
    (f) => !item.oneofDecl.some((_, index) => inOneof(f, index)),
  )) {
    lines.push(fieldLine(field, item, proto2))
  }
  item.oneofDecl.forEach((oneof, index) => {
    const members = item.field.filter((field) => inOneof(field, index))
    if (members.length > 0)
      lines.push(
        ...block(
          `oneof ${oneof.name}`,
          members.map((f) => fieldLine(f, item, proto2)),
        ),
      )
  })
  return block(`message ${item.name}`, lines)
}

/** Text of a descriptor, without options: at run time they come from the package itself. */
export function printProto(file: FileDescriptorProto): string {
  const proto2 = file.syntax !== 'proto3'
  const extensions = Map.groupBy(file.extension, (field) => field.extendee)
  return [
    `syntax = "${file.syntax || 'proto2'}";`,
    `package ${file.package};`,
    ...file.dependency.map((dependency) => `import "${dependency}";`),
    ...file.enumType.flatMap(enumLines),
    ...file.messageType.flatMap((message) => messageLines(message, proto2)),
    ...[...extensions].flatMap(([extendee, fields]) =>
      block(
        `extend ${extendee}`,
        fields.map((field) => fieldLine(field, undefined, proto2)),
      ),
    ),
    '',
  ].join('\n')
}

const folder = process.argv[2]
if (folder !== undefined) {
  const { proto } = file_buf_validate_validate
  const target = join(folder, proto.name)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, printProto(proto))
}
