import { defineConfig } from 'vitest/config'
import journey from './vitest.config'

// What is measured in the browser, for `make bench`. It asserts no speed, and prints what it measured as `go test -bench` does.
export default defineConfig({ ...journey, test: { ...journey.test, include: ['*.bench.ts'], testTimeout: 600_000, reporters: ['dot'] } })
