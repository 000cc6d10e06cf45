import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const PATH = fileURLToPath(new URL('../docs/explanation/benchmarks.md', import.meta.url))

/** The first line of the section that is measured over networks, at the end of the document. */
const SECTION = '## Over a network'

/** Writes the document of a full run. The section of the networks, which is measured separately, is kept. */
export async function writeDocument(text: string): Promise<void> {
  const [, section] = (await readFile(PATH, 'utf8')).split(SECTION)
  await writeFile(PATH, section === undefined ? text : `${text}\n${SECTION}${section}`)
}

/** Replaces the section of the networks. */
export async function writeSection(text: string): Promise<void> {
  const [before = ''] = (await readFile(PATH, 'utf8')).split(SECTION)
  await writeFile(PATH, `${before.trimEnd()}\n\n${SECTION}\n\n${text}`)
}

/** Replaces the lines of the same operations and callers. False if the document was measured by another method. */
export async function updateDocument(
  method: string,
  header: string,
  lines: readonly string[],
): Promise<boolean> {
  const text = await readFile(PATH, 'utf8')
  if (!text.includes(method) || !text.includes(header)) return false
  const fresh = new Map(lines.map((line) => [keyOf(line), line]))
  const [main = '', ...rest] = text.split(SECTION)
  const updated = main.split('\n').map((line) => fresh.get(keyOf(line)) ?? line)
  await writeFile(PATH, [updated.join('\n'), ...rest].join(SECTION))
  return true
}

/** `| find user by id | 32 |` */
function keyOf(line: string): string {
  return line.replace(' (noisy)', '').split('|').slice(0, 3).join('|')
}
