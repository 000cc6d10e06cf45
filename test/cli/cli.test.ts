// cspell:ignore IPREFIX maint compdef compset
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect } from 'vitest'
import { TABLES } from '../../generated/catalog.ts'
import { create } from '../../src/admin.ts'
import { test } from '../support/empty-database.ts'

interface Outcome {
  code: number
  stdout: string
  stderr: string
}

const CLI = resolve('src/cli.ts')

function run(args: string[], { env = {}, cwd = '.' }: { env?: Record<string, string>; cwd?: string } = {}) {
  return new Promise<Outcome>((done) => {
    const { DATABASE_URL: _, ...inherited } = process.env
    execFile(
      process.execPath,
      [CLI, ...args],
      { cwd, env: { ...inherited, ...env, NO_COLOR: '1' } },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), stdout, stderr }),
    )
  })
}

describe('a command', () => {
  test('takes its database from --url, DATABASE_URL, or a file .env, in this order', async ({ url }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'))
    const wrong = 'postgres://127.0.0.1:1/wrong'
    try {
      await writeFile(join(folder, '.env'), `DATABASE_URL=${url}\nDATABASE_ENVIRONMENT=development`)
      expect(await run(['create'], { cwd: folder })).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('.env'),
      })
      expect((await run(['verify'], { cwd: folder, env: { DATABASE_URL: wrong } })).code).toBe(1)
      expect((await run(['verify', '--url', url], { cwd: folder, env: { DATABASE_URL: wrong } })).code).toBe(
        0,
      )
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('reads a file .env with a byte order mark, also as UTF-16, and refuses another encoding', async ({
    url,
  }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'))
    const text = `DATABASE_URL=${url}\nDATABASE_ENVIRONMENT=test\n`
    try {
      for (const [content, command] of [
        [Buffer.from(`\uFEFF${text}`), 'create'],
        [Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]), 'verify'],
      ] as const) {
        await writeFile(join(folder, '.env'), content)
        const { code, stdout, stderr } = await run([command], { cwd: folder })
        expect(code, stderr).toBe(0)
        expect(stdout).toContain('(test)')
        expect(stderr).toContain('DATABASE_URL in .env')
      }
      await writeFile(join(folder, '.env'), Buffer.from(`# \xfc\n${text}`, 'latin1'))
      expect((await run(['verify'], { cwd: folder })).stderr).toContain('.env is neither UTF-8')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('takes the environment of a file .env for the database of that file only', async ({ url }) => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-'))
    try {
      await writeFile(
        join(folder, '.env'),
        'DATABASE_URL=postgres://127.0.0.1:1/other\nDATABASE_ENVIRONMENT=development',
      )
      expect((await run(['create', '--url', url], { cwd: folder })).stderr).toContain(
        'Specify the environment',
      )
      await writeFile(join(folder, '.env'), 'DATABASE_ENVIRONMENT=development')
      const { code, stderr } = await run(['create', '--url', url], { cwd: folder })
      expect({ code, stderr }).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('environment development (DATABASE_ENVIRONMENT)'),
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  test('prints the environment that it took, and refuses one that contradicts it', async ({ url }) => {
    const created = await run(['create', '--url', url], { env: { DATABASE_ENVIRONMENT: 'test' } })
    const reset = await run(['reset', '--url', url])
    const refused = await run(['reset', '--url', url], { env: { NODE_ENV: 'production' } })
    const recorded = await run(['environment', 'production', '--url', url])

    expect(created.stderr).toContain('environment test (DATABASE_ENVIRONMENT)')
    expect(reset.stderr).toContain('environment not stated')
    expect(reset.stdout).toContain('(test)')
    expect(refused).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('is test, but NODE_ENV says production'),
    })
    expect(recorded).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('is production, no longer test'),
    })
    expect((await run(['drop', '--url', url])).code).toBe(1)
  })

  test('reports what it did, and never a password', async ({ url }) => {
    const secret = new URL(url).password || 'no-password'
    const results = [
      await run(['create', '--url', url, '--environment', 'development']),
      await run(['create', '--url', url]),
      await run(['seed', '--url', url, '--scale', '3']),
      await run(['verify', '--url', url]),
      await run(['reset', '--url', url]),
      await run(['drop', '--url', url]),
    ]

    expect(results.map(({ code }) => code)).toEqual([0, 1, 0, 0, 0, 0])
    expect(results[0]?.stdout).toMatch(new RegExp(`Created .*\\b${TABLES.length} tables`))
    expect(results[1]?.stderr).toContain('exists already')
    expect(results[3]?.stdout).toMatch(/messages +3\n/)
    expect(results[4]?.stdout).toMatch(new RegExp(`Recreated .*\\b${TABLES.length} tables`))
    for (const { stdout, stderr } of results) expect(stdout + stderr).not.toContain(secret)
  })

  test('prints one JSON object when asked, for an error too', async ({ url }) => {
    const created = await run(['create', '--url', url, '--environment', 'production', '--json'])
    const refused = await run(['reset', '--url', url, '--json'])
    const verified = await run(['verify', '--url', url, '--json'])

    expect([created.code, refused.code, verified.code]).toEqual([0, 1, 0])
    expect(created.stderr + refused.stderr + verified.stderr).toBe('')
    expect(JSON.parse(created.stdout)).toMatchObject({ environment: 'production' })
    expect(JSON.parse(refused.stdout)).toMatchObject({
      error: {
        name: 'ProtectedDatabaseError',
        canConfirm: false,
        message: expect.stringContaining('production'),
      },
    })
    expect(JSON.parse(verified.stdout)).toMatchObject({ differences: [], tables: expect.any(Array) })
  })

  test('verify ends with 1 on drift, and shows both sides', async ({ url, sql }) => {
    await create(url, { environment: 'development' })
    await sql('alter table people alter phone type varchar(40); drop index chats_search_idx')

    const { code, stdout } = await run(['verify', '--url', url])

    expect(code).toBe(1)
    expect(stdout).toMatch(
      /column people\.phone: type\n +schema\/ +text\n +database +character varying\(40\)/,
    )
    expect(stdout).toMatch(/index chats\.chats_search_idx: missing\n +schema\/ +CREATE INDEX/)
  })

  test('with invalid usage ends with 2 and a way out', async () => {
    for (const args of [
      ['nonsense'],
      ['drop', '--forse'],
      ['seed', '--scale', 'many'],
      ['create', '--environment', 'x'],
    ]) {
      const { code, stderr } = await run(args)
      expect(code, args.join(' ')).toBe(2)
      expect(stderr).toContain('error: ')
    }
    expect((await run(['--help'])).stdout).toContain('DATABASE_URL')
    const asJson = await run(['drop', '--forse', '--json'])
    expect({ ...asJson, stdout: JSON.parse(asJson.stdout) }).toMatchObject({
      ...{ code: 2, stderr: '' },
      stdout: { error: { name: 'UsageError', message: expect.stringContaining("unknown option '--forse'") } },
    })
    expect(await run(['drop', '--url', 'http://x'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--url'),
    })
  })
})

describe('the help', () => {
  test.for(['generate', 'check', 'diff', 'impact'])('of db:%s names a command that exists', async (name) => {
    const { stdout } = await new Promise<{ stdout: string }>((done) =>
      execFile(process.execPath, ['scripts/migrations/main.ts', name, '--help'], (_, stdout) =>
        done({ stdout }),
      ),
    )

    expect(stdout).toContain(`Usage: npm run db:${name} -- [options]`)
  })
})

test('the help of a script of package.json is that of the script', async () => {
  const { stdout } = await run(['reset', '--help'], { env: { npm_lifecycle_event: 'db:reset' } })
  const { stdout: direct } = await run(['reset', '--help'], { env: { npm_lifecycle_event: 'test' } })

  expect(stdout).toContain('Usage: npm run db:reset -- [options]\n')
  expect(direct).toContain('Usage: norberts-spark-db reset [options]\n')
})

test('a URL that is none is answered with an example', async () => {
  const { code, stderr } = await run(['verify', '--url', 'nonsense'])

  expect(code).toBe(1)
  expect(stderr).toContain(
    '--url must be a postgres:// URL, for example postgres://user:password@host:5432/database.',
  )
  expect(stderr).not.toContain('DATABASE_URL')
})

test.for(['bash', 'zsh', 'fish'])('completion for %s has every command and option', async (shell) => {
  const { code, stdout } = await run(['completion', shell])

  expect(code).toBe(0)
  for (const word of ['migrate', 'verify', 'reset', 'maintain', 'lock-timeout', 'production'])
    expect(stdout).toContain(word)
})

/** The words that a shell adds to a line when Tab is pressed twice, as it finds it by the script. */
const COMPLETERS: Readonly<Record<string, (script: string, line: string) => readonly [string, string[]]>> = {
  bash: (script, line) => {
    const words = line.split(/(=)| /).filter(Boolean)
    const last = line.endsWith(' ') ? [...words, ''] : words
    const list = last.map((word) => `'${word}'`).join(' ')
    const code = `${script}\nCOMP_WORDS=(${list}); COMP_CWORD=${last.length - 1}; _norberts_spark_db; printf '%s\\n' "\${COMPREPLY[@]}"`
    return ['bash', ['-c', code]]
  },
  fish: (script, line) => ['fish', ['--no-config', '-c', `${script}\ncomplete -C '${line}'`]],
  zsh: (script, line) => {
    // The functions of zsh run within an editor alone: these take their place.
    const stubs = `compdef() {}; _files() { print -- files }; _describe() { print -l -- \${(P)2%%:*} }
compset() { [[ $PREFIX == --*=* ]] || return 1; IPREFIX=\${PREFIX%%=*}=; PREFIX=\${PREFIX#*=} }`
    const code = `${stubs}\n${script}\nwords=(\${=1}); [[ $1 == *' ' ]] && words+=('')\nCURRENT=$#words; PREFIX=$words[CURRENT]; _norberts_spark_db`
    return ['zsh', ['-f', '-c', code, 'zsh', line]]
  },
}

describe.for(Object.keys(COMPLETERS))('completion in %s', (shell) => {
  const isMissing = !['/bin', '/usr/bin'].some((folder) => existsSync(join(folder, shell)))

  test.skipIf(isMissing)('knows commands, options and the values of options', async () => {
    const { stdout: script } = await run(['completion', shell])
    const completed = async (line: string) => {
      const [program, args] = COMPLETERS[shell]!(script, `norberts-spark-db ${line}`)
      const found = await new Promise<string>((done) => execFile(program, args, (_, out) => done(out)))
      const last = line.slice(Math.max(line.lastIndexOf(' '), line.lastIndexOf('=')) + 1)
      const words = found.split('\n').map((each) => each.split('\t')[0]!.replace(/^--\w+=/, ''))
      return words.filter((word) => word !== '' && word.startsWith(last)).sort()
    }

    expect(await completed('ver')).toEqual(['verify'])
    expect(await completed('reset --ca')).toEqual(['--cascade'])
    expect(await completed('environment pro')).toEqual(['production'])
    expect(await completed('reset --environment d')).toContain('development')
    expect(await completed('reset --environment ')).toEqual(['development', 'production', 'test'])
    expect(await completed('reset --environment=t')).toEqual(['test'])
    expect(await completed('grant --kind r')).toEqual(['read-only'])
    expect(await completed('grant --kind app --dry')).toEqual(['--dry-run'])
    expect(await completed('help maint')).toEqual(['maintain'])
    expect(await completed('generate --schema ')).not.toContain('--check')
  })
})
