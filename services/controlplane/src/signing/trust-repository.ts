import { createHash } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { canonicalJson } from '@chainloop/attestation/json/canonical-json'
import {
  Key,
  Metadata,
  MetaFile,
  Root,
  Signature,
  Snapshot,
  TargetFile,
  Targets,
  Timestamp,
} from '@tufjs/models'

import type { AnyKey } from './signing-key.ts'

/** Keys of the repository, oldest first; each signs the root of its own version and of the next one. */
export type RepositoryKeys = readonly {
  readonly publicKey: KeyObject
  readonly key: AnyKey | undefined
}[]

export interface RepositoryContent {
  readonly keys: RepositoryKeys
  /** Files by their names. */
  readonly targets: Readonly<Record<string, Buffer>>
  /** Roots are good for ten years from then on. */
  readonly birth: Date
}

/** What changes is published within this; versions count it, so that all replicas sign the same. */
const PERIOD_MS = 5 * 60 * 1000
const DAY_MS = 24 * 3600 * 1000
const ROOT_LIFE_MS = 10 * 365 * DAY_MS
const SPEC_VERSION = '1.0.31'

/**
 * A file of a TUF repository (https://theupdateframework.github.io/specification/), made when it is asked for: nothing is
 * stored, and metadata is a function of content, keys and time. Undefined for what is not there.
 */
export async function readRepository(
  content: RepositoryContent,
  path: string,
  now: Date,
): Promise<Buffer | undefined> {
  const period = Math.floor(+now / PERIOD_MS)
  if (path === 'timestamp.json') return signed(content, timestamp(period))
  const [, version = '', role = ''] =
    /^([1-9]\d{0,9})\.(root|snapshot|targets)\.json$/.exec(path) ?? []
  if (role === 'root') return root(content, Number(version))
  // Who began just before the end of a period still gets what its timestamp names.
  if (role !== '' && [period, period - 1].includes(Number(version))) {
    return signed(
      content,
      role === 'snapshot' ? snapshot(Number(version)) : targetsOf(content, Number(version)),
    )
  }
  return target(content, path)
}

function target({ targets }: RepositoryContent, path: string): Buffer | undefined {
  const [, hash = '', name = ''] = /^targets\/([0-9a-f]{64})\.(.+)$/.exec(path) ?? []
  const file = Object.hasOwn(targets, name) ? targets[name] : undefined
  return file && sha256(file) === hash ? file : undefined
}

const expires = (period: number, days: number): string =>
  rfc3339(period * PERIOD_MS + days * DAY_MS)

function timestamp(period: number): Timestamp {
  return new Timestamp({
    version: period,
    specVersion: SPEC_VERSION,
    expires: expires(period, 1),
    snapshotMeta: new MetaFile({ version: period }),
  })
}

function snapshot(period: number): Snapshot {
  return new Snapshot({
    version: period,
    specVersion: SPEC_VERSION,
    expires: expires(period, 7),
    meta: { 'targets.json': new MetaFile({ version: period }) },
  })
}

function targetsOf({ targets }: RepositoryContent, period: number): Targets {
  const files = Object.entries(targets).map(
    ([path, file]) =>
      [
        path,
        new TargetFile({ path, length: file.length, hashes: { sha256: sha256(file) } }),
      ] as const,
  )
  return new Targets({
    version: period,
    specVersion: SPEC_VERSION,
    expires: expires(period, 7),
    targets: Object.fromEntries(files),
  })
}

/** Version n names key n, and is signed by it and by its predecessor. */
async function root(
  { keys, birth }: RepositoryContent,
  version: number,
): Promise<Buffer | undefined> {
  const own = keys[version - 1]
  if (!own) return undefined
  const metadata = new Root({
    version,
    specVersion: SPEC_VERSION,
    expires: rfc3339(+birth + ROOT_LIFE_MS),
    consistentSnapshot: true,
  })
  for (const role of ['root', 'timestamp', 'snapshot', 'targets']) {
    metadata.addKey(tufKey(own.publicKey), role)
  }
  return sign(metadata, keys.slice(Math.max(0, version - 2), version))
}

function signed(
  { keys }: RepositoryContent,
  metadata: Timestamp | Snapshot | Targets,
): Promise<Buffer> {
  return sign(metadata, keys.slice(-1))
}

async function sign(
  content: Root | Timestamp | Snapshot | Targets,
  keys: RepositoryKeys,
): Promise<Buffer> {
  const metadata = new Metadata(content)
  for (const { publicKey, key } of keys) {
    if (!key) throw new TypeError('a key that signs the trust repository is gone')
    const { keyID } = tufKey(publicKey)
    const signature = await key.sign(bytesOf(metadata))
    metadata.signatures[keyID] = new Signature({
      keyID,
      sig: Buffer.from(signature).toString('hex'),
    })
  }
  return Buffer.from(JSON.stringify(metadata.toJSON()))
}

/** What is signed: the library shows it to signers that answer at once, and ours may be elsewhere. */
function bytesOf(metadata: Metadata<Root | Timestamp | Snapshot | Targets>): Buffer {
  let bytes = Buffer.alloc(0)
  new Metadata(metadata.signed).sign((data) => {
    bytes = Buffer.from(data)
    return new Signature({ keyID: '', sig: '' })
  })
  return bytes
}

function tufKey(publicKey: KeyObject): Key {
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  const keyVal = { public: raw.toString('hex') }
  const described = { keytype: 'ed25519', scheme: 'ed25519', keyval: keyVal }
  return new Key({
    keyID: sha256(canonicalJson(described)),
    keyType: 'ed25519',
    scheme: 'ed25519',
    keyVal,
  })
}

/** Whole seconds, as the specification has them. */
function rfc3339(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
