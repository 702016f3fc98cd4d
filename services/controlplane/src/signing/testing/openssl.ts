import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

type Files = Readonly<Record<string, string | Uint8Array>>

/** What `openssl` prints, run in a folder of its own that holds the files; rejects when it does. */
export async function openssl(files: Files, args: readonly string[]): Promise<string> {
  return inFolderWith(files, async (cwd) => (await run('openssl', [...args], { cwd })).stdout)
}

/** What `openssl` writes with `-out`. */
export async function opensslBytes(
  files: Files,
  args: readonly string[],
): Promise<Buffer<ArrayBuffer>> {
  return inFolderWith(files, async (cwd) => {
    await run('openssl', [...args, '-out', 'written'], { cwd })
    return readFile(join(cwd, 'written'))
  })
}

async function inFolderWith<T>(files: Files, work: (cwd: string) => Promise<T>): Promise<T> {
  const cwd = await mkdtemp(join(tmpdir(), 'openssl-'))
  try {
    await Promise.all(
      Object.entries(files).map(([name, content]) => writeFile(join(cwd, name), content)),
    )
    return await work(cwd)
  } finally {
    await rm(cwd, { recursive: true })
  }
}
