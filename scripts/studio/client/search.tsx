import { type ReactNode, useState } from 'react'

/** A field above a list, which shows those of `items` that have every word typed. */
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
        placeholder={`Find among ${items.length} ${what}`}
        aria-label={`Find ${what}`}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
      />{' '}
      <span className="quiet">{found.length < items.length && `${found.length} found`}</span>
      {children(found)}
    </div>
  )
}
