import type { ReactNode } from 'preact/compat'
import { useAddress } from './address.ts'

/** A search field above a list. The list shows the `items` that contain every word of the query. */
export function Search<T>({
  items,
  what,
  text,
  tools,
  children,
}: {
  items: readonly T[]
  what: string
  text: (item: T) => string
  /** Further filters, beside the search field. */
  tools?: ReactNode
  children: (found: readonly T[]) => ReactNode
}) {
  const [address, change] = useAddress()
  const query = address.get('q') ?? ''
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
        onChange={(event) => change({ q: event.currentTarget.value }, 'replace')}
      />{' '}
      {tools} <span className="quiet">{found.length < items.length && `${found.length} found`}</span>
      {children(found)}
    </div>
  )
}
