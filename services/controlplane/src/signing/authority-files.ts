import { mkdir, mkdtemp, open, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { AuthorityPems, GeneratedAuthority } from './authority.ts'

/** Reads `<parent>/<name>/{chain,key}.pem`, or generates and keeps them: whole or not at all, also after a kill. */
export async function readOrGenerate(
  place: { readonly parent: string; readonly name: string },
  generate: () => Promise<GeneratedAuthority>,
): Promise<AuthorityPems> {
  const directory = join(place.parent, place.name)
  const kept = await read(directory)
  if (kept) return kept

  await mkdir(place.parent, { recursive: true, mode: 0o700 })
  await keep(place, await generate())
  const fresh = await read(directory)
  if (!fresh) throw new Error(`no signing key could be kept in ${directory}`)
  return fresh
}

async function keep(
  { parent, name }: { readonly parent: string; readonly name: string },
  pems: GeneratedAuthority,
): Promise<void> {
  const partial = await mkdtemp(join(parent, `.${name}-`))
  await writeDurably(join(partial, 'chain.pem'), pems.chain)
  await writeDurably(join(partial, 'key.pem'), pems.key)
  await writeDurably(join(partial, 'root-key.pem'), pems.rootKey)
  try {
    await rename(partial, join(parent, name))
  } catch {
    // Another process was first: its keys count.
    await rm(partial, { recursive: true })
  }
  await syncDirectory(parent)
}

async function writeDurably(path: string, text: string): Promise<void> {
  await using file = await open(path, 'wx', 0o600)
  await file.writeFile(text)
  await file.sync()
}

async function syncDirectory(path: string): Promise<void> {
  await using directory = await open(path, 'r')
  await directory.sync()
}

async function read(directory: string): Promise<AuthorityPems | undefined> {
  const chain = await readIfThere(join(directory, 'chain.pem'))
  const key = await readIfThere(join(directory, 'key.pem'))
  if (chain === undefined && key === undefined) return undefined
  if (chain === undefined || key === undefined) {
    throw new Error(`${directory} holds only a part of its key and certificates`)
  }
  return { chain, key }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if (isMissing(cause)) return undefined
    throw cause
  }
}

function isMissing(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT'
}
