/** Every kind of material and its number on the wire (`CraftingSchema.Material.MaterialType`). */
export const MATERIAL_KIND_NUMBERS = {
  STRING: 1,
  CONTAINER_IMAGE: 2,
  ARTIFACT: 3,
  SBOM_CYCLONEDX_JSON: 4,
  SBOM_SPDX_JSON: 5,
  JUNIT_XML: 6,
  OPENVEX: 7,
  CSAF_VEX: 8,
  SARIF: 9,
  HELM_CHART: 10,
  EVIDENCE: 11,
  ATTESTATION: 12,
  CSAF_INFORMATIONAL_ADVISORY: 13,
  CSAF_SECURITY_ADVISORY: 14,
  CSAF_SECURITY_INCIDENT_RESPONSE: 15,
  GITLAB_SECURITY_REPORT: 16,
  ZAP_DAST_ZIP: 17,
  BLACKDUCK_SCA_JSON: 18,
  TWISTCLI_SCAN_JSON: 19,
  GHAS_CODE_SCAN: 20,
  GHAS_SECRET_SCAN: 21,
  GHAS_DEPENDENCY_SCAN: 22,
  JACOCO_XML: 23,
  SLSA_PROVENANCE: 24,
  CHAINLOOP_RUNNER_CONTEXT: 25,
  CHAINLOOP_PR_INFO: 26,
  GITLEAKS_JSON: 27,
  CHAINLOOP_AI_AGENT_CONFIG: 28,
  CHAINLOOP_AI_CODING_SESSION: 29,
  OPENAPI_SPEC: 30,
  ASYNCAPI_SPEC: 31,
  GRAPHQL_SPEC: 32,
  YELP_DETECT_SECRETS_BASELINE: 33,
  SYSINTERNALS_SIGCHECK: 34,
  SYSINTERNALS_ACCESSCHK: 35,
  CERTCC_DRANZER: 36,
  OSSF_SCORECARD_JSON: 37,
  RADAMSA_REPORT: 38,
  RADAMSA_CRASHES: 39,
  TRUFFLEHOG_JSON: 40,
  COBERTURA_XML: 41,
  CHECKMARX_JSON: 42,
} as const

export type MaterialKind = keyof typeof MATERIAL_KIND_NUMBERS

export const MATERIAL_KINDS: ReadonlySet<string> = new Set(Object.keys(MATERIAL_KIND_NUMBERS))

const byNumber = new Map<number, string>(
  Object.entries(MATERIAL_KIND_NUMBERS).map(([name, number]) => [number, name]),
)

export function isMaterialKind(name: string): name is MaterialKind {
  return MATERIAL_KINDS.has(name)
}

export function materialKindOf(number: number): MaterialKind | undefined {
  const name = byNumber.get(number)
  return name !== undefined && isMaterialKind(name) ? name : undefined
}

/** In which order an unnamed piece of evidence is tried; kinds that are not here must be named. */
export const DETECTION_ORDER = [
  'OPENVEX',
  'SBOM_CYCLONEDX_JSON',
  'SBOM_SPDX_JSON',
  'CSAF_VEX',
  'CSAF_INFORMATIONAL_ADVISORY',
  'CSAF_SECURITY_ADVISORY',
  'CSAF_SECURITY_INCIDENT_RESPONSE',
  'GITLAB_SECURITY_REPORT',
  'GITLEAKS_JSON',
  'YELP_DETECT_SECRETS_BASELINE',
  'SYSINTERNALS_SIGCHECK',
  'OSSF_SCORECARD_JSON',
  'OPENAPI_SPEC',
  'ASYNCAPI_SPEC',
  'GRAPHQL_SPEC',
  'JUNIT_XML',
  'JACOCO_XML',
  'COBERTURA_XML',
  'HELM_CHART',
  'SARIF',
  'BLACKDUCK_SCA_JSON',
  'TWISTCLI_SCAN_JSON',
  'ZAP_DAST_ZIP',
  'SLSA_PROVENANCE',
  'CHAINLOOP_RUNNER_CONTEXT',
  'CHAINLOOP_AI_AGENT_CONFIG',
  'CHAINLOOP_AI_CODING_SESSION',
  'ATTESTATION',
  'CONTAINER_IMAGE',
  'ARTIFACT',
  'STRING',
] as const satisfies readonly MaterialKind[]
