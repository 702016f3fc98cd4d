import { generateKeyPairSync, randomUUID } from 'node:crypto'

/** The key file of a service account that nobody knows; the servers of tests ask nobody. */
export function serviceAccount(): object {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    type: 'service_account',
    client_email: 'cas@tests.example',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  }
}

/** The name of a new bucket. */
export async function makeBucket(origin: string): Promise<string> {
  const name = `tests-${randomUUID()}`
  const made = await fetch(`${origin}/storage/v1/b?project=tests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  })
  if (!made.ok) throw new Error(`no bucket: ${made.status}`)
  return name
}
