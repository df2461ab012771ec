import { defineConfig } from 'vitest/config'

// One file after another: a browser, a station and its scanner are enough for two cores. With two at a time a hand reader's characters were once not told from typing.
export default defineConfig({
  cacheDir: '../node_modules/.vite-e2e',
  test: {
    root: import.meta.dirname,
    environment: 'node',
    include: ['*.test.ts'],
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
    reporters: ['verbose'],
  },
})
