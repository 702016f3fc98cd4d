import { isSet, unknownEnvironment } from './runner.ts'
import type { Runner } from './runner.ts'

/** A place to try things out: whoever sets the variable says so. */
export const sandbox: Runner = {
  type: 'CHAINLOOP_SANDBOX',
  matches: (env) => isSet(env, 'CHAINLOOP_SANDBOX'),
  variables: [],
  runUrl: () => '',
  environment: unknownEnvironment,
}
