import type { Commit, CommitVerification } from '@chainloop/attestation/git/commit'

import { runGit } from './git.ts'
import { signatureAlgorithm } from './signature-algorithm.ts'

/**
 * What git itself says, with the keys that it is configured with: GnuPG's keyring, gpgsm's certificates, or
 * `gpg.ssh.allowedSignersFile`. Undefined for a commit without a signature, and without git.
 */
export async function verifyLocally(
  { hash, signature }: Commit,
  cwd: string,
): Promise<CommitVerification | undefined> {
  if (signature === undefined || signature === '') return undefined
  const answer = await runGit(cwd, ['verify-commit', '--raw', hash])
  if (answer === undefined) return undefined
  const said = `${answer.stdout}\n${answer.stderr}`
  const verdict = verdictOf(said, answer.code === 0)
  return {
    platform: 'git',
    signatureAlgorithm: signatureAlgorithm(signature),
    keyId: KEY.exec(said)?.slice(1).find(Boolean) ?? '',
    ...verdict,
  }
}

/** GnuPG's DETAILS document for the status lines; ssh-keygen names the fingerprint. */
const KEY =
  /^\[GNUPG:\] (?:VALIDSIG|GOODSIG|BADSIG|NO_PUBKEY|ERRSIG) ([0-9A-F]{8,64})|(SHA256:[\w+/=]+)/m

function verdictOf(said: string, isGood: boolean): Pick<CommitVerification, 'status' | 'reason'> {
  if (isGood) return { status: 'verified', reason: 'valid' }
  const found = VERDICTS.find(({ sign }) => sign.test(said))
  return found
    ? { status: found.status, reason: found.reason }
    : { status: 'unavailable', reason: 'it could not be verified here' }
}

const VERDICTS = [
  {
    sign: /\bBADSIG\b|incorrect signature|Signature verification failed/i,
    status: 'unverified',
    reason: 'invalid',
  },
  { sign: /\b(?:EXPKEYSIG|KEYEXPIRED|EXPSIG)\b/, status: 'unverified', reason: 'expired_key' },
  { sign: /\bREVKEYSIG\b/, status: 'unverified', reason: 'revoked_key' },
  {
    sign: /\bNO_PUBKEY\b|No principal matched|allowedSignersFile/,
    status: 'unavailable',
    reason: 'unknown_key',
  },
] as const
