const PLACE = 'norberts-spark-db studio'

/**
 * Moves the token of the link from the address into the storage of this tab: it stays out of the history, and no other
 * origin, not even another port, can read it.
 */
export function takeToken(): void {
  const token = /^#token=(.+)$/.exec(location.hash)?.[1]
  if (token === undefined) return
  sessionStorage.setItem(PLACE, token)
  history.replaceState(null, '', location.pathname + location.search)
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
export async function request(path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
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

/** The same for JSON. */
export async function fetchJson<T>(path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  return (await (await request(path, body, signal)).json()) as T
}
