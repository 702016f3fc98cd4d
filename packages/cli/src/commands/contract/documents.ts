import { readdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { outlineOf } from '@chainloop/attestation/contract/outline'
import { splitDocuments } from '@chainloop/attestation/contract/split-documents'
import { readDocument } from '@chainloop/sdk/values/load-value'

import { UsageError } from '../../core/exit.ts'
import type { Session } from '../../core/session.ts'

export interface Document {
  /** What was named; for a further document of the same stream with the line it begins with: `all.yaml:12`. */
  readonly source: string
  /** Line of the stream that it begins with, from 1. */
  readonly line: number
  readonly bytes: Uint8Array
  /** Where its relative references begin; undefined for what comes from an address. */
  readonly folder: string | undefined
  /** What it says it is; empty for a contract of the first shape. */
  readonly kind: string
  readonly name: string
  /** It was not named itself but found in a folder, where other things may be. */
  readonly found: boolean
}

type Where = Pick<Session, 'io'>

/**
 * The documents that were named; a folder stands for those in it, sorted by name, `-` for the standard input. A YAML
 * stream gives each of its documents.
 */
export async function contractDocuments(
  sources: readonly string[],
  { io }: Where,
): Promise<readonly Document[]> {
  if (sources.length === 0) throw new UsageError('missing --contract <file|folder|url>')
  const documents: Document[] = []
  for (const source of sources) {
    const files = await filesIn(source)
    for (const file of files ?? [source]) {
      documents.push(...(await readStream(file, { io, found: files !== undefined })))
    }
  }
  return documents
}

/** The only document of a source, as `readStream` gives it. */
export async function contractDocument(source: string, { io }: Where): Promise<Document> {
  const documents = await readStream(source, { io, found: false })
  const [document] = documents
  if (document && documents.length === 1) return document
  throw new UsageError(
    `${source} holds ${documents.length} documents`,
    '`chainloop workflow contract apply` takes several',
  )
}

async function readStream(
  source: string,
  { io, found }: Where & { readonly found: boolean },
): Promise<Document[]> {
  const fromInput = source === '-'
  const bytes = fromInput ? await io.input(MAX_BYTES) : await readDocument(source, io.env)
  const folder = fromInput ? io.cwd : folderOf(source, io)
  return splitDocuments(bytes).map(({ line, bytes: own }) => ({
    source: line === 1 ? source : `${source}:${line}`,
    line,
    bytes: own,
    folder,
    found,
    ...outlineOf(own),
  }))
}

const MAX_BYTES = 16 << 20

function folderOf(source: string, { cwd }: Pick<Session['io'], 'cwd'>): string | undefined {
  if (/^https?:\/\//.test(source)) return undefined
  return source.startsWith('env://') ? cwd : dirname(source)
}

/** Undefined: it is no folder. */
async function filesIn(source: string): Promise<readonly string[] | undefined> {
  if (source === '-' || !(await isFolder(source))) return undefined
  const names = await readdir(source)
  return names
    .filter((name) => /\.(?:ya?ml|json)$/.test(name))
    .toSorted()
    .map((name) => join(source, name))
}

async function isFolder(source: string): Promise<boolean> {
  try {
    return (await stat(source)).isDirectory()
  } catch {
    return false
  }
}
