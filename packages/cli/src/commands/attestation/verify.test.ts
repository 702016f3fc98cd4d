import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import {
  createWorld,
  signedBundle,
  trustedRoot,
} from '@chainloop/attestation/verify/authority.test.fixture'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { chainloop, type Ran } from '../../testing/memory-io.test.fixture.ts'

const testdata = process.env['CHAINLOOP_TESTDATA']
const maybe = testdata ? test : test.skip
const vectors = join(testdata ?? '', 'sigstore-bundles')

const BEACON =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main'
const GITHUB = 'https://token.actions.githubusercontent.com'

/** The flags of one case, from the files in its folder. */
function flagsOf(name: string, { byDigest, byPattern }: Variant): string[] {
  const own = (file: string): string => join(vectors, name, file)
  const either = (file: string, fallback: string): string =>
    existsSync(own(file)) ? own(file) : join(vectors, fallback)
  const text = (file: string): string | undefined =>
    existsSync(own(file)) ? readFileSync(own(file), 'utf8').trim() : undefined
  const artifact = either('artifact', 'a.txt')
  const signer = existsSync(own('key.pub'))
    ? ['--key', own('key.pub')]
    : identityFlags(text('identity') ?? BEACON, byPattern)
  return [
    'attestation',
    'verify',
    '--bundle',
    own('bundle.sigstore.json'),
    '--trusted-root',
    either('trusted_root.json', 'prod_trusted_root.json'),
    '--artifact',
    byDigest ? digestOf(artifact) : artifact,
    ...signer,
  ]
}

function identityFlags(identity: string, byPattern: boolean): string[] {
  const quoted = (value: string): string => value.replaceAll('.', String.raw`\.`)
  return byPattern
    ? [
        '--certificate-identity-regexp',
        quoted(identity),
        '--certificate-oidc-issuer-regexp',
        'https://token\\..*\\.com',
      ]
    : ['--certificate-identity', identity, '--certificate-oidc-issuer', GITHUB]
}

function digestOf(path: string): string {
  return `sha256:${createHash('sha256').update(readFileSync(path)).digest('hex')}`
}

interface Variant {
  readonly byDigest: boolean
  readonly byPattern: boolean
}

maybe.each<Variant>([
  { byDigest: false, byPattern: false },
  { byDigest: true, byPattern: true },
])(
  'every conformance case gets the verdict that its name states, by flags: %j',
  async (variant) => {
    const cases = readdirSync(vectors, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    const wrong: string[] = []
    for (const { name } of cases) {
      const { code, err } = await chainloop(flagsOf(name, variant))
      if (code !== (name.endsWith('_fail') ? 1 : 0)) wrong.push(`${name}: ${code} ${err}`)
    }

    expect(cases.length).toBeGreaterThanOrEqual(40)
    expect(wrong).toEqual([])
  },
)

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chainloop-verify-'))
  const world = createWorld()
  const good = signedBundle(world)
  await writeFile(join(folder, 'good.json'), good)
  await writeFile(join(folder, 'root.json'), trustedRoot(world))
  const bare: { verificationMaterial: object } = JSON.parse(Buffer.from(good).toString())
  bare.verificationMaterial = {}
  await writeFile(join(folder, 'bare.json'), JSON.stringify(bare))
  bare.verificationMaterial = { publicKey: { hint: 'somebody' } }
  await writeFile(join(folder, 'keyed.json'), JSON.stringify(bare))
})
afterAll(async () => rm(folder, { recursive: true }))

const verify = (bundle: string, ...more: string[]): Promise<Ran> =>
  chainloop([
    'attestation',
    'verify',
    '--bundle',
    join(folder, bundle),
    '--trusted-root',
    join(folder, 'root.json'),
    ...more,
  ])
const SIGNER = ['--certificate-identity', 'https://acme.example/web/build']

test.each(['bare.json', 'keyed.json'])(
  'what there is nothing to verify with in %s is refused, unless that is allowed',
  async (bundle) => {
    const refused = await verify(bundle)
    const allowed = await verify(bundle, '--allow-unverifiable', '--output', 'json')

    expect(refused.code).toBe(1)
    expect(allowed.code).toBe(0)
    expect(allowed.err).toContain('could not be verified')
    expect(JSON.parse(allowed.out)).toMatchObject({ verified: false })
  },
)

test('what is wrong is refused all the same', async () => {
  const refused = await verify(
    'good.json',
    '--allow-unverifiable',
    '--certificate-identity',
    'https://acme.example/other',
  )

  expect(refused.code).toBe(1)
  expect(refused.err).toContain('not by https://acme.example/other')
})

test('the issuer is compared as a whole, exactly or as a pattern', async () => {
  const issuer = (...flags: string[]) => verify('good.json', ...SIGNER, ...flags)

  expect((await issuer('--certificate-oidc-issuer', 'https://issuer.example')).code).toBe(0)
  expect((await issuer('--certificate-oidc-issuer-regexp', 'https://issuer\\..*')).code).toBe(0)
  expect((await issuer('--certificate-oidc-issuer-regexp', 'https://issuer')).code).toBe(1)
  expect((await issuer('--certificate-oidc-issuer-regexp', '(')).code).toBe(1)
  const both = await issuer(
    '--certificate-oidc-issuer',
    'x',
    '--certificate-oidc-issuer-regexp',
    'x',
  )
  expect(both.code).toBe(2)
})
