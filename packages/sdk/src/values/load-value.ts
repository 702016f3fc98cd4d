import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

import { httpExchange, isHttp, readBody } from '../http/request.ts'

/** What was named is not there. */
export class ValueNotFound extends Error {
  override readonly name = 'ValueNotFound'
}

/** What somebody typed, found: a file, or bytes without one. */
export type Value =
  | { readonly type: 'file'; readonly path: string; readonly name: string }
  | { readonly type: 'bytes'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly type: 'literal'; readonly text: string }

export interface LoadOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where downloads go; the caller removes it. */
  readonly temporaryFolder: () => Promise<string>
}

/** An existing path, `http(s)://…` (downloaded), `env://NAME`; anything else is the text itself. */
export async function loadValue(typed: string, options: LoadOptions): Promise<Value> {
  if (await isFile(typed)) return { type: 'file', path: typed, name: posix.basename(typed) }
  if (typed.startsWith('env://')) return fromEnvironment(typed.slice('env://'.length), options.env)
  if (URL.canParse(typed) && isHttp(new URL(typed))) return download(new URL(typed), options)
  return { type: 'literal', text: typed }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

function fromEnvironment(name: string, env: LoadOptions['env']): Value {
  const value = env[name]
  if (value === undefined || value === '') {
    throw new ValueNotFound(`the environment variable ${name} is not set`)
  }
  return { type: 'bytes', name, bytes: Buffer.from(value) }
}

async function download(url: URL, { temporaryFolder }: LoadOptions): Promise<Value> {
  const response = await httpExchange(url)
  if (response.statusCode !== 200) {
    response.resume()
    throw new ValueNotFound(`${url.href} answered with status ${response.statusCode}`)
  }
  const name = posix.basename(decodeURIComponent(url.pathname)) || url.hostname
  const path = join(await temporaryFolder(), name.replaceAll(/[/\\]/g, '_'))
  await pipeline(response, createWriteStream(path, { mode: 0o600 }))
  return { type: 'file', path, name }
}

/** The bytes of a small document, such as a contract: a path, `http(s)://…`, or `env://NAME`. */
export async function readDocument(typed: string, env: LoadOptions['env']): Promise<Uint8Array> {
  if (typed.startsWith('env://')) {
    const value = fromEnvironment(typed.slice('env://'.length), env)
    return value.type === 'bytes' ? value.bytes : new Uint8Array()
  }
  if (!URL.canParse(typed) || !isHttp(new URL(typed))) return readBounded(typed)

  const response = await httpExchange(new URL(typed))
  const body = await readBody(response, MAX_DOCUMENT_BYTES)
  if (response.statusCode === 200) return body
  throw new ValueNotFound(`${typed} answered with status ${response.statusCode}`)
}

const MAX_DOCUMENT_BYTES = 16 << 20

/** What is named may have no end. */
async function readBounded(path: string): Promise<Uint8Array> {
  const bytes = await buffer(createReadStream(path, { end: MAX_DOCUMENT_BYTES }))
  if (bytes.length <= MAX_DOCUMENT_BYTES) return bytes
  throw new ValueNotFound(`${path} has more than ${MAX_DOCUMENT_BYTES} bytes`)
}

/** No document is there, and the text can be the name of a stored contract. */
export async function isContractName(typed: string): Promise<boolean> {
  return /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(typed) && !(await isFile(typed))
}
