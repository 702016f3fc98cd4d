import { invalid } from '@chainloop/kit/errors'

import type { Intent } from './attempt.ts'
import { readUserCode } from './device.ts'

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost'])
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/
const STATE = /^[A-Za-z0-9._~-]{1,256}$/
const MAX_NAME_LENGTH = 100

/** Throws `invalid` for what a command line of ours never asks. */
export function readIntent(query: URLSearchParams): Intent {
  const typed = query.get('user_code')
  if (typed !== null) {
    const userCode = readUserCode(typed)
    if (userCode === undefined) throw invalid('that is not a code', { reason: 'INVALID_USER_CODE' })
    return { for: 'device', userCode }
  }
  const callback = query.get('callback')
  if (callback === null) return { for: 'nothing' }
  const state = query.get('state') ?? ''
  const codeChallenge = query.get('code_challenge') ?? ''
  if (!isLoopback(callback) || !STATE.test(state) || !CHALLENGE.test(codeChallenge)) {
    throw invalid('the sign-in was not started by a command line that this instance knows', {
      reason: 'INVALID_CALLBACK',
    })
  }
  const clientName = (query.get('client') ?? '').slice(0, MAX_NAME_LENGTH)
  return { for: 'browser', callback, state, codeChallenge, clientName }
}

/** The browser goes nowhere but to a program on its own machine. */
function isLoopback(callback: string): boolean {
  if (/[\\\s@]/.test(callback)) return false
  const url = URL.parse(callback)
  return (
    url !== null &&
    url.protocol === 'http:' &&
    LOOPBACK.has(url.hostname) &&
    callback.startsWith(`http://${url.host}/`) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === ''
  )
}
