import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, inject } from 'vitest'
import { ScratchDatabases, startScratchServer } from '../../scripts/scratch/index.ts'
import { caught } from '../support/factories.ts'
import { test } from '../support/schema.ts'

const query = async (url: string, sql: string) => {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

const namesOn = async (adminUrl: string) =>
  (await query(adminUrl, 'select datname from pg_database')).map(({ datname }) => datname as string)

test('eight concurrent copies have the contents of their template, until they are dropped', async ({
  databases,
}) => {
  const template = await databases.createDatabase()
  await query(template.url, `create table t as select 'copied' as word`)

  const copies = await Promise.all(
    Array.from({ length: 8 }, () => databases.createDatabase({ template: template.name })),
  )

  for (const { url } of copies) expect(await query(url, 'select word from t')).toEqual([{ word: 'copied' }])
  await Promise.all(copies.map((copy) => copy.drop()))
  const names = await namesOn(inject('scratch').adminUrl)
  for (const { name } of copies) expect(names).not.toContain(name)
})

describe('a server by URL', () => {
  test('is left unchanged with its other databases', async ({ databases }) => {
    const { adminUrl } = inject('scratch')
    await query(adminUrl, 'create database scratch_notes')
    try {
      const server = await startScratchServer(adminUrl)
      const { name } = await server.createDatabase()
      expect(await namesOn(adminUrl)).toContain(name)

      await server.close()

      const names = await namesOn(adminUrl)
      expect(names).not.toContain(name)
      expect(names).toContain('scratch_notes')
      expect(server.description).not.toContain(new URL(adminUrl).password || 'no password')
      await databases.createDatabase()
    } finally {
      await query(adminUrl, 'drop database scratch_notes')
    }
  })

  test('loses the databases of a killed run at the next start, but not those of a running one', async ({
    databases,
  }) => {
    const { adminUrl } = inject('scratch')
    const living = await databases.createDatabase()
    const killed = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { startScratchServer } from ${JSON.stringify(new URL('../../scripts/scratch/index.ts', import.meta.url).href)}
         const server = await startScratchServer(process.argv[1])
         console.log((await server.createDatabase()).name)
         setInterval(() => {}, 1000)`,
        adminUrl,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const [output] = (await once(killed.stdout, 'data')) as [Buffer]
    const leftover = output.toString().trim()
    killed.kill('SIGKILL')
    await once(killed, 'exit')
    expect(await namesOn(adminUrl)).toContain(leftover)
    await new Promise((resolve) => setTimeout(resolve, 200))

    await using server = await startScratchServer(adminUrl)

    const names = await namesOn(server.adminUrl)
    expect(names).not.toContain(leftover)
    expect(names).toContain(living.name)
  })
})

/** Starts a process with an embedded server; its first line of output is the URL. */
const startProgram = async (then: string) => {
  const program = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { startScratchServer } from ${JSON.stringify(new URL('../../scripts/scratch/index.ts', import.meta.url).href)}
       const server = await startScratchServer('embedded')
       console.log(server.adminUrl)
       ${then}`,
    ],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  )
  const ended = once(program, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const [output] = (await once(program.stdout, 'data')) as [Buffer]
  return { program, ended, url: output.toString().trim() }
}

const dataDirectoryOf = async (url: string): Promise<string> =>
  (await query(url, 'show data_directory'))[0].data_directory

/** Whether the process exists; it does until its parent, Node, has waited for it. */
const exists = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const STAY = 'setInterval(() => {}, 1000)'

describe('embedded', () => {
  test('the server of a run killed with -9 is stopped by the next start', async () => {
    const { program, ended, url } = await startProgram(STAY)
    program.kill('SIGKILL')
    await ended
    expect(await namesOn(url)).toContain('postgres')

    await using server = await startScratchServer('embedded')

    expect(server.version).toBeGreaterThanOrEqual(180_000)
    await expect(namesOn(url)).rejects.toThrow()
  })

  test.for([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s stops the server together with the process, which exits with %i',
    async ([signal, code]) => {
      const { program, ended, url } = await startProgram(STAY)
      const directory = await dataDirectoryOf(url)

      program.kill(signal)

      expect((await ended)[0]).toBe(code)
      await expect(namesOn(url)).rejects.toThrow()
      expect(existsSync(directory)).toBe(false)
    },
  )

  test('an uncaught error stops the server together with the process', async () => {
    const { program, ended, url } = await startProgram(
      `process.stdin.once('data', () => { throw new Error('uncaught') })`,
    )
    const directory = await dataDirectoryOf(url)

    program.stdin.write('now')

    expect((await ended)[0]).toBe(1)
    await expect(namesOn(url)).rejects.toThrow()
    expect(existsSync(directory)).toBe(false)
  })

  test('a script exits with the exit code that it has set', async () => {
    const { ended } = await startProgram('process.exitCode = 7; await server.close()')

    expect((await ended)[0]).toBe(7)
  })

  test('a durable one waits for the disk, on which its data is', async () => {
    await using server = await startScratchServer('embedded', { durable: true })
    const client = new pg.Client(server.adminUrl)
    await client.connect()

    const { rows } = await client.query<{ fsync: string; pages: string; data: string }>(
      `select current_setting('fsync') as fsync, current_setting('full_page_writes') as pages, current_setting('data_directory') as data`,
    )

    expect(rows).toEqual([{ fsync: 'on', pages: 'on', data: expect.not.stringMatching(/^\/dev\/shm/) }])
    await client.end()
  })

  test('two servers run side by side, and a crashed one can be closed', async () => {
    await using one = await startScratchServer('embedded')
    const other = await startScratchServer('embedded')
    const directory = await dataDirectoryOf(other.adminUrl)
    const pid = Number((await readFile(join(directory, 'postmaster.pid'), 'utf8')).split('\n')[0])
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => exists(pid)).toBe(false)

    await other.close()

    expect(existsSync(directory)).toBe(false)
    expect(await namesOn(one.adminUrl)).toContain('postgres')
  })
})

describe('an unusable choice is rejected with advice:', () => {
  test.for([
    ['nonsense', /SCRATCH must be empty .*container.*postgres:\/\//],
    ['mysql://root@localhost/x', /SCRATCH must be/],
    ['postgres://postgres@127.0.0.1:1/postgres', /127\.0\.0\.1:1\) cannot be used.*ECONNREFUSED/],
  ] as const)('%s', async ([choice, message]) => {
    expect(String(await caught(startScratchServer(choice)))).toMatch(message)
  })

  test('a role without the right to create databases', async ({ databases }) => {
    const { adminUrl } = inject('scratch')
    const role = `scratch_reader_${process.pid}`
    await query(adminUrl, `create role ${role} login password 'reader'`)
    const url = new URL((await databases.createDatabase()).url)
    url.username = role
    url.password = 'reader'
    try {
      const error = await caught(startScratchServer(url.href))
      expect(String(error)).toContain('createdb')
      expect(String(error)).not.toContain('password')
    } finally {
      await query(adminUrl, `drop role ${role}`)
    }
  })
})

test('several processes can create databases of one run', async () => {
  await using other = new ScratchDatabases(inject('scratch'))
  const { name } = await other.createDatabase()

  expect(name).toContain(inject('scratch').run)
})
