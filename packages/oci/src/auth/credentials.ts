/** What proves to a registry who asks. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  /** A refresh token (docker's `identitytoken`): exchanged for access tokens. */
  | { readonly identityToken: string }
  /** A bearer token that is sent as it is (docker's `registrytoken`). */
  | { readonly registryToken: string }

/** The login for a registry, `host[:port]`; undefined: anonymous. Called again when an access token has to be renewed. */
export type CredentialsProvider = (
  registry: string,
  signal?: AbortSignal,
) => Promise<Credentials | undefined> | Credentials | undefined

export function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}
