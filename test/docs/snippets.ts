/** A fenced block of a page. */
export interface Block {
  readonly language: string
  readonly text: string
  /** The line of the fence, counted from 1. */
  readonly line: number
  /** Path of the file that the block is: from a first line such as `// src/app.ts`, or after the language. */
  readonly file: string | undefined
  /** The reason, from a comment `<!-- not run: … -->` above the block. */
  readonly notRun: string | undefined
}

const FENCE = /(?:^<!-- not run: (?<reason>.+) -->\n\n?)?^```(?<info>[^\n`]*)\n(?<text>[\s\S]*?)^```$/gm
const PATH = /^(?:\/\/|--|#) (?<file>[\w./-]+\.\w+)\n/

/** The fenced blocks of a page, from top to bottom. */
export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(FENCE)].map(({ index, groups }) => {
    const { reason, info = '', text = '' } = groups as Record<string, string>
    const [language = '', named] = info.split(' ')
    return {
      language,
      text,
      line: page.slice(0, index).split('\n').length,
      file: named ?? PATH.exec(text)?.groups?.file,
      notRun: reason,
    }
  })
}

/** Whether an output is as the page shows it; `…` stands for any text, also for none. */
export function isAsShown(output: string, shown: string): boolean {
  const pattern = shown
    .trim()
    .split('…')
    .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    .join('[^]*')
  return new RegExp(`^${pattern}$`).test(output.trim())
}
