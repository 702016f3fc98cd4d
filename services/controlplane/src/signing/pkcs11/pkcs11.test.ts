import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { isSignedBy } from '@chainloop/attestation/verify/public-key'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import koffi from 'koffi'

import { generateAuthority, readAuthority } from '../authority.ts'
import { ed25519Key, signingKey } from '../signing-key.ts'

/* Against SoftHSM, where it and the tool of OpenSC are installed. */
const MODULE = '/usr/lib/softhsm/libsofthsm2.so'
const isThere = existsSync(MODULE) && existsSync('/usr/bin/pkcs11-tool')
const maybe = isThere ? test : test.skip
const run = promisify(execFile)
const PIN = '1234'
const env = { CHAINLOOP_PKCS11_PIN: PIN }
const reference = (object: string, token = 'chainloop'): string =>
  `pkcs11:token=${token};object=${object}?module-path=${MODULE}`

let folder = ''
beforeAll(async () => {
  if (!isThere) return
  folder = await mkdtemp(join(tmpdir(), 'softhsm-'))
  const config = join(folder, 'softhsm2.conf')
  await writeFile(config, `directories.tokendir = ${folder}\nobjectstore.backend = file\n`)
  // The module reads the environment of the process, of which tests have a copy.
  koffi.load(null).func('int setenv(str name, str value, int overwrite)')(
    'SOFTHSM2_CONF',
    config,
    1,
  )
  const tool = (...args: string[]) =>
    run('pkcs11-tool', ['--module', MODULE, ...args], {
      env: { ...process.env, SOFTHSM2_CONF: config },
    })
  await run(
    'softhsm2-util',
    ['--init-token', '--free', '--label', 'chainloop', '--so-pin', PIN, '--pin', PIN],
    {
      env: { ...process.env, SOFTHSM2_CONF: config },
    },
  )
  const login = ['--token-label', 'chainloop', '--login', '--pin', PIN, '--keypairgen']
  await tool(...login, '--key-type', 'EC:prime256v1', '--label', 'ca', '--id', '01')
  await tool(...login, '--key-type', 'EC:edwards25519', '--label', 'log', '--id', '02')
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

maybe('a P-256 key in a token certifies, and many signatures at once are all good', async () => {
  const key = await signingKey(reference('ca'), env)
  const generated = await generateAuthority('job-ca', {
    url: 'https://chainloop.example',
    now: new Date(),
    key: { reference: reference('ca'), it: key },
  })
  const authority = await readAuthority(generated, env)
  const texts = Array.from({ length: 20 }, (_, n) => Buffer.from(`text ${n}`))

  const signatures = await Promise.all(texts.map((text) => authority.key.sign(text)))

  expect(generated.key).toBe(reference('ca'))
  expect(
    signatures.every((signature, n) =>
      isSignedBy(key.publicKey, texts[n] ?? Buffer.of(), signature),
    ),
  ).toBe(true)
})

maybe('an Ed25519 key in a token signs heads', async () => {
  const key = await ed25519Key(reference('log'), env)

  expect(isSignedBy(key.publicKey, Buffer.from('head'), await key.sign(Buffer.from('head')))).toBe(
    true,
  )
})

maybe.each([
  [reference('nobody'), /0 public keys with the label nobody/],
  [reference('ca', 'other'), /no token other/],
  ['pkcs11:token=chainloop', /names no key/],
  [`pkcs11:token=chainloop;object=ca?module-path=/etc/hostname`, /no PKCS #11 module/],
])('%s is told to be no key', async (text, reason) => {
  await expect(signingKey(text, env)).rejects.toThrow(reason)
})

maybe('without the PIN, or with a wrong one, nothing is signed', async () => {
  await expect(signingKey(reference('ca'), {})).rejects.toThrow(/CHAINLOOP_PKCS11_PIN is not set/)
})
