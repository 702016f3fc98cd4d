import { awaitHost } from '@chainloop/rego/builtins/pending'
import { type Builtin, define } from '@chainloop/rego/builtins/registry'
import { RegoError } from '@chainloop/rego/errors'
import type { Host } from '@chainloop/rego/host'
import { fromJson, keyText } from '@chainloop/rego/values/json'
import { RegoObject } from '@chainloop/rego/values/object'

import type { Grants } from './script-language.ts'

/** What the host of an evaluation was made of: functions are shared by evaluations with different grants. */
const grantsOf = new WeakMap<Host, Grants>()

export function grant(host: Host, grants: Grants): Host {
  grantsOf.set(host, grants)
  return host
}

/** The functions of ours, besides those of the language. */
export const chainloopFunctions: readonly Builtin[] = [
  define(
    'chainloop.vulnerability(string, string, string, string) -> object',
    'A finding of a vulnerability: message, external id, package URL, severity.',
    ([message = '', externalId = '', packageUrl = '', severity = '']) =>
      RegoObject.record({
        message,
        external_id: externalId,
        package_purl: packageUrl,
        severity,
      }),
  ),
  define(
    'chainloop.discover(string, string) -> object',
    'What the organization knows of a digest; the kind may be empty.',
    ([digest, kind], { run }) => {
      const discover = grantsOf.get(run.host)?.discover
      if (!discover) {
        throw new RegoError('eval_builtin_error', 'chainloop.discover needs a connection')
      }
      const [of, as] = [keyText(digest), keyText(kind)]
      return fromJson(awaitHost(run, `chainloop.discover ${of} ${as}`, () => discover(of, as)))
    },
  ),
]
