import { X509Certificate } from 'node:crypto'

import { splitPems } from './authority.ts'
import type { Der } from './der.ts'

/** Chains in PEM, one after the other: each begins with a certificate that is no authority, and ends with its root. */
export function readTimestampChains(pem: string): readonly (readonly Der[])[] {
  const chains: X509Certificate[][] = []
  for (const certificate of splitPems(pem).map((one) => new X509Certificate(one))) {
    const chain = chains.at(-1)
    if (!certificate.ca) chains.push([certificate])
    else if (chain) chain.push(certificate)
    else throw malformed('does not begin with the certificate of an authority for timestamps')
  }
  if (pem.trim() !== '' && chains.length === 0) throw malformed('holds no certificate')
  chains.forEach(assertLinked)
  return chains.map((chain) => chain.map(({ raw }) => Buffer.from(raw)))
}

function assertLinked(chain: readonly X509Certificate[]): void {
  chain.forEach((certificate, index) => {
    const issuer = chain[index + 1] ?? certificate
    if (certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey)) return
    throw malformed(`does not lead from ${chain[0]?.subject ?? 'a certificate'} to a root`)
  })
}

function malformed(problem: string): TypeError {
  return new TypeError(`CHAINLOOP_TSA_TRUSTED_CHAINS ${problem}`)
}
