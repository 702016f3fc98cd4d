import { expect, test } from '@jest/globals'

import { documentOf } from '../testing/evaluate.ts'

// Made for this test with `openssl req -x509`, subject CN=ec, P-256; nothing trusts it.
const certificate = `-----BEGIN CERTIFICATE-----
MIIBbjCCARWgAwIBAgIUQ+TO3OWju5WaUhvh/8JgLFpxXnIwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCZWMwHhcNMjYxMTIzMDMzMzQ1WhcNMzUwMjA5MDMzMzQ1WjAN
MQswCQYDVQQDDAJlYzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABAtin8ntszp5
GoSM/SlFJRHcf644aDhVUbqs0y0bno/LrhG9SFJmmelrxVGuNa5nC/nxA7Z9iQVv
dICdRdxufhyjUzBRMB0GA1UdDgQWBBQB5E0l/TjZWBbJhFGd8p4ZKOWGqjAfBgNV
HSMEGDAWgBQB5E0l/TjZWBbJhFGd8p4ZKOWGqjAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0cAMEQCIEZyJ66bzR7PIewOgUbtMgjPxWLE8ppWT4CETDseqc7n
AiBievXmv/Bl33fiUir4Pm8eKFp9qzJnEmhbebtkm1R0ag==
-----END CERTIFICATE-----`

const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6im9/X3HyAaj1Fxc
rkswtDxrDXP+jn7ZvVKPjrlUsk+hRANCAAQLYp/J7bM6eRqEjP0pRSUR3H+uOGg4
VVG6rNMtG56Py64RvUhSZpnpa8VRrjWuZwv58QO2fYkFb3SAnUXcbn4c
-----END PRIVATE KEY-----`

function p(expression: string): string {
  const module = `package t\n\np := ${expression}\n`
  return documentOf(module, { input: { certificate, key }, strictBuiltinErrors: true })
}

test.each([
  ['input.certificate'],
  ['base64.encode(input.certificate)'],
  [
    'concat("", [line | some line in split(input.certificate, "\\n"); not startswith(line, "-----")])',
  ],
])('a certificate is read from %s', (source) => {
  const expression = `[[c.Subject.CommonName, c.IsCA] | c := crypto.x509.parse_certificates(${source})[_]]`

  expect(p(expression)).toBe('[["ec",true]]')
})

test('a pair is read if the key belongs to the certificate', () => {
  expect(p('count(crypto.x509.parse_keypair(input.certificate, input.key).Certificate)')).toBe('1')
})

test('a private key is read as numbers', () => {
  expect(p('object.keys(crypto.parse_private_keys(input.key)[0])')).toBe('["Curve","D","X","Y"]')
})

test('one certificate is no chain', () => {
  expect(p('crypto.x509.parse_and_verify_certificates(input.certificate)')).toBe('[false,[]]')
})

test.each([
  ['"not a certificate"', 'illegal base64 data at input byte 3'],
  ['"AAAA"', 'malformed DER'],
  ['"MIID"', 'malformed DER'],
  ['"-----BEGIN X-----\\nAAAA\\n-----END X-----"', "PEM block type is 'X', expected CERTIFICATE"],
])('%s is refused', (text, reason) => {
  expect(p(`crypto.x509.parse_certificates(${text})`)).toMatch(reason)
})
