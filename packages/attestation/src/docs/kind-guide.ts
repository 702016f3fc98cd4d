import type { MaterialKind } from '../materials/material-kind.ts'

/** How evidence of a kind is read, and with that what limits it. */
export type Reading =
  | 'value'
  | 'unread'
  | 'whole'
  | 'but-results'
  | 'looked-into'
  | 'list'
  | 'lines'
  | 'xml'
  | 'xml-or-archive'
  | 'tar.gz'
  | 'zip'
  | 'dranzer'
  | 'radamsa'

export interface KindGuide {
  /** What makes evidence be accepted. */
  readonly accepted: string
  readonly reading: Reading
  /** Besides `chainloop.material.size`; those that evidence says nothing for are absent. */
  readonly annotations?: readonly string[]
}

const tool = ['chainloop.material.tool.name', 'chainloop.material.tool.version']
const toolName = ['chainloop.material.tool.name']
const tools = [...tool, 'chainloop.material.tools']
const scanTypes = ['chainloop.material.scan.types']
const api = [
  'chainloop.material.api.spec_version',
  'chainloop.material.api.name',
  'chainloop.material.api.version',
]
const agent = ['chainloop.material.aiagent.name']
const mainComponent = [
  'chainloop.material.sbom.main_component.name',
  'chainloop.material.sbom.main_component.type',
  'chainloop.material.sbom.main_component.version',
]
const image = [
  'chainloop.material.image.tag',
  'chainloop.material.image.is_latest_tag',
  'chainloop.material.signature',
  'chainloop.material.signature.digest',
  'chainloop.material.signature.provider',
]
const platforms = ['chainloop.material.image.platforms']
const csaf =
  'CSAF 2.0 or 2.1: `document` of this category with title, publisher and tracking as the standard has them'
const ghas = 'a list of alerts as the REST API of GitHub gives them; each has'

/** What people are told about every kind; a test holds it against what the crafters do. */
export const KIND_GUIDE: Readonly<Record<MaterialKind, KindGuide>> = {
  STRING: { accepted: 'a text that is not empty; never a subject', reading: 'value' },
  CONTAINER_IMAGE: {
    accepted:
      'a reference to an image that the registry has, by tag or digest; or an OCI image layout, as a folder or a tar archive (`path`, `path@sha256:…`). Of an image of several platforms the digest is that of the index, and as an output each of its images is a subject, too',
    reading: 'value',
    annotations: [...image, ...platforms],
  },
  ARTIFACT: { accepted: 'any file that is not empty', reading: 'unread' },
  SBOM_CYCLONEDX_JSON: {
    accepted:
      '`bomFormat` is CycloneDX, and the schema of the version that it states (1.2 to 1.7) holds. A component listed twice and `cwes` of null are recorded as defects',
    reading: 'whole',
    annotations: [...mainComponent, ...tools, 'chainloop.material.sbom.vulnerabilities_report'],
  },
  SBOM_SPDX_JSON: {
    accepted: 'SPDX 2.0 to 2.3 with its mandatory fields; packages have a name and an identifier',
    reading: 'whole',
    annotations: [...mainComponent, ...tools],
  },
  JUNIT_XML: {
    accepted:
      'well-formed XML whose root is `testsuites` or `testsuite`, or a zip, tar or tar.gz of such `.xml` files; at least one suite in all',
    reading: 'xml-or-archive',
  },
  OPENVEX: {
    accepted: '`@context` of OpenVEX, `@id`, `author` and a list of statements',
    reading: 'whole',
  },
  CSAF_VEX: {
    accepted: `${csaf}, with product tree and vulnerabilities`,
    reading: 'whole',
    annotations: tool,
  },
  SARIF: {
    accepted:
      'SARIF 2.1.0 with `$schema` and `runs`; every run names its tool, every result has a message. Line breaks and tabs within strings are recorded as a defect',
    reading: 'but-results',
    annotations: [...tool, ...scanTypes],
  },
  HELM_CHART: {
    accepted:
      'a packaged chart (`.tgz`, or `oci://…:version` in a registry) with one `Chart.yaml`, which has apiVersion, name and version, and one `values.yaml`, which may be empty',
    reading: 'tar.gz',
    annotations: image,
  },
  EVIDENCE: {
    accepted: 'any file that is not empty; a JSON object with an id and `data` says what is in it',
    reading: 'looked-into',
    annotations: ['chainloop.material.evidence.id', 'chainloop.material.evidence.schema'],
  },
  ATTESTATION: {
    accepted:
      'a Sigstore bundle or a DSSE envelope with an in-toto statement of predicate type `chainloop.dev/attestation/v0.2`. A signature that is encoded twice is recorded as a defect',
    reading: 'whole',
  },
  CSAF_INFORMATIONAL_ADVISORY: { accepted: csaf, reading: 'whole', annotations: tool },
  CSAF_SECURITY_ADVISORY: {
    accepted: `${csaf}, with product tree and vulnerabilities`,
    reading: 'whole',
    annotations: tool,
  },
  CSAF_SECURITY_INCIDENT_RESPONSE: { accepted: csaf, reading: 'whole', annotations: tool },
  GITLAB_SECURITY_REPORT: {
    accepted: '`version`, a list of vulnerabilities and `scan.type` of a kind that GitLab knows',
    reading: 'whole',
    annotations: tool,
  },
  ZAP_DAST_ZIP: {
    accepted: 'a zip with `report_json.json`, whose `@programName` is ZAP',
    reading: 'zip',
  },
  BLACKDUCK_SCA_JSON: {
    accepted:
      '`detailedVulnerabilities`, `detailedProjectVersionCustomFields` and `detailedCodeLocations` are there',
    reading: 'whole',
  },
  TWISTCLI_SCAN_JSON: { accepted: '`consoleURL` and a list of results', reading: 'whole' },
  GHAS_CODE_SCAN: { accepted: `${ghas} \`tool\``, reading: 'list' },
  GHAS_SECRET_SCAN: { accepted: `${ghas} \`secret_type\``, reading: 'list' },
  GHAS_DEPENDENCY_SCAN: { accepted: `${ghas} \`dependency\``, reading: 'list' },
  JACOCO_XML: {
    accepted: 'root `report` with counters of its own that are numbers, of instructions among them',
    reading: 'xml',
  },
  SLSA_PROVENANCE: {
    accepted:
      'a Sigstore bundle with a statement of predicate type `https://slsa.dev/provenance/v1`; its signature is verified at Store, against the signers of materials (docs/provenance.md)',
    reading: 'whole',
  },
  CHAINLOOP_RUNNER_CONTEXT: { accepted: 'the schema of runner contexts holds', reading: 'whole' },
  CHAINLOOP_PR_INFO: {
    accepted: 'an envelope of this kind; the schema of change requests holds for `data`',
    reading: 'whole',
  },
  GITLEAKS_JSON: {
    accepted: 'a list of findings, each with a `Fingerprint`; an empty list is a clean scan',
    reading: 'list',
    annotations: toolName,
  },
  CHAINLOOP_AI_AGENT_CONFIG: {
    accepted: 'an envelope of this kind; its schema holds for `data`',
    reading: 'whole',
    annotations: agent,
  },
  CHAINLOOP_AI_CODING_SESSION: {
    accepted: 'an envelope of this kind; its schema holds for `data`',
    reading: 'whole',
    annotations: [...agent, 'chainloop.material.aiagent.model'],
  },
  OPENAPI_SPEC: {
    accepted: 'JSON or YAML that the schema of its version (2.0, 3.0 to 3.2) holds for',
    reading: 'whole',
    annotations: api,
  },
  ASYNCAPI_SPEC: {
    accepted: 'JSON or YAML that the schema of its version (2.0 to 3.1) holds for',
    reading: 'whole',
    annotations: [...api, 'chainloop.material.api.protocol'],
  },
  GRAPHQL_SPEC: {
    accepted: 'a schema in the definition language; no operations',
    reading: 'whole',
    annotations: ['chainloop.material.graphql.type_count', 'chainloop.material.graphql.directives'],
  },
  YELP_DETECT_SECRETS_BASELINE: {
    accepted: '`version`, `plugins_used` and `results`',
    reading: 'whole',
    annotations: tool,
  },
  SYSINTERNALS_SIGCHECK: {
    accepted: 'CSV or TSV whose first line has the columns Path and Verified',
    reading: 'lines',
    annotations: toolName,
  },
  SYSINTERNALS_ACCESSCHK: {
    accepted: 'text with the banner of AccessChk, or with an object and its permissions',
    reading: 'lines',
    annotations: tool,
  },
  CERTCC_DRANZER: {
    accepted:
      'a text report, or a zip, tar or tar.gz with at least one among its `.txt` and `.log` files',
    reading: 'dranzer',
    annotations: [...tool, 'chainloop.material.dranzer.reports.count'],
  },
  OSSF_SCORECARD_JSON: {
    accepted: '`scorecard.version`, score, date, repository and checks as in version 2 of the JSON',
    reading: 'whole',
    annotations: [...tool, 'chainloop.material.scorecard.score'],
  },
  RADAMSA_REPORT: {
    accepted:
      'the log of `radamsa --meta`, a gzip of it, or a zip, tar or tar.gz of logs; every line is a case or the seed of a run',
    reading: 'radamsa',
    annotations: [...toolName, 'chainloop.material.radamsa.report.records.count'],
  },
  RADAMSA_CRASHES: {
    accepted:
      'one file that is not empty, or a zip, tar or tar.gz whose files are counted; a name of an archive has to be right',
    reading: 'radamsa',
    annotations: [...toolName, 'chainloop.material.radamsa.crashes.count'],
  },
  TRUFFLEHOG_JSON: {
    accepted: 'JSON lines or a list of findings, each with a `DetectorName`',
    reading: 'list',
    annotations: toolName,
  },
  COBERTURA_XML: {
    accepted: 'root `coverage` with a `line-rate` (`NaN` too); not a rate of 0 without packages',
    reading: 'xml',
  },
  CHECKMARX_JSON: {
    accepted: '`scanID` and `results`, which may be null; every result has `type` and `data`',
    reading: 'whole',
    annotations: [...toolName, ...scanTypes],
  },
}
