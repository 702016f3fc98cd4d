import { createHash, createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { pae } from '../dsse/pae.ts'
import { canonicalJson } from '../json/canonical-json.ts'
import { checkpointText, signatureLine } from '../merkle/checkpoint.ts'
import { createWorld, PAYLOAD, signedBundle, trustedRoot } from './authority.test.fixture.ts'
import type { CertificateOptions, World } from './authority.test.fixture.ts'

/** Everything that a verifier can ask for: a timestamp, an SCT, and the entry of a log (Rekor v2, a log of one entry). */
export interface LoggedWorld {
  readonly world: World
  readonly ctLog: KeyObject
  readonly log: KeyObject
}

const ORIGIN = 'log.example'
const sha256 = (...parts: readonly Uint8Array[]): Buffer =>
  createHash('sha256').update(Buffer.concat(parts)).digest()

export function createLoggedWorld(leaf: Partial<CertificateOptions> = {}): LoggedWorld {
  const ctLog = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  const log = generateKeyPairSync('ed25519').privateKey
  return { world: createWorld({ ctLog, ...leaf }), ctLog, log }
}

export interface LoggedBundle {
  mediaType: string
  verificationMaterial: Record<string, unknown>
  dsseEnvelope: { signatures: { sig: string }[] }
}

export function loggedBundle({ world, log }: LoggedWorld): LoggedBundle {
  const bundle: LoggedBundle = JSON.parse(new TextDecoder().decode(signedBundle(world)))
  const signature = bundle.dsseEnvelope.signatures[0]?.sig ?? ''
  bundle.verificationMaterial['tlogEntries'] = [entry(log, { signature, leaf: world.leaf.der })]
  return bundle
}

function entry(log: KeyObject, signed: { signature: string; leaf: Buffer }): object {
  const digest = sha256(pae('application/vnd.in-toto+json', PAYLOAD))
  const body = canonicalJson({
    apiVersion: '0.0.2',
    kind: 'hashedrekord',
    spec: {
      hashedRekordV002: {
        data: { algorithm: 'SHA2_256', digest: digest.toString('base64') },
        signature: {
          content: signed.signature,
          verifier: {
            keyDetails: 'PKIX_ECDSA_P256_SHA_256',
            x509Certificate: { rawBytes: signed.leaf.toString('base64') },
          },
        },
      },
    },
  })
  const root = sha256(Buffer.of(0), body)
  return {
    logIndex: '0',
    logId: { keyId: idOf(log).toString('base64') },
    kindVersion: { kind: 'hashedrekord', version: '0.0.2' },
    canonicalizedBody: Buffer.from(body).toString('base64'),
    inclusionProof: {
      logIndex: '0',
      treeSize: '1',
      rootHash: root.toString('base64'),
      hashes: [],
      checkpoint: { envelope: checkpointOf(log, root) },
    },
  }
}

function checkpointOf(log: KeyObject, root: Buffer): string {
  const text = checkpointText(ORIGIN, { size: 1, root })
  const verifier = { origin: ORIGIN, publicKey: createPublicKey(log) }
  return `${text}\n${signatureLine(verifier, sign(undefined, Buffer.from(text), log))}`
}

/** As signed notes name Ed25519 keys, all of it (C2SP signed-note). */
function idOf(log: KeyObject): Buffer {
  const raw = createPublicKey(log).export({ type: 'spki', format: 'der' }).subarray(-32)
  return sha256(Buffer.from(`${ORIGIN}\n\u0001`), raw)
}

/** The root that lists all of it; `changes` replaces members. */
export function loggedRoot({ world, ctLog, log }: LoggedWorld, changes: object = {}): Uint8Array {
  const spki = (key: KeyObject): Buffer =>
    createPublicKey(key).export({ type: 'spki', format: 'der' })
  const listed = (
    baseUrl: string,
    { key, keyDetails, id }: { key: KeyObject; keyDetails: string; id: Buffer },
  ): object => ({
    baseUrl,
    hashAlgorithm: 'SHA2_256',
    publicKey: {
      rawBytes: spki(key).toString('base64'),
      keyDetails,
      validFor: { start: '2026-01-01T00:00:00Z' },
    },
    logId: { keyId: id.toString('base64') },
  })
  const ct = { key: ctLog, keyDetails: 'PKIX_ECDSA_P256_SHA_256', id: sha256(spki(ctLog)) }
  const rekor = { key: log, keyDetails: 'PKIX_ED25519', id: idOf(log) }
  return trustedRoot(world, {
    ctlogs: [listed('https://ct.example', ct)],
    tlogs: [listed(`https://${ORIGIN}`, rekor)],
    ...changes,
  })
}
