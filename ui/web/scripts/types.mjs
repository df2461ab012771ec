// Makes src/lib/api.gen.ts, the shapes of the API, from the station's own description in ui/openapi.json. With --check it writes
// nothing and fails where the file is not what it would write. Paths are left out: src/lib/api.ts is the only place that names them.
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const source = new URL('../../openapi.json', import.meta.url)
const target = new URL('../src/lib/api.gen.ts', import.meta.url)

const document = JSON.parse(await readFile(source, 'utf8'))
const { schemas } = document.components
const tree = await openapiTS({ openapi: document.openapi, info: document.info, paths: {}, components: { schemas } }, { alphabetize: true })
const text = `// Made from ui/openapi.json by npm run types. Do not edit.\n\n${astToString(tree)}`

if (!process.argv.includes('--check')) {
  await writeFile(target, text)
} else if (text !== (await readFile(target, 'utf8').catch(() => ''))) {
  console.error(`${fileURLToPath(target)} is not what ui/openapi.json says; run: npm run types`)
  process.exit(1)
}
