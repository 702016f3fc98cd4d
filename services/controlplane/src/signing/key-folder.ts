import { mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Files of one generation of a key, by their names. */
export type KeyFiles = Readonly<Record<string, string>>

interface Place {
  readonly parent: string
  readonly name: string
}

/** Reads the folder, or generates and keeps it: whole or not at all, also after a kill. */
export async function readOrGenerate(
  place: Place,
  generate: () => Promise<KeyFiles>,
): Promise<KeyFiles> {
  const kept = await readKeyFolder(place)
  if (kept) return kept

  await keepKeyFolder(place, await generate())
  const fresh = await readKeyFolder(place)
  if (!fresh) throw new Error(`no signing key could be kept in ${join(place.parent, place.name)}`)
  return fresh
}

/** False: there was one already, and it counts. Mode 0700, files 0600. */
export async function keepKeyFolder({ parent, name }: Place, files: KeyFiles): Promise<boolean> {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  const partial = await mkdtemp(join(parent, `.${name}-`))
  for (const [file, text] of Object.entries(files)) await writeDurably(join(partial, file), text)
  try {
    await rename(partial, join(parent, name))
    return true
  } catch {
    await rm(partial, { recursive: true })
    return false
  } finally {
    await syncDirectory(parent)
  }
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

/** Undefined where there is no such folder, or nothing in it. */
export async function readKeyFolder({ parent, name }: Place): Promise<KeyFiles | undefined> {
  const directory = join(parent, name)
  const names = (await unlessMissing(readdir(directory))) ?? []
  const files = names.filter((file) => /^[a-z-]+(\.pem)?$/.test(file))
  if (files.length === 0) return undefined
  const texts = await Promise.all(
    files.map(async (file) => [file, await readFile(join(directory, file), 'utf8')] as const),
  )
  return Object.fromEntries(texts)
}

async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (cause) {
    const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : ''
    if (code === 'ENOENT') return undefined
    throw cause
  }
}
