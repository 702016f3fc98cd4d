import { generateAuthority } from '../authority.ts'
import { generatePem, signingKey } from '../signing-key.ts'
import { openSigning } from '../signing.ts'
import type { Signing } from '../signing.ts'

export const TEST_INSTANCE = 'https://chainloop.example'

/** Keys that live as long as the test; a clock may be given. */
export async function testSigning(
  clock: () => Date = () => new Date(),
  trustedTimestampChains?: string,
): Promise<Signing> {
  const ctLog = generatePem('P-256')
  const instance = { url: TEST_INSTANCE, now: new Date(Date.now() - 24 * 3600 * 1000) }
  const generated = async (kind: Parameters<typeof generateAuthority>[0]) =>
    generateAuthority(kind, { ...instance, ctLog: await signingKey(ctLog) })
  return openSigning({
    instanceUrl: TEST_INSTANCE,
    given: {
      'job-ca': await generated('job-ca'),
      'timestamp-authority': await generated('timestamp-authority'),
      provenance: await generated('provenance'),
      'ct-log': { key: ctLog },
      log: { key: generatePem('Ed25519') },
      tuf: { key: generatePem('Ed25519') },
    },
    clock,
    trustedTimestampChains,
  })
}
