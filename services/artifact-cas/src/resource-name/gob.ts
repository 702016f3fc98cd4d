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
  if (bytes.byteLength > MAX_NAME_BYTES) throw malformed()
  const reader = gobReader(bytes)
  const typeMessage = gobReader(reader.bytes(reader.unsigned()))
  const typeId = -typeMessage.signed()
  const fields = readStructType(typeMessage)
  const value = gobReader(reader.bytes(reader.unsigned()))
  if (typeId <= 0 || value.signed() !== typeId) throw malformed()
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
  if (count > 16) throw malformed()
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
  const resource = { fileName: '', digest: '', size: 0 }
  let index = -1
  for (let delta = reader.unsigned(); delta !== 0; delta = reader.unsigned()) {
    index += delta
    const field = fields[index]
    const value =
      field?.type === STRING ? reader.text() : field?.type === INT ? reader.signed() : undefined
    if (field?.name === 'FileName' && typeof value === 'string') resource.fileName = value
    else if (field?.name === 'Digest' && typeof value === 'string') resource.digest = value
    else if (field?.name === 'Size' && typeof value === 'number') resource.size = value
    else throw malformed()
  }
  return resource
}

type GobReader = ReturnType<typeof gobReader>

function gobReader(buffer: Uint8Array) {
  let at = 0

  function byte(): number {
    const value = buffer[at]
    if (value === undefined) throw malformed()
    at += 1
    return value
  }

  /** One byte up to 0x7f; else the negated count of the big-endian bytes that follow. */
  function unsigned(): number {
    const first = byte()
    if (first <= 0x7f) return first
    const count = 0x100 - first
    if (count > 8) throw malformed()
    let value = 0n
    for (let index = 0; index < count; index++) value = (value << 8n) | BigInt(byte())
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw malformed()
    return Number(value)
  }

  function bytes(length: number): Uint8Array {
    if (length > buffer.byteLength - at) throw malformed()
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
      if (unsigned() !== value) throw malformed()
    },
  }
}

function malformed(): RangeError {
  return new RangeError('not a gob of a CASResource')
}
