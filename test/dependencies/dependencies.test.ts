import { describe, expect, test } from 'vitest'
import { auditLock } from '../../scripts/dependencies/audit.ts'
import { type LockedPackage, readLock } from '../../scripts/dependencies/lock.ts'
import { RULES } from '../../scripts/dependencies/rules.ts'
import { type Bom, packageBom } from '../../scripts/dependencies/sbom.ts'

const faultsOf = (entry: LockedPackage, path = 'node_modules/left') =>
  auditLock(
    { packages: { '': {}, [path]: { version: '1.0.0', license: 'MIT', integrity: 'sha512-x', ...entry } } },
    RULES,
  )

describe('the audit of dependencies', () => {
  test('finds no fault in this repository', () => {
    expect(auditLock(readLock('package-lock.json'), RULES)).toEqual([])
  })

  test.for([
    [
      'a license of the package',
      { license: 'GPL-3.0-only' },
      'the license GPL-3.0-only is not allowed in the package',
    ],
    [
      'a license for development only',
      { license: 'EPL-2.0' },
      'the license EPL-2.0 is not allowed in the package',
    ],
    ['a license of a tool', { license: 'AGPL-3.0', dev: true }, 'the license AGPL-3.0 is not allowed'],
    [
      'both of two licenses',
      { license: '(MIT AND GPL-2.0)' },
      'the license (MIT AND GPL-2.0) is not allowed',
    ],
    ['an install script of the package', { hasInstallScript: true }, 'has an install script'],
    ['an install script of a tool', { hasInstallScript: true, dev: true }, 'has an install script'],
    ['a source without TLS', { resolved: 'git+ssh://git@example.test/left.git' }, 'over TLS'],
  ] as const)('refuses %s', ([, entry, fault]) => {
    expect(faultsOf(entry)).toEqual([expect.stringContaining(fault)])
  })

  test('refuses a package without a license or a checksum, at any depth', () => {
    const path = 'node_modules/right/node_modules/@scope/left'
    const {
      license: _,
      integrity: __,
      ...bare
    } = { license: undefined, integrity: undefined, version: '2.0.0' }

    expect(auditLock({ packages: { [path]: bare } }, RULES)).toEqual([
      '@scope/left 2.0.0: no license is stated.',
      '@scope/left 2.0.0: has no checksum in the lock.',
    ])
  })

  test('accepts one of several licenses', () => {
    expect(faultsOf({ license: '(MIT OR GPL-3.0)' })).toEqual([])
  })
})

test('the bill of materials has what is installed or bundled, and is the same each time', () => {
  const component = (ref: string) => ({
    ...{ 'bom-ref': ref, name: ref.split('@')[0] as string, version: '1' },
    externalReferences: [{ type: 'distribution', url: 'https://registry.example.test/x' }],
  })
  const all = (time: string): Bom => ({
    serialNumber: time,
    metadata: { timestamp: time, component: { 'bom-ref': 'db@1', name: 'worktree' } },
    components: ['pg@1', 'types@1', 'cli@1', 'vitest@1'].map(component),
    dependencies: [
      { ref: 'db@1', dependsOn: ['pg@1', 'cli@1', 'vitest@1'] },
      { ref: 'pg@1', dependsOn: ['types@1'] },
      { ref: 'vitest@1', dependsOn: ['types@1'] },
    ],
  })
  const bom = packageBom(all('now'), { installed: ['pg'], bundled: ['cli'] })

  expect(bom.components.map(({ name }) => name)).toEqual(['pg', 'types', 'cli'])
  expect(bom.metadata.component.name).toBe('db')
  expect(JSON.stringify(bom)).not.toContain('registry')
  expect(bom).toEqual(packageBom(all('later'), { installed: ['pg'], bundled: ['cli'] }))
})
