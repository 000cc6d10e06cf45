import { type ReactNode, useEffect, useState } from 'react'

type State<T> = { value: T } | { error: string } | undefined

/** What the studio's server has to say under `path`, drawn by `children` once it is there. */
export function Fetched<T>({ path, children }: { path: string; children: (value: T) => ReactNode }) {
  const [state, setState] = useState<State<T>>()
  useEffect(() => {
    fetchJson<T>(path).then(
      (value) => {
        setState({ value })
        // The part of the page that the link names was not there when the browser looked for it.
        requestAnimationFrame(() =>
          document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView(),
        )
      },
      (error: Error) => setState({ error: error.message }),
    )
  }, [path])
  if (state === undefined) return <p className="content quiet">One moment …</p>
  if ('error' in state) return <p className="content warning">{state.error}</p>
  return children(state.value)
}

/** @throws {Error} with the server's words. */
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
