/** As much of a browser as signing in needs: cookies for each origin, redirects one by one, forms. */
export interface TestBrowser {
  /** Follows redirects until a page is shown or one of `stopAt` would be opened. */
  open(url: string): Promise<Shown>
  submit(page: Shown, fields: Readonly<Record<string, string>>): Promise<Shown>
}

export interface Shown {
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

const MAX_REDIRECTS = 20

export function createBrowser(stopAt: (url: URL) => boolean = () => false): TestBrowser {
  const jar = new Map<string, Map<string, string>>()

  async function request(url: URL, init: Pick<RequestInit, 'method' | 'body'>): Promise<Response> {
    const cookies = jar.get(url.host) ?? new Map<string, string>()
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: cookie === '' ? {} : { cookie },
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1)
      const at = pair.indexOf('=')
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    jar.set(url.host, cookies)
    return response
  }

  async function follow(start: URL, init: Pick<RequestInit, 'method' | 'body'>): Promise<Shown> {
    let url = start
    let response = await request(url, init)
    for (
      let hops = 0;
      hops < MAX_REDIRECTS && response.status >= 300 && response.status < 400;
      hops++
    ) {
      url = new URL(response.headers.get('location') ?? '', url)
      if (stopAt(url)) break
      response = await request(url, {})
    }
    return { url, status: response.status, headers: response.headers, text: await response.text() }
  }

  return {
    open: (url) => follow(new URL(url), {}),
    submit(page, fields) {
      const form = /<form[^>]*>/.exec(page.text)?.[0] ?? ''
      const action = /action="([^"]*)"/.exec(form)?.[1] ?? page.url.href
      const hidden = [...page.text.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
        /name="([^"]*)"/.exec(input)?.[1] ?? '',
        /value="([^"]*)"/.exec(input)?.[1] ?? '',
      ])
      const body = new URLSearchParams({ ...Object.fromEntries(hidden), ...fields })
      return follow(new URL(action, page.url), { method: 'POST', body })
    },
  }
}

/** Through the pages of the test's identity provider, from the address of a sign-in to wherever that ends. */
export async function signInAs(browser: TestBrowser, login: string, url: string): Promise<Shown> {
  const asked = await browser.open(url)
  if (!asked.text.includes('name="login"')) return asked
  const consent = await browser.submit(asked, { login, password: 'x' })
  return consent.url.host === asked.url.host ? browser.submit(consent, {}) : consent
}
