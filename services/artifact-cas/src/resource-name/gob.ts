/**
 * Reads what the existing command line sends as a resource name: one value of the struct
 * `CASResource{FileName string, Digest string, Size int64}` in Go's gob encoding.
 * Spec: https://pkg.go.dev/encoding/gob, "Encoding Details".
 */
export interface GobResource {
  readonly fileName: string
  readonly digest: string
  readonly size: number
}

const MAX_NAME_BYTES = 64 * 1024

/** Throws a RangeError for anything that is not such a value. */
export function decodeGob(bytes: Uint8Array): GobResource {
  if (bytes.byteLength > MAX_NAME_BYTES) refuse()
  const reader = gobReader(bytes)
  const typeMessage = gobReader(reader.bytes(reader.unsigned()))
  const typeId = -typeMessage.signed()
  const fields = readStructType(typeMessage)
  const value = gobReader(reader.bytes(reader.unsigned()))
  if (typeId <= 0 || value.signed() !== typeId) refuse()
  return readValue(value, fields)
}

const STRING = 6
const INT = 2

interface Field {
  readonly name: string
  readonly type: number
}

/** `wireType{StructT: structType{CommonType{Name, Id}, Field []fieldType{Name, Id}}}`. */
function readStructType(reader: GobReader): Field[] {
  reader.expect(3) // wireType's third field, StructT
  reader.expect(1) // its CommonType
  reader.expect(1)
  reader.text() // the struct's name, which may be any
  reader.expect(1)
  reader.signed() // its type id again
  reader.expect(0)
  reader.expect(1) // the fields
  const count = reader.unsigned()
  if (count > 16) refuse()
  return Array.from({ length: count }, () => {
    reader.expect(1)
    const name = reader.text()
    reader.expect(1)
    const type = reader.signed()
    reader.expect(0)
    return { name, type }
  })
}

/** Fields with their distance from the previous one; those of zero value are left out. */
function readValue(reader: GobReader, fields: readonly Field[]): GobResource {
  const values = new Map<string, string | number>()
  let index = -1
  for (let delta = reader.unsigned(); delta !== 0; delta = reader.unsigned()) {
    index += delta
    const { name, type } = fields[index] ?? refuse()
    values.set(name, readField(reader, type))
  }
  return {
    fileName: textIn(values, 'FileName'),
    digest: textIn(values, 'Digest'),
    size: numberIn(values, 'Size'),
  }
}

function readField(reader: GobReader, type: number): string | number {
  if (type === STRING) return reader.text()
  return type === INT ? reader.signed() : refuse()
}

type Values = ReadonlyMap<string, string | number>

function textIn(values: Values, name: string): string {
  const value = values.get(name) ?? ''
  return typeof value === 'string' ? value : refuse()
}

function numberIn(values: Values, name: string): number {
  const value = values.get(name) ?? 0
  return typeof value === 'number' ? value : refuse()
}

type GobReader = ReturnType<typeof gobReader>

function gobReader(buffer: Uint8Array) {
  let at = 0

  function byte(): number {
    const value = buffer[at]
    if (value === undefined) return refuse()
    at += 1
    return value
  }

  /** One byte up to 0x7f; else the negated count of the big-endian bytes that follow. */
  function unsigned(): number {
    const first = byte()
    if (first <= 0x7f) return first
    const count = 0x100 - first
    if (count > 8) refuse()
    let value = 0n
    for (let index = 0; index < count; index++) value = (value << 8n) | BigInt(byte())
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) refuse()
    return Number(value)
  }

  function bytes(length: number): Uint8Array {
    if (length > buffer.byteLength - at) refuse()
    at += length
    return buffer.subarray(at - length, at)
  }

  return {
    unsigned,
    bytes,
    /** The lowest bit tells a complement. */
    signed(): number {
      const value = unsigned()
      return value % 2 === 0 ? value / 2 : -(value - 1) / 2 - 1
    },
    text: (): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes(unsigned())),
    expect(value: number): void {
      if (unsigned() !== value) refuse()
    },
  }
}

function refuse(): never {
  throw new RangeError('not a gob of a CASResource')
}
