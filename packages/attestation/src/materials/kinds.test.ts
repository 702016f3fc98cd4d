import { expect, test } from '@jest/globals'

import { inspectMaterial } from './craft.ts'
import { bytesEvidence, jsonEvidence, outcome } from './evidence.test.fixture.ts'
import type { Evidence } from './evidence.ts'
import type { MaterialKind } from './material-kind.ts'

const annotations = async (kind: MaterialKind, evidence: Evidence): Promise<object> => {
  const { 'chainloop.material.size': _, ...rest } = (await inspectMaterial(kind, evidence))
    .annotations
  return rest
}

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
const prInfo = (fields: object): Evidence =>
  jsonEvidence({
    'chainloop.material.evidence.id': 'CHAINLOOP_PR_INFO',
    data: { platform: 'github', type: 'pull_request', number: '1', url: 'https://x/1', ...fields },
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
    'CHAINLOOP_PR_INFO',
    prInfo({ author: 'alice', reviewers: [{ login: 'b', type: 'Bot', requested: true }] }),
    {},
  ],
  [
    'SYSINTERNALS_SIGCHECK',
    bytesEvidence(Buffer.from('\ufeffPath\tVerified\r\na\tb\r\n', 'utf16le')),
    { 'chainloop.material.tool.name': 'sigcheck' },
  ],
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
  [
    'CHAINLOOP_PR_INFO',
    prInfo({ platform: 'svn' }),
    '/platform must be equal to one of the allowed values (["github","gitlab"])',
  ],
  ['CHAINLOOP_PR_INFO', prInfo({ extra: 1 }), 'must NOT have additional properties ("extra")'],
  ['CHAINLOOP_PR_INFO', prInfo({ number: undefined }), "must have required property 'number'"],
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
