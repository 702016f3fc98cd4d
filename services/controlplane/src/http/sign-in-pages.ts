import type { ServerResponse } from 'node:http'

import { DomainError } from '@chainloop/kit/errors'
import { httpStatus } from '@chainloop/kit/http/routes'

import { databaseError } from '../db/database-error.ts'
import { html, sendPage } from './page.ts'

/** Refusals are shown as pages. */
export async function asPages(res: ServerResponse, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (thrown) {
    const cause = databaseError(thrown) ?? thrown
    if (!(cause instanceof DomainError)) throw cause
    sendPage(res, {
      status: httpStatus(cause.code),
      title: 'That did not work',
      body: html`<p>${sentence(cause.message)}</p>
        ${cause.hint ? html`<p>${sentence(cause.hint)}</p>` : ''}`,
    })
  }
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

export function sendSignedIn(res: ServerResponse, email: string): void {
  sendPage(res, {
    title: 'You are signed in',
    body: html`<p>The identity provider knows you as <strong>${email}</strong>.</p>
      <p>
        There is nothing more to do here. To work, run <strong>chainloop auth login</strong> in a
        terminal.
      </p>`,
  })
}

export function sendCodeForm(res: ServerResponse, userCode: string): void {
  sendPage(res, {
    title: 'Sign in a device',
    // The identity provider comes next, and may send the browser on.
    formsLeadAnywhere: true,
    body: html`<p>Enter the code that your terminal shows.</p>
      <form method="get" action="/auth/login">
        <label for="user_code">Code</label
        ><input
          id="user_code"
          name="user_code"
          value="${userCode}"
          placeholder="XXXX-XXXX"
          autocomplete="off"
          autocapitalize="characters"
          spellcheck="false"
          maxlength="9"
          required
          autofocus
        />
        <div class="acts"><button>Continue</button></div>
      </form>`,
  })
}

export interface Question {
  readonly email: string
  readonly clientName: string
  readonly userCode: string
  readonly ticket: string
}

export function sendQuestion(
  res: ServerResponse,
  { email, clientName, userCode, ticket }: Question,
): void {
  const shown = `${userCode.slice(0, 4)}-${userCode.slice(4)}`
  sendPage(res, {
    title: 'Sign in this device?',
    body: html`<p>
        It calls itself <strong>${clientName || 'a command line'}</strong> and will act as
        <strong>${email}</strong>. Go on only if your own terminal shows this code:
      </p>
      <div class="code"><code>${shown}</code></div>
      <form method="post" action="/auth/device">
        <input type="hidden" name="ticket" value="${ticket}" />
        <div class="acts">
          <button class="other" name="decision" value="deny">Deny</button
          ><button name="decision" value="allow">Allow</button>
        </div>
      </form>`,
  })
}

export function sendDecided(res: ServerResponse, approved: boolean): void {
  sendPage(
    res,
    approved
      ? {
          title: 'The device is signed in',
          body: html`<p>Go back to your terminal; you can close this window.</p>`,
        }
      : {
          title: 'Denied',
          body: html`<p>
            The device was not signed in. If you did not ask for it, somebody else may have sent you
            here.
          </p>`,
        },
  )
}
