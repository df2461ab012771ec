import { readFileSync } from 'node:fs'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

// The fonts' licences ask to travel with the fonts.
const fontLicences: Plugin = {
  name: 'font-licences',
  generateBundle() {
    for (const [font, file] of [['Titillium_Web', 'OFL.txt'], ['Roboto_Mono', 'LICENSE.txt']]) {
      const source = readFileSync(new URL(`node_modules/bootstrap-italia/dist/fonts/${font}/${file}`, import.meta.url))
      this.emitFile({ type: 'asset', fileName: `assets/${font}-${file}`, source })
    }
  },
}

// The built files go to ../dist, which the Go package ui embeds. That folder must hold .gitkeep also after a build
// (a fresh clone embeds nothing else), so public/.gitkeep is copied into it with the rest.
export default defineConfig({
  base: '/',
  plugins: [svelte(), fontLicences],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows nothing but our own origin: no asset becomes a data: address.
    assetsInlineLimit: 0,
    sourcemap: false,
    chunkSizeWarningLimit: 600,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  css: {
    preprocessorOptions: {
      // bootstrap-italia still composes its sheets with @import and older colour functions; ours must not warn.
      scss: { quietDeps: true, silenceDeprecations: ['import'] },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: 'http://127.0.0.1:8787', ws: true } },
  },
  resolve: process.env.VITEST ? { conditions: ['browser'] } : {},
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    restoreMocks: true,
    passWithNoTests: false,
  },
})
