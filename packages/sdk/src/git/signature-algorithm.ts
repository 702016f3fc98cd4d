/** By the header of the armour that git keeps. */
export function signatureAlgorithm(signature: string | undefined): string {
  const [, kind] = /^-----BEGIN (PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----/.exec(
    signature?.trimStart() ?? '',
  ) ?? ['', '']
  if (kind?.startsWith('PGP')) return 'PGP'
  if (kind === 'SSH SIGNATURE') return 'SSH'
  if (kind === 'SIGNED MESSAGE') return 'X509'
  return signature === undefined || signature === '' ? '' : 'UNKNOWN'
}
