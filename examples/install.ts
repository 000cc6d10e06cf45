import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const writtenAt = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** Installs the packages of an example and builds the library. The example's packages are no dependencies of the library, and it uses the library as it is built. */
export function installExample(name: 'chat-service' | 'crm-service' = 'chat-service'): void {
  const example = path(name)
  if (writtenAt(`${example}/node_modules/.package-lock.json`) < writtenAt(`${example}/package-lock.json`)) {
    console.log(`Installing the packages of the example: npm ci --prefix examples/${name}`)
    execFileSync('npm', ['ci', '--prefix', example], { stdio: 'inherit' })
  }
  const sources = [path('../src'), path('../generated')].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  if (writtenAt(path('../dist/index.d.ts')) < Math.max(...sources.map(writtenAt))) {
    console.log('Building the library: npm run build')
    execFileSync('npm', ['run', 'build', '--', '--silent'], { cwd: path('..'), stdio: 'inherit' })
  }
}
