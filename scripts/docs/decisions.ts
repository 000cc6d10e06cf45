import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { between, type Pages } from './page.ts'

const FOLDER = 'docs/explanation/decisions'

/** The index of decisions: their titles, grouped by the area that a page names in its line `Area: …`. */
export async function decisionsPage(root: string): Promise<Pages> {
  const folder = join(root, FOLDER)
  const areas = new Map<string, string[]>()
  for (const file of (await readdir(folder)).sort()) {
    if (file === 'README.md' || !file.endsWith('.md')) continue
    const text = await readFile(join(folder, file), 'utf8')
    const title = /^# (.+)$/m.exec(text)?.[1]
    if (!title) throw new Error(`${FOLDER}/${file} has no title: its first line must be "# " and a sentence.`)
    const area = /^Area: (.+)$/m.exec(text)?.[1] ?? 'other'
    areas.set(area, [...(areas.get(area) ?? []), `- [${title}](${file})`])
  }
  const lists = [...areas].sort().map(([area, lines]) => `## ${capitalized(area)}\n\n${lines.join('\n')}`)
  const page = await readFile(join(folder, 'README.md'), 'utf8')
  return { [`${FOLDER}/README.md`]: between(page, 'decisions', lists.join('\n\n')) }
}

const capitalized = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)
