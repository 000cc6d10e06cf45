#!/usr/bin/env node
import * as nodeModule from 'node:module'

// Before anything else is loaded: from the second run on everything is loaded as compiled code, in half the time.
// Node 22.0 and other runtimes do not have it.
nodeModule.enableCompileCache?.()
void import('./cli/program.ts').then(({ run }) => run(process.argv))
