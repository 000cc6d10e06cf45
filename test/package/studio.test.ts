import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import type { PlannedStatement } from '../../scripts/studio/plans.ts'
import { CHROMIUM, launchChromium } from '../support/chromium.ts'
import { runSql } from '../support/databases.ts'
import { test } from '../support/empty-database.ts'
import { visit } from '../support/studio.ts'

const run = promisify(execFile)
const NPM_INSTALL = ['install', '--no-audit', '--no-fund', '--prefer-offline']
const PEERS = ['@hono/node-server', 'elkjs', 'hono', 'libpg-query']

/** An empty project with only the tarball installed. */
let project = ''

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'studio-'))
  await chmod(project, 0o755)
  await writeFile(join(project, 'package.json'), JSON.stringify({ name: 'service', private: true }))
  await run('npm', [...NPM_INSTALL, inject('tarball')], { cwd: project })
}, 120_000)

afterAll(() => rm(project, { recursive: true }))

function start(...options: string[]): ChildProcess {
  const { DATABASE_URL, NODE_ENV, NODE_OPTIONS, VITEST, ...env } = process.env
  const command = join(project, 'node_modules/.bin/norberts-spark-db')
  return spawn(process.execPath, [command, 'studio', ...options], {
    cwd: project,
    env: { ...env, NO_COLOR: '1' },
  })
}

async function finished(child: ChildProcess): Promise<{ code: number; output: string }> {
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  const [code] = (await once(child, 'close')) as [number]
  return { code, output }
}

/** The link that `--json` prints. */
async function link(child: ChildProcess): Promise<string> {
  let output = ''
  for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
    output += chunk.toString()
    if (output.trim().endsWith('}')) return (JSON.parse(output) as { url: string }).url
  }
  throw new Error(`The studio did not start: ${output}`)
}

describe('norberts-spark-db studio', { timeout: 180_000 }, () => {
  test('installs nothing that services do not need, and names the packages to install', async ({ url }) => {
    const installed = await readdir(join(project, 'node_modules'))
    const { code, output } = await finished(start('--url', url))

    for (const peer of PEERS) expect(installed).not.toContain(peer.split('/')[0])
    expect(code).toBe(1)
    expect(output).toContain(
      `studio needs packages that are not installed: ${PEERS.join(', ')}. Run \`npm install --save-dev ${PEERS.join(' ')}\`.`,
    )
  })

  test("serves a service's own tables and statements, read-only", async ({ url }) => {
    await run('npm', [...NPM_INSTALL, '--save-dev', ...PEERS], { cwd: project })
    await runSql(
      url,
      `create table shops (shop_id int primary key, name text not null);
       comment on table shops is 'Shops of the service.';
       insert into shops values (1, 'Corner')`,
    )
    await mkdir(join(project, 'db/sql'), { recursive: true })
    await writeFile(
      join(project, 'db/sql/shops.sql'),
      '-- Written by `npx norberts-spark-db generate`. Do not edit.\n\n-- shops.find\n-- $1 shopId: integer\nselect\n  "name"\nfrom\n  "shops"\nwhere\n  "shop_id" = $1;\n',
    )
    expect((await finished(start('--url', url, '--statements', 'db'))).output).toContain(
      'must be the folder sql/ that `generate --statements` writes: db contains no .sql file.',
    )
    const child = start('--url', url, '--json', '--statements', 'db/sql')
    try {
      const studio = visit(await link(child))

      expect(await studio.get('/api/info')).toEqual({
        name: expect.any(String),
        isWritable: false,
        tables: [{ name: 'shops', rows: expect.any(Number) }],
        absent: ['/chats', '/customers', '/people', '/history'],
      })
      expect(await studio.post('/api/rows', { table: 'shops' })).toMatchObject({
        rows: [{ shop_id: '1', name: 'Corner' }],
      })
      expect(
        await studio.post('/api/save', { table: 'shops', key: { shop_id: '1' }, version: '1', values: {} }),
      ).toMatchObject({ message: expect.stringContaining('read-only') })
      expect(await studio.get('/api/diagram')).toMatchObject({ boxes: [{ table: 'shops' }] })
      expect(await studio.query('select name from shops')).toMatchObject({ rows: [['Corner']] })
      const statements = await studio.get<PlannedStatement[]>('/api/statements')
      expect(statements[0]).toMatchObject({ name: 'shops.find', plan: expect.stringContaining('shops') })
      expect(statements.map(({ name }) => name)).toContain('customers.list(status,ownerId)')
      expect(await studio.post('/api/plan', { name: 'shops.find' })).toMatchObject({
        values: ['1'],
        tree: { rows: 1 },
      })
      const styles = await fetch(`${studio.origin}/assets/pages.css`)
      expect(await styles.text()).toContain('.timeline')
      if (CHROMIUM) await readInBrowser(studio.link)
    } finally {
      child.kill('SIGINT')
      await once(child, 'close')
    }
  })
})

async function readInBrowser(url: string): Promise<void> {
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.goto(url)
    await page.locator('td[data-column="name"]').getByText('Corner').waitFor()
    expect(await page.getByText('Shops of the service.').count()).toBe(1)
    expect(await page.getByRole('link', { name: 'Chats' }).count()).toBe(0)
  } finally {
    await browser.close()
  }
}
