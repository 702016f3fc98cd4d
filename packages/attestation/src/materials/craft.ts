import { artifact } from './artifact.ts'
import { asyncapiSpec } from './asyncapi-spec.ts'
import { attestation } from './attestation.ts'
import { blackduckScaJson } from './blackduck-sca-json.ts'
import { certccDranzer } from './certcc-dranzer.ts'
import {
  chainloopAiAgentConfig,
  chainloopAiCodingSession,
  chainloopPrInfo,
  chainloopRunnerContext,
} from './chainloop-evidence.ts'
import { checkmarxJson } from './checkmarx-json.ts'
import { coberturaXml } from './cobertura-xml.ts'
import { containerImage } from './container-image.ts'
import { InvalidMaterial } from './crafter.ts'
import type { Crafter, InspectOptions, Inspection } from './crafter.ts'
import {
  csafInformationalAdvisory,
  csafSecurityAdvisory,
  csafSecurityIncidentResponse,
  csafVex,
} from './csaf.ts'
import { detectSecretsBaseline } from './detect-secrets-baseline.ts'
import { evidenceFile } from './evidence-file.ts'
import type { Evidence } from './evidence.ts'
import { ghasCodeScan, ghasDependencyScan, ghasSecretScan } from './ghas.ts'
import { gitlabSecurityReport } from './gitlab-security-report.ts'
import { gitleaksJson } from './gitleaks-json.ts'
import { graphqlSpec } from './graphql-spec.ts'
import { helmChart } from './helm-chart.ts'
import { jacocoXml } from './jacoco-xml.ts'
import { junitXml } from './junit-xml.ts'
import { DETECTION_ORDER } from './material-kind.ts'
import type { MaterialKind } from './material-kind.ts'
import { openapiSpec } from './openapi-spec.ts'
import { openvex } from './openvex.ts'
import { ossfScorecardJson } from './ossf-scorecard-json.ts'
import { radamsaCrashes } from './radamsa-crashes.ts'
import { radamsaReport } from './radamsa-report.ts'
import { emptyFile } from './read-document.ts'
import { sarif } from './sarif.ts'
import { sbomCyclonedxJson } from './sbom-cyclonedx-json.ts'
import { sbomSpdxJson } from './sbom-spdx-json.ts'
import { slsaProvenance } from './slsa-provenance.ts'
import { string } from './string.ts'
import { sysinternalsAccesschk } from './sysinternals-accesschk.ts'
import { sysinternalsSigcheck } from './sysinternals-sigcheck.ts'
import { trufflehogJson } from './trufflehog-json.ts'
import { twistcliScanJson } from './twistcli-scan-json.ts'
import { zapDastZip } from './zap-dast-zip.ts'

/** Who looks at which kind: the compiler asks for one line for each. */
const crafters = {
  STRING: string,
  CONTAINER_IMAGE: containerImage,
  ARTIFACT: artifact,
  SBOM_CYCLONEDX_JSON: sbomCyclonedxJson,
  SBOM_SPDX_JSON: sbomSpdxJson,
  JUNIT_XML: junitXml,
  OPENVEX: openvex,
  CSAF_VEX: csafVex,
  SARIF: sarif,
  HELM_CHART: helmChart,
  EVIDENCE: evidenceFile,
  ATTESTATION: attestation,
  CSAF_INFORMATIONAL_ADVISORY: csafInformationalAdvisory,
  CSAF_SECURITY_ADVISORY: csafSecurityAdvisory,
  CSAF_SECURITY_INCIDENT_RESPONSE: csafSecurityIncidentResponse,
  GITLAB_SECURITY_REPORT: gitlabSecurityReport,
  ZAP_DAST_ZIP: zapDastZip,
  BLACKDUCK_SCA_JSON: blackduckScaJson,
  TWISTCLI_SCAN_JSON: twistcliScanJson,
  GHAS_CODE_SCAN: ghasCodeScan,
  GHAS_SECRET_SCAN: ghasSecretScan,
  GHAS_DEPENDENCY_SCAN: ghasDependencyScan,
  JACOCO_XML: jacocoXml,
  SLSA_PROVENANCE: slsaProvenance,
  CHAINLOOP_RUNNER_CONTEXT: chainloopRunnerContext,
  CHAINLOOP_PR_INFO: chainloopPrInfo,
  GITLEAKS_JSON: gitleaksJson,
  CHAINLOOP_AI_AGENT_CONFIG: chainloopAiAgentConfig,
  CHAINLOOP_AI_CODING_SESSION: chainloopAiCodingSession,
  OPENAPI_SPEC: openapiSpec,
  ASYNCAPI_SPEC: asyncapiSpec,
  GRAPHQL_SPEC: graphqlSpec,
  YELP_DETECT_SECRETS_BASELINE: detectSecretsBaseline,
  SYSINTERNALS_SIGCHECK: sysinternalsSigcheck,
  SYSINTERNALS_ACCESSCHK: sysinternalsAccesschk,
  CERTCC_DRANZER: certccDranzer,
  OSSF_SCORECARD_JSON: ossfScorecardJson,
  RADAMSA_REPORT: radamsaReport,
  RADAMSA_CRASHES: radamsaCrashes,
  TRUFFLEHOG_JSON: trufflehogJson,
  COBERTURA_XML: coberturaXml,
  CHECKMARX_JSON: checkmarxJson,
} as const satisfies Record<MaterialKind, Crafter>

/** What the evidence says about itself as `kind`. Rejects with `InvalidMaterial`. */
export async function inspectMaterial(
  kind: MaterialKind,
  evidence: Evidence,
  options: InspectOptions = {},
): Promise<Inspection> {
  // A copy, because what is parsed of it is remembered for as long as it lives.
  const inspection = await crafters[kind].inspect(
    { ...evidence, open: () => evidence.open() },
    options,
  )
  return {
    ...inspection,
    annotations: { ...inspection.annotations, ...sizeAnnotation(kind, evidence) },
  }
}

export interface Recognition {
  readonly kind: MaterialKind
  readonly inspection: Inspection
}

/**
 * The first kind that accepts the evidence. A value is an image or a string, a file any of the others; an empty or
 * oversized document is refused instead of being taken for something that nobody looks into.
 */
export async function recognizeKind(
  evidence: Evidence,
  options: InspectOptions = {},
): Promise<Recognition> {
  const shared = { ...evidence, open: () => evidence.open() }
  if (evidence.value === undefined && evidence.size === 0) throw emptyFile('ARTIFACT', evidence)
  for (const kind of DETECTION_ORDER) {
    if (isValueKind(kind) !== (evidence.value !== undefined)) continue
    const inspection = await tryKind(kind, shared, options)
    if (inspection) {
      const annotations = { ...inspection.annotations, ...sizeAnnotation(kind, evidence) }
      return { kind, inspection: { ...inspection, annotations } }
    }
  }
  throw new InvalidMaterial('ARTIFACT', `${evidence.name} is of no kind that is known`)
}

async function tryKind(
  kind: MaterialKind,
  evidence: Evidence,
  options: InspectOptions,
): Promise<Inspection | undefined> {
  try {
    return await crafters[kind].inspect(evidence, options)
  } catch (cause) {
    if (cause instanceof InvalidMaterial && cause.reason === 'invalid') return undefined
    throw cause
  }
}

function isValueKind(kind: MaterialKind): boolean {
  return kind === 'STRING' || kind === 'CONTAINER_IMAGE'
}

function sizeAnnotation(
  kind: MaterialKind,
  { size, value, image }: Evidence,
): Record<string, string> {
  if (image !== undefined) return {}
  const bytes = kind === 'STRING' ? Buffer.byteLength(value ?? '') : size
  return { 'chainloop.material.size': String(bytes) }
}
