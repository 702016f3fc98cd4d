import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import type { GuardedAgents } from '@chainloop/kit/egress/guarded-agent'
import { invalid } from '@chainloop/kit/errors'

import type { S3Credentials } from './credentials.ts'
import type { S3Location } from './location.ts'

export interface S3ClientOptions {
  readonly agents: GuardedAgents
  readonly credentials: S3Credentials
  readonly location: S3Location
  readonly organizationId: string
  /** Without a byte from the storage. */
  readonly timeoutMs: number
}

type Connection = Pick<S3ClientConfig, 'region' | 'requestHandler'>

/** A client of one bucket's server. Other credentials than static ones come from the surroundings of this process. */
export function createS3Client(options: S3ClientOptions): S3Client {
  const { agents, credentials, location, timeoutMs } = options
  const connection = {
    region: credentials.region ?? 'us-east-1',
    requestHandler: {
      httpAgent: agents.http,
      httpsAgent: agents.https,
      connectionTimeout: 5000,
      socketTimeout: timeoutMs,
    },
  }
  const identity = identityOf(options, connection)
  return new S3Client({
    ...connection,
    ...(location.endpoint === undefined ? {} : { endpoint: location.endpoint }),
    ...(identity ? { credentials: identity } : {}),
    forcePathStyle: credentials.addressing
      ? credentials.addressing === 'path'
      : location.endpoint !== undefined,
    // R2, Ceph and older MinIO refuse the SDK's own checksums; what is signed holds a SHA-256 anyway.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 4,
  })
}

/** Undefined: the SDK's own chain: environment, web identity, container, instance. */
function identityOf(
  { credentials, organizationId }: S3ClientOptions,
  connection: Connection,
): S3ClientConfig['credentials'] {
  const { accessKeyID, secretAccessKey, sessionToken, roleARN } = credentials
  if ((accessKeyID === undefined) !== (secretAccessKey === undefined)) {
    throw invalid('accessKeyID and secretAccessKey belong together', {
      reason: 'CREDENTIALS_INVALID',
    })
  }
  const pair =
    accessKeyID && secretAccessKey
      ? { accessKeyId: accessKeyID, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
      : undefined
  if (roleARN === undefined) return pair
  return fromTemporaryCredentials({
    params: {
      RoleArn: roleARN,
      RoleSessionName: `cas-${organizationId}`,
      // AWS: "The confused deputy problem": the role's owner asks for the organization by name.
      ExternalId: organizationId,
    },
    ...(pair ? { masterCredentials: pair } : {}),
    clientConfig: connection,
  })
}
