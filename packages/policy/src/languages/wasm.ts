import { InvalidScript, type ScriptText } from './script-language.ts'

/** `\0asm`, as bytes and in base64. */
const MAGIC = Buffer.from([0, 0x61, 0x73, 0x6d])
const MAGIC_BASE64 = 'AGFzb'

/** A module as it is kept where scripts are texts; undefined for what is none. */
export function wasmText(bytes: Uint8Array): string | undefined {
  if (!MAGIC.equals(bytes.subarray(0, MAGIC.length))) return undefined
  return Buffer.from(bytes).toString('base64')
}

/**
 * Modules of WebAssembly (Extism) are not evaluated: what runs them in Node needs WASI and worker threads, which take
 * the sandbox apart, and tells them a time of its own. Throws `InvalidScript`.
 */
export function assertNotWasm({ file, text }: ScriptText): void {
  if (!text.startsWith(MAGIC_BASE64)) return
  throw new InvalidScript(
    `${file} is a module of WebAssembly, which is not evaluated here: write it in rego, cel or json-schema`,
  )
}
