import type { X509Certificate } from '@sigstore/core'

const EXTENDED_KEY_USAGE = '2.5.29.37'
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3'
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'

/** An end entity whose certificate says that it is for signing code (RFC 5280 §4.2.1.12). */
export function isForCodeSigning(certificate: X509Certificate): boolean {
  return isSigner(certificate) && purposesOf(certificate).includes(CODE_SIGNING)
}

/**
 * The purpose is there, and alone. RFC 3161 §2.3 wants it critical as well; authorities that are in use do not
 * mark it, and a verifier that knows the purpose loses nothing by that.
 */
export function isForTimeStamping(certificate: X509Certificate): boolean {
  const purposes = purposesOf(certificate)
  return !certificate.isCA && purposes.length === 1 && purposes[0] === TIME_STAMPING
}

function isSigner({ isCA, extKeyUsage }: X509Certificate): boolean {
  return !isCA && (extKeyUsage === undefined || extKeyUsage.digitalSignature)
}

function purposesOf(certificate: X509Certificate): string[] {
  const usage = certificate.extension(EXTENDED_KEY_USAGE)
  return usage?.valueObj.subs[0]?.subs.map((purpose) => purpose.toOID()) ?? []
}
