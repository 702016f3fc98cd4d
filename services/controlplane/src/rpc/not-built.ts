import { unimplemented } from '@chainloop/kit/errors'

/** For methods of a service that is only partly there. */
export function notBuilt(): never {
  throw unimplemented('this server does not implement the method')
}
