import { createPublicKey } from 'node:crypto'

import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms'
import type { KMSClientConfig, SigningAlgorithmSpec } from '@aws-sdk/client-kms'

import { checked } from '../checked-key.ts'
import { digestOf, type Hash } from '../prehash.ts'
import { KeyUnavailable, type SigningKey } from '../signing-key.ts'

const SERVICE = 'AWS KMS'

/** In the order of preference, and what they want to be given. */
const ALGORITHMS: readonly (readonly [SigningAlgorithmSpec, Hash | undefined])[] = [
  ['ECDSA_SHA_256', 'sha256'],
  ['ECDSA_SHA_384', 'sha384'],
  ['ECDSA_SHA_512', 'sha512'],
  ['ED25519_SHA_512', undefined],
  ['RSASSA_PKCS1_V1_5_SHA_256', 'sha256'],
  ['RSASSA_PSS_SHA_256', 'sha256'],
]

/**
 * `awskms:///arn:aws:kms:…`, `awskms:///alias/name`, `awskms:///<key id>`, or with the endpoint in front:
 * `awskms://kms.example/alias/name`. Credentials and region as the AWS SDK finds them.
 */
export async function openAwsKey(
  reference: string,
  config: KMSClientConfig = {},
): Promise<SigningKey> {
  const { endpoint, keyId, region } = parse(reference)
  const client = new KMSClient({
    ...(endpoint === '' ? {} : { endpoint: `https://${endpoint}` }),
    ...(region === undefined ? {} : { region }),
    ...config,
  })
  const key = await asked(() => client.send(new GetPublicKeyCommand({ KeyId: keyId })))
  const [algorithm, hash] = ALGORITHMS.find(([name]) => key.SigningAlgorithms?.includes(name)) ?? []
  if (algorithm === undefined || key.PublicKey === undefined) {
    throw new KeyUnavailable(`the key ${keyId} of ${SERVICE} is not for signing`)
  }
  const publicKey = createPublicKey({
    key: Buffer.from(key.PublicKey),
    format: 'der',
    type: 'spki',
  })
  return checked(SERVICE, {
    publicKey,
    async sign(bytes) {
      const message =
        hash === undefined
          ? { Message: bytes, MessageType: 'RAW' as const }
          : { Message: digestOf(bytes, hash), MessageType: 'DIGEST' as const }
      const { Signature: signature } = await asked(() =>
        client.send(
          new SignCommand({ KeyId: key.KeyId ?? keyId, SigningAlgorithm: algorithm, ...message }),
        ),
      )
      if (signature === undefined) throw new KeyUnavailable(`${SERVICE} answered no signature`)
      return signature
    },
  })
}

function parse(reference: string): {
  endpoint: string
  keyId: string
  region: string | undefined
} {
  const [, endpoint, keyId] = /^awskms:\/\/([^/]*)\/(.+)$/.exec(reference) ?? []
  if (endpoint === undefined || keyId === undefined) {
    throw new KeyUnavailable(
      `${reference} does not name a key: awskms:///alias/NAME, awskms:///ID or awskms:///ARN`,
    )
  }
  const region = /^arn:[^:]*:kms:([^:]+):/.exec(keyId)?.[1]
  return { endpoint, keyId, region }
}

async function asked<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (cause) {
    const why =
      typeof cause === 'object' && cause !== null && 'message' in cause
        ? String(cause.message)
        : String(cause)
    throw new KeyUnavailable(`${SERVICE}: ${why}`, { cause })
  }
}
