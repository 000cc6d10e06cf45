import { useLayoutEffect, useState } from 'preact/compat'

const QUESTION = 'This row has edits that are not saved. Leave it and lose them?'
const unsaved = new Set<symbol>()

/** Asks before the page is left while it has edits that are not saved. Returns a function that ends this before the next render. */
export function useUnsaved(isUnsaved: boolean): () => void {
  const [form] = useState(() => Symbol('form'))
  // With the render: other effects wait for the next frame, and Back may come before it.
  useLayoutEffect(() => {
    if (!isUnsaved) return undefined
    const ask = (event: BeforeUnloadEvent) => {
      if (unsaved.has(form)) event.preventDefault()
    }
    unsaved.add(form)
    addEventListener('beforeunload', ask)
    return () => {
      unsaved.delete(form)
      removeEventListener('beforeunload', ask)
    }
  }, [isUnsaved, form])
  return () => unsaved.delete(form)
}

/** The components that show the address. */
const followers = new Set<() => void>()
/** How many addresses of this page lie before the one that is shown, in the history of the tab. */
let place = placeOf(history.state)
history.replaceState({ place }, '')
/** Whether the next event is the return to an address that was not to be left. */
let isReturning = false

function placeOf(state: unknown): number {
  return (state as { place?: number } | null)?.place ?? 0
}

function showAddress(): void {
  for (const follow of followers) follow()
}

addEventListener('popstate', ({ state }) => {
  if (isReturning) {
    isReturning = false
    return
  }
  if (state === null) {
    // A link to another place of this page, which leaves nothing.
    place += 1
    history.replaceState({ place }, '')
    return
  }
  const next = placeOf(state)
  if (unsaved.size > 0 && next !== place && !confirm(QUESTION)) {
    isReturning = true
    history.go(place - next)
    return
  }
  place = next
  showAddress()
})

/** The parameters in the address of the page, and how to change them: null removes one. */
export function useAddress(): [
  URLSearchParams,
  (changes: Record<string, string | null>, how?: 'push' | 'replace') => void,
] {
  const [search, setSearch] = useState(location.search)
  useLayoutEffect(() => {
    const follow = () => setSearch(location.search)
    followers.add(follow)
    return () => void followers.delete(follow)
  }, [])
  const change = (changes: Record<string, string | null>, how: 'push' | 'replace' = 'push') => {
    if (unsaved.size > 0 && !confirm(QUESTION)) return
    const next = new URLSearchParams(location.search)
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === '') next.delete(name)
      else next.set(name, value)
    }
    const url = `${location.pathname}${next.size > 0 ? `?${next}` : ''}${how === 'replace' ? location.hash : ''}`
    if (how === 'push') {
      place += 1
      history.pushState({ place }, '', url)
    } else history.replaceState({ place }, '', url)
    showAddress()
  }
  return [new URLSearchParams(search), change]
}

/** A link to the rows of a table where all of the columns have these values. */
export function linkToRows(table: string, values: Readonly<Record<string, string | null>>): string {
  const where = Object.entries(values).map(([column, value]) => ({ column, operator: '=', value }))
  return `/?${new URLSearchParams({ table, ...(where.length > 0 && { where: JSON.stringify(where) }) })}`
}

/** A link to one row of a table, opened. */
export function linkToRow(table: string, key: Readonly<Record<string, string | null>>): string {
  return `${linkToRows(table, key)}&${new URLSearchParams({ row: JSON.stringify(key) })}`
}

/** JSON in the address; undefined where there is none, or where a person has cut it. */
export function jsonOf<T>(text: string | null): T | undefined {
  try {
    return text === null ? undefined : (JSON.parse(text) as T)
  } catch {
    return undefined
  }
}
