import { formatValue } from '../values/format.ts'
import { keyText } from '../values/json.ts'
import type { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import { badOperand } from './operands.ts'

const allowed = new Set([
  'method', 'url', 'body', 'enable_redirect', 'force_json_decode', 'force_yaml_decode', 'headers',
  'raw_body', 'tls_use_system_certs', 'tls_ca_cert', 'tls_ca_cert_file', 'tls_ca_cert_env_variable',
  'tls_client_cert', 'tls_client_cert_file', 'tls_client_cert_env_variable', 'tls_client_key',
  'tls_client_key_file', 'tls_client_key_env_variable', 'tls_insecure_skip_verify', 'tls_server_name',
  'timeout', 'cache', 'force_cache', 'force_cache_duration_seconds', 'raise_error',
  'caching_mode', 'max_retry_attempts', 'cache_ignored_headers',
]) // prettier-ignore

/** Checks the keys of a request object as `http.send` and `providers.aws.sign_req` take it. */
export function checkRequest(request: RegoObject): void {
  const unknown = RegoSet.from(request.keys().filter((key) => !allowed.has(keyText(key))))
  if (unknown.size > 0)
    throw badOperand(1, `invalid request parameters(s): ${formatValue(unknown)}`)
  const missing = RegoSet.from(['method', 'url'].filter((key) => !request.has(key)))
  if (missing.size > 0)
    throw badOperand(1, `missing required request parameters(s): ${formatValue(missing)}`)
}
