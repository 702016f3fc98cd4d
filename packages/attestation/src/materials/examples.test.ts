import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from '@jest/globals'
import { strToU8, zipSync } from 'fflate'

import { KIND_GUIDE } from '../docs/kind-guide.ts'
import { inspectMaterial, recognizeKind } from './craft.ts'
import { bytesEvidence, fileEvidence, jsonEvidence, outcome } from './evidence.test.fixture.ts'
import type { Evidence } from './evidence.ts'
import { dependabotAlerts } from './fixtures/dependabot-alerts.test.fixture.ts'
import { zapReport } from './fixtures/zap-report.test.fixture.ts'
import type { MaterialKind } from './material-kind.ts'

const testdata = process.env['CHAINLOOP_TESTDATA']
const maybe = testdata ? test : test.skip
const jacoco = readFileSync(new URL('./fixtures/jacoco.xml', import.meta.url))
const zapScan = (report: object): Evidence =>
  bytesEvidence(zipSync({ 'report_json.json': strToU8(JSON.stringify(report)) }), 'zap_scan.zip')

/** What a real tool wrote, or a broken form of it; whether it is recognised without being told. */
const examples: [MaterialKind, string, string, 'recognised'?][] = [
  ['SBOM_CYCLONEDX_JSON', 'sbom.cyclonedx.json', 'valid', 'recognised'],
  ['SBOM_CYCLONEDX_JSON', 'sbom.cyclonedx-invalid-schema.json', 'violates the schema'],
  ['SBOM_SPDX_JSON', 'sbom-spdx-container.json', 'valid', 'recognised'],
  ['SBOM_SPDX_JSON', 'sbom.cyclonedx.json', 'is not SBOM_SPDX_JSON'],
  ['SARIF', 'checkmarx-multi-run.sarif', 'valid', 'recognised'],
  ['SARIF', 'ghas-code-scan.json', 'is not SARIF'],
  ['OPENVEX', 'openvex_v0.2.0.json', 'valid', 'recognised'],
  ['OPENVEX', 'csaf_vex_v0.2.0.json', '@context is not a string but missing'],
  ['CSAF_VEX', 'csaf_vex_v0.2.0.json', 'valid', 'recognised'],
  ['CSAF_VEX', 'csaf_security_advisory.json', 'document.category is "csaf_security_advisory"'],
  ['CSAF_INFORMATIONAL_ADVISORY', 'csaf_informational_advisory.json', 'valid', 'recognised'],
  ['CSAF_INFORMATIONAL_ADVISORY', 'csaf_vex_v0.2.0.json', 'document.category is "csaf_vex"'],
  ['CSAF_SECURITY_ADVISORY', 'csaf_security_advisory.json', 'valid', 'recognised'],
  [
    'CSAF_SECURITY_ADVISORY',
    'csaf_informational_advisory.json',
    'document.category is "csaf_informational_advisory"',
  ],
  [
    'CSAF_SECURITY_INCIDENT_RESPONSE',
    'csaf_security_incident_response.json',
    'valid',
    'recognised',
  ],
  [
    'CSAF_SECURITY_INCIDENT_RESPONSE',
    'csaf_security_incident_response_wrong_category.json',
    'document.category is "random"',
  ],
  ['GITLAB_SECURITY_REPORT', 'gl-secret-detection-report.json', 'valid', 'recognised'],
  ['GITLAB_SECURITY_REPORT', 'random.json', 'not a string but missing'],
  ['GITLEAKS_JSON', 'gitleaks-report-violations.json', 'valid', 'recognised'],
  ['GITLEAKS_JSON', 'gitleaks-report-clean.json', 'valid', 'recognised'],
  ['GITLEAKS_JSON', 'empty_array.json', 'valid', 'recognised'],
  ['GITLEAKS_JSON', 'ghas-code-scan.json', '[0].Fingerprint is not a string but missing'],
  ['YELP_DETECT_SECRETS_BASELINE', 'detect-secrets-baseline-clean.json', 'valid', 'recognised'],
  [
    'YELP_DETECT_SECRETS_BASELINE',
    'detect-secrets-baseline-violations.json',
    'valid',
    'recognised',
  ],
  ['YELP_DETECT_SECRETS_BASELINE', 'random.json', 'version is not a string but missing'],
  ['OSSF_SCORECARD_JSON', 'scorecard-chainloop.json', 'valid', 'recognised'],
  ['OSSF_SCORECARD_JSON', 'scorecard-low.json', 'valid', 'recognised'],
  ['OSSF_SCORECARD_JSON', 'random.json', 'scorecard is not an object but missing'],
  ['JUNIT_XML', 'tests.tar.gz', 'valid', 'recognised'],
  ['JUNIT_XML', 'cobertura.xml', 'its root is <coverage>'],
  ['COBERTURA_XML', 'cobertura.xml', 'valid', 'recognised'],
  ['COBERTURA_XML', 'simple.txt', 'it does not start with "<"'],
  ['JACOCO_XML', 'cobertura.xml', 'its root is <coverage>, not <report>'],
  ['HELM_CHART', 'empty-values.tgz', 'valid', 'recognised'],
  ['HELM_CHART', 'missing-chartyaml.tgz', 'it has no Chart.yaml'],
  ['HELM_CHART', 'missing-valuesyaml.tgz', 'it has no values.yaml'],
  ['BLACKDUCK_SCA_JSON', 'blackduck_sca.json', 'valid', 'recognised'],
  ['BLACKDUCK_SCA_JSON', 'random.json', 'detailedVulnerabilities is missing'],
  ['TWISTCLI_SCAN_JSON', 'twistcli_scan.json', 'valid', 'recognised'],
  ['TWISTCLI_SCAN_JSON', 'random.json', 'consoleURL is not a string but missing'],
  ['ZAP_DAST_ZIP', 'zap_scan_wrong.zip', 'it has no report_json.json'],
  ['SLSA_PROVENANCE', 'slsa_provenance.sigstore.json', 'valid', 'recognised'],
  [
    'SLSA_PROVENANCE',
    'chainloop_attestation.sigstore.json',
    'predicateType is "chainloop.dev/attestation/v0.2"',
  ],
  ['ATTESTATION', 'chainloop_attestation.sigstore.json', 'valid', 'recognised'],
  [
    'ATTESTATION',
    'attestation-dsse-invalidtype.json',
    'payloadType is "application/vnd.othertype+json"',
  ],
  ['ATTESTATION', 'attestation-invalid-intoto.json', 'expected a value, found "T"'],
  ['ATTESTATION', 'attestation-invalid-payload.json', 'payload is not standard base64'],
  ['GHAS_CODE_SCAN', 'ghas-code-scan.json', 'valid'],
  ['GHAS_CODE_SCAN', 'ghas-code-scan-wrong.json', '[0].tool is missing'],
  ['GHAS_SECRET_SCAN', 'ghas-secret-scan.json', 'valid'],
  ['GHAS_SECRET_SCAN', 'ghas-secret-scan-wrong.json', '[0].secret_type is missing'],
  ['GHAS_DEPENDENCY_SCAN', 'ghas-dependency-scan-wrong.json', '[0].dependency is missing'],
  ['CHECKMARX_JSON', 'checkmarx-clean.json', 'valid'],
  ['CHECKMARX_JSON', 'checkmarx-null-results.json', 'valid'],
  ['CHECKMARX_JSON', 'random.json', 'scanID is not a string but missing'],
  ['TRUFFLEHOG_JSON', 'trufflehog-report.json', 'valid'],
  ['TRUFFLEHOG_JSON', 'trufflehog-clean-scan.jsonl', 'valid'],
  ['TRUFFLEHOG_JSON', 'trufflehog-empty.json', 'valid'],
  [
    'TRUFFLEHOG_JSON',
    'trufflehog-missing-detector.json',
    '[0].DetectorName is not a string but missing',
  ],
  ['OPENAPI_SPEC', 'openapi-3.1.yaml', 'valid', 'recognised'],
  ['OPENAPI_SPEC', 'openapi-3.2.yaml', 'valid', 'recognised'],
  ['OPENAPI_SPEC', 'swagger-2.0-invalid.json', 'violates its schema'],
  ['ASYNCAPI_SPEC', 'asyncapi-2.6.json', 'valid', 'recognised'],
  ['ASYNCAPI_SPEC', 'asyncapi-invalid.json', "must have required property 'channels'"],
  ['GRAPHQL_SPEC', 'schema.graphql', 'valid', 'recognised'],
  ['GRAPHQL_SPEC', 'simple.txt', 'is not GRAPHQL_SPEC'],
  ['EVIDENCE', 'evidence-invalid-structure.json', 'valid'],
  ['CHAINLOOP_RUNNER_CONTEXT', 'runner-context-tags-v0.1.json', 'valid', 'recognised'],
  ['CHAINLOOP_RUNNER_CONTEXT', 'random.json', 'is not as it should be'],
  ['CHAINLOOP_AI_AGENT_CONFIG', 'ai-agent-config-cursor.json', 'valid', 'recognised'],
  [
    'CHAINLOOP_AI_AGENT_CONFIG',
    'ai-coding-session-minimal.json',
    'evidence.id is not CHAINLOOP_AI_AGENT_CONFIG',
  ],
  ['CHAINLOOP_AI_CODING_SESSION', 'ai-coding-session-minimal.json', 'valid', 'recognised'],
  ['CHAINLOOP_AI_CODING_SESSION', 'ai-coding-session-with-attribution.json', 'valid', 'recognised'],
  [
    'CHAINLOOP_AI_CODING_SESSION',
    'ai-agent-config-cursor.json',
    'is not CHAINLOOP_AI_CODING_SESSION',
  ],
  ['SYSINTERNALS_SIGCHECK', 'sigcheck-report.csv', 'valid', 'recognised'],
  ['SYSINTERNALS_SIGCHECK', 'sigcheck-report-empty.csv', 'valid', 'recognised'],
  ['SYSINTERNALS_SIGCHECK', 'simple.txt', 'line 1: no column Path and Verified'],
  ['SYSINTERNALS_ACCESSCHK', 'accesschk-default.txt', 'valid'],
  ['SYSINTERNALS_ACCESSCHK', 'accesschk-verbose.txt', 'valid'],
  ['SYSINTERNALS_ACCESSCHK', 'dranzer-report.txt', 'neither the banner of AccessChk'],
  ['CERTCC_DRANZER', 'dranzer-report.txt', 'valid'],
  ['CERTCC_DRANZER', 'dranzer-bundle/example-app_1.0.0_p_Result.txt', 'valid'],
  ['CERTCC_DRANZER', 'dranzer-bundle/checkResult_Dranzer.csv', 'how many COM objects'],
  ['CERTCC_DRANZER', 'accesschk-default.txt', 'how many COM objects'],
  ['RADAMSA_REPORT', 'radamsa-meta.txt', 'valid'],
  ['RADAMSA_REPORT', 'radamsa-meta-invalid.txt', 'line 1: it is not what radamsa says of a case'],
  ['RADAMSA_CRASHES', 'tests.tar.gz', 'valid'],
  ['RADAMSA_CRASHES', 'empty.txt', 'empty.txt is empty'],
]

maybe.each(
  examples.map(([kind, name, expected, how = '']) => [kind, name, expected, how] as const),
)('%s: %s is %s', async (kind, name, expected, how) => {
  const evidence = fileEvidence(join(testdata ?? '', 'materials', name))

  expect(await outcome(kind, evidence)).toContain(expected)
  if (expected === 'valid') {
    const { annotations } = await inspectMaterial(kind, evidence)
    const told = ['chainloop.material.size', ...(KIND_GUIDE[kind].annotations ?? [])]
    expect(told).toEqual(expect.arrayContaining(Object.keys(annotations)))
  }
  if (how === 'recognised') expect((await recognizeKind(evidence)).kind).toBe(kind)
})

const own: [MaterialKind, Evidence, string, 'recognised' | 'told'][] = [
  ['JACOCO_XML', bytesEvidence(jacoco, 'jacoco.xml'), 'valid', 'recognised'],
  ['JACOCO_XML', bytesEvidence(jacoco.subarray(0, 2000), 'jacoco.xml'), 'Unclosed', 'told'],
  ['GHAS_DEPENDENCY_SCAN', jsonEvidence(dependabotAlerts, 'alerts.json'), 'valid', 'told'],
  ['ZAP_DAST_ZIP', zapScan(zapReport), 'valid', 'recognised'],
  ['ZAP_DAST_ZIP', zapScan({ ...zapReport, '@programName': 'Zip' }), 'is not "ZAP"', 'told'],
]

test.each(own)('%s that we made ourselves (%#)', async (kind, evidence, expected, how) => {
  const { kind: recognised } = await recognizeKind(evidence)

  expect(await outcome(kind, evidence)).toContain(expected)
  expect(recognised === kind).toBe(how === 'recognised')
})

/** What cannot be broken or is not a file; and what only Chainloop makes, checked by its collectors' tests. */
const without: Partial<Record<MaterialKind, string>> = {
  STRING: 'any text is one',
  ARTIFACT: 'any file is one',
  CONTAINER_IMAGE: 'no file',
  CHAINLOOP_PR_INFO: 'made by our collectors',
  EVIDENCE: 'no file is a broken one',
}

test.each(Object.keys(KIND_GUIDE))('%s has a valid and a broken example', (kind) => {
  const outcomes = [...examples, ...own]
    .filter(([of]) => of === kind)
    .map(([, , expected]) => (expected === 'valid' ? 'valid' : 'broken'))
  const expected = Object.hasOwn(without, kind) ? outcomes : ['broken', 'valid']

  expect([...new Set(outcomes)].toSorted()).toEqual([...new Set(expected)].toSorted())
})

maybe('an attestation of the existing system is accepted, with what is wrong with it', async () => {
  const evidence = fileEvidence(
    join(testdata ?? '', 'materials', 'chainloop_attestation.sigstore.json'),
  )

  expect((await inspectMaterial('ATTESTATION', evidence)).defects).toEqual([
    'its signature is base64-encoded twice',
  ])
  expect((await recognizeKind(evidence)).kind).toBe('ATTESTATION')
})
