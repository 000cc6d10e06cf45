/** The call of a repository that gives the same as the page. */
export function Call({ children }: { children: string }) {
  return <code className="call">{children}</code>
}

/** A string in JavaScript. */
export const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`
