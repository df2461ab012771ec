// Takes the pictures of README.md and docs/guide.md from what the last `npm run e2e` saw (build/e2e/*.png).

import { copyFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../../..')

for (const name of ['scrivania', 'registrazione', 'regola-pagine', 'centro-via-scrivania', 'gara']) {
  await copyFile(join(root, 'build/e2e', `${name}.png`), join(root, 'docs/img', `${name}.png`))
}
