import { type ReactNode, useEffect, useState } from 'react'

type State<T> = { value: T } | { error: string } | undefined

/** Loads JSON from the studio's server and renders it with `children`. */
export function Fetched<T>({ path, children }: { path: string; children: (value: T) => ReactNode }) {
  const [state, setState] = useState<State<T>>()
  useEffect(() => {
    fetchJson<T>(path).then(
      (value) => {
        setState({ value })
        // The target of the link did not exist yet when the browser tried to scroll to it.
        requestAnimationFrame(() =>
          document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView(),
        )
      },
      (error: Error) => setState({ error: error.message }),
    )
  }, [path])
  if (state === undefined) return <p className="content quiet">Loading …</p>
  if ('error' in state) return <p className="content warning">{state.error}</p>
  return children(state.value)
}

/**
 * Requests JSON from the studio's server: GET, or POST if there is a body.
 *
 * @throws {Error} with the message of the server.
 */
export async function fetchJson<T>(path: string, body?: unknown): Promise<T> {
  const response = await fetch(
    path,
    body === undefined
      ? {}
      : { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  )
  const text = await response.text()
  if (response.ok) return JSON.parse(text) as T
  throw new Error(text.startsWith('{') ? (JSON.parse(text) as { message: string }).message : text)
}
