import { readFile } from 'node:fs/promises'

/** The fenced blocks of one language, in order. */
export async function codeBlocks(file: string, language: string): Promise<string[]> {
  const text = await readFile(file, 'utf8')
  const fences = text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)
  return [...fences].filter(([, tag]) => tag === language).map(([, , code]) => code ?? '')
}
