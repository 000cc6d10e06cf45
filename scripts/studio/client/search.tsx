import { type ReactNode, useState } from 'react'

/** A search field above a list. The list shows the `items` that contain every word of the query. */
export function Search<T>({
  items,
  what,
  text,
  children,
}: {
  items: readonly T[]
  what: string
  text: (item: T) => string
  children: (found: readonly T[]) => ReactNode
}) {
  const [query, setQuery] = useState('')
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const found = items.filter((item) => {
    const hay = text(item).toLowerCase()
    return words.every((word) => hay.includes(word))
  })
  return (
    <div className="content">
      <input
        className="search"
        type="search"
        placeholder={`Search ${items.length} ${what}`}
        aria-label={`Search ${what}`}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />{' '}
      <span className="quiet">{found.length < items.length && `${found.length} found`}</span>
      {children(found)}
    </div>
  )
}
