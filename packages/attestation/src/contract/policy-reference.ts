import type { TextRule } from './reading.ts'

const LABEL = '[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?'
const DIGEST = '(?:@sha256:[0-9a-f]{64})?'
const FILE = String.raw`file://[^@]*[^@/]\.[^@/.]+`
const URL = String.raw`https?://[^/@]+/[^@]*[^@/]\.[^@/.]+`
const PROVIDED = `(?:chainloop://)?(?:${LABEL}:)?(?:${LABEL}/)?${LABEL}(?:@[1-9][0-9]{0,8})?`

/** Where a policy or group comes from: a file, a URL, or `[provider:][organization/]name[@version]`; optionally pinned. */
export const POLICY_REFERENCE: TextRule = {
  pattern: new RegExp(`^(?:${FILE}|${URL}|${PROVIDED})${DIGEST}$`),
  rule: 'expected file:// or http(s):// with a file extension, or [provider:][organization/]name[@version], and optionally @sha256:<64 hex digits>',
}

/** `[organization/]framework/requirement[@version]`. */
export const REQUIREMENT_REFERENCE: TextRule = {
  pattern: /^([a-z0-9-]+\/)?([^\s/]+\/)([^\s@/]+)(@[^\s@]+)?$/,
  rule: 'expected [organization/]framework/requirement[@version]',
}
