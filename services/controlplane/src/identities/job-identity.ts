import type { JobFacts, Platform } from './platforms.ts'

/** What is recorded of a job that proved itself with its platform's token; everything in it was verified. */
export interface JobIdentity extends JobFacts {
  readonly platform: Platform
  readonly issuer: string
  readonly subject: string
  /** The trust rule that let the job in, and the claims that it asks for. */
  readonly rule: { readonly id: string; readonly name: string }
  readonly claims: Readonly<Record<string, string>>
}
