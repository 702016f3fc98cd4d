import { join } from 'node:path'

import { expect, test } from '@jest/globals'

import { inspectMaterial, recognizeKind } from './craft.ts'
import { bytesEvidence, fileEvidence, jsonEvidence, outcome } from './evidence.test.fixture.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'

const testdata = process.env['CHAINLOOP_TESTDATA']
const maybe = testdata ? test : test.skip

const annotations = async (kind: MaterialKind, evidence: Evidence): Promise<object> => {
  const { 'chainloop.material.size': _, ...rest } = (await inspectMaterial(kind, evidence))
    .annotations
  return rest
}

/** What a real tool wrote, or a broken form of it; whether it is recognised without being told. */
const examples: [MaterialKind, string, string, 'recognised'?][] = [
  ['OPENVEX', 'openvex_v0.2.0.json', 'valid', 'recognised'],
  ['OPENVEX', 'csaf_vex_v0.2.0.json', '@context is not a string but missing'],
  ['CSAF_VEX', 'csaf_vex_v0.2.0.json', 'valid', 'recognised'],
  ['CSAF_INFORMATIONAL_ADVISORY', 'csaf_informational_advisory.json', 'valid', 'recognised'],
  ['CSAF_SECURITY_ADVISORY', 'csaf_security_advisory.json', 'valid', 'recognised'],
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
  ['OSSF_SCORECARD_JSON', 'scorecard-chainloop.json', 'valid', 'recognised'],
  ['OSSF_SCORECARD_JSON', 'scorecard-low.json', 'valid', 'recognised'],
  ['OSSF_SCORECARD_JSON', 'random.json', 'scorecard is not an object but missing'],
  ['JUNIT_XML', 'tests.tar.gz', 'valid', 'recognised'],
  ['JUNIT_XML', 'cobertura.xml', 'its root is <coverage>'],
  ['COBERTURA_XML', 'cobertura.xml', 'valid', 'recognised'],
  ['JACOCO_XML', 'cobertura.xml', 'its root is <coverage>, not <report>'],
  ['HELM_CHART', 'empty-values.tgz', 'valid', 'recognised'],
  ['HELM_CHART', 'missing-chartyaml.tgz', 'it has no Chart.yaml'],
  ['HELM_CHART', 'missing-valuesyaml.tgz', 'it has no values.yaml'],
  ['BLACKDUCK_SCA_JSON', 'blackduck_sca.json', 'valid', 'recognised'],
  ['TWISTCLI_SCAN_JSON', 'twistcli_scan.json', 'valid', 'recognised'],
  ['ZAP_DAST_ZIP', 'zap_scan_wrong.zip', 'it has no report_json.json'],
  ['SLSA_PROVENANCE', 'slsa_provenance.sigstore.json', 'valid', 'recognised'],
  [
    'SLSA_PROVENANCE',
    'chainloop_attestation.sigstore.json',
    'predicateType is "chainloop.dev/attestation/v0.2"',
  ],
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
  ['EVIDENCE', 'evidence-invalid-structure.json', 'valid'],
]

maybe.each(
  examples.map(([kind, name, expected, how = '']) => [kind, name, expected, how] as const),
)('%s: %s is %s', async (kind, name, expected, how) => {
  const evidence = fileEvidence(join(testdata ?? '', 'materials', name))

  expect(await outcome(kind, evidence)).toContain(expected)
  if (how === 'recognised') expect((await recognizeKind(evidence)).kind).toBe(kind)
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

const statement = (predicateType: string): string =>
  Buffer.from(
    JSON.stringify({
      predicateType,
      subject: [],
      predicate: { buildDefinition: {}, runDetails: {} },
    }),
  ).toString('base64')
const envelope = (predicateType: string): object => ({
  payloadType: 'application/vnd.in-toto+json',
  payload: statement(predicateType),
  signatures: [{ sig: 'MEQC' }],
})
const csaf = (category: string): object => ({
  document: {
    category,
    csaf_version: '2.0',
    title: 't',
    publisher: { category: 'vendor', name: 'n', namespace: 'https://n' },
    tracking: {
      id: '1',
      status: 'final',
      version: '1',
      initial_release_date: '2026-01-01T00:00:00Z',
      current_release_date: '2026-01-01T00:00:00Z',
      revision_history: [],
      generator: { engine: { name: 'secvisogram', version: '2' } },
    },
  },
})

test.each<[MaterialKind, Evidence, object]>([
  [
    'CSAF_INFORMATIONAL_ADVISORY',
    jsonEvidence(csaf('csaf_informational_advisory')),
    { 'chainloop.material.tool.name': 'secvisogram', 'chainloop.material.tool.version': '2' },
  ],
  [
    'GITLEAKS_JSON',
    jsonEvidence([{ Fingerprint: 'f' }]),
    { 'chainloop.material.tool.name': 'gitleaks' },
  ],
  [
    'TRUFFLEHOG_JSON',
    bytesEvidence('{"DetectorName": "AWS"}\n{"DetectorName": "Github"}\n'),
    { 'chainloop.material.tool.name': 'trufflehog' },
  ],
  ['TRUFFLEHOG_JSON', bytesEvidence(''), { 'chainloop.material.tool.name': 'trufflehog' }],
  [
    'OSSF_SCORECARD_JSON',
    jsonEvidence({
      scorecard: { version: 'v5' },
      score: 7.5,
      date: 'd',
      repo: { name: 'r' },
      checks: [],
    }),
    {
      'chainloop.material.tool.name': 'scorecard',
      'chainloop.material.tool.version': 'v5',
      'chainloop.material.scorecard.score': '7.5',
    },
  ],
  [
    'CHECKMARX_JSON',
    jsonEvidence({
      scanID: '1',
      results: [
        { type: 'kics', data: {} },
        { type: 'sast', data: {} },
      ],
    }),
    { 'chainloop.material.tool.name': 'checkmarx', 'chainloop.material.scan.types': 'iac,sast' },
  ],
  [
    'GITLAB_SECURITY_REPORT',
    jsonEvidence({
      version: '15',
      vulnerabilities: [],
      scan: { type: 'sast', analyzer: { name: 'semgrep', version: '1' } },
    }),
    { 'chainloop.material.tool.name': 'semgrep', 'chainloop.material.tool.version': '1' },
  ],
  [
    'YELP_DETECT_SECRETS_BASELINE',
    jsonEvidence({ version: '1.5.0', plugins_used: [], results: {} }),
    {
      'chainloop.material.tool.name': 'detect-secrets',
      'chainloop.material.tool.version': '1.5.0',
    },
  ],
  ['GHAS_DEPENDENCY_SCAN', jsonEvidence([{ dependency: {} }]), {}],
  [
    'SLSA_PROVENANCE',
    jsonEvidence({ dsseEnvelope: envelope('https://slsa.dev/provenance/v1') }),
    {},
  ],
  ['ATTESTATION', jsonEvidence(envelope('chainloop.dev/attestation/v0.2')), {}],
  [
    'JACOCO_XML',
    bytesEvidence(
      '<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="x"><counter type="INSTRUCTION" missed="1" covered="2"/></report>',
    ),
    {},
  ],
  ['COBERTURA_XML', bytesEvidence('<coverage line-rate="NaN"/>'), {}],
])('%s says of itself (%#)', async (kind, evidence, expected) => {
  expect(await annotations(kind, evidence)).toEqual(expected)
})

test.each<[MaterialKind, Evidence, string]>([
  ['CSAF_VEX', jsonEvidence(csaf('csaf_vex')), 'product_tree is missing'],
  ['CSAF_VEX', jsonEvidence({ document: {} }), 'document.category is not a string but missing'],
  [
    'GITLEAKS_JSON',
    jsonEvidence([{ Fingerprint: 'f' }, {}]),
    '[1].Fingerprint is not a string but missing',
  ],
  [
    'GITLEAKS_JSON',
    bytesEvidence('[{"Fingerprint": "f"},\n{"a": }]'),
    'line 2, column 7: expected a value',
  ],
  [
    'GITLEAKS_JSON',
    bytesEvidence(Buffer.concat([Buffer.from('["'), Buffer.of(0xff), Buffer.from('"]')])),
    'invalid UTF-8',
  ],
  ['GITLEAKS_JSON', jsonEvidence({}), 'it is not a list in JSON'],
  [
    'OSSF_SCORECARD_JSON',
    jsonEvidence({ scorecard: { version: 'v5' }, score: 70 }),
    'score is not a score from 0 to 10',
  ],
  ['CHECKMARX_JSON', jsonEvidence({ scanID: '1' }), 'results is missing'],
  [
    'CHECKMARX_JSON',
    jsonEvidence({ scanID: '1', results: [{ type: 'sast' }] }),
    'results[0].data is missing',
  ],
  [
    'SLSA_PROVENANCE',
    jsonEvidence({ dsseEnvelope: envelope('https://slsa.dev/provenance/v0.2') }),
    'not "https://slsa.dev/provenance/v1"',
  ],
  [
    'SLSA_PROVENANCE',
    jsonEvidence(envelope('https://slsa.dev/provenance/v1')),
    'dsseEnvelope is not an object but missing',
  ],
  [
    'JACOCO_XML',
    bytesEvidence(
      '<report><package><counter type="INSTRUCTION" missed="1" covered="2"/></package></report>',
    ),
    'no counter of instructions',
  ],
  [
    'JACOCO_XML',
    bytesEvidence('<report><counter type="LINE" missed="x" covered="2"/></report>'),
    'without a number in "missed"',
  ],
  ['COBERTURA_XML', bytesEvidence('<coverage line-rate="0"/>'), 'it covers nothing'],
  ['COBERTURA_XML', bytesEvidence('<coverage line-rate="2"/>'), 'its line-rate is not a rate'],
  ['COBERTURA_XML', bytesEvidence('<coverage/>'), 'its line-rate is not a rate'],
])('%s is refused (%#)', async (kind, evidence, message) => {
  expect(await outcome(kind, evidence)).toContain(message)
})
