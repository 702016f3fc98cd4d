import type { Config } from '../config.ts'

/** Where HTTP clients begin an upload to the artifact CAS; empty when its address is not configured. */
export function uploadUrl({ casExternalUrl }: Pick<Config, 'casExternalUrl'>): string {
  return casExternalUrl === undefined ? '' : new URL('/uploads', casExternalUrl).href
}
