// cspell:ignore cyclonedx
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import manifest from '../../package.json' with { type: 'json' }
import { auditLock } from './audit.ts'
import { BUNDLED } from './bundled.ts'
import { readLock } from './lock.ts'
import { RULES } from './rules.ts'
import { type Bom, packageBom } from './sbom.ts'

/** The file of the tarball. */
const SBOM = 'dist/sbom.cdx.json'

const [command] = process.argv.slice(2)
if (command === 'sbom') writeSbom()
else audit()

function audit(): void {
  const faults = auditLock(readLock('package-lock.json'), RULES)
  for (const fault of faults) console.error(`✗ ${fault}`)
  if (faults.length > 0) process.exitCode = 1
  else console.log('✓ The licenses and install scripts of all dependencies are allowed.')
}

function writeSbom(): void {
  const text = execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const bom = packageBom(JSON.parse(text) as Bom, {
    installed: Object.keys(manifest.dependencies),
    bundled: BUNDLED,
  })
  mkdirSync('dist', { recursive: true })
  writeFileSync(SBOM, `${JSON.stringify(bom, null, 2)}\n`)
}
