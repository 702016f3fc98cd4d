import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { listen } from '../testing/listen.test.fixture.ts'
import { isContractName, loadValue, readDocument } from './load-value.ts'

let folder: string
let server: Server | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-value-'))
})

afterEach(async () => {
  server?.closeAllConnections()
  server?.close()
  await rm(folder, { recursive: true })
})

const load = (typed: string, env: Record<string, string> = {}) =>
  loadValue(typed, { env, temporaryFolder: async () => folder })

async function site(status: number, body: string): Promise<string> {
  server = createServer((_, response) => response.writeHead(status).end(body))
  return `http://${await listen(server)}`
}

test('a path is a file, under its base name', async () => {
  const path = join(folder, 'sbom.json')
  await writeFile(path, '{}')

  expect(await load(path)).toEqual({ type: 'file', path, name: 'sbom.json' })
})

test('an address is downloaded', async () => {
  const value = await load(`${await site(200, 'content')}/reports/junit.xml?token=x`)

  expect(value).toEqual({ type: 'file', path: join(folder, 'junit.xml'), name: 'junit.xml' })
  expect(await readFile(join(folder, 'junit.xml'), 'utf8')).toBe('content')
})

test('an address cannot choose where it is written', async () => {
  const value = await load(`${await site(200, 'x')}/a/..%2F..%2Fevil`)

  expect(value).toMatchObject({ path: expect.stringContaining(folder) })
})

test('an address without the document is refused with its status', async () => {
  await expect(load(`${await site(404, 'no')}/x`)).rejects.toThrow('answered with status 404')
})

test('a variable gives its content, and must be set', async () => {
  expect(await load('env://REPORT', { REPORT: 'all good' })).toEqual({
    type: 'bytes',
    name: 'REPORT',
    bytes: Buffer.from('all good'),
  })
  await expect(load('env://REPORT')).rejects.toMatchObject({ name: 'ValueNotFound' })
})

test('anything else is the text itself', async () => {
  expect(await load('v1.4.0')).toEqual({ type: 'literal', text: 'v1.4.0' })
  expect(await load(folder)).toEqual({ type: 'literal', text: folder })
})

test('a document is read from a path, an address or a variable', async () => {
  const path = join(folder, 'contract.yaml')
  await writeFile(path, 'a: 1')
  const text = async (typed: string) =>
    Buffer.from(await readDocument(typed, { DOC: 'c: 3' })).toString('utf8')

  expect(await text(path)).toBe('a: 1')
  expect(await text(`${await site(200, 'b: 2')}/contract.yaml`)).toBe('b: 2')
  expect(await text('env://DOC')).toBe('c: 3')
  await expect(text(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a document without an end is refused', async () => {
  await expect(readDocument('/dev/zero', {})).rejects.toThrow('has more than 16777216 bytes')
})

test('a contract is meant by its name only where no file of that name is', async () => {
  expect(await isContractName('web-build')).toBe(true)
  expect(await isContractName('contract.yaml')).toBe(false)
  expect(await isContractName('./web-build')).toBe(false)
})
