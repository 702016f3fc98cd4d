import type { JsonValue } from '../json/json-value.ts'
import { InvalidJson, parseJson } from '../json/parse-json.ts'
import { Misshapen, root } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions, Inspection } from './crafter.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'

/** Default limit of a document that is held as a whole, in bytes. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024

/** A crafter of JSON documents, all of which are objects. `Misshapen` and `InvalidJson` become refusals that name file and place. */
export function documentCrafter(
  kind: MaterialKind,
  inspect: (document: Place, options: InspectOptions) => Inspection | Promise<Inspection>,
): Crafter {
  return {
    async inspect(evidence, options) {
      return refusing(kind, evidence, async () =>
        inspect(root(await readJson(kind, evidence, options)), options),
      )
    },
  }
}

/** Runs `inspect`; what is wrong with the content is refused in the name of the file. */
export async function refusing<T>(
  kind: MaterialKind,
  evidence: Evidence,
  inspect: () => Promise<T>,
): Promise<T> {
  try {
    return await inspect()
  } catch (cause) {
    if (cause instanceof Misshapen || cause instanceof InvalidJson) {
      throw new InvalidMaterial(kind, `${evidence.name} is not ${kind}: ${cause.message}`)
    }
    throw cause
  }
}

/** While a kind is recognised many crafters ask for the same document; it is read and parsed once. */
const parsed = new WeakMap<Evidence, Promise<JsonValue>>()

async function readJson(
  kind: MaterialKind,
  evidence: Evidence,
  options: InspectOptions,
): Promise<JsonValue> {
  const known = parsed.get(evidence)
  if (known) return known
  const document = readDocument(kind, evidence, options).then((bytes) => parseJson(bytes))
  parsed.set(evidence, document)
  return document
}

/** All bytes of a JSON document. What cannot be one is refused at its first byte, whatever its size. */
export async function readDocument(
  kind: MaterialKind,
  evidence: Evidence,
  options: InspectOptions,
): Promise<Uint8Array> {
  const bytes = await readAll(kind, evidence, { ...options, accepts: startsLikeObject })
  return bytes
}

function startsLikeObject(head: Uint8Array): boolean {
  const first = Buffer.from(head.subarray(0, 1024))
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
  return first === '' || first.startsWith('{')
}

export interface ReadOptions extends InspectOptions {
  /** Looks at the first bytes; `false` ends the reading. */
  readonly accepts?: (head: Uint8Array) => boolean
}

export async function readAll(
  kind: MaterialKind,
  evidence: Evidence,
  options: ReadOptions,
): Promise<Uint8Array> {
  const { maxDocumentBytes: limit = MAX_DOCUMENT_BYTES, accepts = () => true } = options
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of evidence.open()) {
    if (size === 0 && chunk.length > 0 && !accepts(chunk)) {
      throw new InvalidMaterial(
        kind,
        `${evidence.name} is not ${kind}: it is not a document of that format`,
      )
    }
    size += chunk.length
    if (size > limit) {
      throw tooLarge(kind, evidence, limit)
    }
    chunks.push(chunk)
  }
  if (size === 0) throw emptyFile(kind, evidence)
  return Buffer.concat(chunks)
}

const MIB = 2 ** 20

function sizeText(bytes: number): string {
  return bytes % MIB === 0 ? `${bytes / MIB} MiB` : `${bytes} bytes`
}

export function tooLarge(kind: MaterialKind, { name }: Evidence, limit: number): InvalidMaterial {
  return new InvalidMaterial(
    kind,
    `${name} is larger than ${sizeText(limit)}, the limit for ${kind}`,
    'too_large',
  )
}

export function emptyFile(kind: MaterialKind, { name }: Evidence): InvalidMaterial {
  return new InvalidMaterial(kind, `${name === '' ? 'the file' : name} is empty`, 'empty')
}
