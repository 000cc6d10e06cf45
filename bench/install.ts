import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const writtenAt = (name: string) => statSync(path(name), { throwIfNoEntry: false })?.mtimeMs ?? 0

/** Installs the packages of the other contenders, which are not dependencies of this package, if they are missing. */
export async function installContenders(): Promise<void> {
  if (writtenAt('node_modules/.package-lock.json') < writtenAt('package-lock.json')) {
    console.log('Installing the contenders: npm ci --prefix bench')
    execFileSync('npm', ['ci', '--prefix', path('.')], { stdio: 'inherit' })
  }
  const prisma = 'contenders/prisma'
  const since = Math.max(writtenAt(`${prisma}/schema.prisma`), writtenAt('node_modules/.package-lock.json'))
  if (writtenAt(`${prisma}/client/client.ts`) < since) {
    console.log('Generating the Prisma client')
    execFileSync(
      process.execPath,
      [path('node_modules/prisma/build/index.js'), 'generate', '--schema', path(`${prisma}/schema.prisma`)],
      {
        cwd: path('.'),
        stdio: 'pipe',
        // Generating needs no engine, but would download one unless this variable names a program.
        env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
      },
    )
  }
}

/** The installed versions of the contenders. */
export function versions(): string {
  const installed: [name: string, folder: string][] = [
    ['pg', 'node_modules/pg'],
    ['Kysely', '../node_modules/kysely'],
    ['Drizzle', 'node_modules/drizzle-0.45'],
    ['Drizzle', 'node_modules/drizzle-1.0'],
    ['Prisma', 'node_modules/@prisma/client'],
  ]
  return installed.map(([name, folder]) => `${name} ${versionOf(folder)}`).join(', ')
}

const versionOf = (folder: string) => JSON.parse(readFileSync(path(`${folder}/package.json`), 'utf8')).version
