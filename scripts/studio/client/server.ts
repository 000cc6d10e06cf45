const PLACE = 'norberts-spark-db studio'

/** Between the tabs of one studio: no other origin, not even another port, takes part. */
const tabs = new BroadcastChannel(PLACE)
/** How long a tab without a token waits for another one, in milliseconds. */
const PATIENCE = 500

type Note = { readonly wants: 'token' } | { readonly found: string } | { readonly isNew: string }

/**
 * Moves the token of the link from the address into the storage of this tab: it stays out of the history, and no other
 * origin can read it. A tab that was opened without the link gets the token from another tab of the studio, and tabs of a
 * studio that was started again take the token of the new link.
 */
export async function takeToken(): Promise<void> {
  tabs.addEventListener('message', ({ data }: MessageEvent<Note>) => {
    const own = sessionStorage.getItem(PLACE)
    if ('wants' in data && own !== null) tabs.postMessage({ found: own } satisfies Note)
    if ('isNew' in data) sessionStorage.setItem(PLACE, data.isNew)
  })
  const token = /^#token=(.+)$/.exec(location.hash)?.[1]
  if (token === undefined) {
    if (sessionStorage.getItem(PLACE) === null) await askOtherTabs()
    return
  }
  sessionStorage.setItem(PLACE, token)
  tabs.postMessage({ isNew: token } satisfies Note)
  history.replaceState(history.state, '', location.pathname + location.search)
}

function askOtherTabs(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PATIENCE)
    tabs.addEventListener('message', ({ data }: MessageEvent<Note>) => {
      if (!('found' in data)) return
      sessionStorage.setItem(PLACE, data.found)
      resolve()
    })
    tabs.postMessage({ wants: 'token' } satisfies Note)
  })
}

/** Why a request failed: the server is gone, refused it, or reported an error. */
class RequestError extends Error {
  override readonly name: string

  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

/**
 * Sends a request to the studio's server: GET, or POST if there is a body.
 *
 * @throws {RequestError} with the message of the server; `StoppedError` where there is no server.
 */
async function request(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { authorization: `Bearer ${sessionStorage.getItem(PLACE) ?? ''}` }
  if (body !== undefined) headers['content-type'] = 'application/json'
  const init = { headers, ...(signal && { signal }) }
  const response = await fetch(
    path,
    body === undefined ? init : { ...init, method: 'POST', body: JSON.stringify(body) },
  ).catch((error: Error) => {
    if (error.name === 'AbortError') throw error
    throw new RequestError(
      'StoppedError',
      'The studio does not answer: it was stopped, or this machine was asleep. Start it again and open its new link.',
    )
  })
  if (response.ok) return response
  const text = await response.text()
  const { name = 'Error', message = text } = text.startsWith('{') ? (JSON.parse(text) as Partial<Error>) : {}
  throw new RequestError(name, message)
}

/** Requests that were sent before the part of the page that needs their answer was there. */
const early = new Map<string, Promise<Response>>()

/** Sends a GET request now. The first `fetchJson` of the same path takes its answer. */
export function fetchEarly(path: string): void {
  const response = request(path)
  early.set(path, response)
  // Asked again when it is needed: the server may be back by then.
  response.catch(() => early.delete(path))
}

/** The same for JSON. */
export async function fetchJson<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const sent = body === undefined ? early.get(path) : undefined
  early.delete(path)
  return (await (await (sent ?? request(path, body, signal))).json()) as T
}
