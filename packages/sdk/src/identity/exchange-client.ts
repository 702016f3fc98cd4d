import type { Client } from '../client.ts'
import { NoCredentials } from './no-credentials.ts'

/**
 * Who opens or joins a run: the account of the client, or, without one, its job with an identity token that is good for
 * one call. Rejects with `NoCredentials`.
 */
export async function exchangeClient(client: Client): Promise<Client> {
  const { job } = client
  if (job === undefined) return client
  return client.withToken(await job.token(job.audience ?? (await audienceOf(client))))
}

/**
 * What the control plane wants tokens to be issued for. It may only name itself: somebody who answers in its place must
 * not get tokens that open other doors.
 */
async function audienceOf(client: Client): Promise<string> {
  const { identityAudience } = await client.status.infoz({})
  if (identityAudience === '') {
    throw new NoCredentials('this control plane takes no identity tokens: it has no URL of its own')
  }
  const url = URL.parse(identityAudience)
  if (url && /^https?:$/.test(url.protocol) && url.hostname === hostOf(client)) {
    return identityAudience
  }
  throw new NoCredentials(
    `the control plane at ${client.controlPlane} wants identity tokens for ${identityAudience}, another host; if that is right, say so with CHAINLOOP_OIDC_AUDIENCE`,
  )
}

function hostOf({ controlPlane }: Client): string | undefined {
  return URL.parse(`https://${controlPlane}`)?.hostname
}
