import { open, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'

import { InvalidContract } from '@chainloop/attestation/contract/contract-problem'
import { outlineOf } from '@chainloop/attestation/contract/outline'
import { parseContract } from '@chainloop/attestation/contract/parse-contract'
import { InvalidPolicy } from '@chainloop/policy/documents/invalid-policy'
import {
  closeDocument,
  closeReferences,
  ContractNotClosed,
  type Load,
  MAX_SCRIPT_BYTES,
  referencesIn,
} from '@chainloop/policy/references/close-references'
import { isFile, ReferenceRefused } from '@chainloop/policy/references/locate'

/** What a `file://` reference of a contract stands for; sent along because the server reads no files of ours. */
export interface ReferencedFile {
  /** `file://` and the normalized path relative to the contract. */
  readonly location: string
  readonly content: Uint8Array
}

export interface Around {
  /** Where the contract's relative paths begin. Undefined: it comes from an address, and there are no files around it. */
  readonly folder: string | undefined
  /** Also send files that are not in the folder. */
  readonly allowOutside?: boolean | undefined
}

/**
 * The files that a contract, a policy or a group refers to: policies, groups and scripts, theirs included. Throws
 * `ContractNotClosed` with everything that cannot be read, or is not in the document's folder. What is wrong with the
 * document itself is left to the server, which says all of it.
 */
export async function referencedFiles(
  document: Uint8Array,
  around: Around,
): Promise<ReferencedFile[]> {
  const close = walkOf(document)
  if (!close) return []
  const files: ReferencedFile[] = []
  await close(async ({ location }) => {
    if (!isFile(location)) return undefined
    const content = await readLocal(location, around)
    files.push({ location, content })
    return content
  })
  return files
}

/** Why the files that a contract refers to cannot be sent along; empty: they can. */
export async function unsendable(contract: Uint8Array, around: Around): Promise<readonly string[]> {
  try {
    await referencedFiles(contract, around)
    return []
  } catch (cause) {
    if (cause instanceof ContractNotClosed) return cause.problems
    throw cause
  }
}

/** Undefined: the document is not what it says. */
function walkOf(document: Uint8Array): ((load: Load) => Promise<unknown>) | undefined {
  const { kind: name } = outlineOf(document)
  const kind = name === 'Policy' ? 'policy' : name === 'PolicyGroup' ? 'policy_group' : undefined
  try {
    if (kind) {
      referencesIn(kind, document)
      return (load) => closeDocument({ kind, bytes: document }, load)
    }
    const { spec } = parseContract(document).contract
    return (load) => closeReferences(spec, load)
  } catch (cause) {
    if (cause instanceof InvalidContract || cause instanceof InvalidPolicy) return undefined
    throw cause
  }
}

/** The bytes behind a `file://` location. Throws `ReferenceRefused`. */
export async function readLocal(
  location: string,
  { folder, allowOutside }: Around,
): Promise<Uint8Array> {
  if (folder === undefined) {
    throw new ReferenceRefused('the document comes from an address, there are no files beside it')
  }
  const path = location.slice('file://'.length)
  const absolute = isAbsolute(path) ? path : join(folder, ...path.split('/'))
  const real = await realpath(absolute).catch(missing)
  if (allowOutside !== true && !isInside(await realpath(folder), real)) {
    throw new ReferenceRefused(
      `is outside of the folder of the document; --allow-outside-files sends it all the same`,
    )
  }
  return readBounded(real)
}

/** A file may grow while it is read, and may be no file. */
async function readBounded(path: string): Promise<Uint8Array> {
  const file = await open(path).catch(missing)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw new ReferenceRefused('is not a file')
    if (stats.size > MAX_SCRIPT_BYTES) {
      throw new ReferenceRefused(`has more than ${MAX_SCRIPT_BYTES} bytes`)
    }
    const buffer = new Uint8Array(stats.size)
    const { bytesRead } = await file.read(buffer)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function missing(cause: unknown): never {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : ''
  throw new ReferenceRefused(
    code === 'ENOENT' ? 'there is no such file' : `cannot be read (${String(code)})`,
  )
}
