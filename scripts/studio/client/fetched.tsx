import { type ReactNode, useEffect, useState } from 'preact/compat'
import { fetchJson } from './server.ts'

export { fetchJson } from './server.ts'

type State<T> = { value: T } | { error: string } | undefined

/** Loads JSON from the studio's server and renders it with `children`; `otherwise` is beside an error. */
export function Fetched<T>({
  path,
  body,
  otherwise,
  children,
}: {
  path: string
  body?: unknown
  otherwise?: ReactNode
  children: (value: T, reload: () => void) => ReactNode
}) {
  const [state, setState] = useState<State<T>>()
  const [times, setTimes] = useState(0)
  const key = JSON.stringify(body)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the body is compared by its text; `times` loads again
  useEffect(() => {
    const controller = new AbortController()
    fetchJson<T>(path, body, controller.signal).then(
      (value) => {
        setState({ value })
        // The target of the link did not exist yet when the browser tried to scroll to it.
        requestAnimationFrame(() =>
          document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView(),
        )
      },
      (error: Error) => {
        if (error.name !== 'AbortError') setState({ error: error.message })
      },
    )
    return () => controller.abort()
  }, [path, key, times])
  const reload = () => setTimes((before) => before + 1)
  if (state === undefined) return <p className="content quiet">Loading …</p>
  if ('error' in state)
    return (
      <p className="content warning" role="alert">
        {state.error}{' '}
        <button type="button" onClick={reload}>
          Try again
        </button>{' '}
        {otherwise}
      </p>
    )
  return children(state.value, reload)
}
