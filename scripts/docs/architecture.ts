import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { between, type Pages } from './page.ts'

const run = promisify(execFile)
const PAGE = 'docs/explanation/architecture.md'

/** The imports between the folders of src/, as dependency-cruiser finds them, drawn into the architecture page. */
export async function architecturePage(root: string): Promise<Pages> {
  const options = ['--output-type', 'mermaid', '--include-only', '^src/[^/]+/', '--collapse', '^src/[^/]+']
  const { stdout } = await run(join(root, 'node_modules/.bin/depcruise'), ['src', ...options], { cwd: root })
  const page = await readFile(join(root, PAGE), 'utf8')
  return { [PAGE]: between(page, 'imports', `\`\`\`mermaid\n${stdout.trim()}\n\`\`\``) }
}
