import type { X509Certificate } from '@sigstore/core'
import { toTrustMaterial } from '@sigstore/verify'
import type { TrustMaterial } from '@sigstore/verify'

import type { TrustRoot } from './trust-root.ts'

type Material = Omit<TrustMaterial, 'publicKey'>

const materials = new WeakMap<TrustRoot, Material>()

/** Certificates and keys of a root, read once: that costs as much as verifying a bundle with them. */
export function trustMaterialOf(trust: TrustRoot): Material {
  const known = materials.get(trust)
  if (known) return known
  const { publicKey: _none, ...material } = toTrustMaterial(trust.root)
  for (const { certChain } of [
    ...material.certificateAuthorities,
    ...material.timestampAuthorities,
  ]) {
    certChain.forEach(rememberEncoding)
  }
  materials.set(trust, material)
  return material
}

/** Half of a verification would go into writing these very certificates as DER, over and over. */
function rememberEncoding({ root, tbsCertificate }: X509Certificate): void {
  for (const part of [tbsCertificate, root]) {
    const der = part.toDER()
    part.toDER = () => der
  }
}
