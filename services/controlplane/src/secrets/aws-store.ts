import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { unavailable } from '@chainloop/kit/errors'

import { decode, encode } from './encoded.ts'
import type { SecretPlace, SecretStore } from './secret-store.ts'

/** AWS Secrets Manager. What is removed can be brought back for as long as the account says. */
export function awsStore(client: SecretsManagerClient, prefix: string): SecretStore {
  const nameOf = ({ organizationId, id }: SecretPlace): string =>
    `${prefix}/${organizationId}/${id}`

  return {
    id: 'aws',
    async save(place, value) {
      const Name = nameOf(place)
      const SecretString = encode(value)
      await unless(['ResourceExistsException'], async () => {
        await client.send(new CreateSecretCommand({ Name, SecretString }))
        return true
      }).then(async (created) => {
        if (created) return
        await unless([], () =>
          client.send(new PutSecretValueCommand({ SecretId: Name, SecretString })),
        )
      })
    },
    async read(place) {
      const SecretId = nameOf(place)
      // One that is to be deleted is an invalid request.
      const gone = ['ResourceNotFoundException', 'InvalidRequestException']
      const found = await unless(gone, () => client.send(new GetSecretValueCommand({ SecretId })))
      return found && decode(found.SecretString)
    },
    async remove(place) {
      const SecretId = nameOf(place)
      const gone = ['ResourceNotFoundException', 'InvalidRequestException']
      await unless(gone, () => client.send(new DeleteSecretCommand({ SecretId })))
    },
    async check() {
      await unless([], () => client.send(new ListSecretsCommand({ MaxResults: 1 })))
    },
  }
}

/** Undefined for an error of these names. Others are not repeated: they may hold what was sent. */
async function unless<T>(names: readonly string[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'an error'
    if (names.includes(name)) return undefined
    throw unavailable(`the store of secrets cannot be used: ${name}`, {
      reason: 'SECRETS_UNAVAILABLE',
    })
  }
}
