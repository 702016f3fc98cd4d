import type { Interceptor } from '@connectrpc/connect'
import { createValidateInterceptor } from '@connectrpc/validate'

/** Refuses requests that break the rules declared in their protobuf definitions, with all violations as a detail. */
export function validationInterceptor(): Interceptor {
  return createValidateInterceptor()
}
