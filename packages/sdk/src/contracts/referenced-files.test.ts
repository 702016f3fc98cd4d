import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { afterEach, beforeEach, expect, test } from '@jest/globals'

import { referencedFiles } from './referenced-files.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-contract-'))
})
afterEach(() => rm(folder, { recursive: true }))

const head = (kind: string, name: string) =>
  `apiVersion: chainloop.dev/v1\nkind: ${kind}\nmetadata: { name: ${name} }\nspec:\n`
const policy = `${head('Policy', 'p')}  policies: [{ ref: p.rego }]\n`
const contract = (ref: string) =>
  Buffer.from(`${head('Contract', 'c')}  policies: { materials: [{ ref: "${ref}" }] }\n`)

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

async function send(ref: string, allowOutside = false, base = 'contracts') {
  const files = await referencedFiles(contract(ref), { folder: join(folder, base), allowOutside })
  return Object.fromEntries(
    files.map(({ location, content }) => [location, Buffer.from(content).toString()]),
  )
}

test('what is in the folder of the contract is sent, with what that refers to', async () => {
  await write({ 'contracts/policies/p.yaml': policy, 'contracts/policies/p.rego': 'package p' })

  expect(await send('file://policies/p.yaml')).toEqual({
    'file://policies/p.yaml': policy,
    'file://policies/p.rego': 'package p',
  })
})

test('nothing is sent that the contract does not refer to by file://', async () => {
  expect(await send('https://policies.example/p.yaml', false, '.')).toEqual({})
  expect(await send('acme/sbom', false, '.')).toEqual({})
})

test('what is outside of the folder is sent only when that was asked for', async () => {
  await write({ 'contracts/c.yaml': '', 'shared/p.yaml': policy, 'shared/p.rego': 'package p' })
  await symlink('../shared/p.yaml', join(folder, 'contracts', 'linked.yaml'))

  await expect(send('file://../shared/p.yaml')).rejects.toThrow(/outside of the folder/)
  await expect(send('file://linked.yaml')).rejects.toThrow(/outside of the folder/)
  await expect(send(`file://${folder}/shared/p.yaml`)).rejects.toThrow(/outside of the folder/)
  expect(Object.keys(await send('file://../shared/p.yaml', true))).toEqual([
    'file://../shared/p.yaml',
    'file://../shared/p.rego',
  ])
})

test.each([
  ['file://absent.yaml', 'there is no such file'],
  ['file://folder.d/x.d', 'is not a file'],
  ['file://big.yaml', 'has more than 4194304 bytes'],
  ['file://noise.yaml', 'not UTF-8'],
])('%s is refused: %s', async (ref, message) => {
  await write({ 'contracts/big.yaml': 'x'.repeat(5 << 20), 'contracts/folder.d/x.d/y': '' })
  await writeFile(join(folder, 'contracts', 'noise.yaml'), Buffer.of(0xff, 0xfe))

  await expect(send(ref)).rejects.toThrow(message)
})

test('beside a contract from an address there are no files', async () => {
  await expect(referencedFiles(contract('file://p.yaml'), { folder: undefined })).rejects.toThrow(
    /comes from an address/,
  )
})

test('a policy and a group are sent with their files, too', async () => {
  await write({ 'policies/p.yaml': policy, 'policies/p.rego': 'package p' })
  const around = { folder: join(folder, 'policies') }
  const group = `${head('PolicyGroup', 'g')}  policies: { materials: [{ policies: [{ ref: "file://p.yaml" }, { ref: stored }] }] }\n`
  const locations = async (document: string) =>
    (await referencedFiles(Buffer.from(document), around)).map(({ location }) => location)

  expect(await locations(policy)).toEqual(['file://p.rego'])
  expect(await locations(group)).toEqual(['file://p.yaml', 'file://p.rego'])
  expect(await locations(head('Policy', 'p'))).toEqual([])
  await expect(locations(policy.replace('p.rego', 'absent.rego'))).rejects.toThrow('no such file')
})

test('what is wrong with the contract is left to the server', async () => {
  expect(await referencedFiles(Buffer.from('hello'), { folder })).toEqual([])
})
