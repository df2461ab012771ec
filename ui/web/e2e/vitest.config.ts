import { defineConfig } from 'vitest/config'

// Two files at a time: a browser, a station and its scanner wait for one another most of the time. Each file has its own of all three.
export default defineConfig({
  cacheDir: '../node_modules/.vite-e2e',
  test: {
    root: import.meta.dirname,
    environment: 'node',
    include: ['*.test.ts'],
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    reporters: ['verbose'],
  },
})
