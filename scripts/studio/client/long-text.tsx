import { type ReactNode, useState } from 'preact/compat'

/** The most characters that a page shows of a text at first: Chromium takes seconds for the lines of millions. */
export const MOST_CHARACTERS = 20_000

/** A text, or its beginning with a button for the rest. `children` draws what is shown. */
export function LongText({ text, children }: { text: string; children: (shown: string) => ReactNode }) {
  const [isWhole, setWhole] = useState(text.length <= MOST_CHARACTERS)
  if (isWhole) return <>{children(text)}</>
  return (
    <>
      {children(`${text.slice(0, MOST_CHARACTERS)}…`)}
      <button type="button" className="link" onClick={() => setWhole(true)}>
        Show all {text.length.toLocaleString('en')} characters
      </button>
    </>
  )
}
