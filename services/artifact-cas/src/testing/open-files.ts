import { readdir, readlink } from 'node:fs/promises'

/** Files of this process whose path contains a text. */
export async function openFiles(text: string): Promise<string[]> {
  const links = await readdir('/proc/self/fd')
  const paths = await Promise.all(
    links.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  )
  return paths.filter((path) => path.includes(text))
}
