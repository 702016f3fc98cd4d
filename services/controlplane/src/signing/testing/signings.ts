import { generateAuthority } from '../authority.ts'
import { openSigning } from '../signing.ts'
import type { Signing } from '../signing.ts'

export const TEST_INSTANCE = 'https://chainloop.example'

/** Keys that live as long as the test; a clock may be given. */
export async function testSigning(
  clock: () => Date = () => new Date(),
  trustedTimestampChains?: string,
): Promise<Signing> {
  const generated = (kind: Parameters<typeof generateAuthority>[0]) =>
    generateAuthority(kind, { url: TEST_INSTANCE, now: new Date(Date.now() - 24 * 3600 * 1000) })
  const [job, timestamps, provenance] = await Promise.all([
    generated('job-ca'),
    generated('timestamp-authority'),
    generated('provenance'),
  ])
  return openSigning({
    instanceUrl: TEST_INSTANCE,
    given: { 'job-ca': job, 'timestamp-authority': timestamps, provenance },
    clock,
    trustedTimestampChains,
  })
}
