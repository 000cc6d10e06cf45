import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const PATH = fileURLToPath(new URL('../docs/explanation/benchmarks.md', import.meta.url))

/** Writes the document of a full run. */
export function writeDocument(text: string): Promise<void> {
  return writeFile(PATH, text)
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
  const updated = text.split('\n').map((line) => fresh.get(keyOf(line)) ?? line)
  await writeDocument(updated.join('\n'))
  return true
}

/** `| find user by id | 32 |` */
function keyOf(line: string): string {
  return line.replace(' (noisy)', '').split('|').slice(0, 3).join('|')
}
