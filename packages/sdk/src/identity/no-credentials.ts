/** Nothing says who asks: no token, and no CI system that vouches for the job. */
export class NoCredentials extends Error {
  override readonly name = 'NoCredentials'
}

/** An identity token opens or joins a run and does nothing else; this needs more. */
export class AccountRequired extends Error {
  override readonly name = 'AccountRequired'
}
