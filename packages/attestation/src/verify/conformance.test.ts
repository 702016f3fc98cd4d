import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { sha256 } from '../digest.ts'
import { parseTrustRoot } from './trust-root.ts'
import { VerificationFailed } from './verification.ts'
import { verifyBundle } from './verify-bundle.ts'

const testdata = process.env['CHAINLOOP_TESTDATA']
const maybe = testdata ? test : test.skip
const folder = join(testdata ?? '', 'sigstore-bundles')

const BEACON =
  'https://github.com/sigstore-conformance/extremely-dangerous-public-oidc-beacon/.github/workflows/extremely-dangerous-oidc-beacon.yml@refs/heads/main'

function signer(text: (file: string) => string | undefined) {
  return {
    identity: text('identity') ?? BEACON,
    issuer: text('issuer') ?? 'https://token.actions.githubusercontent.com',
  }
}

function verdict(name: string, { byDigest = false } = {}): string {
  const read = (file: string): Buffer => readFileSync(join(folder, name, file))
  const has = (file: string): boolean => existsSync(join(folder, name, file))
  const text = (file: string): string | undefined =>
    has(file) ? read(file).toString().trim() : undefined
  try {
    const key = text('key.pub')
    const artifact = read(has('artifact') ? 'artifact' : '../a.txt')
    verifyBundle({
      bundle: read('bundle.sigstore.json'),
      trust: parseTrustRoot(
        read(has('trusted_root.json') ? 'trusted_root.json' : '../prod_trusted_root.json'),
      ),
      artifact: byDigest ? sha256(artifact) : artifact,
      key,
      ...(key === undefined && signer(text)),
    })
    return 'verified'
  } catch (cause) {
    if (cause instanceof VerificationFailed) return `${cause.code}: ${cause.message}`
    throw cause
  }
}

maybe.each([false, true])(
  'every conformance case gets the verdict that its name states (by digest: %s)',
  (byDigest) => {
    const cases = readdirSync(folder, { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    const verdicts = cases.map(({ name }) => [name, verdict(name, { byDigest })] as const)
    const wrong = verdicts.filter(
      ([name, text]) => name.endsWith('_fail') === (text === 'verified'),
    )

    expect(cases.length).toBeGreaterThanOrEqual(40)
    expect(wrong).toEqual([])
  },
)
