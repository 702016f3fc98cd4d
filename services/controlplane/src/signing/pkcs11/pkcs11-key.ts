import { createHash, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

import { derFromConcatenated } from '@chainloop/keys/prehash'
import { KeyUnavailable } from '@chainloop/keys/signing-key'
import type { SigningKey } from '@chainloop/keys/signing-key'

import { oid, sequence, tlv } from '../der.ts'
import { OIDS } from '../oids.ts'
import { loadModule } from './module.ts'
import type { Pkcs11Module } from './module.ts'
import { attributes, mechanism, wordAt, words } from './structures.ts'

const CKF_SERIAL_SESSION = 4
const CKU_USER = 1
const CKR_USER_ALREADY_LOGGED_IN = 0x100
const CKA = { class: 0x000, label: 0x003, ecParams: 0x180, ecPoint: 0x181 } as const
const CKO = { publicKey: 2, privateKey: 3 } as const
const CKM = { ecdsa: 0x1041, eddsa: 0x1057 } as const

const P256_PARAMS = oid(OIDS.prime256v1)
const MAX_SLOTS = 64
const TOKEN_INFO_BYTES = 512
const LABEL_BYTES = 32

interface Reference {
  readonly token: string
  readonly object: string
  readonly modulePath: string
}

/**
 * `pkcs11:token=TOKEN;object=LABEL?module-path=/usr/lib/…so` (RFC 7512): an ECDSA P-256 or Ed25519 key, whose public half has the
 * same label. The PIN is in `CHAINLOOP_PKCS11_PIN`.
 */
export async function openPkcs11Key(
  reference: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<SigningKey> {
  const { token, object, modulePath } = parse(reference)
  const pin = env['CHAINLOOP_PKCS11_PIN']
  if (pin === undefined) throw new KeyUnavailable('CHAINLOOP_PKCS11_PIN is not set')
  const module = await loadModule(modulePath)
  return module.exclusively(async () => {
    const session = await login(module, await slotOf(module, token), Buffer.from(pin))
    const find = (kind: number): Promise<number> => findObject({ module, session }, kind, object)
    const publicKey = await readPublicKey({ module, session }, await find(CKO.publicKey))
    const privateKey = await find(CKO.privateKey)
    return {
      publicKey,
      sign: (bytes) =>
        module.exclusively(() => sign({ module, session }, { publicKey, privateKey }, bytes)),
    }
  })
}

function parse(reference: string): Reference {
  const [path = '', query = ''] = reference.slice('pkcs11:'.length).split('?', 2)
  const attribute = (text: string, name: string, separator: string): string | undefined =>
    text
      .split(separator)
      .find((part) => part.startsWith(`${name}=`))
      ?.slice(name.length + 1)
  const token = attribute(path, 'token', ';')
  const object = attribute(path, 'object', ';')
  const modulePath = attribute(query, 'module-path', '&')
  if (token === undefined || object === undefined || modulePath === undefined) {
    throw new KeyUnavailable(
      'the reference names no key: pkcs11:token=TOKEN;object=LABEL?module-path=/path/of/module.so',
    )
  }
  return {
    token: decodeURIComponent(token),
    object: decodeURIComponent(object),
    modulePath: decodeURIComponent(modulePath),
  }
}

async function slotOf(module: Pkcs11Module, token: string): Promise<number> {
  const [slots, count] = [Buffer.alloc(MAX_SLOTS * 8), words(MAX_SLOTS)]
  await module.call('C_GetSlotList', [1, slots, count])
  for (let index = 0; index < wordAt(count); index += 1) {
    const info = Buffer.alloc(TOKEN_INFO_BYTES)
    await module.call('C_GetTokenInfo', [wordAt(slots, index), info])
    if (info.toString('utf8', 0, LABEL_BYTES).trimEnd() === token) return wordAt(slots, index)
  }
  throw new KeyUnavailable(`the PKCS #11 module has no token ${token}`)
}

async function login(module: Pkcs11Module, slot: number, pin: Buffer): Promise<number> {
  const session = words(0)
  await module.call('C_OpenSession', [slot, CKF_SERIAL_SESSION, null, null, session])
  const user = [wordAt(session), CKU_USER, pin, pin.length]
  await module.call('C_Login', user, CKR_USER_ALREADY_LOGGED_IN)
  return wordAt(session)
}

interface Session {
  readonly module: Pkcs11Module
  readonly session: number
}

async function findObject(
  { module, session }: Session,
  kind: number,
  label: string,
): Promise<number> {
  const template = attributes([CKA.class, words(kind)], [CKA.label, Buffer.from(label)])
  const [objects, count] = [words(0, 0), words(0)]
  await module.call('C_FindObjectsInit', [session, template.bytes, template.holds.length])
  await module.call('C_FindObjects', [session, objects, 2, count])
  await module.call('C_FindObjectsFinal', [session])
  if (wordAt(count) === 1) return wordAt(objects)
  const what = kind === CKO.publicKey ? 'public' : 'private'
  throw new KeyUnavailable(`the token has ${wordAt(count)} ${what} keys with the label ${label}`)
}

async function readPublicKey({ module, session }: Session, object: number): Promise<KeyObject> {
  const [params, point] = [Buffer.alloc(64), Buffer.alloc(256)]
  const wanted = attributes([CKA.ecParams, params], [CKA.ecPoint, point])
  await module.call('C_GetAttributeValue', [session, object, wanted.bytes, wanted.holds.length])
  const curve = params.subarray(0, wordAt(wanted.bytes, 2))
  // A DER OCTET STRING around the point.
  const raw = point.subarray(2, wordAt(wanted.bytes, 5))
  return curve.equals(P256_PARAMS) ? p256(raw) : ed25519(raw)
}

function p256(point: Buffer): KeyObject {
  const algorithm = sequence(oid(OIDS.ecPublicKey), P256_PARAMS)
  const spki = sequence(algorithm, tlv(0x03, Buffer.of(0), point))
  return createPublicKey({ key: spki, format: 'der', type: 'spki' })
}

function ed25519(raw: Buffer): KeyObject {
  if (raw.length !== 32) throw new KeyUnavailable('the key is neither on P-256 nor Ed25519')
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }
  return createPublicKey({ key: jwk, format: 'jwk' })
}

async function sign(
  { module, session }: Session,
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: number },
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const isEd25519 = publicKey.asymmetricKeyType === 'ed25519'
  const data = isEd25519 ? Buffer.from(bytes) : createHash('sha256').update(bytes).digest()
  const [signature, size] = [Buffer.alloc(64), words(64)]
  const how = mechanism(isEd25519 ? CKM.eddsa : CKM.ecdsa)
  await module.call('C_SignInit', [session, how, privateKey])
  await module.call('C_Sign', [session, data, data.length, signature, size])
  const raw = signature.subarray(0, wordAt(size))
  return isEd25519 ? raw : derFromConcatenated(raw)
}
